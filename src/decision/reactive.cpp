#include "decision/reactive.h"

#include "decision/bounds_at.h"
#include "decision/shortfall.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

constexpr double hpa_tolerance = 0.1;  // --horizontal-pod-autoscaler-tolerance

/// The calendar's minimum, and those of dated spans, as the rules ask for them: a lead time early.
Replicas least_allowed(const Turn& turn) {
    const Timestamp soon = turn.now + turn.inputs.lead_time;
    Replicas least =
        std::max(bounds_at(turn.service, turn.now).least, bounds_at(turn.service, soon).least);
    for (const ScheduledMinimum& minimum : turn.policy().minimums)
        least = std::max(least, minimum_within(minimum, turn.policy().replicas_min,
                                               {turn.now, soon + Duration(1)}));
    return least;
}

}  // namespace

Replicas ratio_rule(const Turn& turn) {
    const double target =
        turn.inputs.capacity_per_replica.value() * turn.policy().target_utilization;
    const double demand = turn.inputs.newest.value;
    const Capacity& capacity = turn.inputs.capacity;
    double ratio = demand / (std::max(capacity.ready.value(), 1) * target);
    if (ratio > 1.0 && capacity.pending > Replicas(0))
        ratio = std::max(demand / (turn.current.value() * target), 1.0);
    if (std::abs(ratio - 1.0) <= hpa_tolerance) return turn.current;
    return replicas_for(Demand(demand), Demand(target));
}

std::optional<Replicas> reactive_alone(const Turn& turn) {
    if (!turn.fresh) return std::nullopt;
    const Replicas wanted = std::max({ratio_rule(turn), turn.floor, least_allowed(turn)});
    return std::min(wanted, most_at(turn.service, turn.now));
}

}  // namespace forescale
