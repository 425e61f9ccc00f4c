#pragma once
#include "base/quantity.h"
#include "base/time.h"

#include <span>

namespace forescale {

/// From an instant on, so many replicas are needed.
struct PlanStage {
    Duration begins{0};  ///< from now; 0 for the first stage, ascending
    Replicas needed{0};
};

/// What to do now, as the first part of what is best for all stages.
struct CapacityPlan {
    Replicas now{0};
    Duration until{0};  ///< when its next change is due; the plan's end, where none is
};

/// The sizes that cost least over all stages, of replicas and of changes together, and never fall
/// short of what is needed: an economic lot-sizing problem with start-up costs (Wagner & Whitin
/// 1958, doi:10.1287/mnsc.5.1.89), solved backwards. A size is kept from one change to the next, so
/// it is the largest need between the two. So nothing is given back that is needed again before it
/// pays, and growth is taken in few steps. `end` is when the last stage ends; change_cost is the
/// price of one change in replica-hours. Stages after the first 40 are not looked at. O(stages^2),
/// 2 us.
[[nodiscard]] CapacityPlan plan_capacity(std::span<const PlanStage> stages, Duration end,
                                         Replicas current, double change_cost);

}  // namespace forescale
