#pragma once
#include "domain/decision.h"
#include "domain/service.h"

#include <functional>
#include <vector>

namespace forescale {

/// Every service, by number, after all those that call it; of those that may come next, the first.
/// O(services * log + calls).
/// errors  invalid_argument: a caller that is not among them, or calls in a circle, with the
/// services of one
[[nodiscard]] Result<std::vector<std::size_t>> callers_first(
    const std::vector<const Service*>& services);

/// The newest decision of a service in this turn; null: none was made.
using DecisionFinder = std::function<const Decision*(const ServiceId&)>;

/// What the callers of a service will send to it: the demand that each of them plans for, over its
/// own lead time, or what its own callers send where that is more. Nothing where no caller's
/// forecast is trusted.
[[nodiscard]] std::optional<CallersDemand> callers_demand(const Service& service,
                                                          const DecisionFinder& find);

}  // namespace forescale
