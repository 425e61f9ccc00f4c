#include "decision/control_state.h"

#include <algorithm>

#include <fmt/format.h>

namespace forescale {
namespace {

ControlNote note(std::string kind, const Control& control, std::string detail) {
    if (!control.why.empty()) detail += ": " + control.why;
    return {.kind = std::move(kind),
            .by = control.by,
            .detail = std::move(detail),
            .proposal = control.proposal};
}

ControlNote as_asked(std::string kind, const Control& control, std::string detail) {
    ControlNote out = note(std::move(kind), control, std::move(detail));
    out.is_news = false;
    return out;
}

std::string until_text(const std::optional<Timestamp>& until) {
    return until ? " until " + format_timestamp(*until) : std::string();
}

bool is_over(const Control& control, Timestamp now) {
    return control.until && *control.until <= now;
}

/// A pause of both directions, of which one goes on.
Direction other(Direction direction) {
    return direction == Direction::up ? Direction::down : Direction::up;
}

std::string change_text(const Proposal& proposal) {
    return fmt::format("{} to {}", proposal.from.value(), proposal.to.value());
}

}  // namespace

std::vector<ControlNote> ControlState::expire(Timestamp now) {
    std::vector<ControlNote> notes;
    if (chosen_ && chosen_->until && *chosen_->until <= now) {
        notes.push_back(
            {"mode_expired", {}, fmt::format("mode {} is over", to_string(chosen_->mode)), {}});
        chosen_.reset();
    }
    for (const Pause& pause : pauses_)
        if (pause.until <= now)
            notes.push_back({"pause_expired",
                             {},
                             fmt::format("the pause of {} is over", to_string(pause.direction)),
                             {}});
    std::erase_if(pauses_, [&](const Pause& pause) { return pause.until <= now; });
    const auto is_old = [&](const Proposal& proposal) { return proposal.expires_at <= now; };
    if (proposal_ && is_old(*proposal_)) {
        notes.push_back({"proposal_expired",
                         {},
                         fmt::format("nobody approved {} in time", change_text(*proposal_)),
                         proposal_->id});
        proposal_.reset();
    }
    std::erase_if(replaced_, is_old);
    if (rejected_ && is_old(*rejected_)) rejected_.reset();
    if (approval_ && approval_until_ <= now) {
        notes.push_back({"approval_lapsed", approval_->by, "no decision could be made in time",
                         approval_->proposal});
        approval_.reset();
    }
    return notes;
}

ControlNote ControlState::take(const Control& control, Timestamp now) {
    switch (control.kind) {
        case ControlKind::mode:
            return take_mode(control, now);
        case ControlKind::pause:
            return take_pause(control, now);
        case ControlKind::resume:
            return take_resume(control);
        case ControlKind::approve:
            return take_approval(control);
        case ControlKind::reject:
            return take_rejection(control);
    }
    return {};
}

ControlNote ControlState::take_mode(const Control& control, Timestamp now) {
    if (is_over(control, now)) return note("mode_expired", control, "its time was over already");
    if (!control.mode) {
        chosen_.reset();
        return as_asked("mode", control, "back to the configured mode");
    }
    chosen_ = ModeChoice{.mode = *control.mode,
                         .since = now,
                         .until = control.until,
                         .by = control.by,
                         .why = control.why};
    return as_asked("mode", control,
                    fmt::format("mode {}{}", to_string(*control.mode), until_text(control.until)));
}

ControlNote ControlState::take_pause(const Control& control, Timestamp now) {
    if (!control.until || is_over(control, now))
        return note("pause_expired", control, "its time was over already");
    std::erase_if(pauses_,
                  [&](const Pause& pause) { return pause.direction == control.direction; });
    pauses_.push_back({.direction = control.direction,
                       .until = *control.until,
                       .by = control.by,
                       .why = control.why});
    std::ranges::sort(pauses_, {}, &Pause::direction);
    return note(
        "pause", control,
        fmt::format("{} paused{}", to_string(control.direction), until_text(control.until)));
}

ControlNote ControlState::take_resume(const Control& control) {
    const Direction which = control.direction;
    std::vector<Pause> left;
    for (Pause& pause : pauses_) {
        if (which == Direction::both || pause.direction == which) continue;
        if (pause.direction == Direction::both) pause.direction = other(which);
        const auto same = std::ranges::find(left, pause.direction, &Pause::direction);
        if (same == left.end())
            left.push_back(std::move(pause));
        else if (same->until < pause.until)
            *same = std::move(pause);
    }
    pauses_ = std::move(left);
    return as_asked("resume", control, fmt::format("{} resumed", to_string(which)));
}

const Proposal* ControlState::find(std::string_view id) const {
    if (proposal_ && proposal_->id == id) return &*proposal_;
    const auto found = std::ranges::find(replaced_, id, &Proposal::id);
    return found == replaced_.end() ? nullptr : &*found;
}

ControlNote ControlState::take_approval(const Control& control) {
    const Proposal* const proposal = find(control.proposal);
    if (proposal == nullptr)
        return note("approval_refused", control, "the proposal has expired or was withdrawn");
    approval_ = Approval{.proposal = proposal->id,
                         .up = proposal->up(),
                         .to = proposal->to,
                         .by = control.by,
                         .at = control.at};
    approval_until_ = proposal->expires_at;
    return as_asked("approval", control, change_text(*proposal) + " approved");
}

ControlNote ControlState::take_rejection(const Control& control) {
    const Proposal* const proposal = find(control.proposal);
    if (proposal == nullptr)
        return note("rejection_refused", control, "the proposal has expired or was withdrawn");
    rejected_ = *proposal;
    withdraw();
    approval_.reset();
    return as_asked("rejection", control, change_text(*rejected_) + " rejected");
}

void ControlState::withdraw() {
    proposal_.reset();
    replaced_.clear();
}

std::vector<ControlNote> ControlState::settle(const Decision& decision, bool stays_open,
                                              Duration expires_after) {
    std::vector<ControlNote> notes;
    if (decision.inputs.approval) notes.push_back(use_up(decision));
    const bool waits = decision.inputs.mode == Mode::approve && decision.changes() &&
                       !decision.acts && !stays_open && !is_rejected(decision);
    if (!waits) {
        withdraw();
        return notes;
    }
    const std::string before = proposal_ ? proposal_->id : std::string();
    propose(decision, expires_after);
    if (proposal_->id != before)
        notes.push_back({"proposal", {}, change_text(*proposal_), proposal_->id});
    return notes;
}

ControlNote ControlState::use_up(const Decision& decision) {
    const Approval approval = *decision.inputs.approval;
    approval_.reset();
    const int current = decision.inputs.capacity.total().value();
    if (!decision.changes() || !decision.acts)
        return {"approval_lapsed", approval.by,
                fmt::format("of {} replicas: {}", approval.to.value(),
                            decision.changes() ? "the other direction is wanted by now"
                                               : "no change is wanted any more"),
                approval.proposal};
    return {"approval_used", approval.by,
            fmt::format("of {} replicas: {} to {}", approval.to.value(), current,
                        decision.desired.value()),
            approval.proposal};
}

/// What was rejected, or less of it, is not proposed again at once.
bool ControlState::is_rejected(const Decision& decision) const {
    if (!rejected_) return false;
    const bool up = decision.desired > decision.inputs.capacity.total();
    if (up != rejected_->up()) return false;
    return up ? decision.desired <= rejected_->to : decision.desired >= rejected_->to;
}

void ControlState::propose(const Decision& decision, Duration expires_after) {
    const Replicas from = decision.inputs.capacity.total();
    if (proposal_ && proposal_->from == from && proposal_->to == decision.desired) return;
    if (proposal_) replaced_.push_back(*std::exchange(proposal_, std::nullopt));
    if (replaced_.size() > replaced_max) replaced_.erase(replaced_.begin());
    proposal_ = Proposal{.id = decision.id,
                         .from = from,
                         .to = decision.desired,
                         .proposed_at = decision.at,
                         .expires_at = decision.at + expires_after,
                         .sentence = decision.sentence};
}

}  // namespace forescale
