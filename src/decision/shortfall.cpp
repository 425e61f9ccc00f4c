#include "decision/shortfall.h"

#include "decision/bounds_at.h"
#include "decision/decide.h"

#include <algorithm>

namespace forescale {
namespace {

constexpr double likely = 0.9;

bool is_held_by_quota(const ScalingPolicy& policy, Replicas most) {
    return policy.quota > Replicas(0) && policy.quota < most;
}

Replicas most_of_policy(const Service& service, Timestamp time) {
    const ScalingPolicy& policy = service.policy;
    const BoundsAt bounds = bounds_at(service, time);
    return policy.at_max == AtMax::increase && bounds.entry == nullptr ? policy.replicas_hard_max
                                                                       : bounds.most;
}

}  // namespace

Replicas most_at(const Service& service, Timestamp time) {
    const Replicas most = most_of_policy(service, time);
    return is_held_by_quota(service.policy, most) ? service.policy.quota : most;
}

std::optional<Shortfall> first_shortfall(const Service& service, const ForecastPath& path) {
    for (const ForecastPoint& point : path.points) {
        const double demand = quantile_at(point.quantiles, likely);
        const Replicas needed = replicas_for(Demand(demand), service.capacity_per_replica);
        const Timestamp at = path.origin + point.horizon;
        const Replicas most = most_at(service, at);
        if (needed > most)
            return Shortfall{
                .from = at,
                .demand = demand,
                .needed = needed,
                .most = most,
                .is_quota = is_held_by_quota(service.policy, most_of_policy(service, at))};
    }
    return std::nullopt;
}

}  // namespace forescale
