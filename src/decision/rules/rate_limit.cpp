#include "decision/rules/rules.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace forescale::rules {
namespace {

/// The size at the start of the period: what is there now, less what was added, plus what was
/// removed within it.
int at_period_start(const Turn& turn, Duration period) {
    int start = turn.current.value();
    for (const SizeChange& change : turn.state.changes)
        if (change.at > turn.now - period) start -= (change.to - change.from).value();
    return start;
}

int to_int(double replicas) {
    return static_cast<int>(std::clamp(replicas, 0.0, 0.5 * std::numeric_limits<int>::max()));
}

/// The percentage rounds up, so that a fleet of one can grow at all.
int highest(const RatePolicy& policy, int start) {
    if (policy.type == PolicyType::pods) return start + policy.value;
    return to_int(std::ceil(start * (1.0 + policy.value / 100.0)));
}

int lowest(const RatePolicy& policy, int start) {
    if (policy.type == PolicyType::pods) return std::max(start - policy.value, 0);
    return to_int(start * (1.0 - policy.value / 100.0));
}

/// The size that the policies of one direction allow. selectPolicy max means the largest change,
/// min the smallest.
int limit(const Turn& turn, const ScalingRules& rules, bool up) {
    const int current = turn.current.value();
    if (rules.select_policy == SelectPolicy::disabled) return current;
    if (rules.policies.empty()) return up ? std::numeric_limits<int>::max() : 0;
    const bool largest = (rules.select_policy == SelectPolicy::max) == up;
    int allowed = largest ? 0 : std::numeric_limits<int>::max();
    for (const RatePolicy& policy : rules.policies) {
        const int start = at_period_start(turn, policy.period);
        const int proposed = up ? highest(policy, start) : lowest(policy, start);
        allowed = largest ? std::max(allowed, proposed) : std::min(allowed, proposed);
    }
    return up ? std::max(allowed, current) : std::min(allowed, current);
}

std::string detail(const ScalingRules& rules, int allowed, bool up) {
    const char* const direction = up ? "scale-up" : "scale-down";
    if (rules.select_policy == SelectPolicy::disabled)
        return fmt::format("{} is disabled by its selectPolicy", direction);
    return fmt::format("the {} policies allow {} {} now", direction,
                       up ? "at most" : "no fewer than", allowed);
}

}  // namespace

/// The `policies` of HPA's behavior, calculated as the Kubernetes controller does.
Verdict rate_limit(const Turn& turn, Replicas before) {
    const bool up = before > turn.current;
    if (before == turn.current) return {before, Reason::steady, {}};
    const ScalingRules& rules = up ? turn.policy().scale_up : turn.policy().scale_down;
    const int allowed = limit(turn, rules, up);
    if (up ? before.value() <= allowed : before.value() >= allowed)
        return {before, Reason::steady, {}};
    return {Replicas(allowed), Reason::rate_limit, detail(rules, allowed, up)};
}

}  // namespace forescale::rules
