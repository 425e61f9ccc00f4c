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
/// Whether what is refitted `every` so long (a divisor of a week) is due at this step. A service
/// has a step of its own, and all its fits fall on it: one slow step a day, and not in the turn in
/// which the rest of the fleet has its own.
[[nodiscard]] bool is_refit_step(const ModelSettings& settings, Timestamp origin, Duration every);

using ModelFactory = std::unique_ptr<Model> (*)(const ModelSettings& settings);

using ModelRegistry = std::map<std::string_view, ModelFactory>;
/// Every member of the ensemble, sorted by name. Adding one: a folder, and a line here.
[[nodiscard]] const ModelRegistry& models();

}  // namespace forescale
