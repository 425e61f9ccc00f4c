#pragma once
#include "decision/rule.h"

#include <string>

namespace forescale {

/// What the chosen size costs over the span that the decision covers, and what one fewer, one more
/// and the reactive rule alone would. mix: what the chosen size runs on; a replica more or less is
/// one on the cheapest type that stays. O(quantiles), 1 us.
[[nodiscard]] DecisionCosts costs_of(const Turn& turn, Replicas chosen,
                                     const std::optional<InstanceMix>& mix);

/// "0.0123 EUR", or "0.0123 replica-hours" where the currency has no name.
[[nodiscard]] std::string money_text(double amount, const Prices& prices);

}  // namespace forescale
