#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {

/// However wrong the numbers of all services are at once, only a share of the fleet goes within a
/// window.
Verdict blast_radius(const Turn& turn, Replicas before) {
    const auto& fleet = turn.inputs.fleet;
    if (!fleet || before >= turn.current) return {before, Reason::steady, {}};
    const Replicas least = turn.current - fleet->removable;
    if (before >= least) return {before, Reason::steady, {}};
    return {least, Reason::blast_radius,
            fmt::format("at most {:.3g} % of the fleet's {} replicas may go within {}, and {} did",
                        fleet->share * 100.0, fleet->fleet.value(), format_duration(fleet->window),
                        fleet->removed.value())};
}

}  // namespace forescale::rules
