#pragma once
#include "base/json.h"
#include "domain/event.h"
#include "pipeline/view.h"

#include <string>
#include <string_view>

namespace forescale {

/// How the view of a turn reads as JSON; the shapes are those of docs/openapi.yaml. Times are
/// ISO-8601 with Z, durations seconds, demand in the service's own unit; what is not known is null.
[[nodiscard]] json::object status_json(const ServiceView& view, Timestamp now);
/// `whole`: every point of the path, else the headline horizons only. The path must be there.
[[nodiscard]] json::object prediction_json(const ServiceView& view, bool whole);
[[nodiscard]] json::object decision_summary_json(const Decision& decision);
[[nodiscard]] json::object operation_json(const Operation& operation);
[[nodiscard]] json::object alert_json(const Alert& alert);
[[nodiscard]] json::object component_json(const ComponentHealth& component);
[[nodiscard]] json::object event_json(const BusinessEvent& event);

/// What drives the size of a service now: "starting", "forecast", "reactive", "forecast_fallback"
/// or "hold".
[[nodiscard]] std::string_view driver_of(const ServiceView& view);
/// The worst component; degraded before the first turn.
[[nodiscard]] HealthState overall_health(const FleetView& view);
/// Demand over what the ready replicas serve; empty when one of both is not known.
[[nodiscard]] std::optional<double> utilization(const ServiceView& view);
/// Null for a sample that never came.
[[nodiscard]] json::value time_json(Timestamp time);

}  // namespace forescale
