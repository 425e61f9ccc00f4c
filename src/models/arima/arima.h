#pragma once
#include "models/registry.h"

namespace forescale::arima {

/// Seasonal ARIMA on the log levels of the hourly roll-up, season of a day. Orders are searched
/// once a week, parameters estimated by exact likelihood once a day from where they were (tens of
/// ms and some ms), the state goes on every hour in under a microsecond. Between the hours the
/// usual day's shape stands in; what deviates from the forecast within the open hour, and what the
/// week before says beyond the day, is carried to the target as far as it has paid (CarryOver).
/// Answers from 1 h on, with the standard deviation that the model implies. Needs 3 days of
/// history.
[[nodiscard]] std::unique_ptr<Model> make(const ModelSettings& settings);

}  // namespace forescale::arima
