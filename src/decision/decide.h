#pragma once
#include <deque>

#include "domain/decision.h"
#include "domain/service.h"

namespace forescale {

/// A size that was in force or recommended at an instant.
struct SizeAt {
    Timestamp at;
    Replicas replicas{0};
    template <class Archive>
    void fields(Archive& archive) {
        archive(at, replicas);
    }
};

/// What deciding must remember of one service from turn to turn. Small: it is stored with every turn.
struct DecisionState {
    std::deque<SizeAt> recommendations;  ///< before stabilization, newest last, as far back as the longest window
    std::deque<SizeAt> changes;          ///< sizes asked for, newest last, as far back as the longest rate-policy period
    std::optional<Timestamp> last_change;

    template <class Archive>
    void fields(Archive& archive) {
        archive(recommendations, changes, last_change);
    }
};

/// The whole decision of one service at one instant: a list of rules, asked in order, each naming its reason.
/// Deterministic; O(rules + remembered sizes). `state` moves on to this turn.
[[nodiscard]] Decision decide(const Service& service, const DecisionInputs& inputs, Timestamp now, DecisionState& state);

/// Replicas that serve `demand`: at least 0, rounding up except for noise in the last bits.
[[nodiscard]] Replicas replicas_for(Demand demand, Demand capacity_per_replica);

}  // namespace forescale
