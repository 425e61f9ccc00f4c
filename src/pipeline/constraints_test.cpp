#include "pipeline/test_world.h"

#include <gmock/gmock.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;
using namespace testing_world;
using ::testing::HasSubstr;

const ServiceId shop("shop");

Traffic times(double factor) {
    return [factor](Timestamp at) { return factor * wave(at); };
}
/// What the provider has of it.
int size_of(World& world, const ServiceId& service) {
    return world.provider().observe(service)->total().value();
}
const Decision& newest(const World& world, std::size_t service = 0) {
    return *world.pipeline->services().at(service)->decision;
}
/// What somebody else asks the provider for.
void set_by_others(World& world, const ServiceId& service, int to) {
    Operation operation{.id = "kubectl-" + format_timestamp(world.now()),
                        .service = service,
                        .from = {},
                        .to = Replicas(to),
                        .state = OperationState::intended,
                        .intended_at = world.now(),
                        .changed_at = world.now(),
                        .attempts = 0,
                        .detail = {}};
    ASSERT_TRUE(world.provider().apply(operation));
}

// What a sensor made of one minute is no demand: neither a forecast nor the measured load answers.
TEST(Constraints, OneSampleBeyondAllThatWasSeenMovesNothing) {
    const Timestamp odd = begin + day + 9h;
    World world(fresh_folder("a"),
                {{shop, [=](Timestamp at) { return at == odd ? 1e12 : wave(at); }}});
    ASSERT_TRUE(world.start());
    world.run(odd);
    const int before = size_of(world, shop);
    int largest = 0;
    world.run(odd + 15min, [&](Timestamp) { largest = std::max(largest, size_of(world, shop)); });
    EXPECT_LE(largest, before + 2);
}

TEST(Constraints, DemandThatLastsIsBelievedHoweverLargeItIs) {
    const Timestamp surge = begin + day + 9h;
    World world(fresh_folder("a"),
                {{shop, [=](Timestamp at) { return at >= surge ? 30.0 * wave(at) : wave(at); }}});
    ASSERT_TRUE(world.start());
    world.run(surge + 15min);
    EXPECT_EQ(size_of(world, shop), 100) << newest(world).sentence;
}

TEST(Constraints, DemandThatComesAndGoesAtTheMaximumIsOneAlert) {
    const auto traffic = [](Timestamp at) {
        const auto minute = (at - begin) / 1min;
        return minute >= 40 || minute % 8 < 4 ? 100.0 : 500.0;  // the maximum serves 200
    };
    World world(fresh_folder("a"), {{shop, traffic}});
    world.shape = [](Service& service) { service.policy.replicas_max = Replicas(10); };
    ASSERT_TRUE(world.start());
    int raised = 0;
    int cleared = 0;
    const auto count = [&](Timestamp) {
        for (const auto& change : world.alerts.changes())
            if (change.alert.name == "demand_above_max") ++(change.firing ? raised : cleared);
    };
    world.run(begin + 50min, count);
    EXPECT_TRUE(world.fires("demand_above_max"));
    world.run(begin + 60min, count);
    EXPECT_FALSE(world.fires("demand_above_max")) << "it has been quiet for a quarter of an hour";
    EXPECT_EQ(raised, 1);
    EXPECT_EQ(cleared, 1);
}

TEST(Constraints, AForecastThatIsNotTrustedRaisesNoAlertOfTheMaximum) {
    for (const bool is_trusted : {true, false}) {
        World world(fresh_folder(is_trusted ? "trusted" : "not"));
        world.shape = [&](Service& service) {
            service.policy.replicas_max = Replicas(27);  // serves 540; the wave ends at 517
            service.policy.quantile = 0.999999;
            service.policy.confidence_min = is_trusted ? 0.0 : 1.0;
        };
        ASSERT_TRUE(world.start());
        world.run(begin + day + 14h);
        EXPECT_EQ(world.fires("demand_above_max"), is_trusted);
    }
}

