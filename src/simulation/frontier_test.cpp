#include "simulation/frontier.h"

#include "simulation/lockstep.h"
#include "simulation/policies/forescale.h"
#include "simulation/simulate.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr double floor_share = 1e-6;

Frontier by_hand() {
    // (0.01, 120) costs more than (0.001, 110) and leaves more: it is no choice.
    return Frontier({{0.1, 100}, {0.001, 110}, {0.01, 120}, {0.0, 130}}, floor_share);
}

TEST(Frontier, KeepsWhatNoOtherSettingBeats) {
    const Frontier frontier = by_hand();
    std::vector<double> hours;
    for (const FrontierPoint& point : frontier.points()) hours.push_back(point.hours);
    EXPECT_EQ(hours, (std::vector<double>{100, 110, 130}));
}

TEST(Frontier, IsLinearInTheLogarithmOfWhatIsUndone) {
    const FrontierReading reading = by_hand().hours_at(0.01);  // half way from 0.1 to 0.001
    EXPECT_NEAR(reading.value, 105.0, 1e-9);
    EXPECT_EQ(reading.bound, Bound::exact);
    EXPECT_NEAR(by_hand().undone_at(105.0).value, 0.01, 1e-12);
}

TEST(Frontier, SaysWhereItEnds) {
    EXPECT_EQ(by_hand().hours_at(0.5).bound, Bound::at_most);
    EXPECT_EQ(by_hand().undone_at(99.0).bound, Bound::at_least);
    EXPECT_EQ(by_hand().undone_at(200.0).bound, Bound::at_most);
    const Frontier never_all({{0.1, 100}, {0.01, 110}}, floor_share);
    EXPECT_EQ(never_all.hours_at(0.001).bound, Bound::at_least);
    EXPECT_DOUBLE_EQ(never_all.hours_at(0.001).value, 110.0);
}

TEST(Frontier, LessThanTheFloorCountsAsNone) {
    EXPECT_DOUBLE_EQ(by_hand().hours_at(1e-9).value, 130.0);
    EXPECT_DOUBLE_EQ(by_hand().hours_at(0.0).value, 130.0);
}

TEST(Frontier, IsBelowAnotherOnlyIfItReachesAsFar) {
    const Frontier cheap({{0.1, 90}, {0.001, 100}}, floor_share);
    EXPECT_FALSE(ratio_of(cheap, by_hand()).below());
    EXPECT_NEAR(ratio_of(cheap, by_hand()).worst, 100.0 / 110.0, 1e-12);
    const Frontier safe({{0.1, 90}, {0.001, 100}, {0.0, 125}}, floor_share);
    EXPECT_TRUE(ratio_of(safe, by_hand()).below());
    EXPECT_FALSE(ratio_of(by_hand(), safe).below());
    EXPECT_NEAR(ratio_of(by_hand(), safe).worst, 100.0 / 90.0, 1e-12);
}

TEST(Frontier, TheLargestRatioMayLieBetweenTheOthersPoints) {
    const Frontier straight({{0.1, 100}, {0.001, 120}}, floor_share);
    const Frontier bent({{0.1, 90}, {0.01, 118}, {0.001, 119}}, floor_share);
    EXPECT_NEAR(ratio_of(bent, straight).worst, 118.0 / 110.0, 1e-12);
}

PolicyOutcome outcome(const char* policy, double setting, double unserved, double hours,
                      double minutes) {
    PolicyOutcome out;
    out.series = "s";
    out.policy = policy;
    out.setting = setting;
    out.step = std::chrono::minutes(5);
    out.unserved_share = unserved;
    out.instance_hours = hours;
    out.under_provisioned_min = minutes;
    out.of_clairvoyant = hours / 100.0;
    return out;
}

TEST(Comparison, ByHand) {
    const auto comparisons = compare_frontiers({
        outcome("forescale", 0.9, 1e-3, 105, 60),
        outcome("forescale", 0.99, 1e-5, 115, 10),
        outcome("hpa", 0.8, 1e-2, 125, 300),
        outcome("hpa", 0.7, 1e-4, 140, 100),
    });
    ASSERT_EQ(comparisons.size(), 2U);
    const PolicyComparison& ours = comparisons[0];
    EXPECT_EQ(ours.policy, "forescale");
    EXPECT_NEAR(ours.cost.value, 110.0 / 140.0, 1e-12);
    EXPECT_NEAR(ours.of_clairvoyant, 1.1, 1e-12);
    EXPECT_NEAR(ours.short_minutes.value, 0.1, 1e-12);
    EXPECT_EQ(ours.short_minutes.bound, Bound::at_most);
    EXPECT_TRUE(ours.against_hpa.below());
    EXPECT_TRUE(ours.not_below.empty());
    EXPECT_EQ(comparisons[1].not_below, std::vector<std::string>{"forescale"});
    const auto summaries = summarize(comparisons);
    EXPECT_EQ(summaries[0].below_all, 1U);
    EXPECT_EQ(summaries[1].below_all, 0U);
    EXPECT_EQ(summaries[0].served, 1U);
    EXPECT_NEAR(summaries[0].cost, 110.0 / 140.0, 1e-12);
}

