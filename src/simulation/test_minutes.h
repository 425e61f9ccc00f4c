#pragma once
#include "simulation/world.h"

namespace forescale {

/// A world of minutes in which one instance serves `serves`, and every step is scored.
inline World minutes(std::vector<double> demand, double serves, int lead_minutes) {
    World world;
    world.step = std::chrono::minutes(1);
    world.lead_time = std::chrono::minutes(lead_minutes);
    world.lead_steps = lead_minutes;
    world.demand = std::move(demand);
    world.capacity_per_replica = serves;
    return world;
}

}  // namespace forescale
