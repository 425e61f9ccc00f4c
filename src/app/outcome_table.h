#pragma once
#include "simulation/simulate.h"

#include <string>
#include <vector>

namespace forescale {

/// Policies side by side, one table per series, as text.
[[nodiscard]] std::string outcome_table(const std::vector<PolicyOutcome>& outcomes);

}  // namespace forescale
