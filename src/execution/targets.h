#pragma once
#include "base/clock.h"
#include "execution/simulated/simulated_target.h"
#include "execution/target.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace forescale {

/// What a target is made from; each kind reads its own part.
struct TargetSettings {
    std::string journal;  ///< simulated: where it remembers its replicas; empty: nowhere
    SimulatedTargetSettings simulated;
};

using TargetFactory = Result<std::unique_ptr<Target>> (*)(const TargetSettings& settings,
                                                          const Clock& clock);
using TargetRegistry = std::map<std::string_view, TargetFactory>;

/// Every kind of target, sorted by name.
[[nodiscard]] const TargetRegistry& targets();

/// errors  not_found: no such kind (names the known ones); and what the target itself says of its
/// settings
[[nodiscard]] Result<std::unique_ptr<Target>> make_target(std::string_view kind,
                                                          const TargetSettings& settings,
                                                          const Clock& clock);

}  // namespace forescale
