#include "decision/price.h"

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
    policy.prices.unserved_unit = implied_unserved_price(policy.prices, 0.999, Demand(25.0));
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
    EXPECT_LT(probability_above(certain, 100.0), 0.06);
    EXPECT_GT(probability_above(certain, 99.0), 0.94);
    EXPECT_DOUBLE_EQ(probability_above(Quantiles{}, 1.0), 0.0);
}

}  // namespace
}  // namespace forescale
