#pragma once
#include "simulation/outcome_view.h"
#include "simulation/simulate.h"

#include <string>
#include <vector>

namespace forescale {

/// The report of a simulation as one page that loads nothing: what each policy costs and leaves
/// unserved, the risk against money where frontiers were run, size against need, changes by reason.
/// At most 3 MB for 60 series.
[[nodiscard]] std::string outcome_html(const std::vector<PolicyOutcome>& outcomes,
                                       const std::vector<OutcomeView>& views,
                                       const SimulateSettings& settings);

}  // namespace forescale
