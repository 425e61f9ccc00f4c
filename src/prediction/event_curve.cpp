#include "prediction/event_curve.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace forescale {

namespace {
using std::chrono::minutes;

constexpr std::array<Duration, 6> ramp_knots{-event_ramp,  minutes(-120), minutes(-90),
                                             minutes(-60), minutes(-30),  minutes(0)};
constexpr std::array<Duration, 5> decay_knots{minutes(0), minutes(30), minutes(60), minutes(120),
                                              event_decay};
constexpr std::size_t during_from = ramp_knots.size() - 1;
constexpr std::size_t during_steps = 6;
constexpr std::size_t free_knots = curve_knots - 2;

constexpr double prior_deviation = 1.0;  ///< log: a factor of 2.7 either way is nothing special
constexpr double prior_reach = 2.0;      ///< knots over which the prior's correlation falls to 1/e
/// Samples of one event stray together: all of them within half an hour count as this many.
constexpr double samples_a_knot = 1.0;

template <std::size_t N>
CurvePlace between(const std::array<Duration, N>& knots, std::size_t first, Duration at) {
    std::size_t k = 0;
    while (k + 2 < N && at >= knots[k + 1]) ++k;
    return {.knot = first + k,
            .share = static_cast<double>((at - knots[k]).count()) /
                     static_cast<double>((knots[k + 1] - knots[k]).count())};
}

using Matrix = Eigen::Matrix<double, free_knots, free_knots>;
using Vector = Eigen::Matrix<double, free_knots, 1>;

Matrix prior_precision() {
    Matrix covariance;
    for (Eigen::Index i = 0; i < covariance.rows(); ++i)
        for (Eigen::Index j = 0; j < covariance.cols(); ++j)
            covariance(i, j) = prior_deviation * prior_deviation *
                               std::exp(-std::abs(static_cast<double>(i - j)) / prior_reach);
    return covariance.llt().solve(Matrix::Identity());
}
}  // namespace

BusinessEvent holiday_event(Timestamp midnight, const Zone& zone) {
    BusinessEvent event;
    event.type = "holiday";
    event.id = "holiday " + format_timestamp(midnight);
    event.name = format_timestamp(midnight).substr(5, 5);
    event.start = midnight - zone.offset_at(midnight);
    event.end = event.start + day;
    return event;
}

BusinessEvent bridge_event(Timestamp midnight, const Zone& zone) {
    BusinessEvent event = holiday_event(midnight, zone);
    event.type = "bridge day";
    event.id = "bridge day " + format_timestamp(midnight);
    event.name.clear();
    return event;
}

std::optional<CurvePlace> place_on_curve(const BusinessEvent& event, Timestamp time) {
    if (time < reach_begin(event) || time >= reach_end(event)) return std::nullopt;
    if (time < event.start) return between(ramp_knots, 0, time - event.start);
    if (time >= event.end)
        return between(decay_knots, during_from + during_steps, time - event.end);
    const double passed = static_cast<double>((time - event.start).count()) /
                          static_cast<double>((event.end - event.start).count()) *
                          static_cast<double>(during_steps);
    const auto knot = std::min(static_cast<std::size_t>(passed), during_steps - 1);
    return CurvePlace{.knot = during_from + knot, .share = passed - static_cast<double>(knot)};
}

EventCurve fit_curve(std::span<const CurveSample> samples, const EventCurve& expected,
                     double noise) {
    // How many samples bear on each knot, so that a finer grid does not know more.
    std::array<double, curve_knots> bearing{};
    for (const CurveSample& sample : samples) {
        bearing[sample.place.knot] += 1.0 - sample.place.share;
        bearing[sample.place.knot + 1] += sample.place.share;
    }
    Matrix gram = prior_precision();
    Vector moment = Vector::Zero();
    for (const CurveSample& sample : samples) {
        const auto [knot, share] = sample.place;
        const double near = (1.0 - share) * bearing[knot] + share * bearing[knot + 1];
        const double weight = samples_a_knot / std::max(near, 1.0) / (noise * noise);
        const double beyond = sample.log_factor - along_curve(expected, sample.place);
        const std::array<std::pair<std::size_t, double>, 2> ends{
            {{knot, 1.0 - share}, {knot + 1, share}}};
        for (const auto& [i, a] : ends) {
            if (i == 0 || i == curve_knots - 1) continue;
            const auto row = static_cast<Eigen::Index>(i) - 1;
            moment(row) += weight * a * beyond;
            for (const auto& [j, b] : ends)
                if (j != 0 && j != curve_knots - 1)
                    gram(row, static_cast<Eigen::Index>(j) - 1) += weight * a * b;
        }
    }
    const Vector solution = gram.llt().solve(moment);
    EventCurve curve = expected;
    for (std::size_t k = 1; k + 1 < curve_knots; ++k)
        curve[k] = std::clamp(curve[k] + solution(static_cast<Eigen::Index>(k) - 1), -effect_max,
                              effect_max);
    return curve;
}

}  // namespace forescale
