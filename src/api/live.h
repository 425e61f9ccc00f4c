#pragma once
#include "pipeline/view.h"

#include <string>

namespace forescale {

/// The name and the body of the event that every turn sends to open pages:
/// server.broadcast(turn_event, turn_event_json(view)).
///     {"at", "turn", "health", "alerts",
///      "services": [{"service", "demand", "state", "ready", "pending", "desired", "reason",
///                    "ground", "risk", "confidence", "utilization", "stale"}]}
/// cost  about 1 us a service
inline constexpr std::string_view turn_event = "turn";
[[nodiscard]] std::string turn_event_json(const FleetView& view);

/// Where the server sends them.
inline constexpr std::string_view events_path = "/api/v1/stream";

}  // namespace forescale
