#pragma once
#include "models/registry.h"

namespace forescale::seasonal_naive {

/// The newest observed value at the target minus a whole number of days (of 24 hours) that is known
/// at the origin, at most 60 days before it: the yardstick that every other forecast is measured
/// by. Keeps one value per slot of the day.
[[nodiscard]] std::unique_ptr<Model> make(const ModelSettings& settings);

}  // namespace forescale::seasonal_naive
