#include "base/archive.h"
#include "base/json.h"
#include "base/log.h"
#include "pipeline/conditions.h"
#include "pipeline/turn.h"
#include "prediction/shadow.h"

namespace forescale {
namespace {

/// Checkpoints are half a megabyte each: a fleet changes its version over some turns.
constexpr int switches_per_turn_max = 64;

std::string audit_body(const ModelTransition& transition) {
    return json::serialize(json::object{
        {"version", transition.version}, {"what", transition.kind}, {"why", transition.text}});
}

}  // namespace

Result<void> Pipeline::open_models() {
    const TrainingSettings& training = settings_.training;
    TRY(shelf_, ModelShelf::open(training.folder, training.shipped, training.shipped_file));
    return {};
}

Result<void> Pipeline::recover_plan() {
    TRY(const auto row, parts_.store.turn(model_plan_row()));
    if (row) TRY_VOID(load_state(plan_, row->state, ModelPlan::layout));
    training_.resume(plan_);
    transitions_told_ = plan_.transitions_count();
    const Timestamp now = std::max(settings_.opened_at, row ? row->turn : Timestamp{});
    const auto& shipped = settings_.training.shipped;
    plan_.ship(shipped ? shipped->version : std::string(), now);
    replace_lost(now);
    for (ServiceState* const state : learners_)
        state->use(pair_of(plan_.choice(state->service().scaled())));
    return {};
}

/// A version whose file is gone serves nobody.
void Pipeline::replace_lost(Timestamp now) {
    for (const std::string& version : {plan_.contender(), plan_.champion()})
        if (!version.empty() && !shelf_.find(version)) plan_.lose(version, now);
}

TrainedPair Pipeline::pair_of(const ModelChoice& choice) {
    return {
        .versions = choice, .live = shelf_.find(choice.live), .shadow = shelf_.find(choice.shadow)};
}

void Pipeline::note_paired(const ServiceState& state) {
    for (const PairedLoss& loss : state.forecaster().paired())
        plan_.note(state.models().live,
                   {.target = loss.target, .champion = loss.live, .challenger = loss.other});
}

void Pipeline::tend_models(Turn& turn) {
    const TrainingReport report = training_.turn(plan_, shelf_, turn.at);
    plan_.judge(settings_.training.rules, turn.at);
    switch_models(turn);
    note_training(parts_, report, turn.at);
    tell_transitions(turn.at);
    if (shelf_.keeps_files())
        turn.batch.turns.push_back(
            {model_plan_row(), turn.at, save_state(plan_, ModelPlan::layout)});
}

/// Brings services to the versions that the plan says, each with a checkpoint at this very turn, so
/// that a restart repeats every window with the version that forecast it.
void Pipeline::switch_models(Turn& turn) {
    int switched = 0;
    for (ServiceState* const state : learners_) {
        const ModelChoice choice = plan_.choice(state->service().scaled());
        if (state->models() == choice) continue;
        if (++switched > switches_per_turn_max) return;
        state->use(pair_of(choice));
        checkpoint(*state, turn.batch, turn.at);
    }
}

void Pipeline::tell_transitions(Timestamp now) {
    const auto& known = plan_.transitions();
    const auto untold =
        std::min<std::uint64_t>(plan_.transitions_count() - transitions_told_, known.size());
    for (auto at = known.end() - static_cast<std::ptrdiff_t>(untold); at != known.end(); ++at) {
        recorder_->audit(now, "models", at->version, audit_body(*at));
        parts_.metrics.model_changed(at->kind);
        log::info("models", "version", at->version, "what", at->kind, "why", at->text);
    }
    if (transitions_told_ == plan_.transitions_count() && turns_ > 0) return;
    transitions_told_ = plan_.transitions_count();
    parts_.metrics.models(plan_.champion(), plan_.contender(), plan_.previous());
    // Services that still change over hold what they use themselves.
    const std::vector<std::string> in_use{plan_.champion(), plan_.contender(), plan_.previous(),
                                          plan_.shipped()};
    shelf_.sweep(in_use, settings_.training.keep);
}

}  // namespace forescale
