#pragma once
#include "models/event_table.h"
#include "training/replay.h"

#include <span>

namespace forescale {

/// What the types of events did to the services, each service's history played through
/// EventEffects: per type the middle (median, knot by knot) over the services that saw it, each
/// counting once however often, and how services differ from it and events from their service.
/// A type is left out when what comes out of it is not sound (FleetEventType::is_sound).
/// Effects are log factors, so services of any size are alike. Holidays are of type "holiday".
/// Steps at which nothing is known to come cost nothing. O(steps during events)
[[nodiscard]] FleetEvents train_events(std::span<const TrainingSeries> services);

}  // namespace forescale
