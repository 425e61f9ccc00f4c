#include "decision/price.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

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

/// Below the lowest level, the distribution ends where its first slope reaches level 0.
double least_demand(const Quantiles& quantiles) {
    const double rise = quantiles.at(1) - quantiles.front();
    return quantiles.front() -
           rise * quantile_levels.front() / (quantile_levels.at(1) - quantile_levels.front());
}

/// Of `demand` at the last quantile or beyond it: what lies above it, times its probability. The
/// excess over a threshold of a Pareto tail has the mean (scale + shape * threshold) / (1 - shape).
double expected_in_tail(const Quantiles& quantiles, double demand) {
    const double beyond = demand - quantiles.back();
    const double mean =
        (tail_scale * tail_unit(quantiles) + tail_shape * beyond) / (1 - tail_shape);
    return probability_above(quantiles, demand) * mean;
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

double unserved_price(const Prices& prices, double level, Demand capacity_per_replica) {
    if (prices.unserved_unit > 0.0) return prices.unserved_unit;
    return prices.replica_hour * unserved_over_capacity(level) /
           (capacity_per_replica.value() * seconds_per_hour);
}

double demand_at(const Quantiles& quantiles, double level) {
    if (level <= last_level) return quantile_at(quantiles, level);
    const double rarer = beyond_last / (1.0 - level);
    const double excess = tail_scale / tail_shape * (std::pow(rarer, tail_shape) - 1.0);
    return quantiles.back() + excess * tail_unit(quantiles);
}

PlannedDemand planned_demand(const Quantiles& quantiles, double level, double headroom) {
    const double planned = demand_at(quantiles, level);
    const double base = demand_at(quantiles, std::min(level, last_level));
    return {.planned = planned, .least = std::midpoint(base, planned * (1.0 + headroom))};
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

double expected_above(const Quantiles& quantiles, double demand) {
    double sum = 0.0;
    double at = demand;
    if (const double least = least_demand(quantiles); at < least) {
        sum = least - at;
        at = least;
    }
    double probability = probability_above(quantiles, at);
    for (std::size_t i = 0; i < quantiles.size(); ++i) {
        if (quantiles.at(i) <= at) continue;
        const double until = 1.0 - quantile_levels.at(i);
        sum += (quantiles.at(i) - at) * std::midpoint(probability, until);
        at = quantiles.at(i);
        probability = until;
    }
    return sum + expected_in_tail(quantiles, at);
}

Prices counted_prices(const Prices& prices) {
    Prices out = prices;
    if (!prices.currency.empty()) return out;
    out.replica_hour = 1.0;
    out.unserved_unit = prices.unserved_unit / prices.replica_hour;
    return out;
}

}  // namespace forescale
