#include "simulation/failures.h"
#include "simulation/simulate.h"
#include "simulation/trace_shelf.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>

#include <gtest/gtest.h>

namespace forescale {
namespace {

Trace waves(int count) {
    Trace trace{.name = "wave", .step = std::chrono::minutes(5), .points = {}};
    for (int t = 0; t < count; ++t)
        trace.points.push_back({Timestamp(std::chrono::minutes(5 * t)),
                                500.0 + 400.0 * std::sin(2.0 * std::numbers::pi * t / 288.0),
                                SampleState::present});
    return trace;
}

World world_with(const WorldSettings& settings) {
    auto world = make_world(waves(4 * 288), settings);
    EXPECT_TRUE(world) << world.error().message;
    return *std::move(world);
}

std::vector<PlayedStep> usual(std::string_view policy, const World& world) {
    const PolicyKind& kind = policies().at(policy);
    return play(world, *kind.make(world.view(), {&kind.usual, 1}).front());
}

Errc refused(const WorldSettings& settings) {
    const auto world = make_world(waves(20), settings);
    EXPECT_FALSE(world);
    return world ? Errc::not_found : world.error().code;
}

TEST(WhatIf, RefusesWhatDoesNotFit) {
    EXPECT_EQ(refused({.replicas_min = 5, .replicas_max = 4}), Errc::invalid_argument);
    EXPECT_EQ(refused({.lead_time = Duration(-1)}), Errc::invalid_argument);
    EXPECT_EQ(
        refused({.lead_time = std::chrono::minutes(5), .lead_time_p95 = std::chrono::minutes(4)}),
        Errc::invalid_argument);
    EXPECT_EQ(refused({.capacity_per_replica = -1.0}), Errc::invalid_argument);
}

TEST(WhatIf, BoundsAndCapacityAreThoseStated) {
    const World world =
        world_with({.replicas_min = 7, .replicas_max = 9, .capacity_per_replica = 100});
    EXPECT_DOUBLE_EQ(world.capacity_per_replica, 100.0);
    for (const PlayedStep& step : usual("hpa", world)) {
        EXPECT_GE(step.desired, 7);
        EXPECT_LE(step.desired, 9);
    }
}

TEST(WhatIf, DrawnLeadTimesHaveTheMedianAndThePercentileStated) {
    const World world = world_with(
        {.lead_time = std::chrono::minutes(50), .lead_time_p95 = std::chrono::minutes(200)});
    ASSERT_EQ(world.leads.size(), world.steps());
    const auto share_up_to = [&](std::int64_t steps) {
        return static_cast<double>(std::ranges::count_if(
                   world.leads, [&](std::int64_t lead) { return lead <= steps; })) /
               static_cast<double>(world.steps());
    };
    EXPECT_NEAR(share_up_to(10), 0.5, 0.05);
    EXPECT_NEAR(share_up_to(40), 0.95, 0.02);
    EXPECT_EQ(world.leads, world_with({.lead_time = std::chrono::minutes(50),
                                       .lead_time_p95 = std::chrono::minutes(200)})
                               .leads);
}

TEST(WhatIf, AYoungerBatchMayBeReadyFirst) {
    SimulatedFleet fleet(2);
    fleet.set(0, 5, 10);
    fleet.set(1, 6, 2);
    fleet.promote(3);
    EXPECT_EQ(fleet.ready(), 3);
    EXPECT_EQ(fleet.pending(), 3);
    fleet.promote(10);
    EXPECT_EQ(fleet.ready(), 6);
}

TEST(WhatIf, TheClairvoyantServesAllAlsoWhenLeadTimesAreDrawn) {
    World world = world_with(
        {.lead_time = std::chrono::minutes(10), .lead_time_p95 = std::chrono::minutes(30)});
    world.first_scored = 288;
    const PlayedScore best = score(world, usual("clairvoyant", world));
    const PlayedScore hpa = score(world, usual("hpa", world));
    EXPECT_LT(best.unserved_share, 0.001);
    EXPECT_LT(best.instance_hours, hpa.instance_hours);
}

TEST(WhatIf, WithoutMetricsAReactivePolicyHoldsItsSize) {
    const auto failure = parse_failure("metrics=1970-01-02T00:00:00Z/6h");
    ASSERT_TRUE(failure) << failure.error().message;
    const World world = world_with({.failures = {*failure}});
    const auto played = usual("hpa", world);
    for (std::size_t t = 288 + 2; t < 288 + 72; ++t)
        EXPECT_EQ(played[t].desired, played[288 + 1].desired) << t;
    EXPECT_NE(played[288 + 80].desired, played[288 + 60].desired);
}

TEST(WhatIf, ATargetThatRefusesKeepsItsSizeForEveryPolicy) {
    const auto failure = parse_failure("target=1970-01-02T00:00:00Z/2h");
    ASSERT_TRUE(failure) << failure.error().message;
    const World world = world_with({.failures = {*failure}});
    for (const char* policy : {"clairvoyant", "hpa", "forescale", "hourly-max"}) {
        const auto played = usual(policy, world);
        for (std::size_t t = 288; t < 288 + 24; ++t)
            EXPECT_EQ(played[t].desired, played[287].desired) << policy << " at " << t;
        EXPECT_NE(played[288 + 40].desired, played[287].desired) << policy;
    }
}

std::vector<PlayedStep> with_budget(const World& world, const Budget& budget) {
    PolicyWorld view = world.view();
    view.budget = budget;
    view.currency = "EUR";
    const PolicyKind& kind = policies().at("forescale");
    return play(world, *kind.make(view, {&kind.usual, 1}).front());
}

/// Each of the waves costs some hundreds of instance-hours a day.
TEST(WhatIf, ABudgetIsKeptByTheRealTurn) {
    World world = world_with({.replicas_min = 1, .capacity_per_replica = 20});
    world.first_scored = 2 * 288;
    const PlayedScore free = score(world, with_budget(world, {}));
    const PlayedScore rich =
        score(world, with_budget(world, {.per_day = 1e6, .when_reached = WhenReached::no_growth}));
    const Budget small{.per_day = 100.0, .when_reached = WhenReached::no_growth};
    const PlayedScore bounded = score(world, with_budget(world, small));
    EXPECT_DOUBLE_EQ(rich.instance_hours, free.instance_hours);
    EXPECT_LT(bounded.instance_hours, free.instance_hours);
    EXPECT_GT(bounded.unserved_share, free.unserved_share);
}

TEST(WhatIf, ABudgetNeedsACurrencyAndAPrice) {
    const auto refusal = [](const SimulateSettings& settings) {
        const auto run = run_simulation({}, settings, {});
        EXPECT_FALSE(run);
        return run ? std::string() : run.error().message;
    };
    EXPECT_NE(refusal({.budget = {.per_day = 5.0}}).find("currency"), std::string::npos);
    EXPECT_NE(
        refusal({.prices = {.currency = "EUR", .replica_hour = 0.0}, .budget = {.per_day = 5.0}})
            .find("price"),
        std::string::npos);
    EXPECT_NE(refusal({.prices = {.currency = "EUR"}, .budget = {.per_day = 5.0, .per_month = 4.0}})
                  .find("less than"),
              std::string::npos);
}

TEST(WhatIf, ASettingIsOneThatThePolicyHas) {
    const auto refusal = [](const SimulateSettings& settings) {
        const auto run = run_simulation({}, settings, {});
        EXPECT_FALSE(run);
        return run ? std::string() : run.error().message;
    };
    EXPECT_NE(refusal({.settings = {{"forescale", 2.0}}}).find("quantile is 0.05 to 0.999999"),
              std::string::npos);
    EXPECT_NE(refusal({.settings = {{"hpa", 0.0}}}).find("target utilization is 0.05 to 1"),
              std::string::npos);
    EXPECT_NE(refusal({.settings = {{"clairvoyant", 1.0}}}).find("no setting"), std::string::npos);
    EXPECT_NE(refusal({.settings = {{"hpa", 0.6}}, .frontier = true}).find("--setting"),
              std::string::npos);
}

TEST(WhatIf, UnservedDemandIsWorthWhatItsPriceSays) {
    World world = world_with({.replicas_min = 1, .capacity_per_replica = 20});
    world.first_scored = 2 * 288;
    const auto at_price = [&](double unserved_unit) {
        PolicyWorld view = world.view();
        view.unserved_unit = unserved_unit;
        const PolicyKind& kind = policies().at("forescale");
        return score(world, play(world, *kind.make(view, {&kind.usual, 1}).front()));
    };
    // A replica serves 72,000 units an hour: at these prices 2 and 10,000 times what it costs.
    const PlayedScore cheap = at_price(2.0 / 72'000.0);
    const PlayedScore dear = at_price(1e4 / 72'000.0);
    EXPECT_LT(cheap.instance_hours, 0.97 * dear.instance_hours);
    EXPECT_GE(cheap.unserved_share, dear.unserved_share);
}

TEST(Fleet, EveryColumnOfAWideFileIsASeries) {
    const auto folder = std::filesystem::path(testing::TempDir()) / "forescale_fleet";
    std::filesystem::create_directories(folder);
    const std::string wide = (folder / "fleet.csv").string();
    const std::string alone = (folder / "b.csv").string();
    std::ofstream all(wide);
    std::ofstream one(alone);
    all << "timestamp,a,b\n";
    one << "timestamp,value\n";
    for (int t = 0; t < 2 * 288; ++t) {
        const std::string at = format_timestamp(Timestamp(std::chrono::minutes(5 * t)));
        all << at << ',' << 100 + t % 7 << ',' << 200 + t % 11 << '\n';
        one << at << ',' << 200 + t % 11 << '\n';
    }
    all.close();
    one.close();
    const auto outcomes = run_simulation({wide, alone}, {.policies = {"hpa"}}, {});
    ASSERT_TRUE(outcomes) << outcomes.error().message;
    ASSERT_EQ(outcomes->size(), 3U);
    EXPECT_EQ((*outcomes)[0].series, "fleet_a");
    EXPECT_EQ((*outcomes)[1].series, "fleet_b");
    EXPECT_DOUBLE_EQ((*outcomes)[1].instance_hours, (*outcomes)[2].instance_hours);
    EXPECT_EQ(read_trace(wide + "#c").error().code, Errc::not_found);
    EXPECT_EQ(read_trace(wide).error().code, Errc::invalid_argument);
}

TEST(Fleet, AWideFileIsReadOncePerPartThatIsHeld) {
    const auto folder = std::filesystem::path(testing::TempDir()) / "forescale_shelf";
    std::filesystem::create_directories(folder);
    const std::string wide = (folder / "fleet.csv").string();
    std::ofstream all(wide);
    all << "timestamp,a,b,c,d,e\n";
    for (int t = 0; t < 20; ++t)
        all << format_timestamp(Timestamp(std::chrono::minutes(5 * t))) << ',' << t << ",," << 2 * t
            << ',' << (t % 3 == 0 ? "" : "7") << ",nan\n";
    all.close();
    for (const auto& [held, passes] : {std::pair(1000U, 1), {60U, 2}, {1U, 4}}) {
        const auto shelf = TraceShelf::open({wide, wide + "#c"}, held);
        ASSERT_TRUE(shelf) << shelf.error().message;
        ASSERT_EQ((*shelf)->size(), 6U);
        for (const std::size_t number : {0U, 2U, 3U}) {
            const auto read = (*shelf)->read(number);
            const auto alone = read_trace((*shelf)->path(number));
            ASSERT_TRUE(read && alone);
            EXPECT_EQ(read->name, alone->name);
            EXPECT_EQ(read->step, alone->step);
            ASSERT_EQ(read->points.size(), alone->points.size());
            for (std::size_t i = 0; i < read->points.size(); ++i) {
                EXPECT_EQ(read->points[i].at, alone->points[i].at);
                EXPECT_EQ(read->points[i].value, alone->points[i].value);
            }
        }
        const auto empty = (*shelf)->read(4);
        ASSERT_FALSE(empty);
        EXPECT_EQ(empty.error().message, read_trace(wide + "#e").error().message);
        EXPECT_EQ((*shelf)->passes(), passes);
    }
}

TEST(Failures, FailForTheShareOfTheTimeStated) {
    const auto failure = parse_failure("metrics=0.1");
    ASSERT_TRUE(failure) << failure.error().message;
    const FailureGrid grid{Timestamp{}, std::chrono::minutes(1), 200000, 3};
    const auto down = steps_down({&*failure, 1}, FailingPart::metrics, grid);
    const auto failed = static_cast<double>(std::ranges::count(down, true));
    EXPECT_NEAR(failed / 200000.0, 0.1, 0.01);
    std::size_t begins = 0;
    for (std::size_t t = 1; t < down.size(); ++t)
        if (down[t] && !down[t - 1]) ++begins;
    EXPECT_NEAR(failed / static_cast<double>(begins), 15.0, 1.5);
    EXPECT_TRUE(steps_down({&*failure, 1}, FailingPart::target, grid).empty());
}

TEST(Failures, SayWhatIsExpected) {
    for (const char* text : {"metrics", "network=0.1", "metrics=2", "metrics=0", "target=x/2h",
                             "target=2026-03-01T12:00:00Z/0s", "forecaster="}) {
        const auto failure = parse_failure(text);
        ASSERT_FALSE(failure) << text;
        EXPECT_EQ(failure.error().code, Errc::invalid_argument);
        EXPECT_NE(failure.error().message.find(text), std::string::npos) << failure.error().message;
    }
}

}  // namespace
}  // namespace forescale
