#include "simulation/backtest_statistics.h"

#include "base/rng.h"
#include "simulation/trace.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace forescale {

namespace {
constexpr int draws = 1000;
constexpr std::uint64_t seed = 1;
constexpr std::size_t pairs_min = 3;

/// Ranks from 0; equal values share their mean rank.
std::vector<double> ranks_of(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
    std::vector<double> ranks(values.size());
    for (std::size_t from = 0; from < order.size();) {
        std::size_t to = from + 1;
        while (to < order.size() && !(values[order[from]] < values[order[to]])) ++to;
        const double shared = 0.5 * static_cast<double>(from + to - 1);
        for (; from < to; ++from) ranks[order[from]] = shared;
    }
    return ranks;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
    const auto count = static_cast<double>(a.size());
    const double mean_a = std::reduce(a.begin(), a.end()) / count;
    const double mean_b = std::reduce(b.begin(), b.end()) / count;
    double aa = 0.0;
    double bb = 0.0;
    double ab = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        aa += (a[i] - mean_a) * (a[i] - mean_a);
        bb += (b[i] - mean_b) * (b[i] - mean_b);
        ab += (a[i] - mean_a) * (b[i] - mean_b);
    }
    const double size = std::sqrt(aa * bb);
    return size > 0.0 ? ab / size : std::numeric_limits<double>::quiet_NaN();
}
}  // namespace

Interval bootstrap_95(std::size_t count, std::size_t units_min,
                      const std::function<double(std::span<const std::size_t>)>& statistic) {
    if (count < std::max<std::size_t>(units_min, 1)) return {};
    Rng rng(seed);
    std::vector<std::size_t> drawn(count);
    std::vector<double> values;
    for (int draw = 0; draw < draws; ++draw) {
        for (std::size_t& unit : drawn) unit = rng.below(count);
        const double value = statistic(drawn);
        if (std::isfinite(value)) values.push_back(value);
    }
    return {.low = percentile(values, 2.5), .high = percentile(values, 97.5)};
}

double rank_correlation(std::span<const double> a, std::span<const double> b) {
    std::vector<double> left;
    std::vector<double> right;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        if (std::isnan(a[i]) || std::isnan(b[i])) continue;
        left.push_back(a[i]);
        right.push_back(b[i]);
    }
    if (left.size() < pairs_min) return std::numeric_limits<double>::quiet_NaN();
    return correlation(ranks_of(left), ranks_of(right));
}

}  // namespace forescale
