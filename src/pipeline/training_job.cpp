#include "pipeline/training_job.h"

#include "base/hash.h"

namespace forescale {

Timestamp due_before(const TrainingSettings& settings, Timestamp now) {
    const Timestamp local = settings.zone.to_local(now);
    const Timestamp due = floor_to(local - settings.phase, settings.interval) + settings.phase;
    return now - (local - due);
}

void TrainingJob::resume(ModelPlan& plan) const {
    if (!plan.is_training) return;
    plan.is_training = false;
    plan.trained_for -= settings_.interval;
}

TrainingReport TrainingJob::turn(ModelPlan& plan, ModelShelf& shelf, Timestamp now) {
    TrainingReport report;
    if (settings_.trainer == nullptr || !shelf.keeps_files()) return report;
    report.ended = settings_.trainer->poll();
    if (report.ended) finish(*report.ended, plan, shelf, now, report);
    const Timestamp due = due_before(settings_, now);
    // The first due time after the beginning is the first one: before it there is no history.
    if (plan.trained_for == Timestamp{}) plan.trained_for = due;
    if (plan.is_training || due <= plan.trained_for || plan.phase() != ModelPhase::settled)
        return report;
    const std::string parent = plan.champion();
    const auto begun =
        settings_.trainer->start({.seed = fnv1a(format_timestamp(due)) >> 1U,
                                  .parent = parent.empty() ? std::string() : shelf.path_of(parent),
                                  .out = shelf.candidate_path()});
    plan.trained_for = due;
    plan.is_training = begun.has_value();
    if (!begun) {
        report.refused = begun.error();
        plan.trained_note = begun.error().message;
    }
    return report;
}

void TrainingJob::finish(const TrainingEnd& end, ModelPlan& plan, ModelShelf& shelf, Timestamp now,
                         TrainingReport& report) {
    plan.is_training = false;
    plan.trained_note = end.detail;
    if (end.outcome != TrainingEnd::Outcome::made) return;
    const auto version = shelf.take(shelf.candidate_path());
    if (!version) {
        report.refused = version.error();
        plan.trained_note = version.error().message;
        return;
    }
    plan.trained_note = fmt::format("made {} in {:.1f} s", *version, in_seconds(end.took));
    if (!plan.offer(*version, settings_.rules, now))
        plan.trained_note += ", which is what serves already";
}

}  // namespace forescale
