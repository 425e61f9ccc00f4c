#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace forescale {

void assertion_failed(const char* expression, std::source_location where) {
    std::fprintf(stderr,
                 "forescale: broken invariant '%s' in %s (%s:%u); please report this line\n",
                 expression, where.function_name(), where.file_name(), where.line());
    std::abort();
}

}  // namespace forescale
