#pragma once
#include "domain/policy.h"
#include "simulation/world.h"

#include <span>

namespace forescale {

/// The product at several safety settings for the price of one. The production turn runs once, at
/// the usual setting; forecasts do not depend on the size of the fleet, so every policy has a
/// fleet, a decision state and an accuracy gate of its own, and is asked, at every turn, what it
/// decides on what that turn knew. What the turn learns from the fleet itself (lead times, demand
/// that stood at what could be served) is that of the usual setting.
/// returns  one played trace per policy, in their order
/// cost  one replay, and three decisions per policy and step; memory: the played traces
[[nodiscard]] std::vector<std::vector<PlayedStep>> play_in_lockstep(
    const World& world, const PolicyWorld& view, std::span<const ScalingPolicy> policies);

}  // namespace forescale
