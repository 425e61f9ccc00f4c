#pragma once
#include "models/registry.h"

namespace forescale::arima {

/// Regression with seasonal ARIMA errors on the log levels of the hourly roll-up: day, week, other
/// found periods and holidays are taken out first (prophet::fit, once a day) and put back, ARIMA
/// with the season of a day forecasts the rest. Orders are searched
/// once a week, parameters estimated by exact likelihood once a day from where they were (tens of
/// ms and some ms), the state goes on every hour in under a microsecond. Between the hours the
/// usual day's shape stands in; what deviates from the forecast within the open hour, and what the
/// week before says beyond the day, is carried to the target as far as it has paid (CarryOver).
/// Answers from 1 h on, with the standard deviation that the model implies. Needs 3 days of
/// history.
[[nodiscard]] std::unique_ptr<Model> make(const ModelSettings& settings);

}  // namespace forescale::arima
