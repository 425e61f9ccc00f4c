#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {

/// Only a scale-down waits: a late scale-up drops requests, a late scale-down costs a few cents.
Verdict cooldown(const Turn& turn, Replicas before) {
    if (before >= turn.current || !turn.state.last_change) return {before, Reason::steady, {}};
    const Duration since = turn.now - *turn.state.last_change;
    if (since >= turn.policy().cooldown) return {before, Reason::steady, {}};
    return {turn.current, Reason::cooldown,
            fmt::format("the last change was {} ago, within the cooldown of {}",
                        format_duration(since), format_duration(turn.policy().cooldown))};
}

}  // namespace forescale::rules
