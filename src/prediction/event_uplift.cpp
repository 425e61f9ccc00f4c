#include "prediction/event_uplift.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
bool concerns(const BusinessEvent& event, const ServiceId& service) {
    return event.services.empty() ||
           std::ranges::find(event.services, service) != event.services.end();
}
void multiply(Quantiles& quantiles, double factor) {
    for (double& q : quantiles) q *= factor;
}
}  // namespace

// Of the standard normal distribution.
constexpr Quantiles normal_scores{-1.6449, -1.2816, -0.8416, -0.5244, -0.2533, 0.0,
                                  0.2533,  0.5244,  0.8416,  1.2816,  1.6449,  2.3263};

Quantiles with_effect(Quantiles quantiles, const EventEffect& effect) {
    const double median = quantiles[median_index];
    for (std::size_t i = 0; i < quantiles.size(); ++i) {
        double& q = quantiles[i];
        if (i != median_index && q > 0.0 && median > 0.0 && effect.deviation > 0.0)
            q = median * std::exp(std::copysign(
                             std::hypot(std::log(q / median), normal_scores[i] * effect.deviation),
                             normal_scores[i]));
        q *= std::exp(effect.log_factor);
    }
    return quantiles;
}

double event_factor(std::span<const BusinessEvent> events, const ServiceId& service,
                    Timestamp time) {
    double factor = 1.0;
    for (const BusinessEvent& event : events)
        if (event.active_at(time) && concerns(event, service))
            factor *= std::max(0.0, 1.0 + event.expected_uplift);
    return factor;
}

ForecastPath with_events(ForecastPath path, std::span<const BusinessEvent> events,
                         const ServiceId& service) {
    for (ForecastPoint& point : path.points)
        multiply(point.quantiles, event_factor(events, service, path.origin + point.horizon));
    return path;
}

// The factor changes only where an event begins or ends, so the largest is at the start of the span
// or of an event within it.
LeadDemand with_events(LeadDemand demand, std::span<const BusinessEvent> events,
                       const ServiceId& service) {
    double factor = event_factor(events, service, demand.from);
    for (const BusinessEvent& event : events) {
        for (const Timestamp edge : {event.start, event.end})
            if (edge > demand.from && edge <= demand.from + demand.lead)
                factor = std::max(factor, event_factor(events, service, edge));
    }
    multiply(demand.quantiles, factor);
    return demand;
}

}  // namespace forescale
