#pragma once
#include "models/registry.h"

namespace forescale::last_value {

/// The newest sample, at every horizon.
[[nodiscard]] std::unique_ptr<Model> make(const ModelSettings& settings);

}  // namespace forescale::last_value
