#include "decision/at_max.h"

#include <algorithm>
#include <cmath>

namespace forescale {

/// What is needed is what the planned demand, or the measured one, needs without headroom: headroom
/// alone raises no maximum. max_buffer comes on top of it.
Replicas most_at_max(const Turn& turn) {
    const ScalingPolicy& policy = turn.policy();
    if (policy.at_max == AtMax::honor) return policy.replicas_max;
    const int needed = std::max(turn.planned_need(), turn.floor).value();
    if (needed <= policy.replicas_max.value()) return policy.replicas_max;
    const double buffered = std::ceil(needed * (1.0 + policy.max_buffer) - 1e-9);
    const int hard = policy.replicas_hard_max.value();
    return Replicas(static_cast<int>(std::min<double>(buffered, hard)));
}

}  // namespace forescale
