#include "decision/at_max.h"
#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {

/// The operator's minimum and maximum, whatever the rules before say. A size that was found outside
/// of them comes within at once, as the HPA does it.
Verdict bounds(const Turn& turn, Replicas before) {
    const ScalingPolicy& policy = turn.policy();
    if (before < policy.replicas_min)
        return {policy.replicas_min, Reason::bounds,
                fmt::format("replicas_min is {}", policy.replicas_min.value())};
    if (before <= policy.replicas_max) return {before, Reason::steady, {}};
    const Replicas most = most_at_max(turn);
    if (most == policy.replicas_max)
        return {
            most, Reason::bounds,
            fmt::format("replicas_max is {}, {} would be needed", most.value(), before.value())};
    return {std::min(before, most), Reason::at_max,
            fmt::format("{} are needed, so replicas_max {} gives way up to {}", before.value(),
                        policy.replicas_max.value(), most.value())};
}

}  // namespace forescale::rules
