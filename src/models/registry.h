#pragma once
#include "models/model.h"

#include <map>
#include <memory>
#include <string_view>

namespace forescale {

/// What a model is made for.
struct ModelSettings {
    Duration step{0};  ///< of the grid
    /// Of the service: spreads refits over the steps, so that a fleet does not refit in one turn.
    std::uint64_t seed = 0;
};
using ModelFactory = std::unique_ptr<Model> (*)(const ModelSettings& settings);

using ModelRegistry = std::map<std::string_view, ModelFactory>;
/// Every member of the ensemble, sorted by name. Adding one: a folder, and a line here.
[[nodiscard]] const ModelRegistry& models();

}  // namespace forescale
