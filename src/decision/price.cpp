#include "decision/price.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

constexpr double seconds_per_hour = 3600.0;
constexpr double last_level = quantile_levels.back();
constexpr double beyond_last = 1.0 - last_level;

// 1.9e-3 of the lead times go beyond 0.12 of the unit, 2.9e-4 beyond 0.8 (means over 16 series).
constexpr double tail_shape = 0.6;
constexpr double tail_scale = 0.024;

/// The unit of the tail; 0 where nothing spreads and nothing is demanded.
double tail_unit(const Quantiles& quantiles) {
    const double last = quantiles.back();
    return 0.5 * last + 3.0 * (last - quantiles[median_index]);
}

}  // namespace

double planned_level(const ScalingPolicy& policy, Demand capacity_per_replica) {
    const Prices& prices = policy.prices;
    if (!(prices.unserved_unit > 0.0)) return std::clamp(policy.quantile, level_least, level_most);
    const double unserved = prices.unserved_unit * capacity_per_replica.value() * seconds_per_hour;
    return std::clamp(1.0 - prices.replica_hour / unserved, level_least, level_most);
}

double unserved_over_capacity(double level) {
    return 1.0 / (1.0 - std::clamp(level, level_least, level_most));
}

double implied_unserved_price(const Prices& prices, double level, Demand capacity_per_replica) {
    return prices.replica_hour * unserved_over_capacity(level) /
           (capacity_per_replica.value() * seconds_per_hour);
}

double demand_at(const Quantiles& quantiles, double level) {
    if (level <= last_level) return quantile_at(quantiles, level);
    const double rarer = beyond_last / (1.0 - level);
    const double excess = tail_scale / tail_shape * (std::pow(rarer, tail_shape) - 1.0);
    return quantiles.back() + excess * tail_unit(quantiles);
}

double probability_above(const Quantiles& quantiles, double demand) {
    const double unit = tail_unit(quantiles);
    if (demand > quantiles.back()) {
        if (!(unit > 0.0)) return 0.0;
        const double excess = (demand - quantiles.back()) / unit;
        return beyond_last * std::pow(1.0 + tail_shape * excess / tail_scale, -1.0 / tail_shape);
    }
    std::size_t i = 0;
    while (i + 2 < quantiles.size() && quantiles.at(i + 1) <= demand) ++i;
    const double rise = quantiles.at(i + 1) - quantiles.at(i);
    const double levels = quantile_levels.at(i + 1) - quantile_levels.at(i);
    // All levels at one value: certainly above it or certainly not.
    if (!(rise > 0.0))
        return demand < quantiles.at(i) ? 1.0 - quantile_levels.at(i)
                                        : 1.0 - quantile_levels.at(i + 1);
    const double level = quantile_levels.at(i) + levels * (demand - quantiles.at(i)) / rise;
    return 1.0 - std::clamp(level, 0.0, 1.0);
}

}  // namespace forescale
