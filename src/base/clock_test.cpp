#include "base/clock.h"

#include <thread>

#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Timestamp start = parse_timestamp("2026-03-01T12:00:00Z").value();

TEST(ManualClock, StandsStillAndJumpsWhenSomebodyWaits) {
    ManualClock clock(start);
    EXPECT_EQ(clock.now(), start);
    EXPECT_TRUE(clock.wait_until(start + hours(24), {}));
    EXPECT_EQ(clock.now(), start + hours(24));
}

TEST(ManualClock, NeverGoesBack) {
    ManualClock clock(start);
    clock.advance_to(start - seconds(1));
    EXPECT_EQ(clock.now(), start);
    EXPECT_TRUE(clock.wait_until(start - seconds(1), {}));
    EXPECT_EQ(clock.now(), start);
}

TEST(ManualClock, DoesNotMoveOnceStopped) {
    ManualClock clock(start);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(clock.wait_until(start + hours(1), stop.get_token()));
    EXPECT_EQ(clock.now(), start);
}

TEST(ScaledClock, RunsFasterThanTheWall) {
    ScaledClock clock(start, 1e6);
    EXPECT_TRUE(clock.wait_until(start + seconds(1000), {}));
    EXPECT_GE(clock.now(), start + seconds(1000));
}

TEST(ScaledClock, IsThereAtOnceWhenTheTimeIsPast) {
    ScaledClock clock(start, 1.0);
    EXPECT_TRUE(clock.wait_until(start - hours(1), {}));
    EXPECT_GE(clock.now(), start);
}

TEST(ScaledClock, AtSpeedZeroWaitingJumps) {
    ScaledClock clock(start, 0.0);
    EXPECT_EQ(clock.now(), start);
    EXPECT_TRUE(clock.wait_until(start + hours(1000), {}));
    EXPECT_EQ(clock.now(), start + hours(1000));
}

TEST(ScaledClock, ChangedSpeedReachesThoseWhoWait) {
    ScaledClock clock(start, 0.001);
    bool reached = false;
    {
        const std::jthread waiter([&] { reached = clock.wait_until(start + hours(1000), {}); });
        clock.set_speed(1e10);
    }
    EXPECT_TRUE(reached);
    EXPECT_GE(clock.now(), start + hours(1000));
}

/// Waits for a time that is never reached on a second thread, and stops that.
void expect_stop_ends_waiting(Clock& clock, Timestamp far) {
    std::stop_source stop;
    bool reached = true;
    {
        const std::jthread waiter([&] { reached = clock.wait_until(far, stop.get_token()); });
        stop.request_stop();
    }
    EXPECT_FALSE(reached);
}

TEST(ScaledClock, StopEndsWaiting) {
    ScaledClock clock(start, 1.0);
    expect_stop_ends_waiting(clock, Timestamp::max());
}

TEST(SystemClock, StopEndsWaiting) {
    SystemClock clock;
    expect_stop_ends_waiting(clock, Timestamp::max());
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(clock.wait_until(clock.now() - hours(1), stop.get_token()));
}

TEST(SystemClock, TellsTheTimeOfDayAndWaits) {
    SystemClock clock;
    const auto before = clock.now();
    EXPECT_GT(before, parse_timestamp("2024-01-01T00:00:00Z").value());
    EXPECT_TRUE(clock.wait_until(before + milliseconds(2), {}));
    EXPECT_GE(clock.now(), before + milliseconds(2));
}

}  // namespace
}  // namespace forescale
