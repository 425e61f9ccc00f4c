#include "pipeline/test_world.h"

#include <gmock/gmock.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;
using namespace testing_world;
using ::testing::HasSubstr;

const ServiceId shop("shop");
const ServiceId utilization("shop/utilization");

void learns(Service& service) {
    service.capacity.from = CapacitySource::utilization;
}

/// Of a shop whose replicas are at 70 % where each has a load of `serves`.
Traffic used(World*& world, double serves) {
    return [&world, serves](Timestamp at) {
        const int ready = std::max(world->provider().observe(shop)->ready.value(), 1);
        return std::min(1.0, 0.05 + 0.65 * wave(at) / (ready * serves) +
                                 0.01 * std::sin(in_seconds(at - begin) / 7.0));
    };
}

struct Ended {
    double capacity = 0.0;
    int size = 0;
    std::vector<std::string> decisions;
    std::string detail;
};

/// The shop after some lives, each of them ended by a kill.
Ended play(const std::string& folder, const std::vector<Duration>& lives, double serves) {
    Ended ended;
    for (const Duration life : lives) {
        World* here = nullptr;
        World world(folder, {{shop, wave}, {utilization, used(here, serves)}}, {});
        here = &world;
        world.shape = learns;
        EXPECT_TRUE(world.start());
        world.run(world.now() + life);
        const Decision& decision = *world.pipeline->services().front()->decision;
        ended.capacity = decision.inputs.capacity_per_replica.value();
        ended.detail = decision.inputs.capacity_evidence->detail;
        ended.size = world.provider().observe(shop)->total().value();
        ended.decisions = world.decisions();
    }
    return ended;
}

TEST(CapacityWatch, WhatIsLearnedChangesSizes) {
    const Ended ended = play(fresh_folder("a"), {6 * day + 12h}, 40.0);
    EXPECT_NEAR(ended.capacity, 40.0, 4.0) << ended.detail;
    EXPECT_THAT(ended.detail, HasSubstr("learned: "));
    EXPECT_LT(ended.size, 18) << "26 at the capacity that was stated";
    EXPECT_GE(ended.size, 12) << "what 500 need at 40";
}

TEST(CapacityWatch, AServiceThatServesLessThanStatedGetsMore) {
    const Ended ended = play(fresh_folder("a"), {4 * day + 12h}, 14.0);
    EXPECT_NEAR(ended.capacity, 14.0, 1.5) << ended.detail;
    EXPECT_GE(ended.size, 36);
}

TEST(CapacityWatch, BeingKilledChangesNothing) {
    const Ended whole = play(fresh_folder("whole"), {2 * day + 12h}, 40.0);
    EXPECT_NE(whole.capacity, 20.0) << whole.detail;
    const Ended killed = play(fresh_folder("killed"),
                              {26h + 30s, 90s, 13h + 17min, 30s, 11min, 20h + 29min + 30s}, 40.0);
    EXPECT_EQ(killed.decisions, whole.decisions);
    EXPECT_EQ(killed.capacity, whole.capacity);
    EXPECT_EQ(killed.detail, whole.detail);
}

TEST(CapacityWatch, ABrokenSeriesDecidesNothing) {
    const auto decided = [](const Traffic& measured, bool is_learning) {
        World world(fresh_folder(is_learning ? "learning" : "stated"),
                    {{shop, wave}, {utilization, measured}}, {});
        if (is_learning) world.shape = learns;
        EXPECT_TRUE(world.start());
        world.run(begin + 2 * day);
        return world.decisions();
    };
    const auto stated = decided([](Timestamp) { return 0.5; }, false);
    for (const double stuck : {0.0, 0.4, 1.0, 55.0, std::numeric_limits<double>::quiet_NaN()})
        EXPECT_EQ(decided([=](Timestamp) { return stuck; }, true), stated) << stuck;
}

}  // namespace
}  // namespace forescale
