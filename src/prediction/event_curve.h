#pragma once
#include "base/zone.h"
#include "domain/event.h"

#include <array>
#include <optional>
#include <span>

namespace forescale {

/// How demand answers to an event, in log of the factor, along the event's own clock: hours before
/// its start, shares of its duration, hours after its end. Straight between knots; nothing at the
/// first and the last one.
constexpr std::size_t curve_knots = 16;
using EventCurve = std::array<double, curve_knots>;
/// Log: nothing that is stated, or learned, of events goes beyond a factor of 150 either way.
constexpr double effect_max = 5.0;

/// How far an event reaches: crowds gather hours before the kick-off and leave hours after the end.
constexpr Duration event_ramp = std::chrono::hours(3);
constexpr Duration event_decay = std::chrono::hours(4);
[[nodiscard]] inline Timestamp reach_begin(const BusinessEvent& event) {
    return event.start - event_ramp;
}
[[nodiscard]] inline Timestamp reach_end(const BusinessEvent& event) {
    return event.end + event_decay;
}

/// A holiday as an event of its local day, named by its date like "12-25". Such an event is
/// expected to be like a Sunday (is_restful).
[[nodiscard]] BusinessEvent holiday_event(Timestamp midnight, const Zone& zone);
/// The working day between a holiday and a weekend, on which many are off too.
[[nodiscard]] BusinessEvent bridge_event(Timestamp midnight, const Zone& zone);
[[nodiscard]] inline bool is_restful(const BusinessEvent& event) {
    return event.type == "holiday" || event.type == "bridge day";
}

/// A moment on that clock: `share` of the way from `knot` to the next one.
struct CurvePlace {
    std::size_t knot = 0;
    double share = 0.0;
};
/// Nothing outside of the event's reach.
[[nodiscard]] std::optional<CurvePlace> place_on_curve(const BusinessEvent& event, Timestamp time);
[[nodiscard]] inline double along_curve(const EventCurve& curve, CurvePlace place) {
    return curve[place.knot] + place.share * (curve[place.knot + 1] - curve[place.knot]);
}
/// Whether a knot lies within the event's duration.
[[nodiscard]] constexpr bool is_during(std::size_t knot) {
    return knot >= 5 && knot <= 11;
}

/// What was measured at one moment: log of demand over what it would have been without the event.
struct CurveSample {
    CurvePlace place;
    double log_factor = 0.0;
};
/// The curve of one event from its samples: least squares with a Gaussian process around `expected`
/// as the prior, so that knots without samples follow their neighbours. `noise`: standard deviation
/// of the mean of independent samples at one knot. O(samples + knots^3).
[[nodiscard]] EventCurve fit_curve(std::span<const CurveSample> samples, const EventCurve& expected,
                                   double noise);

}  // namespace forescale
