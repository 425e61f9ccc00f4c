#pragma once
#include "decision/decide.h"
#include "decision/signal_need.h"

#include <algorithm>
#include <string>

namespace forescale {

/// One turn of one service, as every rule reads it.
struct Turn {
    const Service& service;
    const DecisionInputs& inputs;
    Timestamp now;
    const DecisionState& state;  ///< as it was left by the turn before
    Replicas current;            ///< ready and pending together
    bool fresh = false;    ///< the newest sample is a number and young enough to scale down on
    bool trusted = false;  ///< there is a lead demand, and the confidence suffices
    double level = 0.0;    ///< what the prices, or the policy, say of the risk; see price.h
    double planned = 0.0;  ///< demand at that level; 0 without a lead demand
    /// What may not stay uncovered: half of the margin that lies beyond the 0.99 quantile, and half
    /// of the headroom, are room in which demand may move without a change of size.
    double least_planned = 0.0;
    Replicas floor{0};  ///< what the measured load needs now; 0 without a fresh sample
    std::vector<SignalNeed> signals{};      ///< of the signals beside the service's own demand
    std::optional<std::size_t> floor_of{};  ///< the one whose load the floor is; none: its own

    [[nodiscard]] const ScalingPolicy& policy() const { return service.policy; }
    [[nodiscard]] double with_headroom() const { return planned * (1.0 + policy().headroom); }
    /// What forecasts need without any headroom; 0 while none is trusted.
    [[nodiscard]] Replicas planned_need() const {
        Replicas need = trusted ? replicas_for(Demand(std::min(planned, least_planned)),
                                               inputs.capacity_per_replica)
                                : Replicas(0);
        for (const SignalNeed& signal : signals) need = std::max(need, signal.planned_need());
        return need;
    }
    /// The signal whose measured load is the floor; null: the service's own demand.
    [[nodiscard]] const SignalNeed* floor_signal() const {
        return floor_of ? &signals[*floor_of] : nullptr;
    }
    /// An earlier forecast stands in for the one of this turn.
    [[nodiscard]] bool is_bridged() const { return inputs.lead_demand_age > Duration(0); }
    /// The budget is spent, and the operator wants forecasts to add nothing then.
    [[nodiscard]] bool bars_growth() const {
        return inputs.spending && inputs.spending->is_reached() &&
               policy().budget.when_reached != WhenReached::warn;
    }
    /// The size that growing ends at where only what is `needed` may be added.
    [[nodiscard]] Replicas grown_to(Replicas before, Replicas needed) const {
        return std::min(before, std::max(current, needed));
    }
};

/// What a rule makes of the number that the rules before it left.
struct Verdict {
    Replicas replicas;
    Reason reason =
        Reason::steady;  ///< steady: the rule has nothing to say, and the number is as before
    std::string detail;  ///< one clause for a person
    std::string_view signal = {};  ///< whose need it speaks of; empty: the service's own demand
};

/// One rule of the chain: pure, and blind to the rules after it. Its name is that of its file in
/// decision/rules/.
struct Rule {
    std::string_view name;
    Verdict (*apply)(const Turn& turn, Replicas before);
    bool recorded_always = true;  ///< otherwise only in turns in which it has something to say
};

}  // namespace forescale
