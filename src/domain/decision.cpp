#include "domain/decision.h"

namespace forescale {
namespace {

constexpr std::array all_reasons{Reason::forecast,
                                 Reason::reactive_floor,
                                 Reason::callers,
                                 Reason::signal,
                                 Reason::reactive,
                                 Reason::confidence_gate,
                                 Reason::accuracy_gate,
                                 Reason::forecast_fallback,
                                 Reason::hold_missing_data,
                                 Reason::plan,
                                 Reason::tolerance,
                                 Reason::stabilization,
                                 Reason::rate_limit,
                                 Reason::cooldown,
                                 Reason::flap_budget,
                                 Reason::budget,
                                 Reason::external_change,
                                 Reason::schedule,
                                 Reason::scheduled_minimum,
                                 Reason::change_freeze,
                                 Reason::pause,
                                 Reason::blast_radius,
                                 Reason::at_max,
                                 Reason::bounds,
                                 Reason::steady};

}  // namespace

std::string_view to_string(Reason reason) {
    switch (reason) {
        case Reason::forecast:
            return "forecast";
        case Reason::reactive_floor:
            return "reactive_floor";
        case Reason::callers:
            return "callers";
        case Reason::signal:
            return "signal";
        case Reason::reactive:
            return "reactive";
        case Reason::confidence_gate:
            return "confidence_gate";
        case Reason::accuracy_gate:
            return "accuracy_gate";
        case Reason::forecast_fallback:
            return "forecast_fallback";
        case Reason::hold_missing_data:
            return "hold_missing_data";
        case Reason::plan:
            return "plan";
        case Reason::tolerance:
            return "tolerance";
        case Reason::stabilization:
            return "stabilization";
        case Reason::rate_limit:
            return "rate_limit";
        case Reason::cooldown:
            return "cooldown";
        case Reason::flap_budget:
            return "flap_budget";
        case Reason::budget:
            return "budget";
        case Reason::external_change:
            return "external_change";
        case Reason::schedule:
            return "schedule";
        case Reason::scheduled_minimum:
            return "scheduled_minimum";
        case Reason::change_freeze:
            return "change_freeze";
        case Reason::pause:
            return "pause";
        case Reason::blast_radius:
            return "blast_radius";
        case Reason::at_max:
            return "at_max";
        case Reason::bounds:
            return "bounds";
        case Reason::steady:
            return "steady";
    }
    return "unknown";
}

Ground ground_of(Reason reason) {
    switch (reason) {
        case Reason::reactive:
        case Reason::confidence_gate:
        case Reason::accuracy_gate:
            return Ground::reactive;
        case Reason::forecast_fallback:
            return Ground::forecast_fallback;
        case Reason::hold_missing_data:
            return Ground::hold;
        case Reason::forecast:
        case Reason::callers:
        case Reason::signal:
        case Reason::reactive_floor:
        case Reason::plan:
        case Reason::tolerance:
        case Reason::stabilization:
        case Reason::rate_limit:
        case Reason::cooldown:
        case Reason::flap_budget:
        case Reason::budget:
        case Reason::external_change:
        case Reason::schedule:
        case Reason::scheduled_minimum:
        case Reason::change_freeze:
        case Reason::pause:
        case Reason::blast_radius:
        case Reason::at_max:
        case Reason::bounds:
        case Reason::steady:
            break;
    }
    return Ground::forecast;
}

Result<Reason> parse_reason(std::string_view text) {
    for (const Reason reason : all_reasons)
        if (to_string(reason) == text) return reason;
    return fail(Errc::invalid_argument, "'{}' is no reason of a decision", text);
}

}  // namespace forescale
