#pragma once
#include "domain/forecast.h"
#include "models/model.h"

namespace forescale {

/// Horizons at which every member is asked: 5 min (or one step), 15 min, 1 h, 4 h, 12 h, 24 h, as
/// far as the grid has them.
[[nodiscard]] Anchors anchor_steps(Duration step);
/// Horizons of the path: every 5 min to 1 h, every 15 min to 2 h, every hour to 24 h, as far as the
/// grid has them.
[[nodiscard]] std::vector<int> path_steps(Duration step);

}  // namespace forescale
