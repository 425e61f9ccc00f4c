#pragma once
#include "decision/rule.h"

namespace forescale {

/// The maximum that holds in this turn: replicas_max, or above it what at_max allows.
[[nodiscard]] Replicas most_at_max(const Turn& turn);

}  // namespace forescale
