#include "decision/hpa_ratio.h"

#include "decision/decide.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

constexpr double hpa_tolerance = 0.1;  // --horizontal-pod-autoscaler-tolerance

}  // namespace

Replicas hpa_ratio(const Capacity& capacity, double demand, Demand capacity_per_replica,
                   double target_utilization) {
    const double target = capacity_per_replica.value() * target_utilization;
    double ratio = demand / (std::max(capacity.ready.value(), 1) * target);
    if (ratio > 1.0 && capacity.pending > Replicas(0))
        ratio = std::max(demand / (capacity.total().value() * target), 1.0);
    if (std::abs(ratio - 1.0) <= hpa_tolerance) return capacity.total();
    return replicas_for(Demand(demand), Demand(target));
}

}  // namespace forescale
