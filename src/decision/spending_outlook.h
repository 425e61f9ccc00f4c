#pragma once
#include "domain/decision.h"
#include "domain/service.h"

namespace forescale {

/// What was spent until `now`, with the limits of the service's budget, and with what is expected:
/// the sizes that the path's medians need with today's margin, within the bounds of their times;
/// after the path, its mean where it is of a whole day, and otherwise the size that is there. path:
/// null without a forecast. O(points of the path * spans of the schedule).
[[nodiscard]] Spending with_outlook(Spending spending, const Service& service,
                                    const DecisionInputs& inputs, const ForecastPath* path,
                                    Timestamp now);

}  // namespace forescale
