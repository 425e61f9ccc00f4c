#pragma once
#include "pipeline/pipeline.h"
#include "simulation/worlds/plan.h"
#include "simulation/worlds/record.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace forescale::worlds {

/// What is wrong, in one sentence; nothing where all is well.
using Finding = std::optional<std::string>;

/// A process as it shows itself after a turn.
struct LifeView {
    const Pipeline& pipeline;
    const AlertManager& alerts;
    const HealthChecker& health;
};

/// A world after a turn, after a start, or after a death.
struct WorldTurn {
    const WorldPlan& plan;
    const WorldRecord& record;
    Timestamp now;
    const LifeView* life = nullptr;  ///< null: the process was killed in this turn
};

/// One service after a turn that decided for it.
struct ServiceTurn {
    const WorldTurn& world;
    const Service& service;
    const ServiceRecord& record;
    const Made& made;
    const Decision& decision;
};

/// A world at its end, with everything that the store and the target have.
struct WorldEnd {
    const WorldPlan& plan;
    const WorldRecord& record;
    Timestamp now;
    Store& store;
    SimulatedTarget& target;
};

/// One thing that is always true. It reads what crossed the borders of the process and what the
/// operator asked for, and computes the rest again by itself: it calls nothing of what it checks.
struct Invariant {
    std::string_view name;
    Finding (*of_service)(const ServiceTurn& turn) = nullptr;
    Finding (*of_world)(const WorldTurn& turn) = nullptr;
    Finding (*at_end)(const WorldEnd& end) = nullptr;
};

/// Every invariant, sorted by name.
[[nodiscard]] std::span<const Invariant> invariants();

}  // namespace forescale::worlds
