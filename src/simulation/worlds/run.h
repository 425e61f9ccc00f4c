#pragma once
#include "simulation/worlds/plan.h"

#include <optional>
#include <string>
#include <vector>

namespace forescale::worlds {

/// The first thing in a world that must not be.
struct Failure {
    std::string invariant;  ///< its name in invariants()
    std::string what;       ///< one sentence with the service and the numbers
    Duration at{0};         ///< after the world's start
};

struct Outcome {
    std::optional<Failure> failure;
    std::int64_t turns = 0;
    std::int64_t lives = 0;
    std::vector<std::string> decisions;  ///< all of them, when they were asked for
};

/// Lives the world through on the production turn, with every invariant checked after every turn;
/// ends at the first failure. folder: where a world may keep its database; it exists. The same plan
/// gives the same outcome. One world at a time in a folder.
[[nodiscard]] Outcome run_world(const WorldPlan& plan, const std::string& folder,
                                bool keeps_decisions = false);

/// run_world(), and a second time without the deaths where those change nothing: a restart is a
/// repetition. The failure is then named "restart_changes_nothing".
[[nodiscard]] Outcome check_world(const WorldPlan& plan, const std::string& folder);

}  // namespace forescale::worlds
