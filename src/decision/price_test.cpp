#include "decision/price.h"

#include <cmath>

#include <gtest/gtest.h>

namespace forescale {
namespace {

Quantiles even_demand() {
    Quantiles out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = 1000.0 * quantile_levels.at(i);
    return out;
}

ScalingPolicy priced(double replica_hour, double unserved_unit) {
    ScalingPolicy policy;
    policy.prices = {
        .currency = "EUR", .replica_hour = replica_hour, .unserved_unit = unserved_unit};
    return policy;
}

TEST(PlannedLevel, IsThePolicysQuantileWhereUnservedDemandHasNoPrice) {
    ScalingPolicy policy;
    policy.quantile = 0.97;
    EXPECT_DOUBLE_EQ(planned_level(policy, Demand(10.0)), 0.97);
}

/// A replica for 0.09 an hour serves 10 requests/s, 36,000 an hour. At 0.00005 a request they are
/// worth 1.8: it pays while it is needed in one hour of twenty.
TEST(PlannedLevel, IsTheCriticalRatioOfThePrices) {
    EXPECT_NEAR(planned_level(priced(0.09, 0.00005), Demand(10.0)), 0.95, 1e-12);
}

TEST(PlannedLevel, StaysWithinWhatCanBeSaid) {
    EXPECT_DOUBLE_EQ(planned_level(priced(1.0, 1e12), Demand(10.0)), level_most);
    EXPECT_DOUBLE_EQ(planned_level(priced(1.0, 1e-12), Demand(10.0)), level_least);
}

TEST(PlannedLevel, ComesBackFromThePriceThatItImplies) {
    ScalingPolicy policy = priced(0.2, 0.0);
    policy.prices.unserved_unit = unserved_price(policy.prices, 0.999, Demand(25.0));
    EXPECT_NEAR(planned_level(policy, Demand(25.0)), 0.999, 1e-12);
}

TEST(DemandAt, RisesWithTheLevelWithoutAStep) {
    const Quantiles quantiles = even_demand();
    EXPECT_DOUBLE_EQ(demand_at(quantiles, 0.9), 900.0);
    EXPECT_NEAR(demand_at(quantiles, 0.99 + 1e-9), 990.0, 0.01);
    double before = 0.0;
    for (const double level : {0.3, 0.99, 0.995, 0.999, 0.9999, level_most}) {
        EXPECT_GT(demand_at(quantiles, level), before);
        before = demand_at(quantiles, level);
    }
}

/// At 0.999 the margin of a demand that hardly spreads is a twentieth of it.
TEST(DemandAt, LeavesRoomForJumpsEvenWhereDemandIsCertain) {
    Quantiles certain{};
    certain.fill(100.0);
    EXPECT_NEAR(demand_at(certain, 0.999), 106.0, 0.5);
    EXPECT_DOUBLE_EQ(demand_at(Quantiles{}, 0.9999), 0.0);
}

TEST(ProbabilityAbove, IsTheInverseOfTheDemandAtALevel) {
    const Quantiles quantiles = even_demand();
    for (const double level : {0.05, 0.33, 0.5, 0.9, 0.97, 0.99, 0.995, 0.999, 0.99999})
        EXPECT_NEAR(probability_above(quantiles, demand_at(quantiles, level)), 1.0 - level, 1e-9);
    EXPECT_LT(probability_above(quantiles, 50000.0), 1e-4);
    EXPECT_DOUBLE_EQ(probability_above(quantiles, -5000.0), 1.0);
}

TEST(ProbabilityAbove, KnowsADemandThatIsCertain) {
    Quantiles certain{};
    certain.fill(100.0);
    EXPECT_NEAR(probability_above(certain, 100.0), 0.01, 1e-12) << "what is served is served";
    EXPECT_GT(probability_above(certain, 99.0), 0.94);
    EXPECT_DOUBLE_EQ(probability_above(Quantiles{}, 1.0), 0.0);
}

/// By brute force: steps of a thousandth of what is left, until nothing is.
double summed_above(const Quantiles& quantiles, double demand) {
    double sum = 0.0;
    double at = demand;
    const double scale = 1e-4 * std::max(quantiles.back(), 1.0);
    while (probability_above(quantiles, at) > 1e-15) {
        const double step = scale + 1e-3 * std::max(at - quantiles.back(), 0.0);
        sum += step * probability_above(quantiles, at + 0.5 * step);
        at += step;
    }
    return sum;
}

TEST(ExpectedAbove, IsTheIntegralOfTheProbability) {
    Quantiles uneven{};
    for (std::size_t i = 0; i < uneven.size(); ++i)
        uneven[i] = 40.0 + 300.0 * std::pow(quantile_levels.at(i), 6.0);
    for (const Quantiles& quantiles : {even_demand(), uneven})
        for (const double demand : {0.0, 3.0, 47.0, 120.0, 500.0, 989.0, 990.0, 1200.0, 3000.0})
            EXPECT_NEAR(expected_above(quantiles, demand) / summed_above(quantiles, demand), 1.0,
                        2e-3)
                << demand;
}

TEST(ExpectedAbove, FallsByTheProbabilityAsCapacityGrows) {
    const Quantiles quantiles = even_demand();
    for (const double demand : {200.0, 700.0, 985.0, 1100.0, 2000.0}) {
        const double fall =
            expected_above(quantiles, demand - 0.01) - expected_above(quantiles, demand + 0.01);
        EXPECT_NEAR(fall / 0.02, probability_above(quantiles, demand), 1e-4) << demand;
    }
}

TEST(ExpectedAbove, KnowsADemandThatIsCertain) {
    Quantiles certain{};
    certain.fill(100.0);
    EXPECT_NEAR(expected_above(certain, 60.0), 39.0, 2.0);
    EXPECT_LT(expected_above(certain, 100.0), 0.2);
    EXPECT_DOUBLE_EQ(expected_above(Quantiles{}, 1.0), 0.0);
    EXPECT_DOUBLE_EQ(expected_above(Quantiles{}, 0.0), 0.0);
}

/// Where demand of every size is priced, the level of the prices is where one more unit costs as
/// much as it saves.
TEST(ExpectedAbove, IsLeastCostlyAtTheLevelOfThePrices) {
    const Quantiles quantiles = even_demand();
    const Prices prices{.currency = "EUR", .replica_hour = 0.09, .unserved_unit = 0.00005};
    const auto hourly = [&](double replicas) {
        return replicas * prices.replica_hour +
               expected_above(quantiles, 10.0 * replicas) * 3600.0 * prices.unserved_unit;
    };
    const double best =
        demand_at(quantiles, planned_level(priced(0.09, 0.00005), Demand(10.0))) / 10.0;
    EXPECT_LT(hourly(best), hourly(best - 1.0));
    EXPECT_LT(hourly(best), hourly(best + 1.0));
}

TEST(CountedPrices, AreReplicaHoursWhereNoCurrencyIsNamed) {
    const Prices named{.currency = "EUR", .replica_hour = 0.2, .unserved_unit = 0.001};
    EXPECT_DOUBLE_EQ(counted_prices(named).replica_hour, 0.2);
    const Prices counted =
        counted_prices({.currency = "", .replica_hour = 0.2, .unserved_unit = 0.001});
    EXPECT_DOUBLE_EQ(counted.replica_hour, 1.0);
    EXPECT_DOUBLE_EQ(counted.unserved_unit, 0.005);
}

}  // namespace
}  // namespace forescale
