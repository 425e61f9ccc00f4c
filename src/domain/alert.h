#pragma once
#include "base/time.h"

#include <cstdint>
#include <string>

namespace forescale {

enum class Severity : std::uint8_t { info, warning, critical };
[[nodiscard]] constexpr std::string_view to_string(Severity severity) {
    switch (severity) {
        case Severity::info:
            return "info";
        case Severity::warning:
            return "warning";
        case Severity::critical:
            return "critical";
    }
    return "unknown";
}

/// A condition that a person should know of. A value: whoever sends it is told what to send.
struct Alert {
    std::string name;     ///< "scale_operation_failed": stable, with the service its identity
    std::string service;  ///< empty: the process itself
    Severity severity = Severity::warning;
    std::string summary;  ///< what is wrong, and what to do, in one sentence
    Timestamp since;
};

/// Health of one component, as GET /health shows it.
enum class HealthState : std::uint8_t { ok, degraded, failed };
[[nodiscard]] constexpr std::string_view to_string(HealthState state) {
    switch (state) {
        case HealthState::ok:
            return "ok";
        case HealthState::degraded:
            return "degraded";
        case HealthState::failed:
            return "failed";
    }
    return "unknown";
}
struct ComponentHealth {
    std::string component;  ///< "collector/replay", "store", "prediction/shop"
    HealthState state = HealthState::ok;
    std::string detail;
    Timestamp since;
};

}  // namespace forescale
