#pragma once
#include "domain/event.h"
#include "domain/service.h"
#include "models/feature_memory.h"

#include <functional>
#include <vector>

namespace forescale {

/// What one service has to teach: its demand on the forecast grid.
struct TrainingSeries {
    Service service;
    Series demand;                 ///< at most 60 days of it are used
    std::vector<float> fine = {};  ///< samples finer than the grid that end with demand's newest
                                   ///< step, newest last; NaN: missing; may be empty
    Duration fine_step{0};
    std::vector<BusinessEvent> events = {};  ///< of the service, that were known
};

/// One step of a history, as the forecaster saw it then: nothing after it exists.
struct TrainingStep {
    const FeatureContext& context;
    const Anchors& anchors;
    const FeatureMemory& memory;      ///< rows of this origin and of the 24 h before
    std::span<const Lesson> lessons;  ///< per anchor: the target that this step is, from its origin
};

/// Plays a history step by step through the same code that forecasts: features have one way to be
/// computed. O(steps * columns). Features are looked at, and `each` is called, from the step
/// `looks_from` on, counted from the oldest of the 60 days: what lies before it is history alone.
void replay(const TrainingSeries& series, const std::function<void(const TrainingStep&)>& each,
            std::size_t looks_from = 0);

}  // namespace forescale
