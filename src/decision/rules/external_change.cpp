#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {

/// Somebody else set the size, and is not fought: for a while nothing goes below what they added,
/// and of what they took away only what the measured load needs comes back.
Verdict external_change(const Turn& turn, Replicas before) {
    if (turn.state.external_changes.empty() || before == turn.current)
        return {before, Reason::steady, {}};
    const ExternalChange& newest = turn.state.external_changes.back();
    const Duration since = turn.now - newest.at;
    if (since >= turn.policy().external_change_hold) return {before, Reason::steady, {}};
    const bool grew = newest.to > newest.from;
    Replicas allowed = before;
    if (grew) allowed = std::max(before, std::min(turn.current, newest.to));
    if (!grew && before > turn.current) allowed = turn.grown_to(before, turn.floor);
    if (allowed == before) return {before, Reason::steady, {}};
    return {
        allowed, Reason::external_change,
        fmt::format("somebody else set the size from {} to {} {} ago, which is left alone for {}",
                    newest.from.value(), newest.to.value(), format_duration(since),
                    format_duration(turn.policy().external_change_hold))};
}

}  // namespace forescale::rules
