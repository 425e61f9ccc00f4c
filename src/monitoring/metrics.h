#pragma once
#include <memory>
#include <string>

#include "base/error.h"
#include "domain/decision.h"
#include "domain/operation.h"

namespace forescale {

/// What Forescale says of itself to Prometheus. Names: forescale_<noun>_<unit>[_total]. Thread-safe; children are cached per
/// service, so that a turn looks no label up.
class ScalingMetrics {
public:
    ScalingMetrics();
    ~ScalingMetrics();
    ScalingMetrics(const ScalingMetrics&) = delete;
    ScalingMetrics& operator=(const ScalingMetrics&) = delete;

    void decided(const Decision& decision);           ///< replicas, demand, quantile, reason counts
    void operated(const Operation& operation);        ///< per state
    void forecast_scored(const ServiceId& service, Duration horizon, double absolute_error, double actual, bool inside_90);
    void forecast_made(const ServiceId& service, double confidence, Duration age);
    /// Points by outcome since start ("accepted", "late", ...): the total, not the increase.
    void stream_points(const ServiceId& service, std::string_view outcome, double total);
    void turn_took(Duration wall, double cpu_seconds, std::size_t services);
    void collected(std::string_view collector, bool ok, std::size_t points, Duration took);
    void store_wrote(bool ok, Duration took);
    void lead_time(const ServiceId& service, Duration lead_time, bool learned);
    void up(std::string_view component, bool ok);

    /// The text exposition format, version 0.0.4.
    [[nodiscard]] std::string text() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace forescale
