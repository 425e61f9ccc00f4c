#include "decision/bounds_at.h"

#include <algorithm>
#include <cmath>

namespace forescale {

BoundsAt bounds_at(const Service& service, Timestamp time) {
    const ScalingPolicy& policy = service.policy;
    if (!policy.schedule.empty()) {
        const int minute = minute_of_week(service.zone.to_local(time));
        for (const ScheduledBounds& bounds : policy.schedule)
            if (contains(bounds.when, minute))
                return {bounds.replicas_min, bounds.replicas_max, &bounds};
    }
    return {policy.replicas_min, policy.replicas_max, nullptr};
}

Replicas minimum_within(const ScheduledMinimum& minimum, Replicas base, const DatedSpan& span) {
    // It is largest where the span comes nearest to the minimum's own.
    const Duration away = std::max({minimum.when.from - span.to + Duration(1),
                                    span.from - minimum.when.to + Duration(1), Duration(0)});
    if (away == Duration(0)) return minimum.replicas;
    if (away >= minimum.ramp) return Replicas(0);
    const double share =
        1.0 - static_cast<double>(away.count()) / static_cast<double>(minimum.ramp.count());
    const int rise = std::max(minimum.replicas.value() - base.value(), 0);
    return base + Replicas(static_cast<int>(std::ceil(share * rise)));
}

}  // namespace forescale
