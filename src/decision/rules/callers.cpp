#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {
namespace {

std::string detail(const Turn& turn, const CallersDemand& callers, Replicas need) {
    return fmt::format(
        "its callers will send {:.4g} ({}), which needs {} replicas, one serves {:.4g}",
        callers.demand, callers.detail, need.value(), turn.inputs.capacity_per_replica.value());
}

}  // namespace

/// What its callers will send is known before it arrives, also while its own samples are missing.
/// Less than that is never planned for; more only where they are not all there is, and never on
/// missing data.
Verdict callers(const Turn& turn, Replicas before) {
    const auto& callers = turn.inputs.callers;
    if (!callers) return {before, Reason::steady, {}};
    const CallersBound bound = turn.service.callers_bound;
    const Replicas need = replicas_for(Demand(callers->demand), turn.inputs.capacity_per_replica);
    if (need > before && bound != CallersBound::at_most)
        return {need, Reason::callers, detail(turn, *callers, need)};
    const double with_headroom = callers->demand * (1.0 + turn.policy().headroom);
    const Replicas most = replicas_for(Demand(with_headroom), turn.inputs.capacity_per_replica);
    const bool is_bound = bound != CallersBound::at_least && callers->is_whole && turn.fresh;
    if (most < before && is_bound) return {most, Reason::callers, detail(turn, *callers, most)};
    return {before, Reason::steady, {}};
}

}  // namespace forescale::rules
