#pragma once
#include "training/boosting.h"
#include "training/lesson_rows.h"

namespace forescale {

struct ForestSettings {
    LessonSettings lessons;
    BoostingSettings boosting;
    std::size_t rows_min = 400;  ///< a horizon with fewer lessons gets no trees
};

/// Trains the forests of every member of gradient boosting for every grid step that the series
/// have: one forest per member and horizon over all services of that grid, a fleet of one included.
/// The same series and settings give the same bits on every machine of an architecture.
///
/// errors  invalid_argument: no series has enough to learn from; unavailable, corrupt: what
/// libxgboost said
///
/// cost    0.1 s per service of 60 days, and per forest 0.2 s, or 14 s where rows_max is reached:
/// 5 min and 0.5 GB for 1,000 services on one core
[[nodiscard]] Result<boosted::ForestSet> train_forests(std::span<const TrainingSeries> fleet,
                                                       const ForestSettings& settings);

}  // namespace forescale
