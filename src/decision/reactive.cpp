#include "decision/reactive.h"

#include "decision/bounds_at.h"
#include "decision/hpa_ratio.h"
#include "decision/shortfall.h"

#include <algorithm>

namespace forescale {
namespace {

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

std::optional<Replicas> reactive_alone(const Turn& turn) {
    if (!turn.fresh) return std::nullopt;
    const auto ratio = [&](const Point& newest, Demand one) {
        return hpa_ratio(turn.inputs.capacity, newest.value, one, turn.policy().target_utilization);
    };
    Replicas wanted = std::max({ratio(turn.inputs.newest, turn.inputs.capacity_per_replica),
                                turn.floor, least_allowed(turn)});
    for (const SignalNeed& need : turn.signals)
        if (need.fresh)
            wanted =
                std::max(wanted, ratio(need.signal->newest, need.signal->capacity_per_replica));
    return std::min(wanted, most_at(turn.service, turn.now));
}

}  // namespace forescale
