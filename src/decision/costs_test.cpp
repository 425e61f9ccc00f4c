#include "decision/costs.h"

#include "decision/decide.h"
#include "decision/price.h"

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr Timestamp noon{std::chrono::hours(24 * 20'000 + 12)};

/// A replica for 0.09 an hour serves 10 requests/s; a request is worth 0.00005: planned at 0.95.
Service priced_shop() {
    Service service;
    service.id = ServiceId("shop");
    service.capacity_per_replica = Demand(10.0);
    service.policy.prices = {.currency = "EUR",
                             .replica_hour = 0.09,
                             .unserved_unit = 0.00005,
                             .change_replica_hours = 0.5};
    service.policy.replicas_max = Replicas(1000);
    service.policy.scale_up.policies.clear();
    return service;
}

/// Demand that is spread evenly over 0..1000 requests.
DecisionInputs inputs(int ready, double measured) {
    DecisionInputs in;
    in.capacity.ready = Replicas(ready);
    in.newest = {noon, measured, SampleState::present};
    in.lead_demand = LeadDemand{.from = noon, .lead = std::chrono::minutes(6)};
    for (std::size_t i = 0; i < quantile_levels.size(); ++i)
        in.lead_demand->quantiles.at(i) = 1000.0 * quantile_levels.at(i);
    in.lead_time = std::chrono::minutes(5);
    in.confidence = 0.9;
    in.capacity_per_replica = Demand(10.0);
    return in;
}

Decision made(const Service& service, DecisionInputs in) {
    DecisionState state;
    Decision decision = decide(service, std::move(in), noon, state);
    EXPECT_TRUE(decision.costs.has_value());
    return decision;
}

/// 95 replicas at 0.09 for a tenth of an hour, one change of half a replica-hour, and what lies
/// above 950 requests/s for 360 s at 0.00005 a request.
TEST(Costs, AreThoseOfTheSpanInTheCurrency) {
    const Decision decision = made(priced_shop(), inputs(40, 350));
    ASSERT_EQ(decision.desired, Replicas(95));
    const DecisionCosts& costs = *decision.costs;
    EXPECT_EQ(costs.prices.currency, "EUR");
    EXPECT_EQ(costs.span, std::chrono::minutes(6));
    EXPECT_FALSE(costs.is_unserved_implied);
    EXPECT_NEAR(costs.chosen.capacity, 95 * 0.09 * 0.1, 1e-12);
    EXPECT_NEAR(costs.chosen.change, 0.045, 1e-12);
    EXPECT_NEAR(*costs.chosen.shortfall, 0.05, 1e-12);
    const double above = expected_above(decision.inputs.lead_demand->quantiles, 950.0);
    EXPECT_NEAR(*costs.chosen.unserved, above * 360.0 * 0.00005, 1e-12);
    EXPECT_NEAR(*costs.chosen.total(), costs.chosen.capacity + 0.045 + *costs.chosen.unserved,
                1e-12);
}

TEST(Costs, SayWhyNotOneFewerAndNotOneMore) {
    const DecisionCosts costs = *made(priced_shop(), inputs(40, 350)).costs;
    ASSERT_TRUE(costs.one_fewer.has_value());
    EXPECT_EQ(costs.one_fewer->replicas, Replicas(94));
    EXPECT_EQ(costs.one_more.replicas, Replicas(96));
    EXPECT_GT(*costs.one_fewer->total(), *costs.chosen.total());
    EXPECT_GT(*costs.one_more.total(), *costs.chosen.total());
    EXPECT_GT(*costs.one_fewer->shortfall, *costs.chosen.shortfall);
    EXPECT_LT(*costs.one_more.shortfall, *costs.chosen.shortfall);
}

TEST(Costs, OfASizeThatIsThereAreWithoutAChange) {
    const DecisionCosts costs = *made(priced_shop(), inputs(95, 350)).costs;
    EXPECT_DOUBLE_EQ(costs.chosen.change, 0.0);
    EXPECT_NEAR(costs.one_more.change, 0.045, 1e-12);
}

/// At a target of 70 %, 350 requests/s ask for 50 replicas.
TEST(Costs, KnowWhatReactingAloneWouldAskFor) {
    Service service = priced_shop();
    const auto reactive = made(service, inputs(40, 350)).costs->reactive_alone;
    ASSERT_TRUE(reactive.has_value());
    EXPECT_EQ(reactive->replicas, Replicas(50));
    EXPECT_GT(*reactive->shortfall, 0.4);
    service.policy.replicas_max = Replicas(45);
    EXPECT_EQ(made(service, inputs(40, 350)).costs->reactive_alone->replicas, Replicas(45));
    service.policy.replicas_max = Replicas(1000);
    service.policy.replicas_min = Replicas(60);
    EXPECT_EQ(made(service, inputs(70, 350)).costs->reactive_alone->replicas, Replicas(60));
    auto missing = inputs(40, 350);
    missing.newest.state = SampleState::missing;
    EXPECT_FALSE(made(service, std::move(missing)).costs->reactive_alone.has_value());
}

TEST(Costs, ReactingAloneIsWhatTheServiceAsksForWithoutAForecast) {
    for (const double measured : {5.0, 120.0, 260.0, 350.0, 640.0}) {
        auto without = inputs(40, measured);
        without.lead_demand.reset();
        Service service = priced_shop();
        service.policy.tolerance = 0.0;
        service.policy.scale_down.stabilization_window = Duration(0);
        const Decision reacting = made(service, std::move(without));
        const auto alone = made(service, inputs(40, measured)).costs->reactive_alone;
        EXPECT_EQ(alone->replicas, reacting.desired) << measured;
    }
}

TEST(Costs, ImplyThePriceThatAStatedQuantileAmountsTo) {
    Service service = priced_shop();
    service.policy.prices.unserved_unit = 0.0;
    service.policy.quantile = 0.95;
    const Decision decision = made(service, inputs(40, 350));
    EXPECT_TRUE(decision.costs->is_unserved_implied);
    EXPECT_NEAR(decision.costs->unserved_unit, 0.00005, 1e-15);
    EXPECT_EQ(decision.desired, Replicas(95));
}

TEST(Costs, AreReplicaHoursWithoutACurrency) {
    Service service = priced_shop();
    service.policy.prices.currency.clear();
    const DecisionCosts costs = *made(service, inputs(40, 350)).costs;
    EXPECT_NEAR(costs.chosen.capacity, 9.5, 1e-12);
    EXPECT_NEAR(costs.chosen.change, 0.5, 1e-12);
    EXPECT_NEAR(costs.unserved_unit, 0.00005 / 0.09, 1e-15);
}

TEST(Costs, SayNothingOfWhatIsNotServedWithoutALeadDemand) {
    auto in = inputs(40, 350);
    in.lead_demand.reset();
    const Decision decision = made(priced_shop(), std::move(in));
    const DecisionCosts& costs = *decision.costs;
    EXPECT_GT(costs.chosen.capacity, 0.0);
    EXPECT_FALSE(costs.chosen.unserved.has_value());
    EXPECT_FALSE(costs.chosen.shortfall.has_value());
    EXPECT_FALSE(costs.chosen.total().has_value());
    EXPECT_NE(decision.why_not_fewer.find("without a lead demand nobody can say"),
              std::string::npos)
        << decision.why_not_fewer;
}

TEST(Costs, OfNoReplicaHaveNoneFewer) {
    Service service = priced_shop();
    service.policy.replicas_min = Replicas(0);
    auto in = inputs(0, 0.0);
    in.lead_demand->quantiles.fill(0.0);
    const Decision decision = made(service, std::move(in));
    ASSERT_EQ(decision.desired, Replicas(0));
    EXPECT_FALSE(decision.costs->one_fewer.has_value());
    EXPECT_DOUBLE_EQ(*decision.costs->chosen.unserved, 0.0);
}

}  // namespace
}  // namespace forescale