/// Three days of a wave with noise that repeats nowhere, in steps of 5 min.
World wave() {
    World world;
    world.step = std::chrono::minutes(5);
    world.lead_time = std::chrono::minutes(10);
    world.lead_steps = 2;
    world.capacity_per_replica = 20.0;
    for (int t = 0; t < 3 * 288; ++t)
        world.demand.push_back(500.0 + 400.0 * std::sin(2.0 * std::numbers::pi * t / 288.0) +
                               60.0 * std::sin(t * t * 0.7));
    world.demand[700] = std::numeric_limits<double>::quiet_NaN();
    return world;
}

TEST(Lockstep, ABranchAtTheUsualPolicyIsTheProductionRunStepByStep) {
    const World world = wave();
    const std::vector<ScalingPolicy> usual{ScalingPolicy{}};
    const auto branch = play_in_lockstep(world, world.view(), usual).front();
    Forescale product(world.view(), ScalingPolicy{});
    const auto whole = play(world, product);
    ASSERT_EQ(branch.size(), whole.size());
    std::size_t actions = 0;
    for (std::size_t t = 0; t < whole.size(); ++t) {
        ASSERT_EQ(branch[t].desired, whole[t].desired) << t;
        ASSERT_EQ(branch[t].ready, whole[t].ready) << t;
        ASSERT_EQ(branch[t].reason, whole[t].reason) << t;
        if (t > 0 && whole[t].desired != whole[t - 1].desired) ++actions;
    }
    EXPECT_GT(actions, 20U);
}

/// Also what its fleet has spent is its own.
TEST(Lockstep, ABranchKeepsItsBudget) {
    const World world = wave();
    PolicyWorld view = world.view();
    view.currency = "EUR";
    view.budget = {.per_day = 100.0, .when_reached = WhenReached::no_growth};
    const std::vector<ScalingPolicy> usual{ScalingPolicy{}};
    const auto branch = play_in_lockstep(world, view, usual).front();
    Forescale product(view, ScalingPolicy{});
    const auto whole = play(world, product);
    std::size_t held = 0;
    for (std::size_t t = 0; t < whole.size(); ++t) {
        ASSERT_EQ(branch[t].desired, whole[t].desired) << t;
        ASSERT_EQ(branch[t].reason, whole[t].reason) << t;
        if (whole[t].reason == "budget") ++held;
    }
    EXPECT_GT(held, 10U);
}

TEST(Lockstep, ASaferSettingAsksForMore) {
    World world = wave();
    world.first_scored = 300;  // on the first day there is no forecast to take a risk on
    const std::vector<ScalingPolicy> policies{at_setting(0.5), at_setting(0.9999)};
    const auto played = play_in_lockstep(world, world.view(), policies);
    EXPECT_LT(score(world, played[0]).instance_hours, score(world, played[1]).instance_hours);
    EXPECT_GT(score(world, played[0]).unserved_share, score(world, played[1]).unserved_share);
}

TEST(Settings, TheUsualOneOfForescaleIsTheDefaultPolicy) {
    const ScalingPolicy usual = at_setting(policies().at("forescale").usual);
    EXPECT_NEAR(usual.quantile, ScalingPolicy{}.quantile, 1e-9);
    EXPECT_NEAR(usual.headroom, ScalingPolicy{}.headroom, 1e-9);
}

TEST(Settings, EveryFrontierHoldsTheUsualOne) {
    for (const auto& [name, kind] : policies()) {
        if (kind.settings.empty()) continue;
        EXPECT_NE(std::ranges::find_if(kind.settings,
                                       [&kind = kind](double setting) {
                                           return std::abs(setting - kind.usual) < 1e-9;
                                       }),
                  kind.settings.end())
            << name;
    }
}

}  // namespace
}  // namespace forescale
