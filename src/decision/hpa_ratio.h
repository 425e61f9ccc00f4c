#pragma once
#include "domain/capacity.h"

namespace forescale {

/// The ratio rule of the Kubernetes HPA: utilization of what is ready against the target, with its
/// tolerance of a tenth; pending replicas count as idle before more are asked for.
/// target_utilization, capacity_per_replica > 0.
[[nodiscard]] Replicas hpa_ratio(const Capacity& capacity, double demand,
                                 Demand capacity_per_replica, double target_utilization);

}  // namespace forescale
