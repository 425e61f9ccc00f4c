#pragma once
#include "models/model.h"

#include <map>
#include <memory>
#include <string_view>

namespace forescale {

/// Makes a model for a grid step.
using ModelFactory = std::unique_ptr<Model> (*)(Duration step);

using ModelRegistry = std::map<std::string_view, ModelFactory>;
/// Every member of the ensemble, sorted by name. Adding one: a folder, and a line here.
[[nodiscard]] const ModelRegistry& models();

}  // namespace forescale
