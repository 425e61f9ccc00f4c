#include "prediction/event_response.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr std::array<double, 3> keeps{0.95, 0.8, 0.5};  ///< 20, 5 or 2 events count
constexpr double shape_keep = 0.95;
constexpr double strength_min = 0.1;  ///< log: weaker curves have no strength to compare with
constexpr double strength_ratio_max = 4.0;
constexpr double surprise_count_max = 10.0;
constexpr double loss_keep = 0.9;         ///< per event: whether audiences change may change too
constexpr double none_prior = 0.25;       ///< events that "no effect" counts as, beside the noise
constexpr double rest_none_prior = 3.0;   ///< the same for what is left beside a Sunday's shape
constexpr double rest_count = 2.0;        ///< events that it counts as how far days off are one
constexpr double rest_spread = 0.3;       ///< deviation of that share, before any was seen
constexpr double fleet_count_max = 3.0;   ///< events that what other services saw counts as at most
constexpr double fleet_none_prior = 1.0;  ///< services that "no effect" counts as beside them
constexpr double fleet_spread = 0.4;   ///< what a new service may differ by, as a share of theirs
constexpr double stated_prior = 1.0;   ///< events that what is stated counts as
constexpr double day_prior = 1.0;      ///< events that the type counts as within a kind of day
constexpr double name_prior = 1.0;     ///< events that the kind of day counts as within a name
constexpr double spread_prior = 0.4;   ///< deviation of events of a type, as a share of their mean
constexpr double stated_spread = 0.3;  ///< deviation from what is stated, as a share of it

double mean_during(const EventCurve& curve) {
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t k = 0; k < curve_knots; ++k) {
        if (!is_during(k)) continue;
        sum += curve[k];
        count += 1.0;
    }
    return sum / count;
}
double mean_square_during(const EventCurve& curve) {
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t k = 0; k < curve_knots; ++k) {
        if (!is_during(k)) continue;
        sum += curve[k] * curve[k];
        count += 1.0;
    }
    return sum / count;
}
/// How far a day off is like a Sunday, before one was seen. This and the constants above that are
/// named rest_ were chosen on the demand for electricity of Victoria and for bicycles of
/// Washington, with that for taxis of New York in view: what is measured there is no clean test.
double rest_prior_of(std::string_view type) {
    if (type == "holiday") return 0.7;
    return type == "bridge day" ? 0.3 : 0.0;
}
double stated_of(const BusinessEvent& event) {
    return std::clamp(std::log(std::max(1.0 + event.expected_uplift, 1e-3)), -effect_max,
                      effect_max);
}
}  // namespace

void EventTypes::Mean::add(const EventCurve& other, double keep) {
    count += 1.0;
    weight = weight * shape_keep + 1.0;
    for (std::size_t k = 0; k < curve_knots; ++k) curve[k] += (other[k] - curve[k]) / weight;
    strength_weight = strength_weight * keep + 1.0;
    strength += (mean_during(other) - strength) / strength_weight;
}

EventCurve EventTypes::Mean::response() const {
    EventCurve out = curve;
    const double usual = mean_during(curve);
    if (std::abs(usual) < strength_min) return out;
    const double ratio = std::clamp(strength / usual, 1.0 / strength_ratio_max, strength_ratio_max);
    for (double& value : out) value = std::clamp(ratio * value, -effect_max, effect_max);
    return out;
}

EventCurve EventTypes::Mean::towards(const EventCurve& other, double prior) const {
    EventCurve out = response();
    for (std::size_t k = 0; k < curve_knots; ++k)
        out[k] = (count * out[k] + prior * other[k]) / (count + prior);
    return out;
}

EventCurve EventTypes::Type::usual(std::string_view name, bool day_off) const {
    const EventCurve of_day = by_day[day_off ? 1 : 0].towards(all.response(), day_prior);
    const auto named = by_name.find(name);
    return named == by_name.end() ? of_day : named->second.towards(of_day, name_prior);
}

double EventTypes::Type::rest(double prior) const {
    return (rest_sum + rest_count * prior) / (rest_told + rest_count);
}

void EventTypes::Type::add(const SeenEvent& seen) {
    const double surprise_of_rest = seen.rest - rest(rest_prior_of(seen.type));
    rest_squares += seen.rest_told * surprise_of_rest * surprise_of_rest;
    rest_told += seen.rest_told;
    rest_sum += seen.rest_told * seen.rest;
    if (all.count > 0.0) {
        const EventCurve expected = usual(seen.name, seen.day_off);
        EventCurve beyond{};
        for (std::size_t k = 0; k < curve_knots; ++k) beyond[k] = seen.curve[k] - expected[k];
        loss = loss * loss_keep + std::abs(mean_during(beyond));
        for (std::size_t k = 0; k < curve_knots; ++k)
            surprise[k] +=
                (beyond[k] * beyond[k] - surprise[k]) / std::min(all.count, surprise_count_max);
    }
    all.add(seen.curve, keep);
    by_day[seen.day_off ? 1 : 0].add(seen.curve, keep);
    by_name[seen.name].add(seen.curve, keep);
    noise_square += (seen.noise * seen.noise - noise_square) / all.count;
}

