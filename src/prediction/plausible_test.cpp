#include "prediction/plausible.h"

#include <cmath>

#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr int per_day = 288;

/// Days of a daily wave between 50 and 250.
PlausibleDemand after(int days) {
    PlausibleDemand plausible(minutes(5));
    for (int i = 0; i < days * per_day; ++i)
        EXPECT_FALSE(std::isnan(plausible.believe(150.0 - 100.0 * std::cos(i / 45.8)))) << i;
    return plausible;
}
/// Steps of 100 times as much until they are believed.
int steps_until_believed(PlausibleDemand plausible, double demand) {
    for (int steps = 1; steps < 1000; ++steps)
        if (!std::isnan(plausible.believe(demand))) return steps;
    return 1000;
}

TEST(PlausibleDemand, ASampleFarBeyondAllThatWasSeenIsNotBelieved) {
    PlausibleDemand plausible = after(8);
    const double ceiling = plausible.ceiling();
    EXPECT_TRUE(std::isnan(plausible.believe(1e12)));
    EXPECT_DOUBLE_EQ(plausible.believe(100.0), 100.0);
    EXPECT_EQ(plausible.disbelieved(), 1);
    EXPECT_NEAR(plausible.ceiling(), ceiling, 0.01 * ceiling);
}

TEST(PlausibleDemand, TheFurtherItIsTheLongerItMustLast) {
    const PlausibleDemand plausible = after(8);
    EXPECT_EQ(steps_until_believed(plausible, 9.0 * 250.0), 1);
    EXPECT_EQ(steps_until_believed(plausible, 20.0 * 250.0), 3);
    EXPECT_EQ(steps_until_believed(plausible, 200.0 * 250.0), 6);
    EXPECT_EQ(steps_until_believed(plausible, 2000.0 * 250.0), 14);
    EXPECT_EQ(steps_until_believed(plausible, 1e12), 1000);
}

TEST(PlausibleDemand, WhatLastedIsBelievedAtOnceFromThenOn) {
    PlausibleDemand plausible = after(8);
    for (int i = 0; i < 12; ++i) std::ignore = plausible.believe(20'000.0);
    for (int i = 0; i < per_day; ++i) std::ignore = plausible.believe(100.0);
    EXPECT_DOUBLE_EQ(plausible.believe(20'000.0), 20'000.0);
}

TEST(PlausibleDemand, APeakOfOneStepIsBelievedBecauseItComesAgain) {
    PlausibleDemand plausible(minutes(5));
    const auto peak = [](int i) { return i % 36 == 7 ? 900.0 : 100.0; };
    for (int i = 0; i < per_day; ++i) EXPECT_FALSE(std::isnan(plausible.believe(peak(i)))) << i;
    EXPECT_GT(plausible.ceiling(), 2700.0);
    EXPECT_DOUBLE_EQ(plausible.believe(5000.0), 5000.0);
}

// What is not believed counts all the same when it comes again: a job that runs at times is a fact.
TEST(PlausibleDemand, ABurstFarBeyondAllIsBelievedWhenItHasComeAgain) {
    for (const double burst : {5e3, 5e5}) {
        PlausibleDemand plausible(minutes(5));
        int believed = 0;
        for (int i = 0; i < per_day; ++i) {
            const bool bursts = i % 24 == 20;
            const double seen = plausible.believe(bursts ? burst : 100.0);
            believed += bursts && !std::isnan(seen) ? 1 : 0;
        }
        EXPECT_GE(believed, burst < 1e4 ? 10 : 6) << "of 12 bursts of " << burst;
    }
}

TEST(PlausibleDemand, TheCeilingIsTenTimesWhatWasSeenAndThreeTimesAfterAWeek) {
    PlausibleDemand plausible(minutes(5));
    EXPECT_DOUBLE_EQ(plausible.ceiling(), 0.0);
    std::ignore = plausible.believe(100.0);
    EXPECT_NEAR(plausible.ceiling(), 1000.0, 10.0);
    EXPECT_NEAR(after(8).ceiling(), 750.0, 30.0);
}

TEST(PlausibleDemand, WhatWasSeenLongAgoFades) {
    PlausibleDemand plausible = after(8);
    for (int i = 0; i < 60 * per_day; ++i) std::ignore = plausible.believe(10.0);
    EXPECT_NEAR(plausible.ceiling(), 750.0 / 4.0, 20.0);
}

TEST(PlausibleDemand, AServiceThatAwakesFromNothingIsBelieved) {
    PlausibleDemand plausible(minutes(5));
    for (int i = 0; i < per_day; ++i) EXPECT_DOUBLE_EQ(plausible.believe(0.0), 0.0);
    EXPECT_DOUBLE_EQ(plausible.ceiling(), 0.0);
    EXPECT_TRUE(std::isnan(plausible.believe(1e4)));  // waits for a second one
    EXPECT_DOUBLE_EQ(plausible.believe(1e4), 1e4);
}

TEST(PlausibleDemand, RareDemandIsBelievedFromTheSecondTimeOn) {
    PlausibleDemand plausible(minutes(5));
    for (int i = 0; i < per_day; ++i) std::ignore = plausible.believe(0.0);
    std::ignore = plausible.believe(50.0);
    for (int i = 0; i < 30; ++i) EXPECT_DOUBLE_EQ(plausible.believe(0.0), 0.0);
    EXPECT_DOUBLE_EQ(plausible.believe(50.0), 50.0);
}

TEST(PlausibleDemand, ASpikeAfterZerosConfirmsNothing) {
    PlausibleDemand plausible(minutes(5));
    for (int i = 0; i < 24; ++i) std::ignore = plausible.believe(0.0);
    EXPECT_TRUE(std::isnan(plausible.believe(1e12)));
    EXPECT_DOUBLE_EQ(plausible.believe(100.0), 100.0);
    EXPECT_TRUE(plausible.is_suspect(1e12));
}

TEST(PlausibleDemand, AServiceThatGrowsHasRoom) {
    PlausibleDemand plausible(minutes(5));
    const auto demand = [](int i) {  // twice as much every day
        return (150.0 - 100.0 * std::cos(i / 45.8)) * std::exp2(i / 288.0);
    };
    for (int i = 0; i < 20 * per_day; ++i) {
        EXPECT_FALSE(std::isnan(plausible.believe(demand(i)))) << i;
        EXPECT_GT(plausible.ceiling(), demand(i + 12)) << i;
        if (i > 6) {
            EXPECT_GT(plausible.ceiling(), demand(i + per_day)) << i;
        }
    }
}

TEST(PlausibleDemand, AGapIsAGap) {
    PlausibleDemand plausible = after(1);
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(std::isnan(plausible.believe(std::nan(""))));
    EXPECT_EQ(plausible.disbelieved(), 0);
    EXPECT_DOUBLE_EQ(plausible.believe(100.0), 100.0);
}

}  // namespace
}  // namespace forescale
