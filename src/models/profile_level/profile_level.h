#pragma once
#include "models/registry.h"

namespace forescale::profile_level {

/// What is usual at the target's time of day and week, times how far demand is off its habit now.
/// Both the pull of the habit of the week and how long a deviation lasts are learned per horizon,
/// in log levels, by a robust regression on two columns. Needs a day of history; lives through
/// gaps, since a habit does not need the newest sample.
[[nodiscard]] std::unique_ptr<Model> make(const ModelSettings& settings);

}  // namespace forescale::profile_level
