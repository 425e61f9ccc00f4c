#pragma once
#include "decision/decide.h"

namespace forescale {

/// decide() for a fleet on paper: the same size, reason, rules and state, without what nobody will
/// read: the mix to run on, costs and sentences. Whoever calls the one for a state keeps to it: the
/// mix that runs is not remembered.
[[nodiscard]] Decision decide_size(const Service& service, DecisionInputs inputs, Timestamp now,
                                   DecisionState& state);

}  // namespace forescale
