#include "monitoring/health.h"

#include <thread>

#include <gtest/gtest.h>

namespace forescale {
namespace {

Timestamp at(int seconds) {
    return Timestamp(std::chrono::seconds(seconds));
}

TEST(HealthChecker, SinceMovesOnlyWithTheState) {
    HealthChecker health;
    EXPECT_TRUE(health.report("store", HealthState::ok, "", at(1)));
    EXPECT_FALSE(health.report("store", HealthState::ok, "", at(2)));
    EXPECT_EQ(health.all()[0].since, at(1));
    EXPECT_TRUE(health.report("store", HealthState::failed, "disk full", at(3)));
    EXPECT_FALSE(health.report("store", HealthState::failed, "disk still full", at(4)));
    EXPECT_EQ(health.all()[0].since, at(3));
    EXPECT_EQ(health.all()[0].detail, "disk still full");
    EXPECT_TRUE(health.report("store", HealthState::ok, "", at(5)));
}

TEST(HealthChecker, OverallIsTheWorst) {
    HealthChecker health;
    EXPECT_EQ(health.overall(), HealthState::ok);
    health.report("a", HealthState::ok, "", at(1));
    health.report("b", HealthState::degraded, "slow", at(1));
    EXPECT_EQ(health.overall(), HealthState::degraded);
    health.report("c", HealthState::failed, "gone", at(1));
    EXPECT_EQ(health.overall(), HealthState::failed);
    health.report("c", HealthState::ok, "", at(2));
    EXPECT_EQ(health.overall(), HealthState::degraded);
}

TEST(HealthChecker, SortedByComponent) {
    HealthChecker health;
    for (const auto* name : {"store", "api", "collector/replay"})
        health.report(name, HealthState::ok, "", at(1));
    const auto all = health.all();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].component, "api");
    EXPECT_EQ(all[2].component, "store");
}

TEST(HealthChecker, EveryChangeIsToldToExactlyOneThread) {
    HealthChecker health;
    std::atomic<int> changes{0};
    {
        std::vector<std::jthread> workers;
        for (int t = 0; t < 4; ++t)
            workers.emplace_back([&] {
                for (int i = 0; i < 1000; ++i) {
                    const auto component = fmt::format("c{}", i);
                    if (health.report(component, HealthState::degraded, "x", at(i))) ++changes;
                    std::ignore = health.overall();
                }
            });
    }
    EXPECT_EQ(changes.load(), 1000);
    EXPECT_EQ(health.all().size(), 1000U);
}

}  // namespace
}  // namespace forescale
