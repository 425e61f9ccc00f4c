#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {
namespace {

std::string detail(const Turn& turn) {
    std::string text =
        fmt::format("demand is planned at {:.4g} ({:.6g} % level over the next {})", turn.planned,
                    turn.level * 100.0, format_duration(turn.inputs.lead_demand->lead));
    if (turn.policy().headroom > 0.0)
        text += fmt::format(", with {:.3g} % headroom", turn.policy().headroom * 100.0);
    if (turn.is_bridged())
        text += fmt::format(", by the forecast of {} ago",
                            format_duration(turn.inputs.lead_demand_age));
    return text +
           fmt::format("; one replica serves {:.4g}", turn.inputs.capacity_per_replica.value());
}

}  // namespace

/// The size that serves the largest demand of the lead time at the level of risk that the prices,
/// or the operator, ask for.
Verdict required_capacity(const Turn& turn, Replicas before) {
    if (!turn.inputs.lead_demand)
        return {before, Reason::steady, "no lead demand is known yet: it needs a day of samples"};
    const Replicas required =
        replicas_for(Demand(turn.with_headroom()), turn.inputs.capacity_per_replica);
    return {required, required == before ? Reason::steady : Reason::forecast, detail(turn)};
}

}  // namespace forescale::rules
