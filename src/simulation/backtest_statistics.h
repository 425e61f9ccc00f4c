#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace forescale {

/// Bounds of a central interval; NaN where there is too little to say one.
struct Interval {
    double low = std::numeric_limits<double>::quiet_NaN();
    double high = std::numeric_limits<double>::quiet_NaN();
};

/// Central 95 % interval of a statistic by resampling `count` units with replacement (Efron 1979,
/// doi:10.1214/aos/1176344552): `statistic` is given the indices drawn, `count` of them, and its
/// NaN are left out. The draws depend on `count` alone, so that two models are compared on the same
/// resamples. NaN below `units_min` units. O(draws * count)
[[nodiscard]] Interval bootstrap_95(
    std::size_t count, std::size_t units_min,
    const std::function<double(std::span<const std::size_t>)>& statistic);

/// Spearman's correlation: that of the ranks, equal values sharing their mean rank. Pairs with a
/// NaN are left out; NaN when fewer than three are left or one side is constant. O(n log n)
[[nodiscard]] double rank_correlation(std::span<const double> a, std::span<const double> b);

}  // namespace forescale
