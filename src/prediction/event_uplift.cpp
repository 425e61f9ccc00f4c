#include "prediction/event_uplift.h"

#include "prediction/forecaster.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
/// Quantiles of the standard normal distribution at quantile_levels.
constexpr Quantiles normal_scores{-1.6449, -1.2816, -0.8416, -0.5244, -0.2533, 0.0,
                                  0.2533,  0.5244,  0.8416,  1.2816,  1.6449,  2.3263};
}  // namespace

Quantiles with_effect(Quantiles quantiles, const EventEffect& effect) {
    const double median = quantiles[median_index];
    const double factor = std::exp(effect.log_factor);
    for (std::size_t i = 0; i < quantiles.size(); ++i) {
        double& q = quantiles[i];
        if (i != median_index && q > 0.0 && median > 0.0 && effect.deviation > 0.0) {
            const double distance =
                std::hypot(std::log(q / median), normal_scores[i] * effect.deviation);
            q = median * std::exp(std::copysign(distance, normal_scores[i]));
        }
        q *= factor;
    }
    return quantiles;
}

Window without_events(Window window, const Forecaster& forecaster) {
    const EventEffect effect = forecaster.event_effect(window.start);
    if (effect.is_none()) return window;
    const double factor = std::exp(-effect.log_factor);
    for (double* value : {&window.sum, &window.min, &window.max, &window.last}) *value *= factor;
    return window;
}

LeadDemand with_events(LeadDemand demand, Duration step, const Forecaster& forecaster) {
    EventEffect largest = forecaster.event_effect(demand.from);
    for (Timestamp at = demand.from + step; at <= demand.from + demand.lead; at += step) {
        const EventEffect effect = forecaster.event_effect(at);
        if (effect.log_factor > largest.log_factor) largest = effect;
    }
    if (largest.is_none()) return demand;
    const double plausible = std::max(forecaster.plausible_max(), demand.quantiles.back());
    demand.quantiles = with_effect(demand.quantiles, largest);
    const double most = std::max(plausible * std::max(std::exp(largest.log_factor), 1.0),
                                 demand.quantiles[median_index]);
    for (double& quantile : demand.quantiles) quantile = std::min(quantile, most);
    return demand;
}

}  // namespace forescale
