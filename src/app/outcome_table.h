#pragma once
#include "simulation/frontier.h"
#include "simulation/simulate.h"

#include <string>
#include <vector>

namespace forescale {

/// Policies side by side, one table per series, as text.
[[nodiscard]] std::string outcome_table(const std::vector<PolicyOutcome>& outcomes);

/// Frontiers side by side: what each policy costs at what hpa leaves unserved, per series and over
/// all.
[[nodiscard]] std::string comparison_table(const std::vector<PolicyComparison>& comparisons);

}  // namespace forescale
