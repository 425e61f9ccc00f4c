#pragma once
#include "domain/sample.h"
#include "models/trained.h"
#include "training/replay.h"

#include <memory>

namespace forescale {

/// What the product does at night, for one recorded series: every so often the trees are trained
/// again on its own history, at most 60 days of it, and half as often once there are that many:
/// less is new then. Due times count from the first bucket, never from the end of the record.
class Retraining {
public:
    /// base: what else is known, kept in every bundle; may be null. every: 0 never trains.
    Retraining(const Service& service, Duration every, std::shared_ptr<const TrainedModels> base);

    /// The next samples finer than the grid, before the bucket that they end with.
    void observe_fine(const Window& window);
    /// The next bucket. A bundle when one is due and there is enough to learn from, else null.
    std::shared_ptr<const TrainedModels> observe(const Window& window);

private:
    [[nodiscard]] bool is_due(Duration width);

    Duration every_;
    std::shared_ptr<const TrainedModels> base_;
    Duration age_{0};
    TrainingSeries history_;
};

}  // namespace forescale
