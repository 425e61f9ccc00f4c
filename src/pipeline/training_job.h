#pragma once
#include "base/zone.h"
#include "pipeline/training_plan.h"
#include "pipeline/training_shelf.h"
#include "pipeline/training_trainer.h"

#include <memory>

namespace forescale {

/// When and how trained models are made anew, and come into use.
struct TrainingSettings {
    Trainer* trainer = nullptr;  ///< null: nothing is trained
    Duration interval = day;
    Duration phase = std::chrono::hours(3);  ///< after local midnight, modulo the interval
    Zone zone;
    TrialRules rules;
    Duration keep = day * 30;  ///< versions that are not in use any more
    std::string folder;        ///< of versions; empty: none are kept, and nothing is trained
    std::shared_ptr<const TrainedModels> shipped;  ///< serves until a better one; null: none
    std::string_view shipped_file;                 ///< its bytes, as they are kept
};

/// The newest time at or before `now` at which a training is due.
[[nodiscard]] Timestamp due_before(const TrainingSettings& settings, Timestamp now);

/// One report of the job to the turn.
struct TrainingReport {
    std::optional<TrainingEnd> ended;
    std::optional<Error> refused;  ///< it could not begin, or its file is no good
};

/// Begins a training when one is due, and brings what it made to the plan. A training waits while a
/// contender is on trial: one question at a time.
class TrainingJob {
public:
    explicit TrainingJob(TrainingSettings settings) : settings_(std::move(settings)) {}

    /// A training that an earlier life began ended with it: it is due again.
    void resume(ModelPlan& plan) const;
    [[nodiscard]] TrainingReport turn(ModelPlan& plan, ModelShelf& shelf, Timestamp now);

private:
    void finish(const TrainingEnd& end, ModelPlan& plan, ModelShelf& shelf, Timestamp now,
                TrainingReport& report);

    TrainingSettings settings_;
};

}  // namespace forescale
