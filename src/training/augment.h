#pragma once
#include "base/rng.h"
#include "training/replay.h"

namespace forescale {

/// The series as another service could have had it: another time zone, a larger or smaller swing of
/// the day, shifts of the level, more noise, days that come early or late, samples that are lost.
/// What is finer than the grid follows, or is dropped where time is bent.
[[nodiscard]] TrainingSeries altered(const TrainingSeries& series, Rng& rng);

}  // namespace forescale
