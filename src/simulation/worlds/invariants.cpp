#include "simulation/worlds/invariants.h"

#include "simulation/worlds/checks.h"

#include <array>

namespace forescale::worlds {

std::span<const Invariant> invariants() {
    using namespace checks;
    static constexpr std::array all{
        Invariant{.name = "alerts_are_true", .of_world = alerts_are_true},
        Invariant{.name = "audit_is_a_chain", .of_world = audit_is_a_chain},
        Invariant{.name = "audit_is_complete", .of_world = audit_is_complete},
        Invariant{.name = "blast_radius", .of_world = blast_radius},
        Invariant{.name = "bounds", .of_service = bounds},
        Invariant{.name = "budget_is_kept", .of_service = budget_is_kept},
        Invariant{.name = "calendar", .of_service = calendar},
        Invariant{.name = "calls_are_in_bounds", .of_world = calls_are_in_bounds},
        Invariant{.name = "change_freeze", .of_service = change_freeze},
        Invariant{.name = "cooldown", .of_service = cooldown},
        Invariant{.name = "decides_on_what_is_there", .of_service = decides_on_what_is_there},
        Invariant{.name = "decisions_are_priced", .of_service = decisions_are_priced},
        Invariant{.name = "fallback_ends", .of_service = fallback_ends},
        Invariant{.name = "flap_budget", .of_service = flap_budget},
        Invariant{.name = "floor_is_kept", .of_service = floor_is_kept},
        Invariant{.name = "health_is_true", .of_world = health_is_true},
        Invariant{.name = "mix_covers_the_size", .of_service = mix_covers_the_size},
        Invariant{.name = "mix_is_asked_for", .of_service = mix_is_asked_for},
        Invariant{.name = "mode_is_kept", .of_service = mode_is_kept},
        Invariant{.name = "newest_sample_is_true", .of_service = newest_sample_is_true},
        Invariant{.name = "no_scale_down_without_data", .of_service = no_scale_down_without_data},
        Invariant{.name = "numbers_of_decision", .of_service = numbers_of_decision},
        Invariant{.name = "numbers_of_forecast", .of_world = numbers_of_forecast},
        Invariant{.name = "numbers_of_record", .of_world = numbers_of_record},
        Invariant{.name = "one_operation_open", .of_world = one_operation_open},
        Invariant{.name = "operations_end_as_they_say", .at_end = operations_end_as_they_say},
        Invariant{.name = "pause_is_kept", .of_service = pause_is_kept},
        Invariant{.name = "rate_limit_down", .of_service = rate_limit_down},
        Invariant{.name = "rate_limit_up", .of_service = rate_limit_up},
        Invariant{.name = "recorded_before_applied", .of_world = recorded_before_applied},
        Invariant{.name = "signals_are_asked", .of_service = signals_are_asked},
        Invariant{.name = "spending_is_true", .of_service = spending_is_true},
        Invariant{.name = "stabilization_down", .of_service = stabilization_down},
        Invariant{.name = "stabilization_up", .of_service = stabilization_up},
        Invariant{.name = "store_has_what_it_took", .at_end = store_has_what_it_took},
        Invariant{.name = "tolerance", .of_service = tolerance},
        Invariant{.name = "unknown_size_is_left_alone", .of_world = unknown_size_is_left_alone},
    };
    return all;
}

}  // namespace forescale::worlds
