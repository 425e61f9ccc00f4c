#pragma once
#include "domain/service.h"

namespace forescale {

/// The operator's bounds at an instant, before what happens at the maximum (AtMax).
struct BoundsAt {
    Replicas least{0};
    Replicas most{0};
    const ScheduledBounds* entry = nullptr;  ///< null: replicas_min and replicas_max themselves
};

/// O(spans of the schedule).
[[nodiscard]] BoundsAt bounds_at(const Service& service, Timestamp time);

/// The most that a dated minimum asks for at any moment of a span; `base`: where its ramps begin
/// and end.
[[nodiscard]] Replicas minimum_within(const ScheduledMinimum& minimum, Replicas base,
                                      const DatedSpan& span);

}  // namespace forescale
