#pragma once
#include "models/registry.h"

namespace forescale::weekly_naive {

/// The newest observed value at the target minus a whole number of weeks, at most four.
[[nodiscard]] std::unique_ptr<Model> make(const ModelSettings& settings);

}  // namespace forescale::weekly_naive
