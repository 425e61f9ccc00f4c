#include "training/train_events.h"

#include "prediction/event_effects.h"
#include "prediction/plausible.h"

#include <cmath>
#include <map>

namespace forescale {
namespace {

constexpr double rest_told_min = 0.2;  ///< of one day off that a weekday was to tell by

std::vector<ServiceEvents> events_of(const TrainingSeries& series) {
    if (series.demand.empty() || (series.events.empty() && series.service.holidays.empty()))
        return {};
    const Duration step = series.demand.step();
    EventEffects effects(step, series.service.zone, series.service.holidays);
    effects.know(series.events);
    PlausibleDemand plausible(step);
    Series demand(step, series.demand.size());
    Timestamp at = series.demand.oldest();
    for (const double value : series.demand.values()) {
        const double cleaned = effects.clean(demand, at, value);
        const double believed = plausible.believe(cleaned);
        if (std::isnan(believed) && !std::isnan(cleaned)) effects.disbelieved();
        demand.append(at, believed);
        std::ignore = effects.settle(demand);
        at += step;
    }
    return events_by_type(effects.seen());
}

/// Of an odd number the middle one, of an even one the mean of both.
double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

/// Variance around a middle, as robust as the middle is: the median of squares, for a normal
/// distribution.
double variance_around(double middle, std::vector<double> values) {
    constexpr double normal = 1.0 / 0.455;  // the median of a chi-squared variable of one degree
    for (double& value : values) value = (value - middle) * (value - middle);
    return normal * median(std::move(values));
}

FleetEventType of_type(const std::vector<ServiceEvents>& services) {
    FleetEventType type;
    type.type = services.front().type;
    type.services = static_cast<std::int64_t>(services.size());
    const auto over_services = [&](const auto& value) {
        std::vector<double> values;
        for (const ServiceEvents& service : services) values.push_back(value(service));
        return values;
    };
    for (std::size_t k = 0; k < curve_knots; ++k) {
        const auto curves = over_services([k](const ServiceEvents& s) { return s.curve[k]; });
        const auto spreads = over_services([k](const ServiceEvents& s) { return s.spread[k]; });
        type.curve[k] = median(curves);
        type.spread[k] = variance_around(type.curve[k], curves) + median(spreads);
    }
    std::vector<double> rests;
    for (const ServiceEvents& service : services)
        if (service.rest_told >= rest_told_min) rests.push_back(service.rest);
    if (rests.empty()) return type;
    type.rest = median(rests);
    type.rest_spread = variance_around(type.rest, rests);
    type.rest_services = static_cast<std::int64_t>(rests.size());
    return type;
}
}  // namespace

FleetEvents train_events(std::span<const TrainingSeries> services) {
    std::map<std::string, std::vector<ServiceEvents>, std::less<>> by_type;
    for (const TrainingSeries& service : services)
        for (ServiceEvents& type : events_of(service))
            by_type[type.type].push_back(std::move(type));
    FleetEvents fleet;
    for (const auto& [name, seen] : by_type)
        if (FleetEventType type = of_type(seen); type.is_sound())
            fleet.types.push_back(std::move(type));
    return fleet;
}

}  // namespace forescale
