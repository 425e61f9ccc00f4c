#pragma once
#include "base/quantity.h"
#include "base/time.h"
#include "base/zone.h"
#include "domain/policy.h"

#include <compare>
#include <string>
#include <vector>

namespace forescale {

/// The name of a service: what keys every topic, table and label.
class ServiceId {
public:
    ServiceId() = default;
    explicit ServiceId(std::string name) : name_(std::move(name)) {}
    [[nodiscard]] const std::string& str() const { return name_; }
    friend auto operator<=>(const ServiceId&, const ServiceId&) = default;

    template <class Archive>
    void fields(Archive& archive) {
        archive(name_);
    }

private:
    std::string name_;
};

/// What kind of number a metric is; decides what StreamProcessor makes of it.
enum class MetricKind : std::uint8_t {
    gauge,    ///< already a rate or a level: taken as it is
    counter,  ///< grows until it is reset: becomes a rate per second
};

/// A service that calls another one.
struct Caller {
    ServiceId service;
    double demand_per_call = 1.0;  ///< demand on the called one per unit of the caller's demand
};
/// What the demand of the callers says of the called service.
enum class CallersBound : std::uint8_t {
    at_least,  ///< it gets that much
    at_most,   ///< nobody else calls it: it gets no more
    both,
};

/// Something whose replicas Forescale decides: what its demand is measured by, and what it is
/// allowed to do about it.
struct Service {
    ServiceId id;
    Zone zone;                        ///< where its users live: seasons follow this wall clock
    std::vector<Timestamp> holidays;  ///< local midnights on the wall-clock line, ascending
    MetricKind metric_kind = MetricKind::gauge;
    Duration sample_step = std::chrono::minutes(1);  ///< how far apart its samples are
    Duration fine_step = std::chrono::minutes(1);    ///< finest windows: max(sample_step, 1 min)
    Duration grid_step = std::chrono::minutes(
        5);  ///< step of the forecasts: max(fine_step, 5 min), a multiple of fine_step
    Demand capacity_per_replica{1.0};  ///< demand that one ready replica serves
    ScalingPolicy policy;
    std::vector<Caller> callers;
    CallersBound callers_bound = CallersBound::at_least;
};

/// Derives the steps of windows and forecasts from how far apart samples are. sample_step > 0.
inline void set_steps(Service& service, Duration sample_step) {
    constexpr Duration fine_min = std::chrono::minutes(1);
    constexpr Duration grid_min = std::chrono::minutes(5);
    const auto up_to_multiple = [](Duration value, Duration of) {
        return (value + of - Duration(1)) / of * of;
    };
    service.sample_step = sample_step;
    service.fine_step = up_to_multiple(fine_min, sample_step);
    service.grid_step = up_to_multiple(grid_min, service.fine_step);
}

}  // namespace forescale

template <>
struct fmt::formatter<forescale::ServiceId> : fmt::formatter<std::string> {
    template <class Context>
    auto format(const forescale::ServiceId& id, Context& context) const {
        return fmt::formatter<std::string>::format(id.str(), context);
    }
};
