#pragma once
#include "domain/forecast.h"
#include "features/feature.h"
#include "prediction/anchor_forecast.h"

#include <vector>

namespace forescale {

/// The points of a path. Between anchors the log ratio to what is usual at the target's time of
/// day, and the distances of the quantiles, go linearly from one anchor to the next, so that the
/// path follows the daily shape. Quantiles never cross. horizons: ascending steps from
/// anchors.front() to anchors.back(). Every anchor has a value. No quantile lies beyond `ceiling`,
/// unless the median does.
[[nodiscard]] std::vector<ForecastPoint> path_points(const FeatureContext& context,
                                                     const Anchors& anchors,
                                                     const std::vector<AnchorForecast>& at_anchors,
                                                     const std::vector<int>& horizons,
                                                     double ceiling);

}  // namespace forescale
