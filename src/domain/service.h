#pragma once
#include "base/quantity.h"
#include "base/time.h"
#include "base/zone.h"
#include "domain/capacity_rule.h"
#include "domain/policy.h"

#include <compare>
#include <optional>
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

/// A further measure of demand that limits a service: its replicas have to serve it, too.
struct Signal {
    std::string name;
    MetricKind metric_kind = MetricKind::gauge;
    Duration sample_step = std::chrono::minutes(1);
    Demand capacity_per_replica{1.0};  ///< of this demand, that one ready replica serves
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
    Demand capacity_per_replica{1.0};  ///< demand that one ready replica serves: what is in force
    CapacityRule capacity;             ///< where that comes from
    ScalingPolicy policy;
    std::vector<Caller> callers;
    CallersBound callers_bound = CallersBound::at_least;
    std::vector<Signal> signals;  ///< beside its own demand; the one that needs most counts
    ServiceId owner;  ///< of what forecasts a signal: the service that it is one of; else empty

    /// What is scaled, and what events speak of: the service itself, or that of the signal.
    [[nodiscard]] const ServiceId& scaled() const { return owner.str().empty() ? id : owner; }
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

/// The name of a series of a service beside its own demand: "shop/queue".
[[nodiscard]] inline ServiceId series_id(const ServiceId& service, std::string_view name) {
    return ServiceId(service.str() + '/' + std::string(name));
}

/// The series that the capacity of a replica is learned from; nothing where it is stated.
[[nodiscard]] inline std::optional<ServiceId> measured_series(const Service& service) {
    if (!service.capacity.learns()) return std::nullopt;
    return series_id(service.id, to_string(service.capacity.from));
}

/// What forecasts a signal: a service of its own, which is never decided for. A price of unserved
/// demand is stated for the owner's unit: what one replica lacks costs the same in either.
[[nodiscard]] inline Service signal_service(const Service& owner, const Signal& signal) {
    Service out = owner;
    out.id = series_id(owner.id, signal.name);
    out.owner = owner.id;
    out.metric_kind = signal.metric_kind;
    set_steps(out, signal.sample_step);
    out.capacity_per_replica = signal.capacity_per_replica;
    out.policy.prices.unserved_unit *= owner.capacity_per_replica / signal.capacity_per_replica;
    out.capacity = {};
    out.callers.clear();
    out.signals.clear();
    return out;
}

}  // namespace forescale

template <>
struct fmt::formatter<forescale::ServiceId> : fmt::formatter<std::string> {
    template <class Context>
    auto format(const forescale::ServiceId& id, Context& context) const {
        return fmt::formatter<std::string>::format(id.str(), context);
    }
};
