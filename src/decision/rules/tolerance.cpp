#include "decision/rules/rules.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace forescale::rules {
namespace {

/// What is there still serves the measured demand, and the planned one with half of its margin.
bool only_margin_used(const Turn& turn) {
    if (!turn.trusted || !turn.fresh) return false;
    Replicas least = replicas_for(Demand(turn.least_planned), turn.inputs.capacity_per_replica);
    for (const SignalNeed& signal : turn.signals) least = std::max(least, signal.least);
    return std::max(least, turn.floor) <= turn.current;
}

/// Of the demand that what may not stay uncovered of needs most.
std::string still_fits(const Turn& turn) {
    const SignalNeed* worst = nullptr;
    Replicas least = replicas_for(Demand(turn.least_planned), turn.inputs.capacity_per_replica);
    for (const SignalNeed& need : turn.signals) {
        if (!need.trusted || need.least <= least) continue;
        worst = &need;
        least = need.least;
    }
    if (worst == nullptr)
        return fmt::format("demand of {:.4g} still fits: half of the margin is left",
                           turn.least_planned);
    return fmt::format("signal {}, at {:.4g}, still fits: half of the margin is left",
                       worst->signal->name, worst->least_planned);
}

Verdict tolerance_up(const Turn& turn, Replicas before) {
    if (!only_margin_used(turn)) return {before, Reason::steady, {}};
    return {turn.current, Reason::tolerance, still_fits(turn)};
}

Verdict tolerance_down(const Turn& turn, Replicas before) {
    const int drop = (turn.current - before).value();
    const double share = turn.policy().tolerance * turn.current.value();
    const int worth = static_cast<int>(std::ceil(share - 1e-9));
    if (drop >= worth) return {before, Reason::steady, {}};
    return {turn.current, Reason::tolerance,
            fmt::format("giving back {} of {} is within the tolerance: worth it from {}", drop,
                        turn.current.value(), worth)};
}

}  // namespace

/// A dead band, so that noise does not move the fleet. Up, the planned demand is never left
/// uncovered for it; down, giving back less than a share of the fleet is not worth the change, and
/// a fleet of up to 1 / tolerance replicas can still shrink one by one.
Verdict tolerance(const Turn& turn, Replicas before) {
    if (before > turn.current) return tolerance_up(turn, before);
    if (before < turn.current) return tolerance_down(turn, before);
    return {before, Reason::steady, {}};
}

}  // namespace forescale::rules
