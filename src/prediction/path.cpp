#include "prediction/path.h"

#include "base/simd_math.h"
#include "features/profile.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
double usual_level(const FeatureContext& context, int horizon) {
    const Timestamp target = context.origin() + context.demand.step() * horizon;
    return log_level(slot_profile(context, target).trimmed, context.scale);
}

/// Between two anchors: their indices, and how far towards the second.
struct Between {
    std::size_t from;
    std::size_t to;
    double share;
};
Between place(const Anchors& anchors, int horizon) {
    const auto next = std::ranges::lower_bound(anchors, horizon);
    const auto to = std::min(static_cast<std::size_t>(next - anchors.begin()), anchors.size() - 1);
    const std::size_t from = to == 0 || anchors[to] == horizon ? to : to - 1;
    const int width = anchors[to] - anchors[from];
    const double share = width == 0 ? 0.0 : static_cast<double>(horizon - anchors[from]) / width;
    return {.from = from, .to = to, .share = share};
}
double along(double a, double b, double share) {
    return a + share * (b - a);
}

/// What is said around a log level, as log levels, none of them above level_max unless the level
/// itself is.
void quantile_levels_at(double level, const Offsets& offsets, double level_max, double* out) {
    for (const double offset : offsets)
        *out++ = std::clamp(level + offset, 0.0, std::max(level, level_max));
}

/// From e to the power of log levels.
Quantiles to_demand(std::span<const double> powers, double scale) {
    Quantiles quantiles{};
    double lowest = 0.0;
    for (std::size_t i = 0; i < quantiles.size(); ++i)
        quantiles[i] = lowest = std::max(lowest, scale * (powers[i] - 1.0));
    return quantiles;
}
}  // namespace

std::vector<ForecastPoint> path_points(const FeatureContext& context, const Anchors& anchors,
                                       const std::vector<AnchorForecast>& at_anchors,
                                       const std::vector<int>& horizons, double ceiling) {
    const double level_max = log_level(ceiling, context.scale);
    std::vector<double> usual_at_anchors;
    usual_at_anchors.reserve(anchors.size());
    for (const int anchor : anchors) usual_at_anchors.push_back(usual_level(context, anchor));
    constexpr std::size_t width = std::tuple_size_v<Quantiles>;
    std::vector<double> levels(horizons.size() * width);
    double* next = levels.data();
    for (const int horizon : horizons) {
        const auto [from, to, share] = place(anchors, horizon);
        const AnchorForecast& a = at_anchors[from];
        const AnchorForecast& b = at_anchors[to];
        double level = along(a.level(), b.level(), share);
        const double bend = from == to
                                ? 0.0
                                : usual_level(context, horizon) -
                                      along(usual_at_anchors[from], usual_at_anchors[to], share);
        if (!std::isnan(bend)) level = std::max(level + bend, 0.0);
        Offsets offsets{};
        for (std::size_t i = 0; i < offsets.size(); ++i)
            offsets[i] = along(a.offsets()[i], b.offsets()[i], share);
        quantile_levels_at(level, offsets, level_max, next);
        next += width;
    }
    simd::exponential(levels);
    std::vector<ForecastPoint> points(horizons.size());
    for (std::size_t i = 0; i < points.size(); ++i)
        points[i] = {
            .horizon = context.demand.step() * horizons[i],
            .quantiles = to_demand(std::span(levels).subspan(i * width, width), context.scale)};
    return points;
}

}  // namespace forescale
