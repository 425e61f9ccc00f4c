#pragma once
#include "simulation/worlds/plan.h"

#include <cstdint>

namespace forescale::worlds {

/// A random world: the same seed is the same world everywhere. Most are short, some begin with days
/// of history; each has a few things that go wrong, and a calm end.
/// cost  about 50 ms of one core to live through, a second at most
[[nodiscard]] WorldPlan random_world(std::uint64_t seed);

}  // namespace forescale::worlds
