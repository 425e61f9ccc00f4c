#pragma once
#include "training/boosting.h"
#include "training/replay.h"

namespace forescale {

struct LessonSettings {
    Duration history = day * 42;     ///< newest part of each series that teaches
    std::size_t rows_max = 250'000;  ///< per horizon, over all services: 0.5 GB while training
    std::uint64_t seed = 0;
};

/// What all services of one grid teach about one horizon. Targets are changes of the log level from
/// the origin to the target.
struct LessonRows {
    int horizon = 0;  ///< steps
    BoostingRows rows;
};

/// Plays every series and keeps its lessons as tree rows, one LessonRows per anchor horizon of 15
/// min or more. All series must be on the grid `step`. Every service may fill an equal part of
/// rows_max; which of its origins do is drawn by a hash of their time, so that every hour of the
/// week is met. Up to 1 h ahead every step is an origin, at 24 h one in 15 min, between them one in
/// 30 min.
[[nodiscard]] std::vector<LessonRows> collect_lessons(std::span<const TrainingSeries* const> fleet,
                                                      Duration step,
                                                      const LessonSettings& settings);

}  // namespace forescale
