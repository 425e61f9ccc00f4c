#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {

/// The operator's minimum and maximum, whatever the rules before say.
Verdict bounds(const Turn& turn, Replicas before) {
    const ScalingPolicy& policy = turn.policy();
    if (before < policy.replicas_min)
        return {policy.replicas_min, Reason::bounds,
                fmt::format("replicas_min is {}", policy.replicas_min.value())};
    if (before > policy.replicas_max)
        return {policy.replicas_max, Reason::bounds,
                fmt::format("replicas_max is {}, {} would be needed", policy.replicas_max.value(),
                            before.value())};
    return {before, Reason::steady, {}};
}

}  // namespace forescale::rules
