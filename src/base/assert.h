#pragma once
#include <source_location>

namespace forescale {

/// Prints one line to stderr and aborts.
[[noreturn]] void assertion_failed(const char* expression, std::source_location where);

}  // namespace forescale

/// For what cannot happen. Checked in release too: a broken invariant must not decide about
/// production.
#define ASSERT(expression)               \
    ((expression) ? static_cast<void>(0) \
                  : ::forescale::assertion_failed(#expression, std::source_location::current()))
