#include "decision/rules/rules.h"

#include <algorithm>

#include <fmt/format.h>

namespace forescale::rules {
namespace {

std::string what_is_missing(const Turn& turn) {
    const Point& newest = turn.inputs.newest;
    if (newest.state != SampleState::present)
        return fmt::format("the newest sample is {}", to_string(newest.state));
    return fmt::format("the newest sample is {} old", format_duration(turn.inputs.newest_age));
}

}  // namespace

/// Missing is not zero: without a fresh sample the size may only grow, and only while the forecast
/// is young enough to be believed.
Verdict missing_data(const Turn& turn, Replicas before) {
    if (turn.fresh) return {before, Reason::steady, {}};
    const bool young =
        turn.trusted && turn.inputs.newest_age <= turn.policy().forecast_fallback_max;
    if (young && before > turn.current)
        return {before, Reason::forecast_fallback,
                what_is_missing(turn) + ": the forecast stands in for it"};
    return {turn.current, Reason::hold_missing_data,
            what_is_missing(turn) + ": the size holds until a fresh one comes"};
}

}  // namespace forescale::rules
