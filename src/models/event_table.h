#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace forescale {

/// What the events of one type did to the demand of many services, each service counting once: log
/// of the factor, along the event's own clock (prediction/event_curve.h).
struct FleetEventType {
    static constexpr std::size_t knots = 16;

    std::string type;
    std::int64_t services = 0;           ///< that saw events of the type
    std::array<double, knots> curve{};   ///< middle over services
    std::array<double, knots> spread{};  ///< variance of services, and of their events, around it
    double rest = 0.0;         ///< of days off: how far they are like a Sunday, 1 is altogether
    double rest_spread = 0.0;  ///< variance
    std::int64_t rest_services = 0;  ///< whose days off told

    template <class Archive>
    void fields(Archive& archive) {
        archive(type, services, curve, spread, rest, rest_spread, rest_services);
        if constexpr (Archive::is_reading)
            if (!is_sound()) archive.refuse();
    }
    /// Whether a forecast may be multiplied by it: a factor of 10,000 is no event.
    [[nodiscard]] bool is_sound() const {
        const auto within = [](double low, double value, double high) {
            return value >= low && value <= high;  // NaN is not
        };
        return services > 0 && rest_services >= 0 && within(-2.0, rest, 3.0) &&
               within(0.0, rest_spread, 100.0) &&
               std::ranges::all_of(curve, [&](double v) { return within(-10.0, v, 10.0); }) &&
               std::ranges::all_of(spread, [&](double v) { return within(0.0, v, 100.0); });
    }
};

/// The types of events that a fleet has seen, ascending in name: what a service that has not seen
/// one begins with. Immutable once made.
struct FleetEvents {
    std::vector<FleetEventType> types;

    [[nodiscard]] const FleetEventType* find(std::string_view type) const {
        const auto found = std::ranges::find(types, type, &FleetEventType::type);
        return found == types.end() ? nullptr : &*found;
    }
};

}  // namespace forescale
