#pragma once
#include "base/quantity.h"
#include "base/time.h"

#include <vector>

namespace forescale {

/// What the next hours may need: stages that begin one after the other, and what each needs in each
/// of the ways in which demand may go.
struct PlanStages {
    std::vector<Duration> begins;  ///< from now; 0 for the first stage, ascending; 40 at most
    Duration end{0};               ///< of the last stage
    /// Per scenario one number per stage, in their order; one scenario at least. The first stage is
    /// now, and needs the same in all of them.
    std::vector<std::vector<Replicas>> needed;
};
constexpr std::size_t plan_stages_max = 40;

/// What to do now, as the first part of what is best for all stages.
struct CapacityPlan {
    Replicas now{0};
    /// When it is changed next, in most scenarios; the plan's end, where it is not.
    Duration until{0};
};

/// The size that costs least now, of replicas and of changes together, over what is best after it
/// in each scenario: an economic lot-sizing problem with start-up costs (Wagner & Whitin 1958,
/// doi:10.1287/mnsc.5.1.89), solved backwards per scenario, and their mean. Sizes never fall short
/// of what is needed; one is kept from one change to the next, so it is the largest need between
/// the two. So nothing is given back that is likely to be needed again before it pays, and growth
/// is taken in few steps. change_cost is the price of one change in replica-hours.
/// O(scenarios * stages^2), 5 us with 16 scenarios of 20 stages.
[[nodiscard]] CapacityPlan plan_capacity(const PlanStages& stages, Replicas current,
                                         double change_cost);

}  // namespace forescale
