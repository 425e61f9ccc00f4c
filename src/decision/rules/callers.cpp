#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {
namespace {

Verdict held_to(const Turn& turn, Replicas replicas) {
    const CallersDemand& callers = *turn.inputs.callers;
    return {replicas, Reason::callers,
            fmt::format("its callers will send {:.4g} ({}), and one replica serves {:.4g}",
                        callers.demand, callers.detail, turn.inputs.capacity_per_replica.value())};
}

}  // namespace

/// What its callers will send is known before it arrives, also while its own samples are missing:
/// less than that is never planned for.
Verdict callers_need(const Turn& turn, Replicas before) {
    const auto& callers = turn.inputs.callers;
    if (!callers || turn.service.callers_bound == CallersBound::at_most)
        return {before, Reason::steady, {}};
    const Replicas need = replicas_for(Demand(callers->demand), turn.inputs.capacity_per_replica);
    return need > before ? held_to(turn, need) : Verdict{before, Reason::steady, {}};
}

/// The same, and more than that only where others call it too, or one of its callers is not known;
/// nothing is removed on missing data.
Verdict callers(const Turn& turn, Replicas before) {
    const auto& callers = turn.inputs.callers;
    if (!callers) return {before, Reason::steady, {}};
    const bool is_bound =
        turn.service.callers_bound != CallersBound::at_least && callers->is_whole && turn.fresh;
    const double with_headroom = callers->demand * (1.0 + turn.policy().headroom);
    const Replicas most = replicas_for(Demand(with_headroom), turn.inputs.capacity_per_replica);
    if (is_bound && most < before) return held_to(turn, most);
    return callers_need(turn, before);
}

}  // namespace forescale::rules
