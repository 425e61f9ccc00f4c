#pragma once
#include "domain/service.h"
#include "training/contest.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forescale {

/// How a new version of trained models comes into use.
struct TrialRules {
    ContestSettings contest{.margin = 0.01, .alpha = 0.05, .days_max = 21};
    double ab_share = 0.2;  ///< of services, which use the challenger while it is on trial
    int watch_days = 7;     ///< for which the version before a new champion is ready to take over
};

/// Something that happened to versions, for the audit trail and `forescale models list`.
struct ModelTransition {
    Timestamp at;
    std::string kind;     ///< first, shipped, trial, promoted, rejected, rolled_back, kept, lost
    std::string version;  ///< that it happened to
    std::string text;     ///< why, in a sentence

    template <class Archive>
    void fields(Archive& archive) {
        archive(at, kind, version, text);
    }
};

/// The versions that one service forecasts with and is compared with; empty: none.
struct ModelChoice {
    std::string live;
    std::string shadow;
    friend bool operator==(const ModelChoice&, const ModelChoice&) = default;
};

/// The plan is stored like the state of a service, under a name that no service has.
[[nodiscard]] const ServiceId& model_plan_row();

enum class ModelPhase : std::uint8_t {
    settled,  ///< the champion serves everybody
    trial,    ///< the contender is new: it runs in the shadow, and serves a share of services
    watch,    ///< the champion is new: the contender is the one before it, ready to take over again
};
[[nodiscard]] std::string_view to_string(ModelPhase phase);

/// Which version of trained models serves which service, and how new ones come into use: the state
/// of the fleet, stored with every turn. Pure: the same notes in the same order give the same
/// versions.
class ModelPlan {
public:
    static constexpr std::uint32_t layout = 1;
    static constexpr std::size_t transitions_max = 50;

    /// At every start: the version that the program ships, empty for none. It takes the place of
    /// one that an earlier program shipped, never of one that was trained here.
    void ship(const std::string& version, Timestamp now);
    /// A version that was trained now. Without anybody to compare it with it serves at once.
    /// Returns false, and changes nothing, unless the plan is settled or when it is the champion
    /// itself.
    bool offer(const std::string& version, const TrialRules& rules, Timestamp now);
    /// A file that cannot be read any more: what takes its place.
    void lose(const std::string& version, Timestamp now);
    /// One pair of a service that forecasts with `live`.
    void note(const std::string& live, const ContestLoss& live_and_other);
    /// Promotes, rejects or rolls back when the contest has been decided.
    void judge(const TrialRules& rules, Timestamp now);

    [[nodiscard]] ModelChoice choice(const ServiceId& service) const;
    [[nodiscard]] ModelPhase phase() const { return phase_; }
    [[nodiscard]] const std::string& champion() const { return champion_; }
    [[nodiscard]] const std::string& contender() const { return contender_; }
    [[nodiscard]] const std::string& previous() const { return previous_; }
    [[nodiscard]] const std::string& shipped() const { return shipped_; }
    [[nodiscard]] const Contest& contest() const { return contest_; }
    /// The newest ones, oldest first.
    [[nodiscard]] const std::vector<ModelTransition>& transitions() const { return transitions_; }
    /// Of all times.
    [[nodiscard]] std::uint64_t transitions_count() const { return transitions_count_; }

    Timestamp trained_for;     ///< the newest due time that a training was begun for
    bool is_training = false;  ///< it has not ended yet
    std::string trained_note;  ///< how the newest training ended

    template <class Archive>
    void fields(Archive& archive) {
        archive(phase_, champion_, contender_, previous_, shipped_, ab_share_, since_, contest_,
                transitions_, transitions_count_, trained_for, is_training, trained_note);
    }

private:
    void tell(Timestamp now, std::string kind, const std::string& version, std::string text);
    void promote(const TrialRules& rules, Timestamp now);
    void roll_back(Timestamp now);
    void settle();

    ModelPhase phase_ = ModelPhase::settled;
    std::string champion_;
    std::string contender_;
    std::string previous_;
    std::string shipped_;
    double ab_share_ = 0.0;
    Timestamp since_;  ///< when the phase began
    Contest contest_;
    std::vector<ModelTransition> transitions_;
    std::uint64_t transitions_count_ = 0;
};

}  // namespace forescale
