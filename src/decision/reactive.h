#pragma once
#include "decision/rule.h"

#include <optional>

namespace forescale {

/// The ratio rule of the Kubernetes HPA: utilization of what is ready against the target; pending
/// replicas count as idle before more are asked for. Needs a fresh sample.
[[nodiscard]] Replicas ratio_rule(const Turn& turn);

/// What the same service would ask for now without any forecast: the ratio rule and the measured
/// load, within what the operator allows at this time. Nothing without a fresh sample.
[[nodiscard]] std::optional<Replicas> reactive_alone(const Turn& turn);

}  // namespace forescale
