#pragma once
#include "decision/rule.h"

#include <optional>

namespace forescale {

/// What the same service would ask for now without any forecast: the ratio rule of the HPA and the
/// measured load, of the demand that needs most, within what the operator allows at this time.
/// Nothing without a fresh sample.
[[nodiscard]] std::optional<Replicas> reactive_alone(const Turn& turn);

}  // namespace forescale
