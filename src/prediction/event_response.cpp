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
constexpr double loss_keep = 0.9;      ///< per event: whether audiences change may change too
constexpr double none_prior = 0.25;    ///< events that "no effect" counts as, beside the noise
constexpr double stated_prior = 1.0;   ///< events that what is stated counts as
constexpr double day_prior = 1.0;      ///< events that the type counts as within a kind of day
constexpr double name_prior = 1.0;     ///< events that the kind of day counts as within a name
constexpr double spread_prior = 0.4;   ///< deviation of events of a type, as a share of their mean
constexpr double stated_spread = 0.3;  ///< deviation from what is stated, as a share of it
constexpr double stated_max = 5.0;     ///< log: a factor of 150 either way

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
double stated_of(const BusinessEvent& event) {
    return std::clamp(std::log(std::max(1.0 + event.expected_uplift, 1e-3)), -stated_max,
                      stated_max);
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
    for (double& value : out) value *= ratio;
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

void EventTypes::Type::add(const SeenEvent& seen) {
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

double EventTypes::Type::trust(bool is_stated) const {
    if (is_stated) return all.count / (all.count + stated_prior);
    return all.count / (all.count + none_prior +
                        noise_square / std::max(mean_square_during(all.response()), 1e-6));
}

EventTypes::EventTypes(std::span<const SeenEvent> seen) {
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

EventResponse EventTypes::expect(const BusinessEvent& event, bool day_off) const {
    EventResponse response;
    const bool is_stated = event.expected_uplift < 0.0 || event.expected_uplift > 0.0;
    const double stated = is_stated ? stated_of(event) : 0.0;
    double trust = 0.0;
    if (const auto found = types_.find(event.type); found != types_.end()) {
        const Type& type = found->second;
        trust = type.trust(is_stated);
        response.mean = type.usual(event.name, day_off);
        const double surprises = std::min(type.all.count - 1.0, surprise_count_max);
        for (std::size_t k = 0; k < curve_knots; ++k)
            response.variance[k] =
                (surprises * type.surprise[k] +
                 spread_prior * spread_prior * response.mean[k] * response.mean[k]) /
                (surprises + 1.0);
        for (double& mean : response.mean) mean *= trust;
    }
    response.stated = (1.0 - trust) * stated;
    response.stated_variance = stated_spread * stated_spread * response.stated * response.stated;
    return response;
}

}  // namespace forescale
