#include "decision/mix.h"

#include "base/rng.h"
#include "decision/price.h"

#include <cmath>
#include <functional>

#include <gmock/gmock.h>

namespace forescale {
namespace {

using testing::HasSubstr;

constexpr Timestamp noon{std::chrono::hours(24 * 20'000 + 12)};

InstanceType type(const std::string& name, double weight, double price) {
    return {.name = name, .weight = weight, .price_hour = price};
}
InstanceType spot(const std::string& name, double weight, double price, double interruptions) {
    return {.name = name,
            .weight = weight,
            .price_hour = price,
            .spot = true,
            .interruptions_per_hour = interruptions};
}

ScalingPolicy policy_of(std::vector<InstanceType> types, double spot_share_max = 0.5) {
    ScalingPolicy policy;
    policy.instance_types = std::move(types);
    policy.spot_share_max = spot_share_max;
    policy.prices.currency = "EUR";
    policy.prices.replica_hour = replica_hour_of(policy.instance_types);
    return policy;
}

/// 60 % of what is needed at the median, all of it at the 0.99 quantile.
Quantiles demand_of(int replicas) {
    Quantiles quantiles{};
    for (std::size_t i = 0; i < quantiles.size(); ++i)
        quantiles[i] = replicas * (0.6 + 0.4 * (quantile_levels[i] - 0.5) / 0.49);
    return quantiles;
}

MixNeed need_of(int replicas) {
    return {.replicas = Replicas(replicas), .lead = std::chrono::minutes(5)};
}

std::string counts(const InstanceMix& mix) {
    std::string out;
    for (const MixPart& part : mix.parts)
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", part.count, part.type);
    return out;
}

/// What a mix is expected to cost an hour, worked out from the contract alone; nothing where it
/// does not cover the need or has too much spot.
std::optional<double> cost_of(const ScalingPolicy& policy, const MixNeed& need,
                              const std::vector<int>& counts) {
    const double needed = need.replicas.value();
    double capacity = 0.0;
    double of_spot = 0.0;
    double cost = 0.0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const InstanceType& one = policy.instance_types[i];
        const double replicas = counts[i] * one.weight;
        int runs = 0;
        for (const InstanceCount& running : need.running)
            if (running.type == one.name) runs = running.count;
        const double hours = in_seconds(need.lead) / 3600.0;
        cost += counts[i] * one.price_hour;
        cost += std::max(counts[i] - runs, 0) * (need.start * one.weight + one.price_hour * hours) /
                6.0;
        capacity += replicas;
        if (!one.spot) continue;
        of_spot += replicas;
        const double left = std::max(needed - replicas, 0.0);
        const double lost = need.demand == nullptr ? std::min(replicas, needed)
                                                   : expected_above(*need.demand, left) -
                                                         expected_above(*need.demand, needed);
        cost += one.interruptions_per_hour * hours * need.unserved_hour * lost;
    }
    if (capacity < needed - 1e-9 || of_spot > policy.spot_share_max * needed + 1e-9)
        return std::nullopt;
    return cost;
}

double least_of_all(const ScalingPolicy& policy, const MixNeed& need) {
    double least = std::numeric_limits<double>::infinity();
    std::vector<int> counts(policy.instance_types.size(), 0);
    const std::function<void(std::size_t)> every = [&](std::size_t at) {
        if (at == counts.size()) {
            if (const auto cost = cost_of(policy, need, counts)) least = std::min(least, *cost);
            return;
        }
        const InstanceType& one = policy.instance_types[at];
        const int fit = static_cast<int>(std::ceil(need.replicas.value() / one.weight));
        for (counts[at] = 0; counts[at] <= (one.max > 0 ? std::min(one.max, fit) : fit);
             ++counts[at])
            every(at + 1);
        counts[at] = 0;
    };
    every(0);
    return least;
}

std::vector<int> all_counts(const ScalingPolicy& policy, const InstanceMix& mix) {
    std::vector<int> out;
    for (const InstanceType& one : policy.instance_types) {
        const auto part = std::ranges::find(mix.parts, one.name, &MixPart::type);
        out.push_back(part == mix.parts.end() ? 0 : part->count);
    }
    return out;
}

InstanceType random_type(Rng& rng, std::size_t number) {
    constexpr std::array weights{0.5, 1.0, 1.5, 2.0, 4.0};
    InstanceType one = type(fmt::format("t{}", number),
                            weights.at(static_cast<std::size_t>(rng.uniform() * 5.0)), 0.0);
    one.price_hour = one.weight * (0.5 + rng.uniform());
    one.max = rng.uniform() < 0.3 ? 1 + static_cast<int>(rng.uniform() * 4.0) : 0;
    one.spot = number > 0 && rng.uniform() < 0.4;
    if (number == 0) one.max = 0;
    if (one.spot) one.price_hour *= 0.4;
    if (one.spot) one.interruptions_per_hour = rng.uniform() < 0.2 ? 0.0 : 0.1 * rng.uniform();
    return one;
}

TEST(Mix, IsTheCheapestOfAllThatCoverTheNeed) {
    Rng rng(7);
    for (int round = 0; round < 300; ++round) {
        std::vector<InstanceType> types;
        for (std::size_t i = 0; i < 1 + static_cast<std::size_t>(rng.uniform() * 4.0); ++i)
            types.push_back(random_type(rng, i));
        const ScalingPolicy policy = policy_of(types, rng.uniform());
        ASSERT_TRUE(check_instance_types(policy));
        const int replicas = 1 + static_cast<int>(rng.uniform() * 12.0);
        const Quantiles demand = demand_of(replicas);
        std::vector<InstanceCount> running;
        for (const InstanceType& one : types)
            if (rng.uniform() < 0.5)
                running.push_back({one.name, static_cast<int>(rng.uniform() * 6.0)});
        MixNeed need = need_of(replicas);
        need.running = running;
        need.unserved_hour = 100.0 * rng.uniform();
        need.start = rng.uniform();
        if (rng.uniform() < 0.8) need.demand = &demand;
        const InstanceMix mix = cheapest_mix(policy, need);
        const auto cost = cost_of(policy, need, all_counts(policy, mix));
        ASSERT_TRUE(cost) << round << ": " << counts(mix) << " for " << replicas;
        EXPECT_NEAR(*cost, least_of_all(policy, need), 1e-9) << round << ": " << counts(mix);
    }
}

TEST(Mix, TakesTheLargeTypeAsFarAsItIsCheaper) {
    const ScalingPolicy policy = policy_of({type("small", 1.0, 1.0), type("large", 4.0, 2.8)});
    EXPECT_EQ(counts(cheapest_mix(policy, need_of(8))), "2 large");
    EXPECT_EQ(counts(cheapest_mix(policy, need_of(10))), "2 small, 2 large");
    EXPECT_EQ(counts(cheapest_mix(policy, need_of(12))), "3 large");
    const InstanceMix mix = cheapest_mix(policy, need_of(11));
    EXPECT_EQ(counts(mix), "3 large") << "one of them is cheaper than three small ones are";
    EXPECT_DOUBLE_EQ(mix.replicas, 12.0);
    EXPECT_DOUBLE_EQ(mix.price_hour, 3 * 2.8);
    EXPECT_TRUE(cheapest_mix(policy, need_of(0)).parts.empty());
}

TEST(Mix, SpotIsBoundedByItsShare) {
    const auto share = [](double most) {
        return cheapest_mix(policy_of({type("a", 1.0, 1.0), spot("s", 1.0, 0.3, 0.0)}, most),
                            need_of(20))
            .spot_share;
    };
    EXPECT_DOUBLE_EQ(share(0.0), 0.0);
    EXPECT_DOUBLE_EQ(share(0.5), 0.5);
    EXPECT_DOUBLE_EQ(share(0.99), 0.95) << "whole instances";
    EXPECT_DOUBLE_EQ(share(1.0), 1.0);
}

TEST(Mix, SpotIsTakenAsFarAsItSavesMoreThanItRisks) {
    const Quantiles demand = demand_of(20);
    double before = 1.0;
    for (const double interruptions : {0.0, 0.02, 0.2, 2.0, 60.0}) {
        const ScalingPolicy policy =
            policy_of({type("a", 1.0, 1.0), spot("s", 1.0, 0.3, interruptions)}, 0.8);
        MixNeed need = need_of(20);
        need.demand = &demand;
        need.unserved_hour = 100.0;
        const InstanceMix mix = cheapest_mix(policy, need);
        EXPECT_LE(mix.spot_share, before);
        before = mix.spot_share;
        const double saved = mix.spot_share * 20.0 * 0.7;
        EXPECT_LE(mix.risk_hour, saved) << interruptions;
    }
    EXPECT_LT(before, 0.1) << "a pool that is gone every minute";
}

TEST(Mix, WithoutAForecastAllThatIsNeededCountsAsDemand) {
    const ScalingPolicy policy = policy_of({type("a", 1.0, 1.0), spot("s", 1.0, 0.3, 0.1)}, 0.8);
    MixNeed need = need_of(20);
    need.unserved_hour = 100.0;
    EXPECT_DOUBLE_EQ(cheapest_mix(policy, need).spot_share, 0.0);
    const Quantiles demand = demand_of(20);
    need.demand = &demand;
    EXPECT_GT(cheapest_mix(policy, need).spot_share, 0.1);
}

TEST(Mix, TwoPoolsRiskLessThanOne) {
    const Quantiles demand = demand_of(20);
    MixNeed need = need_of(20);
    need.demand = &demand;
    need.unserved_hour = 100.0;
    const InstanceMix one =
        cheapest_mix(policy_of({type("a", 1.0, 1.0), spot("s", 1.0, 0.3, 0.1)}, 1.0), need);
    const InstanceMix two = cheapest_mix(
        policy_of({type("a", 1.0, 1.0), spot("s", 1.0, 0.3, 0.1), spot("t", 1.0, 0.3, 0.1)}, 1.0),
        need);
    EXPECT_GT(two.spot_share, one.spot_share);
}

TEST(Mix, WhatRunsIsKeptUntilAnotherPays) {
    const std::vector<InstanceCount> running{{"a", 10}};
    for (const auto& [price, kept] : {std::pair(0.95, true), {0.5, false}}) {
        const ScalingPolicy policy = policy_of({type("a", 1.0, 1.0), type("b", 1.0, price)});
        MixNeed need = need_of(10);
        need.running = running;
        need.start = 2.0 / 3.0;
        EXPECT_EQ(counts(cheapest_mix(policy, need)), kept ? "10 a" : "10 b") << price;
        need.replicas = Replicas(7);
        EXPECT_EQ(counts(cheapest_mix(policy, need)), kept ? "7 a" : "7 b") << "fewer are left";
    }
}

TEST(Mix, AsMuchAsThereIsWhereTheTypesHaveNotEnough) {
    ScalingPolicy policy = policy_of({type("a", 1.0, 1.0)});
    policy.instance_types[0].max = 3;
    EXPECT_EQ(counts(cheapest_mix(policy, need_of(5))), "3 a");
    EXPECT_DOUBLE_EQ(cheapest_mix(policy, need_of(5)).replicas, 3.0);
}

// ---- in a decision

Service shop(ScalingPolicy policy) {
    Service service;
    service.id = ServiceId("shop");
    service.policy = std::move(policy);
    service.policy.scale_down.stabilization_window = Duration(0);
    return service;
}

DecisionInputs inputs_of(double demand) {
    DecisionInputs inputs;
    inputs.capacity.ready = Replicas(10);
    inputs.newest = {.at = noon, .value = demand};
    inputs.lead_time = std::chrono::minutes(5);
    inputs.confidence = 1.0;
    inputs.lead_demand = LeadDemand{.from = noon, .lead = std::chrono::minutes(5)};
    inputs.lead_demand->quantiles.fill(demand);
    return inputs;
}

TEST(Mix, IsPartOfTheDecisionAndItsSentence) {
    DecisionState state;
    const Service service = shop(policy_of({type("small", 1.0, 1.0), type("large", 4.0, 3.2)}));
    const Decision made = decide(service, inputs_of(16.0), noon, state);
    ASSERT_TRUE(made.mix);
    EXPECT_GE(made.mix->replicas, made.desired.value());
    EXPECT_EQ(state.mix, made.mix->counts());
    EXPECT_THAT(made.sentence, HasSubstr(mix_text(*made.mix, service.policy.prices)));
    EXPECT_THAT(made.sentence, HasSubstr("EUR an hour"));
}

TEST(Mix, IsNotThereWithoutTypes) {
    DecisionState state;
    const Decision made = decide(shop({}), inputs_of(16.0), noon, state);
    EXPECT_FALSE(made.mix);
    EXPECT_TRUE(state.mix.empty());
    EXPECT_EQ(made.sentence.find("an hour"), std::string::npos);
}

TEST(Mix, DoesNotChangeFromTurnToTurnWithTheForecast) {
    DecisionState state;
    const Service service =
        shop(policy_of({type("a", 1.0, 1.0), type("b", 2.0, 1.9), spot("s", 1.0, 0.4, 0.05)}));
    int changes = 0;
    std::vector<InstanceCount> before;
    for (int turn = 0; turn < 200; ++turn) {
        DecisionInputs inputs = inputs_of(8.0);
        for (std::size_t i = 0; i < quantile_levels.size(); ++i)
            inputs.lead_demand->quantiles[i] =
                8.0 + (2.0 + 0.1 * std::sin(turn)) * (quantile_levels[i] - 0.99);
        const Decision made =
            decide(service, std::move(inputs), noon + turn * std::chrono::seconds(30), state);
        if (turn > 0 && made.mix->counts() != before) ++changes;
        before = made.mix->counts();
    }
    EXPECT_LE(changes, 1);
}

// ---- what is refused

TEST(InstanceTypes, SayWhatIsWrongWithThem) {
    const auto problem = [](std::vector<InstanceType> types, double share = 0.5) {
        ScalingPolicy policy;
        policy.instance_types = std::move(types);
        policy.spot_share_max = share;
        const auto checked = check_instance_types(policy);
        return checked ? "" : checked.error().message;
    };
    EXPECT_EQ(problem({type("a", 1.0, 1.0), spot("s", 0.5, 0.2, 0.1)}), "");
    EXPECT_EQ(problem({}), "");
    EXPECT_EQ(problem({spot("s", 1.0, 0.2, 0.1)}, 1.0), "");
    EXPECT_THAT(problem({type("a", 0.0, 1.0)}), HasSubstr("'a': its weight 0"));
    EXPECT_THAT(problem({type("a", -1.0, 1.0)}), HasSubstr("its weight -1"));
    EXPECT_THAT(problem({type("a", 0.3333, 1.0)}), HasSubstr("three decimals"));
    EXPECT_THAT(problem({type("a", 1.0, -1.0)}), HasSubstr("its price_hour -1"));
    EXPECT_THAT(problem({type("a", 1.0, 1.0)}, 1.5), HasSubstr("spot_share_max 1.5"));
    EXPECT_THAT(problem({type("a", 1.0, 1.0)}, -0.5), HasSubstr("spot_share_max -0.5"));
    EXPECT_THAT(problem({type("a", 1.0, 1.0), type("a", 2.0, 1.0)}), HasSubstr("named twice"));
    EXPECT_THAT(problem({spot("s", 1.0, 0.2, 0.1)}, 0.5), HasSubstr("all are spot"));
    InstanceType odd = type("a", 1.0, 1.0);
    odd.interruptions_per_hour = 0.1;
    EXPECT_THAT(problem({odd}), HasSubstr("is not spot"));
    InstanceType few = type("a", 1.0, 1.0);
    few.max = 10;
    EXPECT_THAT(problem({few}), HasSubstr("capacity of 10 replicas"));
    EXPECT_EQ(problem({few, type("b", 1.0, 2.0)}), "");
    EXPECT_THAT(problem({type("a", 0.001, 1.0)}), HasSubstr("common measure"));
}

TEST(InstanceTypes, TheCheapestThatStaysPricesAReplica) {
    const std::vector<InstanceType> types{type("a", 1.0, 1.0), type("b", 4.0, 3.2),
                                          spot("s", 1.0, 0.1, 0.1)};
    EXPECT_DOUBLE_EQ(replica_hour_of(types), 0.8);
    EXPECT_DOUBLE_EQ(replica_hour_of(std::span(types).last(1)), 0.1);
}

}  // namespace
}  // namespace forescale
