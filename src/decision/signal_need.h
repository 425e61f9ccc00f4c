#pragma once
#include "domain/decision.h"
#include "domain/service.h"

#include <vector>

namespace forescale {

/// What one demand signal asks for. Everything that a service's own demand says of its size, a
/// signal says by the same rules of its own numbers; they meet in replicas.
struct SignalNeed {
    const SignalDemand* signal = nullptr;  ///< of the inputs that it was worked out from
    bool fresh = false;    ///< its newest sample is a number, and young enough to shrink on
    bool trusted = false;  ///< there is a forecast of it, and that is good enough
    double planned = 0.0;  ///< of its demand, at the service's level of risk; 0 without a forecast
    double least_planned = 0.0;  ///< what may not stay uncovered, as in Turn
    Replicas floor{0};           ///< what its measured load needs now; 0 without a fresh sample
    /// What it asks for: the planned demand with headroom; without a trusted forecast what the
    /// reactive rule says; 0 where neither is known.
    Replicas needed{0};
    Replicas least{0};  ///< the same without what is only room to move in

    /// What the forecast needs without any headroom; 0 while none is trusted.
    [[nodiscard]] Replicas planned_need() const;
};

/// One of each signal, in their order. level: of the risk that is planned for, the same for all of
/// them, since what a replica lacks is lacking for all.
[[nodiscard]] std::vector<SignalNeed> signal_needs(const ScalingPolicy& policy,
                                                   const DecisionInputs& inputs, double level);

}  // namespace forescale