/// How far what this service has seen is believed beside `first`, which stands for what `others`
/// have: by how often it was seen, and by how it stands out from the noise.
double EventTypes::Type::trust(bool is_stated, double others, const EventCurve& first) const {
    if (is_stated) return all.count / (all.count + stated_prior);
    EventCurve beyond = all.response();
    for (std::size_t k = 0; k < curve_knots; ++k) beyond[k] -= first[k];
    return all.count / (all.count + others + (rest_told > 0.0 ? rest_none_prior : none_prior) +
                        noise_square / std::max(mean_square_during(beyond), 1e-6));
}

EventTypes::EventTypes(std::span<const SeenEvent> seen, const FleetEvents* fleet) : fleet_(fleet) {
    for (const double keep : keeps) {
        std::map<std::string, Type, std::less<>> types;
        for (const SeenEvent& event : seen) {
            Type& type = types.try_emplace(event.type, Type{}).first->second;
            type.keep = keep;
            type.add(event);
        }
        for (auto& [name, type] : types) {
            Type& best = types_[name];
            if (!(best.all.count > 0.0) || type.loss < best.loss) best = std::move(type);
        }
    }
}

/// Before a service has seen the type itself. One other service may be like no other.
EventResponse EventTypes::at_first(std::string_view type, const FleetEventType* fleet) {
    EventResponse response;
    response.rest = rest_prior_of(type);
    response.rest_variance = rest_spread * rest_spread;
    if (fleet == nullptr) return response;
    const auto services = static_cast<double>(fleet->services);
    const double trust = services / (services + fleet_none_prior);
    const auto told = static_cast<double>(fleet->rest_services);
    response.rest += told / (told + fleet_none_prior) * (fleet->rest - response.rest);
    response.rest_variance = std::max(fleet->rest_spread, response.rest_variance);
    for (std::size_t k = 0; k < curve_knots; ++k) {
        response.mean[k] = trust * fleet->curve[k];
        response.variance[k] =
            fleet->spread[k] + fleet_spread * fleet_spread * fleet->curve[k] * fleet->curve[k];
    }
    return response;
}

/// What this service has seen, as far as it is trusted, and what was expected before that.
EventResponse EventTypes::Type::drawn_to(const EventResponse& first, double trust,
                                         const EventCurve& own) const {
    EventResponse response;
    response.rest = rest(first.rest);
    response.rest_variance =
        (rest_squares + rest_count * first.rest_variance) / (rest_told + rest_count);
    const double surprises = std::min(all.count - 1.0, surprise_count_max);
    for (std::size_t k = 0; k < curve_knots; ++k) {
        const double prior = std::max(spread_prior * spread_prior * own[k] * own[k],
                                      (1.0 - trust) * first.variance[k]);
        response.variance[k] = (surprises * surprise[k] + prior) / (surprises + 1.0);
        response.mean[k] = trust * own[k] + (1.0 - trust) * first.mean[k];
    }
    return response;
}

EventResponse EventTypes::expect(const BusinessEvent& event, bool day_off) const {
    const bool is_stated = event.expected_uplift < 0.0 || event.expected_uplift > 0.0;
    // What somebody says of this event goes before what happened to other services.
    const FleetEventType* fleet =
        fleet_ == nullptr || is_stated ? nullptr : fleet_->find(event.type);
    EventResponse response = at_first(event.type, fleet);
    double trust = 0.0;
    if (const auto found = types_.find(event.type); found != types_.end()) {
        const Type& type = found->second;
        const double others = fleet == nullptr
                                  ? 0.0
                                  : std::min(static_cast<double>(fleet->services), fleet_count_max);
        trust = type.trust(is_stated, others, response.mean);
        response = type.drawn_to(response, trust, type.usual(event.name, day_off));
    }
    const double stated = is_stated ? stated_of(event) : 0.0;
    response.stated = (1.0 - trust) * stated;
    response.stated_variance = stated_spread * stated_spread * response.stated * response.stated;
    return response;
}

std::vector<ServiceEvents> events_by_type(std::span<const SeenEvent> seen) {
    std::map<std::string, ServiceEvents, std::less<>> types;
    for (const SeenEvent& event : seen) {
        ServiceEvents& type = types.try_emplace(event.type, ServiceEvents{}).first->second;
        type.type = event.type;
        ++type.events;
        const auto count = static_cast<double>(type.events);
        for (std::size_t k = 0; k < curve_knots; ++k) {  // Welford's running mean and variance
            const double before = event.curve[k] - type.curve[k];
            type.curve[k] += before / count;
            type.spread[k] += (before * (event.curve[k] - type.curve[k]) - type.spread[k]) / count;
        }
        type.rest_told += event.rest_told;
        if (type.rest_told > 0.0)
            type.rest += event.rest_told * (event.rest - type.rest) / type.rest_told;
    }
    std::vector<ServiceEvents> out;
    for (auto& [name, type] : types) out.push_back(std::move(type));
    return out;
}

}  // namespace forescale
