#include "decision/accuracy_gate.h"

#include "base/archive.h"
#include "base/rng.h"
#include "decision/price.h"

#include <cmath>
#include <numbers>

#include <gmock/gmock.h>

namespace forescale {
namespace {

using std::chrono::minutes;

constexpr Timestamp begin{std::chrono::hours(24 * 20'000)};
constexpr Duration step = minutes(5);
constexpr Duration lead = minutes(5);

Service shop() {
    Service service;
    service.id = ServiceId("shop");
    service.capacity_per_replica = Demand(20.0);
    set_steps(service, step);
    return service;
}

Window window_of(Timestamp start, double demand) {
    Window window;
    window.start = start;
    window.width = step;
    window.count = 5;
    window.sum = 5.0 * demand;
    window.state = SampleState::present;
    return window;
}

/// A daily wave with noise, a gate over it, and a forecaster that knows the wave and is wrong by a
/// factor.
class Played {
public:
    explicit Played(std::uint64_t seed = 1) : rng_(seed) {}

    /// Turns of 5 min for that many hours.
    void play(double hours, double factor) {
        const Timestamp until = now_ + std::chrono::duration_cast<Duration>(
                                           std::chrono::duration<double>(hours * 3600.0));
        while (now_ < until) turn(factor);
    }
    /// Hours until it changes its mind; `most` when it does not.
    double hours_until(bool harm, double factor, double most) {
        const Timestamp from = now_;
        while (gate_.forecasts_harm() != harm && in_seconds(now_ - from) < most * 3600.0)
            turn(factor);
        return in_seconds(now_ - from) / 3600.0;
    }
    [[nodiscard]] AccuracyGate& gate() { return gate_; }
    [[nodiscard]] ScalingPolicy& policy() { return service_.policy; }

private:
    double normal() {
        double sum = -6.0;
        for (int i = 0; i < 12; ++i) sum += rng_.uniform();
        return sum;
    }
    static double level(Timestamp at) {
        const double days = in_seconds(at - begin) / 86400.0;
        return 400.0 - 250.0 * std::cos(2.0 * std::numbers::pi * days);
    }
    void turn(double factor) {
        const double demand = level(now_) * (1.0 + 0.05 * normal());
        const Window window = window_of(now_, demand);
        now_ += step;
        gate_.observe(service_, {.window = window, .served_max = std::nullopt});
        DecisionInputs inputs;
        inputs.capacity.ready = Replicas(20);
        inputs.newest = {.at = now_ - step, .value = demand};
        inputs.lead_time = lead;
        inputs.capacity_per_replica = service_.capacity_per_replica;
        inputs.confidence = 0.9;
        inputs.lead_demand = LeadDemand{.from = now_, .lead = lead};
        for (std::size_t i = 0; i < quantile_levels.size(); ++i)
            inputs.lead_demand->quantiles[i] =
                factor * std::max(level(now_), level(now_ + lead)) *
                (1.0 + 0.05 * (2.0 * quantile_levels[i] - 1.0) * 2.4);
        gate_.decide(service_, inputs, now_);
    }

    Service service_ = shop();
    AccuracyGate gate_;
    Timestamp now_ = begin;
    Rng rng_;
};

TEST(AccuracyGate, GoodForecastsStay) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        Played played(seed);
        EXPECT_EQ(played.hours_until(true, 1.0, 24.0 * 40), 24.0 * 40) << seed;
        EXPECT_LT(played.gate().cost_ratio(), 0.95);
    }
}

/// What a rare risk costs more than reacting is what its operator wants to pay.
TEST(AccuracyGate, GoodForecastsStayAtAnyLevelOfRisk) {
    for (const double quantile : {0.9999, 0.999999}) {
        Played played;
        played.policy().quantile = quantile;
        EXPECT_EQ(played.hours_until(true, 1.0, 24.0 * 20), 24.0 * 20) << quantile;
        EXPECT_LE(played.hours_until(true, 3.0, 24.0 * 10), 48.0) << quantile;
    }
    Played priced;
    priced.policy().prices.unserved_unit = 1.0;  // 72,000 replica-hours for what a replica serves
    EXPECT_EQ(priced.hours_until(true, 1.0, 24.0 * 20), 24.0 * 20);
}

TEST(AccuracyGate, ForecastsThatAreThreeTimesWrongAreLeftOutWithinTwoDays) {
    for (const double factor : {1.0 / 3.0, 3.0})
        for (const double good_days : {2.0, 30.0}) {
            Played played;
            played.play(24.0 * good_days, 1.0);
            const double hours = played.hours_until(true, factor, 24.0 * 10);
            EXPECT_LE(hours, 48.0) << factor << " after " << good_days;
        }
}

TEST(AccuracyGate, TheyComeBackWhenTheyAreGoodAgain) {
    for (const double factor : {1.0 / 3.0, 3.0}) {
        Played played;
        played.play(24.0 * 3, 1.0);
        played.hours_until(true, factor, 24.0 * 10);
        played.play(24.0 * 4, factor);
        EXPECT_TRUE(played.gate().forecasts_harm()) << "not while they are wrong";
        const double hours = played.hours_until(false, 1.0, 24.0 * 20);
        EXPECT_GE(hours, 1.0);
        EXPECT_LE(hours, 24.0 * 7) << factor;
    }
}

TEST(AccuracyGate, GoesOnAfterARestartToTheBit) {
    Played whole;
    Played cut;
    whole.play(70.0, 3.0);
    cut.play(30.0, 3.0);
    const auto stored = save_state(cut.gate(), 1);
    AccuracyGate read;
    ASSERT_TRUE(load_state(read, stored, 1));
    cut.gate() = std::move(read);
    cut.play(40.0, 3.0);
    EXPECT_EQ(save_state(whole.gate(), 1), save_state(cut.gate(), 1));
    EXPECT_LT(stored.size(), 2048U);
}

TEST(AccuracyGate, DemandThatStoodAtWhatCouldBeServedTeachesNothing) {
    const Service service = shop();
    AccuracyGate gate;
    DecisionInputs inputs;
    inputs.capacity.ready = Replicas(10);
    inputs.capacity_per_replica = service.capacity_per_replica;
    inputs.newest = {.at = begin, .value = 100.0};
    gate.decide(service, inputs, begin);
    const auto observe = [&](int from, int to, double demand) {
        for (int i = from; i < to; ++i)
            gate.observe(service,
                         {.window = window_of(begin + i * step, demand), .served_max = 200.0});
    };
    observe(0, 36, 198.0);
    EXPECT_EQ(gate.hours(), 0);
    observe(36, 72, 100.0);
    EXPECT_GT(gate.hours(), 0);
}

TEST(AccuracyGate, DemandThatIsNotConfirmedDoesNotShowThatThereIsNoBound) {
    const Service service = shop();
    AccuracyGate gate;
    DecisionInputs inputs;
    inputs.capacity.ready = Replicas(10);
    inputs.capacity_per_replica = service.capacity_per_replica;
    inputs.newest = {.at = begin, .value = 100.0};
    gate.decide(service, inputs, begin);
    gate.observe(service,
                 {.window = window_of(begin, 1e6), .served_max = 200.0, .is_confirmed = false});
    for (int i = 1; i < 36; ++i)
        gate.observe(service, {.window = window_of(begin + i * step, 198.0), .served_max = 200.0});
    EXPECT_EQ(gate.hours(), 0) << "demand at its bound teaches nothing, and the bound is there";
}

TEST(CapacityPrices, AreThoseAtWhichThePlannedLevelPays) {
    ScalingPolicy policy;
    policy.prices.change_replica_hours = 0.5;
    for (const double level : {0.2, 0.9, 0.999999}) {
        policy.quantile = level;
        const CapacityPrices prices = capacity_prices(policy, Demand(20.0));
        EXPECT_NEAR(prices.unserved_replica_hour * (1.0 - level), prices.replica_hour, 1e-9);
        EXPECT_NEAR(prices.unserved_replica_hour,
                    unserved_price(policy.prices, level, Demand(20.0)) * 20.0 * 3600.0,
                    1e-6 * prices.unserved_replica_hour);
        EXPECT_EQ(prices.change, 0.5);
    }
}

TEST(ShadowFleet, PaysFromAskingAndServesAfterTheLeadTime) {
    Service service = shop();
    service.policy.scale_up.policies = {{PolicyType::percent, 900, std::chrono::seconds(15)}};
    service.policy.target_utilization = 1.0;
    ShadowFleet fleet;
    DecisionInputs inputs;
    inputs.capacity.ready = Replicas(10);
    inputs.capacity_per_replica = service.capacity_per_replica;
    inputs.lead_time = minutes(10);
    inputs.newest = {.at = begin - step, .value = 400.0};
    fleet.decide(service, inputs, begin);
    EXPECT_EQ(fleet.ready(), Replicas(10));
    const CapacityPrices prices{.replica_hour = 1.0, .unserved_replica_hour = 6.0};
    const Window first = window_of(begin, 400.0);
    const Window third = window_of(begin + 2 * step, 400.0);
    EXPECT_NEAR(*fleet.cost(first, 400.0, Demand(20.0), prices), (20.0 + 10.0 * 6.0) / 12.0, 1e-9);
    fleet.decide(service, inputs, begin + minutes(10));
    EXPECT_EQ(fleet.ready(), Replicas(20));
    EXPECT_NEAR(*fleet.cost(third, 400.0, Demand(20.0), prices), 20.0 / 12.0, 1e-9);
    const CapacityPrices with_changes{
        .replica_hour = 1.0, .unserved_replica_hour = 6.0, .change = 0.5};
    EXPECT_NEAR(*fleet.cost(third, 400.0, Demand(20.0), with_changes), 20.0 / 12.0, 1e-9)
        << "the change was asked for before";
    const Window before = window_of(begin - step, 400.0);
    EXPECT_FALSE(ShadowFleet().cost(before, 400.0, Demand(20.0), prices));
}

TEST(ShadowFleet, PaysForEachChangeInTheWindowInWhichItIsAskedFor) {
    Service service = shop();
    service.policy.target_utilization = 1.0;
    service.policy.scale_down.stabilization_window = Duration(0);
    ShadowFleet fleet;
    DecisionInputs inputs;
    inputs.capacity.ready = Replicas(10);
    inputs.capacity_per_replica = service.capacity_per_replica;
    const CapacityPrices prices{.replica_hour = 1.0, .unserved_replica_hour = 6.0, .change = 100.0};
    for (int i = 0; i < 4; ++i) {
        inputs.newest = {.at = begin + (i - 1) * step, .value = i == 2 ? 200.0 : 100.0};
        fleet.decide(service, inputs, begin + i * step);
    }
    const auto changes = [&](int i) {
        const auto cost = fleet.cost(window_of(begin + i * step, 100.0), 0.0, Demand(20.0), prices);
        return static_cast<int>(*cost / prices.change);
    };
    EXPECT_EQ(changes(0), 1);
    EXPECT_EQ(changes(1), 0);
    EXPECT_EQ(changes(2), 1);
    EXPECT_EQ(changes(3), 1);
}

}  // namespace
}  // namespace forescale
