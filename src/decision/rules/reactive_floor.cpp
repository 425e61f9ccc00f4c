#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {

/// Never less than the measured load needs now. The plain need without headroom: headroom here
/// costs more on bursty services than it saves on smooth ones.
Verdict reactive_floor(const Turn& turn, Replicas before) {
    if (turn.floor <= before) return {before, Reason::steady, {}};
    return {turn.floor, Reason::reactive_floor,
            fmt::format("the measured demand of {:.4g} needs {} replicas now, one serves {:.4g}",
                        turn.inputs.newest.value, turn.floor.value(),
                        turn.inputs.capacity_per_replica.value())};
}

}  // namespace forescale::rules
