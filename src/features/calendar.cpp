#include "features/blocks.h"

#include <algorithm>
#include <numbers>

namespace forescale::blocks {

namespace {
constexpr Duration week = day * 7;
constexpr int day_harmonics = 4;
constexpr int week_harmonics = 2;
constexpr Duration monday = day * 4;  // 1970-01-05 was one

/// Share 0..1 of the period that has passed at a local time.
double phase(Timestamp local, Duration period) {
    return static_cast<double>((local - floor_to(local, period)).count()) /
           static_cast<double>(period.count());
}
/// Sine and cosine of 1..count turns, by the addition theorem: one call of each per period.
void harmonics(double turns, int count, std::span<double> out) {
    const double sine = std::sin(2.0 * std::numbers::pi * turns);
    const double cosine = std::cos(2.0 * std::numbers::pi * turns);
    double s = 0.0;
    double c = 1.0;
    for (int k = 0; k < count; ++k) {
        const double s_next = s * cosine + c * sine;
        c = c * cosine - s * sine;
        s = s_next;
        out[static_cast<std::size_t>(2 * k)] = s;
        out[static_cast<std::size_t>(2 * k + 1)] = c;
    }
}
}  // namespace

void time_of_week(const FeatureContext& context, Timestamp target, std::span<double> out) {
    const Timestamp local = context.zone.to_local(target);
    const double weekday = 7.0 * phase(local - monday, week);
    out[0] = phase(local, day) - 0.5;
    out[1] = weekday / 7.0 - 0.5;
    out[2] = weekday >= 5.0 ? 1.0 : 0.0;
}

void holiday(const FeatureContext& context, Timestamp target, std::span<double> out) {
    const Timestamp midnight = floor_to(context.zone.to_local(target), day);
    out[0] = std::ranges::binary_search(context.holidays, midnight) ? 1.0 : 0.0;
}

void fourier(const FeatureContext& context, Timestamp target, std::span<double> out) {
    const Timestamp local = context.zone.to_local(target);
    harmonics(phase(local, day), day_harmonics, out.first(2 * day_harmonics));
    harmonics(phase(local, week), week_harmonics, out.subspan(2 * day_harmonics));
}

void constant(const FeatureContext&, Timestamp, std::span<double> out) {
    out[0] = 1.0;
}

}  // namespace forescale::blocks
