#pragma once
#include "domain/sample.h"
#include "simulation/worlds/plan.h"

#include <vector>

namespace forescale::worlds {

/// One sample on its way: when its source knows it.
struct Delivery {
    Timestamp known;
    Point point;
};

/// What a service is really asked for during [at, at + step).
[[nodiscard]] double demand_at(const WorldPlan& plan, const ServicePlan& service, Timestamp at);

/// Every sample of the service as its source gives it, faults included, by the time at which it
/// becomes known.
[[nodiscard]] std::vector<Delivery> deliveries(const WorldPlan& plan, const ServicePlan& service);

}  // namespace forescale::worlds
