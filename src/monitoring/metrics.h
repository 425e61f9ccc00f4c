#pragma once
#include "base/error.h"
#include "domain/decision.h"
#include "domain/operation.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace forescale {

/// What Forescale says of itself to Prometheus. Names: forescale_<noun>_<unit>[_total]; the list
/// with its help texts is families.cpp. Thread-safe; children are cached per service, so that a
/// turn looks no label up. A gauge does not exist before it was set once, and is NaN while its
/// value is not known: missing is not zero.
class ScalingMetrics {
public:
    /// Values that an open label (collector, outcome, horizon) can take; further ones are counted
    /// together as "other".
    static constexpr std::size_t label_values_max = 64;
    static constexpr std::size_t components_max = 100'000;

    /// version: what forescale_build_info says
    explicit ScalingMetrics(std::string_view version = "unknown");
    ~ScalingMetrics();
    ScalingMetrics(const ScalingMetrics&) = delete;
    ScalingMetrics& operator=(const ScalingMetrics&) = delete;

    void decided(const Decision& decision);  ///< replicas, demand, quantile, reason counts
    /// Per state, once for every state that an operation enters; a repeated intention counts as a
    /// retry.
    void operated(const Operation& operation);
    /// One matured target of the ensemble: WAPE is increase(error) / increase(actual), coverage
    /// increase(covered) / increase(targets).
    void forecast_scored(const ServiceId& service, Duration horizon, double absolute_error,
                         double actual, bool inside_90);
    void forecast_made(const ServiceId& service, double confidence, Duration age);
    void member_took(std::string_view member, std::chrono::nanoseconds took);
    /// What was noticed of demand since the service began: totals, as stream_points().
    struct Noticed {
        std::int64_t level_shifts = 0;
        std::int64_t incidents = 0;
        std::int64_t clipped_steps = 0;
        std::int64_t disbelieved_steps = 0;
        bool in_doubt = false;
    };
    void noticed(const ServiceId& service, const Noticed& what);
    /// Points by outcome since start ("accepted", "late", ...): the total, not the increase; a
    /// smaller one than before is a new start from zero.
    void stream_points(const ServiceId& service, std::string_view outcome, double total);
    /// Day and month; what is expected, and the limit, where there is one.
    void spent(const ServiceId& service, const Spending& spending);
    void turn_took(Duration wall, double cpu_seconds, std::size_t services);
    void collected(std::string_view collector, bool ok, std::size_t points, Duration took);
    void store_wrote(bool ok, Duration took);
    void lead_time(const ServiceId& service, Duration lead_time, bool learned);
    /// Versions of trained models in their roles; empty: none in that role.
    void models(std::string_view champion, std::string_view contender, std::string_view previous);
    /// A version was shipped, promoted, rejected, rolled back, ...
    void model_changed(std::string_view what);
    void training_ended(bool ok, Duration took);
    void up(std::string_view component, bool ok);

    /// The text exposition format, version 0.0.4; families in a fixed order, their children sorted
    /// by label.
    [[nodiscard]] std::string text() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace forescale
