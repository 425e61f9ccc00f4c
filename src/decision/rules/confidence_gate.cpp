#include "decision/rules/rules.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace forescale::rules {
namespace {

constexpr double hpa_tolerance = 0.1;  // --horizontal-pod-autoscaler-tolerance

/// The ratio rule of the Kubernetes HPA: utilization of what is ready against the target; pending
/// replicas count as idle before more are asked for.
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

std::string why_reactive(const Turn& turn) {
    if (!turn.inputs.lead_demand) return "no forecast yet";
    if (turn.inputs.forecasts_harm)
        return "forecasts of this service have cost more than they saved";
    return fmt::format("forecast confidence {:.2f} is below {:.2f}", turn.inputs.confidence,
                       turn.policy().confidence_min);
}

Reason reason_of(const Turn& turn) {
    if (!turn.inputs.lead_demand) return Reason::reactive;
    return turn.inputs.forecasts_harm ? Reason::accuracy_gate : Reason::confidence_gate;
}

}  // namespace

/// Without a forecast that can be trusted, what the Kubernetes HPA would do on the measured load.
Verdict confidence_gate(const Turn& turn, Replicas before) {
    if (turn.trusted) return {before, Reason::steady, {}};
    const Reason reason = reason_of(turn);
    if (!turn.fresh)
        return {turn.current, reason, why_reactive(turn) + ", and no fresh sample to react to"};
    return {ratio_rule(turn), reason,
            fmt::format(
                "{}: reacting to a measured demand of {:.4g} at a target utilization of {:.4g} %",
                why_reactive(turn), turn.inputs.newest.value,
                turn.policy().target_utilization * 100.0)};
}

}  // namespace forescale::rules
