#pragma once
#include "domain/forecast.h"
#include "domain/policy.h"

namespace forescale {

/// The level that capacity is planned at: where the prices say what unserved demand costs, the
/// critical ratio of the newsvendor (Arrow, Harris & Marschak 1951, doi:10.2307/1906813): one
/// replica more pays while it is needed with a probability above its own price over the price of
/// what it would leave unserved. Otherwise the policy's quantile. Within [level_least, level_most].
[[nodiscard]] double planned_level(const ScalingPolicy& policy, Demand capacity_per_replica);
constexpr double level_least = 0.05;
constexpr double level_most = 0.999999;

/// What the demand that one replica serves costs where it is not served, in prices of the replica,
/// at which planned_level() is `level`: the critical ratio turned round. Level as above.
[[nodiscard]] double unserved_over_capacity(double level);

/// The price of one unit of demand that is not served for one second: as stated, or else that at
/// which planned_level() is `level`, which is what a stated quantile amounts to.
[[nodiscard]] double unserved_price(const Prices& prices, double level,
                                    Demand capacity_per_replica);

/// The demand at a level: quantile_at() up to 0.99; above, a generalized Pareto tail (Pickands
/// 1975) in units of half the 0.99 quantile and three times its distance to the median. Jumps that
/// no history announces grow with the level of demand and with how restless it is; the tail's
/// constants are fitted to how often the largest demand of a lead time went beyond on eight series.
[[nodiscard]] double demand_at(const Quantiles& quantiles, double level);

/// What a demand is planned for.
struct PlannedDemand {
    double planned = 0.0;  ///< at the level
    /// What may not stay uncovered: half of the margin that lies beyond the 0.99 quantile, and half
    /// of the headroom, are room in which demand may move without a change of size.
    double least = 0.0;
};
/// headroom: share added to what is planned when the size changes.
[[nodiscard]] PlannedDemand planned_demand(const Quantiles& quantiles, double level,
                                           double headroom);

/// The share (0..1) of the distribution that lies above `demand`: the inverse of demand_at().
[[nodiscard]] double probability_above(const Quantiles& quantiles, double demand);

/// The mean, over the distribution, of the demand beyond `demand`, in its unit: what a capacity of
/// `demand` leaves unserved. The integral of probability_above() from there on: exact below the
/// 0.99 quantile and in the tail beyond it. Finite, at least 0.
[[nodiscard]] double expected_above(const Quantiles& quantiles, double demand);

/// The prices that money is counted in: as stated where the currency has a name; otherwise in
/// replica-hours, of which a replica-hour costs one.
[[nodiscard]] Prices counted_prices(const Prices& prices);

}  // namespace forescale