TEST(Constraints, WhatOthersSetIsNotFoughtAndToldWhenItRepeats) {
    World world(fresh_folder("a"), {{shop, wave}}, {});
    ASSERT_TRUE(world.start());
    world.run(begin + day + 12h);
    EXPECT_FALSE(world.fires("external_changes"));
    for (int conflict = 0; conflict < 3; ++conflict) {
        set_by_others(world, shop, 60 + conflict);
        world.run(world.now() + 9min + 30s);
        EXPECT_EQ(size_of(world, shop), 60 + conflict) << newest(world).sentence;
        EXPECT_EQ(newest(world).reason, Reason::external_change) << newest(world).sentence;
        world.run(world.now() + 30min);
        EXPECT_LT(size_of(world, shop), 45) << newest(world).sentence;
    }
    EXPECT_TRUE(world.fires("external_changes"));
    world.run(world.now() + day + 1h);
    EXPECT_FALSE(world.fires("external_changes"));
}

TEST(Constraints, AServiceGetsWhatItsCallersWillSend) {
    const ServiceId api("api");
    World world(fresh_folder("a"), {{api, times(0.2)}, {shop, wave}});
    world.shape = [&](Service& service) {
        if (service.id == api) service.callers = {{.service = shop, .demand_per_call = 2.0}};
    };
    ASSERT_TRUE(world.start());
    world.run(begin + 2 * day + 12h);
    const Decision& called = newest(world, 0);
    const Decision& caller = newest(world, 1);
    ASSERT_TRUE(called.inputs.callers);
    EXPECT_TRUE(called.inputs.callers->is_whole);
    EXPECT_DOUBLE_EQ(called.inputs.callers->demand, 2.0 * caller.demand_planned)
        << "of the same turn, although the called one comes first by name";
    EXPECT_GE(size_of(world, api), static_cast<int>(2.0 * caller.demand_planned / 20.0));
}

TEST(Constraints, CallersThatAreNotThereAreRefused) {
    World world(fresh_folder("a"));
    world.shape = [](Service& service) {
        service.callers = {{.service = ServiceId("nobody"), .demand_per_call = 1.0}};
    };
    const auto started = world.start();
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().message, HasSubstr("'nobody'"));
}

/// Two services whose demand ends at noon of the second day: sizes of the fleet after each turn
/// from then on, and what was decided, over some lives.
struct Played {
    std::vector<int> sizes;
    std::vector<std::string> decisions;
};
Played play_end(const std::string& folder, const std::vector<Duration>& lives) {
    const Timestamp end = begin + day + 12h;
    const Traffic ends = [=](Timestamp at) { return at < end ? wave(at) : 1.0; };
    Played played;
    for (const Duration life : lives) {
        World world(folder, {{ServiceId("blog"), ends}, {shop, ends}}, {});
        world.fleet = {.removal_max = 0.2, .window = 10min};
        EXPECT_TRUE(world.start());
        world.run(end + life, [&](Timestamp now) {
            const int size = size_of(world, ServiceId("blog")) + size_of(world, shop);
            if (now > end) played.sizes.push_back(size);
        });
        if (life != lives.back()) continue;
        EXPECT_TRUE(world.pipeline->close(world.now()));
        played.decisions = world.decisions();
    }
    return played;
}

TEST(Constraints, TheFleetGivesBackNoMoreThanItsShareAWindow) {
    const auto sizes = play_end(fresh_folder("a"), {2h}).sizes;
    const std::size_t window = 20;  // turns
    for (std::size_t i = window; i < sizes.size(); ++i) {
        const int before = sizes[i - window];
        EXPECT_GE(sizes[i], std::min(static_cast<int>(0.8 * before), before - 1)) << "turn " << i;
    }
    EXPECT_LT(sizes.back(), sizes.front() / 3) << "and it is given back all the same";
}

TEST(Constraints, TheFleetsShareOutlivesTheProcess) {
    EXPECT_EQ(play_end(fresh_folder("a"), {10min, 17min + 30s, 40min, 1h}).decisions,
              play_end(fresh_folder("b"), {1h}).decisions);
}

}  // namespace
}  // namespace forescale
