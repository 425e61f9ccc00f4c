#include "pipeline/test_world.h"

#include <gmock/gmock.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;
using namespace testing_world;
using ::testing::HasSubstr;

const ServiceId shop("shop");

/// A replica costs 1 EUR an hour. The wave needs 6 to 27 replicas, some 400 EUR a day.
std::function<void(Service&)> with_budget(double per_day, WhenReached when) {
    return [=](Service& service) {
        service.policy.prices.currency = "EUR";
        service.policy.budget = {.per_day = per_day, .when_reached = when};
    };
}

const ServiceState& state_of(const World& world) {
    return *world.pipeline->services().front();
}
const Decision& newest(const World& world) {
    return *state_of(world).decision;
}
double spent_today(const World& world) {
    return state_of(world).turn().ledger.spending()->day.spent;
}
std::string summary_of(const World& world, const std::string& name) {
    for (const Alert& alert : world.alerts.firing())
        if (alert.name == name) return alert.summary;
    return {};
}

TEST(Budget, TheLedgerIsWhatTheTargetShowed) {
    World world(fresh_folder("a"));
    world.shape = with_budget(1e6, WhenReached::warn);
    ASSERT_TRUE(world.start());
    double today = 0.0;
    int before = 0;
    world.run(begin + day + 12h, [&](Timestamp now) {
        if (now - floor_to(now, day) < 30s) today = 0.0;
        if (now - floor_to(now, day) >= 30s) today += before / 120.0;
        before = newest(world).inputs.capacity.total().value();
        ASSERT_NEAR(spent_today(world), today, 1e-6) << format_timestamp(now);
    });
    EXPECT_GT(today, 50.0);
    EXPECT_NEAR(newest(world).inputs.spending->day.spent, today, 1e-6);
    EXPECT_THAT(world.metrics.text(),
                HasSubstr("forescale_budget_cost{currency=\"EUR\",period=\"day\","
                          "service=\"shop\"} 1000000\n"));
}

TEST(Budget, WithoutOneTheLedgerIsKeptAndNothingElseIsDifferent) {
    World with(fresh_folder("a"));
    with.shape = with_budget(1e6, WhenReached::no_growth);
    World without(fresh_folder("b"));
    for (World* world : {&with, &without}) {
        ASSERT_TRUE(world->start());
        world->run(begin + day + 10h);
    }
    EXPECT_EQ(with.decisions(), without.decisions());
    EXPECT_FALSE(newest(without).inputs.spending.has_value());
    EXPECT_GT(spent_today(without), 50.0);
    EXPECT_FALSE(without.fires("budget_exhaustion_expected"));
}

TEST(Budget, IsToldBeforeItIsSpentAndWhenItIs) {
    World world(fresh_folder("a"));
    world.shape = with_budget(250.0, WhenReached::warn);
    ASSERT_TRUE(world.start());
    std::optional<Timestamp> expected, warned, reached;
    std::string expectation;
    world.run(begin + 2 * day + 23h, [&](Timestamp now) {
        if (now < begin + 2 * day) return;
        if (!expected && world.fires("budget_exhaustion_expected")) {
            expected = now;
            expectation = summary_of(world, "budget_exhaustion_expected");
        }
        if (!warned && world.fires("budget_warning")) warned = now;
        if (!reached && world.fires("budget_reached")) reached = now;
    });
    ASSERT_TRUE(expected && warned && reached);
    EXPECT_LT(*expected, *warned - 1h);
    EXPECT_LT(*warned, *reached);
    EXPECT_THAT(expectation, HasSubstr("the 250 EUR that the day until 2026-03-05T00:00:00Z"));
    EXPECT_THAT(summary_of(world, "budget_reached"), HasSubstr("nothing follows from it"));
    EXPECT_FALSE(world.fires("budget_warning")) << "it has become more than a warning";
    EXPECT_GT(spent_today(world), 260.0) << "it only warns";
    world.run(begin + 3 * day + 30s);
    EXPECT_FALSE(world.fires("budget_reached")) << "a new day has money again";
}

TEST(Budget, OnceItIsSpentNothingIsAddedOnAForecastAlone) {
    World world(fresh_folder("a"));
    world.shape = with_budget(100.0, WhenReached::no_growth);
    ASSERT_TRUE(world.start());
    int held = 0;
    world.run(begin + 2 * day + 14h, [&](Timestamp) {
        const Decision& made = newest(world);
        if (spent_today(world) < 100.0) return;
        const int needed = static_cast<int>(std::ceil(made.inputs.newest.value / 20.0 - 1e-9));
        EXPECT_LE(made.desired.value(),
                  std::max({made.inputs.capacity.total().value(), needed, 2}));
        EXPECT_GE(made.desired.value(), needed) << "what is measured is served";
        held += made.reason == Reason::budget ? 1 : 0;
    });
    EXPECT_GT(held, 50);
    EXPECT_TRUE(world.fires("budget_reached"));
    EXPECT_THAT(summary_of(world, "budget_reached"), HasSubstr("measured load needs is added"));
}

TEST(Budget, LeastCostsLessThanNoGrowth) {
    const auto spent = [](const std::string& name, WhenReached when) {
        World world(fresh_folder(name));
        world.shape = with_budget(100.0, when);
        EXPECT_TRUE(world.start());
        world.run(begin + 2 * day + 23h);
        return spent_today(world);
    };
    const double warn = spent("a", WhenReached::warn);
    const double no_growth = spent("b", WhenReached::no_growth);
    const double least = spent("c", WhenReached::least);
    EXPECT_LT(no_growth, warn);
    EXPECT_LT(least, no_growth);
}

TEST(Budget, TheLedgerOutlivesTheProcess) {
    const auto folder = fresh_folder("a");
    double before = 0.0;
    {
        World world(folder);
        world.shape = with_budget(100.0, WhenReached::no_growth);
        ASSERT_TRUE(world.start());
        world.run(begin + day + 9h);
        before = spent_today(world);
    }
    World world(folder);
    world.shape = with_budget(100.0, WhenReached::no_growth);
    ASSERT_TRUE(world.start());
    EXPECT_DOUBLE_EQ(spent_today(world), before);
    world.run(world.now() + 30s);
    EXPECT_GT(spent_today(world), before);
    EXPECT_LT(spent_today(world), before + 0.5);
}

TEST(Budget, AViewShowsWhatIsSpentAndExpected) {
    World world(fresh_folder("a"));
    ASSERT_TRUE(world.start());
    world.run(begin + 2 * day + 6h);
    const auto& view = world.board.newest()->services.front();
    ASSERT_TRUE(view.spending.has_value());
    EXPECT_DOUBLE_EQ(view.spending->day.spent, spent_today(world));
    EXPECT_GT(view.spending->day.expected, view.spending->day.spent + 100.0);
    EXPECT_GT(view.spending->month.expected, 20.0 * view.spending->day.expected);
    EXPECT_DOUBLE_EQ(view.spending->day.limit, 0.0);
}

}  // namespace
}  // namespace forescale
