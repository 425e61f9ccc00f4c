#include "base/log.h"
#include "pipeline/audit_body.h"
#include "pipeline/conditions.h"
#include "pipeline/pipeline.h"
#include "pipeline/turn.h"

#include <ranges>

namespace forescale {

Result<void> Pipeline::accept_control(Control control) {
    return controls_.put(std::move(control), [&](const Control& numbered) {
        recorder_->audit(numbered.at, "control", numbered.service.str(), audit_body(numbered));
        Batch batch;
        batch.controls.push_back(numbered);
        return recorder_->record(std::move(batch));
    });
}

/// What was over by now ends first, so that a word that came later is not ended with it.
void Pipeline::take_controls(Timestamp now) {
    for (auto& state : services_)
        for (const auto& note : state->turn().control.expire(now)) tell(*state, note, now);
    for (const auto& control : controls_.take_news()) {
        controls_taken_ = std::max(controls_taken_, control.sequence);
        auto* state = find(control.service.str());
        if (state == nullptr) continue;
        tell(*state, state->turn().control.take(control, now), now);
    }
    for (auto& state : services_) state->turn().controls_taken = controls_taken_;
}

void Pipeline::tell(const ServiceState& state, const ControlNote& note, Timestamp now) {
    log::info("control", "service", state.id(), "what", note.kind, "by", note.by, "detail",
              note.detail, "proposal", note.proposal);
    if (note.is_news) recorder_->audit(now, note.kind, state.id().str(), audit_body(note));
}

void Pipeline::tell_gate(const ServiceState& state, Timestamp now) {
    const auto& gate = state.turn().gate;
    log::info("accuracy_gate", "service", state.id(), "forecasts_harm", gate.forecasts_harm(),
              "cost_ratio", gate.ratio_then());
    recorder_->audit(now, "accuracy_gate", state.id().str(), audit_body(gate));
}

/// Proposals follow the decision; an approval that it was made with is used up, unless its
/// operation cannot even begin.
void Pipeline::settle(Turn& turn, ServiceState& state) {
    const Decision& decision = *state.decision;
    auto& control = state.turn().control;
    const bool is_open = state.open && state.open->to == decision.desired;
    for (const auto& note :
         control.settle(decision, is_open, state.service().policy.approval_expires_after))
        tell(state, note, turn.at);
    if (!decision.changes() || !decision.acts) return;
    intend(turn, state);
    const bool began = state.open && state.open->to == decision.desired;
    if (!began && decision.inputs.approval) control.give_back(*decision.inputs.approval);
}

/// Whether the target must not be called for the open operation: in a mode that does not act, where
/// nobody has approved it, in a direction that is paused, or once the newest decision wants another
/// size. A rollback goes the other way.
bool Pipeline::is_held(const ServiceState& state) const {
    const auto& control = state.turn().control;
    if (!may_act(state.mode())) return true;
    const bool is_rollback = state.open->state == OperationState::executing;
    if (!is_rollback && state.decision &&
        (state.decision->desired != state.open->to || !state.decision->acts))
        return true;
    const bool up = (state.open->to > state.open->from) != is_rollback;
    return std::ranges::any_of(control.pauses(),
                               [&](const Pause& pause) { return covers(pause.direction, up); });
}

/// Finds what people asked for and no turn of an earlier life had taken in.
Result<void> Pipeline::recover_controls() {
    for (const auto& state : services_)
        controls_taken_ = std::max(controls_taken_, state->turn().controls_taken);
    controls_.begin_after(controls_taken_);
    TRY(auto rows, parts_.store.controls(controls_taken_));
    for (auto& control : rows) controls_.put_again(std::move(control));
    take_controls(std::max(settings_.opened_at, resumed_at_.value_or(Timestamp{})));
    return {};
}

}  // namespace forescale
