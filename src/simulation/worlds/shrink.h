#pragma once
#include "simulation/worlds/run.h"

#include <functional>

namespace forescale::worlds {

/// A world that fails, and how it does.
struct Failing {
    WorldPlan plan;
    Failure failure;
    int tries = 0;  ///< worlds that were lived through to find it
};

/// The smallest world found that breaks the same invariant: services, faults, events, swings and
/// policies are left out, the time is cut at both ends, and options become usual again, as long as
/// it still fails. Ends at the latest after `tries_max` worlds. lives: how a world is lived
/// through.
[[nodiscard]] Failing shrink(Failing failing, int tries_max,
                             const std::function<Outcome(const WorldPlan&)>& lives);

}  // namespace forescale::worlds
