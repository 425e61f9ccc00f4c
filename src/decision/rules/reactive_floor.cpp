#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {

namespace {

Verdict floor_of_signal(const Turn& turn, const SignalNeed& need) {
    const SignalDemand& signal = *need.signal;
    return {turn.floor, Reason::reactive_floor,
            fmt::format("signal {}, measured at {:.4g}, needs {} replicas now, one serves {:.4g}",
                        signal.name, signal.newest.value, turn.floor.value(),
                        signal.capacity_per_replica.value()),
            signal.name};
}

}  // namespace

/// Never less than the measured load needs now. The plain need without headroom: headroom here
/// costs more on bursty services than it saves on smooth ones.
Verdict reactive_floor(const Turn& turn, Replicas before) {
    if (turn.floor <= before) return {before, Reason::steady, {}};
    if (const SignalNeed* const need = turn.floor_signal()) return floor_of_signal(turn, *need);
    return {turn.floor, Reason::reactive_floor,
            fmt::format("the measured demand of {:.4g} needs {} replicas now, one serves {:.4g}",
                        turn.inputs.newest.value, turn.floor.value(),
                        turn.inputs.capacity_per_replica.value())};
}

}  // namespace forescale::rules
