#pragma once
#include "domain/event.h"
#include "domain/forecast.h"
#include "prediction/event_effects.h"

#include <span>

namespace forescale {

/// What the stated events say demand is multiplied by at one moment, for one service: the product
/// of (1 + expected_uplift) of every event that is active then and names the service (or none,
/// which means all). An uplift below -1 counts as -1.
[[nodiscard]] double event_factor(std::span<const BusinessEvent> events, const ServiceId& service,
                                  Timestamp time);

/// The path with every quantile multiplied by the factor at its target.
[[nodiscard]] ForecastPath with_events(ForecastPath path, std::span<const BusinessEvent> events,
                                       const ServiceId& service);

/// The same for the largest demand over a lead time. Events that raise demand count when they touch
/// any part of it; events that lower it only when they last through all of it: the largest demand
/// lies where they do not reach.
[[nodiscard]] LeadDemand with_events(LeadDemand demand, std::span<const BusinessEvent> events,
                                     const ServiceId& service);

/// Quantiles of demand with an event: multiplied by its factor, and wider by its deviation (log
/// normal, independent of the forecast's own error).
[[nodiscard]] Quantiles with_effect(Quantiles quantiles, const EventEffect& effect);

}  // namespace forescale
