#pragma once
#include "domain/control.h"
#include "domain/decision.h"

#include <optional>
#include <string>
#include <vector>

namespace forescale {

/// Something that people should find in the audit trail.
struct ControlNote {
    std::string kind;      ///< "mode_expired", "proposal", "approval_lapsed": stable
    std::string by;        ///< who caused it; empty: time or a decision did
    std::string detail;    ///< one clause
    std::string proposal;  ///< its id, if it is about one
    bool is_news = true;   ///< false: a control came into force, and its own entry says so
};

/// What people asked of one service at run time, and what waits for their word. Stored with every
/// turn; some hundred bytes. Deterministic: the same controls and decisions at the same instants
/// give the same state.
class ControlState {
public:
    /// Proposals that a newer decision has replaced and that may still be approved: a person needs
    /// longer than a turn to read one.
    static constexpr std::size_t replaced_max = 8;

    /// Ends what is over at `now`: a mode, pauses, proposals and their approval.
    [[nodiscard]] std::vector<ControlNote> expire(Timestamp now);
    /// Takes somebody's word in. An approval of a proposal that is not known any more, or not yet
    /// expired, is refused in the note.
    [[nodiscard]] ControlNote take(const Control& control, Timestamp now);
    /// What a decision makes of proposals. `stays_open`: the change that it asks for is on its way
    /// already. Without a change there is nothing to approve; another size replaces the proposal;
    /// an approval is used up by the decision that was made with it.
    [[nodiscard]] std::vector<ControlNote> settle(const Decision& decision, bool stays_open,
                                                  Duration expires_after);
    /// The decision that an approval was used for could not be carried out: it holds for the next
    /// ones, as long as it would have.
    void give_back(const Approval& approval) { approval_ = approval; }

    [[nodiscard]] Mode mode(Mode configured) const { return chosen_ ? chosen_->mode : configured; }
    [[nodiscard]] const std::optional<ModeChoice>& chosen() const { return chosen_; }
    /// At most one per direction.
    [[nodiscard]] const std::vector<Pause>& pauses() const { return pauses_; }
    [[nodiscard]] const std::optional<Proposal>& proposal() const { return proposal_; }
    [[nodiscard]] const std::optional<Approval>& approval() const { return approval_; }
    /// The proposal of this id, replaced or not; null: there is none that may be approved.
    [[nodiscard]] const Proposal* find(std::string_view id) const;

    template <class Archive>
    void fields(Archive& archive) {
        archive(chosen_, pauses_, proposal_, replaced_, rejected_, approval_, approval_until_);
    }

private:
    [[nodiscard]] ControlNote take_mode(const Control& control, Timestamp now);
    [[nodiscard]] ControlNote take_pause(const Control& control, Timestamp now);
    [[nodiscard]] ControlNote take_resume(const Control& control);
    [[nodiscard]] ControlNote take_approval(const Control& control);
    [[nodiscard]] ControlNote take_rejection(const Control& control);
    [[nodiscard]] ControlNote use_up(const Decision& decision);
    [[nodiscard]] bool is_rejected(const Decision& decision) const;
    void propose(const Decision& decision, Duration expires_after);
    void withdraw();

    std::optional<ModeChoice> chosen_;
    std::vector<Pause> pauses_;
    std::optional<Proposal> proposal_;
    std::vector<Proposal> replaced_;    ///< oldest first
    std::optional<Proposal> rejected_;  ///< not to be proposed again before it would have expired
    std::optional<Approval> approval_;
    Timestamp approval_until_;
};

}  // namespace forescale
