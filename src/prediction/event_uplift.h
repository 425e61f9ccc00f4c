#pragma once
#include "domain/forecast.h"
#include "domain/sample.h"
#include "prediction/event_response.h"

namespace forescale {

class Forecaster;

/// What the events around one moment do to demand: log of the factor, and its standard deviation.
struct EventEffect {
    double log_factor = 0.0;
    double deviation = 0.0;
    [[nodiscard]] bool is_none() const { return std::abs(log_factor) <= 0.0 && deviation <= 0.0; }
};

/// Quantiles of demand with an event: multiplied by its factor, and wider by its deviation (log
/// normal, independent of the forecast's own error).
[[nodiscard]] Quantiles with_effect(Quantiles quantiles, const EventEffect& effect);

/// A window of the newest step or later, without what `forecaster` says that events do to it.
[[nodiscard]] Window without_events(Window window, const Forecaster& forecaster);

/// The largest demand over a lead time with events: with what they do at the moment, a step at
/// least apart, at which they raise it most or lower it least: the largest demand lies there. As
/// on the path, no quantile reaches beyond what is plausible times what they raise it by.
[[nodiscard]] LeadDemand with_events(LeadDemand demand, Duration step,
                                     const Forecaster& forecaster);

}  // namespace forescale
