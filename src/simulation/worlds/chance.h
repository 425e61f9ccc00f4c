#pragma once
#include "base/hash.h"
#include "base/rng.h"
#include "base/time.h"

#include <string_view>

#include <fmt/format.h>

namespace forescale::worlds {

/// Uniform in [0, 1), a function of what is asked alone: leaving out one fault or service leaves
/// every other draw as it was, which is what shrinking a world needs.
[[nodiscard]] inline double chance(std::int64_t seed, std::string_view what, std::string_view whose,
                                   std::int64_t number) {
    return Rng(fnv1a(fmt::format("{}/{}/{}/{}", seed, what, whose, number))).uniform();
}
[[nodiscard]] inline double chance(std::int64_t seed, std::string_view what, std::string_view whose,
                                   Timestamp at) {
    return chance(seed, what, whose, at.time_since_epoch().count());
}

}  // namespace forescale::worlds
