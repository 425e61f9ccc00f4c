#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {

/// The size that serves the largest demand of the lead time at the level of risk that the operator
/// chose, and its headroom.
Verdict required_capacity(const Turn& turn, Replicas before) {
    if (!turn.inputs.lead_demand)
        return {before, Reason::steady, "no lead demand is known yet: it needs a day of samples"};
    const Demand serves = turn.inputs.capacity_per_replica;
    const double headroom = turn.policy().headroom;
    const Replicas required = replicas_for(Demand(turn.planned * (1.0 + headroom)), serves);
    return {required, required == before ? Reason::steady : Reason::forecast,
            fmt::format("demand is planned at {:.4g} ({:.4g} % level over the next {}), with "
                        "{:.3g} % headroom; one replica serves {:.4g}",
                        turn.planned, turn.policy().quantile * 100.0,
                        format_duration(turn.inputs.lead_demand->lead), headroom * 100.0,
                        serves.value())};
}

}  // namespace forescale::rules
