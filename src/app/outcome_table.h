#pragma once
#include "simulation/frontier.h"
#include "simulation/simulate.h"

#include <string>
#include <vector>

namespace forescale {

/// Policies side by side, one table per series, as text. With a currency, what a day and 30 days
/// cost stand in it.
[[nodiscard]] std::string outcome_table(const std::vector<PolicyOutcome>& outcomes,
                                        const std::string& currency = {});

/// Frontiers side by side: what each policy costs at what hpa leaves unserved, per series and over
/// all.
[[nodiscard]] std::string comparison_table(const std::vector<PolicyComparison>& comparisons);

}  // namespace forescale
