#pragma once
#include "domain/decision.h"
#include "domain/service.h"

#include <deque>

namespace forescale {

/// A size that was recommended at an instant.
struct SizeAt {
    Timestamp at;
    Replicas replicas{0};
    template <class Archive>
    void fields(Archive& archive) {
        archive(at, replicas);
    }
};

/// A change of size that was asked for at an instant.
struct SizeChange {
    Timestamp at;
    Replicas from{0};
    Replicas to{0};
    template <class Archive>
    void fields(Archive& archive) {
        archive(at, from, to);
    }
};

/// Somebody else set the size.
struct ExternalChange {
    Timestamp at;  ///< when it was seen
    Replicas from{0};
    Replicas to{0};
    template <class Archive>
    void fields(Archive& archive) {
        archive(at, from, to);
    }
};

/// The forecast of the newest turn in which it was trusted.
struct TrustedForecast {
    Timestamp at;
    LeadDemand demand;
    double confidence = 0.0;
    std::vector<double> growth;  ///< of median demand since then, after each 5 min; 1: none
    template <class Archive>
    void fields(Archive& archive) {
        archive(at, demand, confidence, growth);
    }
};

/// What deciding must remember of one service from turn to turn. Small: it is stored with every
/// turn.
struct DecisionState {
    std::deque<SizeAt>
        recommendations;  ///< before stabilization, newest last, as far back as the longest window
    std::deque<SizeChange> changes;  ///< newest last, as far back as any rule counts them
    std::optional<Timestamp> last_change;
    std::optional<AskedSize> asked;               ///< the size that should be there
    std::deque<ExternalChange> external_changes;  ///< of the last day, newest last, 16 at most

    std::optional<TrustedForecast> trusted;  ///< nothing: none that could still stand in
    std::vector<InstanceCount> mix;          ///< decided last; empty: none

    template <class Archive>
    void fields(Archive& archive) {
        archive(recommendations, changes, last_change, asked, external_changes, trusted, mix);
    }
};

/// The whole decision of one service at one instant: a list of rules, asked in order, each naming
/// its reason. Deterministic; O(rules + remembered sizes), a few microseconds. `state` moves on to
/// this turn: call it once per turn, with `now` not before that of the last call. A change that
/// `inputs.capacity` does not show in the next turn counts as not made.
[[nodiscard]] Decision decide(const Service& service, DecisionInputs inputs, Timestamp now,
                              DecisionState& state);

/// Whether what is forecast may decide: there is some, it is confident enough, and forecasts do no
/// harm.
[[nodiscard]] bool trusts_forecast(const ScalingPolicy& policy, const DecisionInputs& inputs);
[[nodiscard]] bool trusts_forecast(const ScalingPolicy& policy, const SignalDemand& signal);

/// Whether a newest sample is a number that is no older than `longest`: ground to shrink on.
[[nodiscard]] bool is_fresh(const Point& newest, Duration age, Duration longest);

/// Data older than this are stale. A source that speaks every 30 min is not stale after 5: the next
/// sample must have been due, and be late.
[[nodiscard]] Duration stale_after(const Service& service);

/// Replicas that serve `demand`: at least 0, rounding up except for noise in the last bits. Both
/// finite, the capacity positive.
[[nodiscard]] Replicas replicas_for(Demand demand, Demand capacity_per_replica);

}  // namespace forescale
