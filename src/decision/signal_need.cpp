#include "decision/signal_need.h"

#include "decision/decide.h"
#include "decision/hpa_ratio.h"
#include "decision/price.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

Replicas replicas_of(const SignalDemand& signal, double demand) {
    return replicas_for(Demand(demand), signal.capacity_per_replica);
}

void plan_demand(SignalNeed& need, const ScalingPolicy& policy, double level) {
    const auto [planned, least] =
        planned_demand(need.signal->lead_demand->quantiles, level, policy.headroom);
    need.planned = planned;
    need.least_planned = least;
}

/// As the rules have it for the service's own demand: the forecast, else the reactive rule; the
/// forecast stands in for samples that are missing for a bounded time.
void ask_for(SignalNeed& need, const ScalingPolicy& policy, const Capacity& capacity) {
    const SignalDemand& signal = *need.signal;
    const bool stands_in = signal.newest_age <= policy.forecast_fallback_max;
    if (need.trusted && (need.fresh || stands_in)) {
        need.needed = replicas_of(signal, need.planned * (1.0 + policy.headroom));
        need.least = replicas_of(signal, need.least_planned);
    } else if (!need.trusted && need.fresh) {
        need.needed = hpa_ratio(capacity, signal.newest.value, signal.capacity_per_replica,
                                policy.target_utilization);
        need.least = need.needed;
    }
}

SignalNeed need_of(const SignalDemand& signal, const ScalingPolicy& policy,
                   const Capacity& capacity, double level) {
    SignalNeed need;
    need.signal = &signal;
    need.fresh = is_fresh(signal.newest, signal.newest_age, signal.stale_after);
    need.trusted = trusts_forecast(policy, signal);
    if (need.fresh) need.floor = replicas_of(signal, signal.newest.value);
    if (signal.lead_demand) plan_demand(need, policy, level);
    ask_for(need, policy, capacity);
    return need;
}

}  // namespace

Replicas SignalNeed::planned_need() const {
    return trusted ? replicas_of(*signal, std::min(planned, least_planned)) : Replicas(0);
}

std::vector<SignalNeed> signal_needs(const ScalingPolicy& policy, const DecisionInputs& inputs,
                                     double level) {
    std::vector<SignalNeed> needs;
    needs.reserve(inputs.signals.size());
    for (const SignalDemand& signal : inputs.signals)
        needs.push_back(need_of(signal, policy, inputs.capacity, level));
    return needs;
}

}  // namespace forescale
