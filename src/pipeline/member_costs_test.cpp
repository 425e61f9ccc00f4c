#include "pipeline/member_costs.h"

#include "pipeline/test_world.h"

#include <gmock/gmock.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;
using namespace testing_world;
using std::chrono::nanoseconds;

std::vector<MemberView> members_named(const std::vector<std::string>& names) {
    std::vector<MemberView> members;
    for (const auto& name : names) members.push_back({.name = name, .asleep_because = {}});
    return members;
}
const std::vector<MemberView> three = members_named({"arima", "last_value", "ridge"});
constexpr Duration allowed = 2ms;

TEST(MemberCosts, AMemberThatIsSlowForAnHourIsNamedOnce) {
    MemberCosts costs;
    const std::vector<nanoseconds> took{1us, 1us, 12ms};
    for (int i = 1; i < 12; ++i) EXPECT_TRUE(costs.note(three, took, allowed).empty()) << i;
    const auto slow = costs.note(three, took, allowed);
    ASSERT_EQ(slow.size(), 1U);
    EXPECT_EQ(slow[0].member, "ridge");
    EXPECT_EQ(slow[0].why, "slow: 12 ms a step, at most 2 ms are allowed");
    auto at_rest = three;
    at_rest[2].asleep = true;
    at_rest[2].asleep_because = slow[0].why;
    EXPECT_TRUE(costs.note(at_rest, {{1us, 1us, 5s}}, allowed).empty());
}

TEST(MemberCosts, FitsAreForgiven) {
    MemberCosts costs;
    for (int i = 0; i < 1000; ++i) {
        const bool fits = i % 288 == 40 || i % 288 == 42 || i % 288 == 45;
        const nanoseconds arima = fits ? 190ms : nanoseconds(2us);
        EXPECT_TRUE(costs.note(three, {{arima, 1us, 1ms}}, allowed).empty()) << i;
    }
}

TEST(MemberCosts, OneStepFarBeyondIsEnough) {
    MemberCosts costs;
    const auto slow = costs.note(three, {{1250ms, 1us, 1us}}, allowed);
    ASSERT_EQ(slow.size(), 1U);
    EXPECT_EQ(slow[0].member, "arima");
    EXPECT_EQ(slow[0].why, "slow: 1250 ms in one step, at most 1000 ms are allowed");
}

TEST(MemberCosts, SomebodyIsAlwaysAbleToSpeak) {
    MemberCosts costs;
    EXPECT_TRUE(costs.note(three, {{1us, 5s, 1us}}, allowed).empty());
}

TEST(MemberCosts, TheClocksOfTheMachineGoOn) {
    const auto clocks = cost_clocks();
    const auto wall = clocks.wall();
    const auto processor = clocks.processor();
    double work = 1.0;
    for (int i = 1; i < 1'000'000; ++i) work += 1.0 / (work + i);
    EXPECT_GT(work, 1.0);
    EXPECT_GT(clocks.wall(), wall);
    EXPECT_GT(clocks.processor(), processor);
}

/// A clock of a machine on which ridge takes 10 ms a step within a span of time: the fifth such
/// step of an hour is too much. There is one service, so that members are timed in turn.
class OddMachine {
public:
    CostClocks clocks(const World& world, Timestamp from, Timestamp until) {
        const auto& all = models();
        const auto ridge = std::distance(all.begin(), all.find("ridge"));
        const Stopwatch wall = [this, &world, from, until, ridge, readings = std::ssize(all) + 1] {
            const bool is_slow = world.now() >= from && world.now() < until;
            time_ +=
                calls_++ % readings == ridge + 1 && is_slow ? nanoseconds(10ms) : nanoseconds(1us);
            return time_;
        };
        return {.wall = wall, .processor = [this] { return time_; }};
    }

private:
    nanoseconds time_{0};
    std::ptrdiff_t calls_ = 0;
};

constexpr Duration slow_from = 2 * day + 2h + 20min;
constexpr Duration slow_for = 30min;
constexpr Duration whole = 3 * day;

struct Ended {
    std::vector<std::string> decisions;
    std::string learned;
    std::size_t rests = 0;  ///< that were to be repeated when the first life ended
};

/// An event that is none of the service's: recording it stores the turns that were gathered.
void store_turns(World& world) {
    BusinessEvent event;
    event.id = "elsewhere";
    event.services = {ServiceId("blog")};
    event.start = event.end = world.now();
    ASSERT_TRUE(world.pipeline->accept_event(event, world.now()));
}

/// Lives of these lengths since the begin, each ended by a kill; then the rest. Ridge is slow in
/// the first life only: after that the machine is another one.
Ended in_lives(const std::vector<Duration>& ends) {
    const auto folder = fresh_folder(fmt::format("lives-{}", ends.size()));
    const auto live = [&](World& world, Timestamp until) {
        OddMachine machine;
        world.cost_clocks = machine.clocks(world, begin + slow_from, begin + slow_from + slow_for);
        ASSERT_TRUE(world.start());
        world.run(until);
    };
    Ended ended;
    for (const auto end : ends) {
        World world(folder);
        live(world, begin + end);
        store_turns(world);
        if (ended.rests == 0)
            ended.rests = world.pipeline->services().front()->turn().member_rests.size();
    }
    World world(folder);
    live(world, begin + whole);
    ended.decisions = world.decisions();
    ended.learned = world.pipeline->services().front()->save_learned();
    return ended;
}

TEST(SlowMembers, ALifeThatIsKilledDecidesTheSame) {
    const Ended unbroken = in_lives({});
    const Ended killed = in_lives(
        {slow_from + slow_for, slow_from + 35min, slow_from + 50min, 2 * day + 9h, 2 * day + 13h});
    EXPECT_EQ(killed.rests, 1U);
    EXPECT_EQ(killed.decisions, unbroken.decisions);
    EXPECT_TRUE(killed.learned == unbroken.learned) << "something else was learned";
}

TEST(SlowMembers, AreNamedInHealthAndTriedAgainAfterADay) {
    World world(fresh_folder("a"));
    OddMachine machine;
    world.cost_clocks = machine.clocks(world, begin + slow_from, begin + slow_from + slow_for);
    ASSERT_TRUE(world.start());
    const auto why = [&] {
        const auto& members = world.pipeline->services().front()->path()->members;
        return std::ranges::find(members, "ridge", &MemberView::name)->asleep_because;
    };
    const auto health = [&] {
        for (const auto& component : world.health.all())
            if (component.component == "forecast/shop") return component;
        return ComponentHealth{};
    };
    world.run(begin + slow_from + 10min);
    EXPECT_EQ(why(), "");
    EXPECT_EQ(health().state, HealthState::ok);
    world.run(begin + slow_from + slow_for);
    EXPECT_EQ(why(), "slow: 2.223 ms a step, at most 2 ms are allowed");
    EXPECT_EQ(health().state, HealthState::degraded);
    EXPECT_THAT(health().detail, ::testing::HasSubstr("ridge slow: 2.223 ms a step"));
    world.run(begin + slow_from + slow_for + day);
    EXPECT_EQ(why(), "needs 1 day of history");
    EXPECT_EQ(health().state, HealthState::ok);
    EXPECT_THAT(world.metrics.text(),
                ::testing::HasSubstr("forescale_member_cpu_seconds_total{member=\"ridge\"}"));
}

}  // namespace
}  // namespace forescale
