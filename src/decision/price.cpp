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

/// Of `demand` beyond the last quantile: the mean of what lies above it over the levels that do.
/// With levels at the fifth power of even steps the integrand of a Pareto tail is a smooth one, and
/// five points (Gauss-Legendre) are exact for polynomials of degree nine.
double expected_in_tail(const Quantiles& quantiles, double demand) {
    constexpr std::array<double, 5> points{0.04691007703066800, 0.23076534494715845, 0.5,
                                           0.76923465505284155, 0.95308992296933200};
    constexpr std::array<double, 5> weights{0.11846344252809454, 0.23931433524968324,
                                            0.28444444444444444, 0.23931433524968324,
                                            0.11846344252809454};
    constexpr double rarest = 1e-12;  // nearer to 1, a level is no exact number any more
    const double probability = probability_above(quantiles, demand);
    double sum = 0.0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double square = points.at(i) * points.at(i);
        const double fourth = square * square;
        const double rare = std::max(probability * fourth * points.at(i), rarest);
        const double above = std::max(demand_at(quantiles, 1.0 - rare) - demand, 0.0);
        sum += weights.at(i) * 5.0 * probability * fourth * above;
    }
    return sum;
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
    for (std::size_t i = 0; i < quantiles.size(); ++i) {
        if (quantiles.at(i) <= at) continue;
        const double until = 1.0 - quantile_levels.at(i);
        sum += (quantiles.at(i) - at) * std::midpoint(probability_above(quantiles, at), until);
        at = quantiles.at(i);
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
