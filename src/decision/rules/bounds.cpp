#include "decision/at_max.h"
#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {

namespace {

/// Replicas that replicas_max gave way for are given back by the rules that give back any: what
/// does not grow is not cut here.
bool was_granted(const Turn& turn, Replicas before) {
    const ScalingPolicy& policy = turn.policy();
    return policy.at_max == AtMax::increase && before <= turn.current &&
           before <= policy.replicas_hard_max;
}

}  // namespace

/// The operator's minimum and maximum, whatever the rules before say. A size that was found outside
/// of them comes within at once, as the HPA does it.
Verdict bounds(const Turn& turn, Replicas before) {
    const ScalingPolicy& policy = turn.policy();
    if (before < policy.replicas_min)
        return {policy.replicas_min, Reason::bounds,
                fmt::format("replicas_min is {}", policy.replicas_min.value())};
    if (before <= policy.replicas_max || was_granted(turn, before))
        return {before, Reason::steady, {}};
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
