#pragma once
#include "simulation/worlds/invariants.h"

/// The invariants, by what they look at. Each is a sentence that is always true; invariants.cpp
/// lists them.
namespace forescale::worlds::checks {

// checks_decision.cpp: of one decision
Finding bounds(const ServiceTurn& turn);
Finding calendar(const ServiceTurn& turn);
Finding change_freeze(const ServiceTurn& turn);
Finding cooldown(const ServiceTurn& turn);
Finding decides_on_what_is_there(const ServiceTurn& turn);
Finding fallback_ends(const ServiceTurn& turn);
Finding flap_budget(const ServiceTurn& turn);
Finding floor_is_kept(const ServiceTurn& turn);
Finding mode_is_kept(const ServiceTurn& turn);
Finding newest_sample_is_true(const ServiceTurn& turn);
Finding no_scale_down_without_data(const ServiceTurn& turn);
Finding numbers_of_decision(const ServiceTurn& turn);
Finding pause_is_kept(const ServiceTurn& turn);
Finding rate_limit_down(const ServiceTurn& turn);
Finding rate_limit_up(const ServiceTurn& turn);
Finding signals_are_asked(const ServiceTurn& turn);
Finding stabilization_down(const ServiceTurn& turn);
Finding stabilization_up(const ServiceTurn& turn);
Finding tolerance(const ServiceTurn& turn);

// checks_mix.cpp: of what replicas run on
Finding mix_covers_the_size(const ServiceTurn& turn);
Finding mix_is_asked_for(const ServiceTurn& turn);

// checks_money.cpp: of prices and budgets
Finding budget_is_kept(const ServiceTurn& turn);
Finding decisions_are_priced(const ServiceTurn& turn);
Finding spending_is_true(const ServiceTurn& turn);

// checks_record.cpp: of calls and of what is stored
Finding audit_is_complete(const WorldTurn& turn);
Finding audit_is_a_chain(const WorldTurn& turn);
Finding blast_radius(const WorldTurn& turn);
Finding calls_are_in_bounds(const WorldTurn& turn);
Finding numbers_of_record(const WorldTurn& turn);
Finding one_operation_open(const WorldTurn& turn);
Finding recorded_before_applied(const WorldTurn& turn);
Finding unknown_size_is_left_alone(const WorldTurn& turn);

// checks_life.cpp: of what people are told, and of the end
Finding alerts_are_true(const WorldTurn& turn);
Finding health_is_true(const WorldTurn& turn);
Finding numbers_of_forecast(const WorldTurn& turn);
Finding operations_end_as_they_say(const WorldEnd& end);
Finding store_has_what_it_took(const WorldEnd& end);

/// What the operator stated: data older than this are stale. A source that speaks seldom is given
/// the time to miss one sample.
[[nodiscard]] Duration fresh_for(const Service& service);
/// Replicas that serve all that is measured, within the bounds of this time; nothing where nothing
/// is measured.
[[nodiscard]] std::optional<int> needed_now(const ServiceTurn& turn);
/// What the calendar asks for at least in this turn.
[[nodiscard]] int least_now(const ServiceTurn& turn);

}  // namespace forescale::worlds::checks
