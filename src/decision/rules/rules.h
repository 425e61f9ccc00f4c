#pragma once
#include "decision/rule.h"

#include <array>

namespace forescale::rules {

// What is wanted.
Verdict required_capacity(const Turn& turn, Replicas before);
Verdict confidence_gate(const Turn& turn, Replicas before);
Verdict missing_data(const Turn& turn, Replicas before);
Verdict reactive_floor(const Turn& turn, Replicas before);
// What is allowed.
Verdict stabilization(const Turn& turn, Replicas before);
Verdict tolerance(const Turn& turn, Replicas before);
Verdict rate_limit(const Turn& turn, Replicas before);
Verdict cooldown(const Turn& turn, Replicas before);
Verdict bounds(const Turn& turn, Replicas before);

/// The chain in its order. The first four find the size that is wanted, which is what stabilization
/// remembers; the others say how much of it may happen now. Bounds are last: nothing stands above
/// the operator's minimum and maximum.
constexpr std::array<Rule, 4> wanted_rules{{{"required_capacity", required_capacity},
                                            {"confidence_gate", confidence_gate},
                                            {"missing_data", missing_data},
                                            {"reactive_floor", reactive_floor}}};
constexpr std::array<Rule, 5> allowed_rules{{{"stabilization", stabilization},
                                             {"tolerance", tolerance},
                                             {"rate_limit", rate_limit},
                                             {"cooldown", cooldown},
                                             {"bounds", bounds}}};

}  // namespace forescale::rules
