#include "domain/forecast.h"

#include "base/assert.h"

namespace forescale {
namespace {

/// Index of the last element that is <= x, at most size - 2; needs two elements.
template <class Range, class Value, class Projection>
std::size_t segment_of(const Range& range, const Value& x, Projection projection) {
    std::size_t i = 0;
    while (i + 2 < range.size() && projection(range[i + 1]) <= x) ++i;
    return i;
}

}  // namespace

double quantile_at(const Quantiles& quantiles, double level) {
    const auto i = segment_of(quantile_levels, level, std::identity{});
    const double slope = (quantiles.at(i + 1) - quantiles.at(i)) /
                         (quantile_levels.at(i + 1) - quantile_levels.at(i));
    return std::max(0.0, quantiles.at(i) + slope * (level - quantile_levels.at(i)));
}

Quantiles ForecastPath::at(Duration horizon) const {
    ASSERT(!points.empty());
    if (points.size() == 1 || horizon <= points.front().horizon) return points.front().quantiles;
    if (horizon >= points.back().horizon) return points.back().quantiles;
    const auto i = segment_of(points, horizon, [](const ForecastPoint& p) { return p.horizon; });
    const auto& a = points[i];
    const auto& b = points[i + 1];
    const double share = in_seconds(horizon - a.horizon) / in_seconds(b.horizon - a.horizon);
    Quantiles out{};
    for (std::size_t k = 0; k < out.size(); ++k)
        out.at(k) = a.quantiles.at(k) + share * (b.quantiles.at(k) - a.quantiles.at(k));
    return out;
}

}  // namespace forescale
