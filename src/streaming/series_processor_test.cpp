#include "streaming/series_processor.h"

#include "base/archive.h"
#include "base/rng.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Timestamp start{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Point point(Duration since, double value) {
    return {start + since, value};
}

StreamSettings minutes_only() {
    return {.widths = {1min}};
}
StreamSettings counter(Duration step = 1min) {
    return {.kind = MetricKind::counter, .sample_step = step, .widths = {1min}};
}

Window window(Duration since, double value) {
    return {start + since, 1min, 1, value, value, value, value, SampleState::present};
}
Window gap(Duration since, SampleState state = SampleState::missing) {
    return {.start = start + since, .width = 1min, .state = state};
}

TEST(SeriesProcessor, AWindowClosesWhenItsLatenessHasPassed) {
    SeriesProcessor series(minutes_only());
    EXPECT_THAT(series.ingest({point(0min, 5.0)}, start + 1min), ElementsAre(point(0min, 5.0)));
    EXPECT_THAT(series.close(start + 3min - 1ms), IsEmpty());
    EXPECT_THAT(series.close(start + 3min), ElementsAre(window(0min, 5.0)));
    EXPECT_THAT(series.close(start + 3min), IsEmpty());
}

TEST(SeriesProcessor, BehindTheFirstACompleteWindowClosesAsSoonAsItHasEnded) {
    SeriesProcessor series({.sample_step = 30s, .widths = {1min}});
    series.ingest({point(0s, 1.0), point(30s, 1.0)}, start + 1min);
    ASSERT_EQ(series.close(start + 3min).size(), 1U);
    series.ingest({point(60s, 2.0), point(90s, 2.0), point(120s, 3.0)}, start + 3min);
    EXPECT_EQ(series.close(start + 3min).size(), 1U) << "minute 1 is complete, minute 2 is not";
    series.ingest({{start + 150s, 0.0, SampleState::missing}}, start + 3min);
    EXPECT_THAT(series.close(start + 5min - 1ms), IsEmpty()) << "a missing value may still arrive";
    EXPECT_EQ(series.close(start + 5min).size(), 1U);
    series.ingest({point(180s, 4.0), point(210s, 4.0)}, start + 4min - 1ms);
    EXPECT_EQ(series.close(start + 5min).size(), 1U);
}

TEST(SeriesProcessor, ACompleteWindowWaitsForTheIncompleteOneBeforeIt) {
    SeriesProcessor series(minutes_only());
    series.ingest({point(0min, 1.0)}, start + 1min);
    series.close(start + 3min);
    series.ingest({point(2min, 2.0)}, start + 3min);
    EXPECT_THAT(series.close(start + 3min), IsEmpty());
    series.ingest({point(1min, 3.0)}, start + 3min);
    EXPECT_THAT(series.close(start + 3min), ElementsAre(window(1min, 3.0), window(2min, 2.0)));
}

TEST(SeriesProcessor, ACompleteFirstWindowWaitsForAnEarlierOne) {
    SeriesProcessor series(minutes_only());
    series.ingest({point(1min, 2.0)}, start + 2min);
    EXPECT_THAT(series.close(start + 2min), IsEmpty());
    series.ingest({point(0min, 1.0)}, start + 2min + 30s);
    EXPECT_THAT(series.close(start + 3min), ElementsAre(window(0min, 1.0), window(1min, 2.0)));
}

TEST(SeriesProcessor, AWindowHoldsCountSumMinMaxLast) {
    SeriesProcessor series({.sample_step = 15s, .widths = {1min}});
    series.ingest({point(15s, 1.0), point(45s, 2.0), point(0s, 4.0), point(30s, 9.0)},
                  start + 1min);
    const auto closed = series.close(start + 1h);
    ASSERT_FALSE(closed.empty());
    EXPECT_EQ(closed[0], (Window{start, 1min, 4, 16.0, 1.0, 9.0, 2.0, SampleState::present}));
}

TEST(SeriesProcessor, WiderWindowsMergeTheNarrowerOnesInOrderOfEndThenWidth) {
    SeriesProcessor series({.widths = {1min, 5min, 10min}});
    std::vector<Point> points;
    for (int i = 0; i < 10; ++i) points.push_back(point(i * 1min, i));
    series.ingest(points, start + 10min);
    const auto closed = series.close(start + 12min);
    ASSERT_EQ(closed.size(), 13U);
    EXPECT_EQ(closed[5], (Window{start, 5min, 5, 10.0, 0.0, 4.0, 4.0, SampleState::present}));
    EXPECT_EQ(closed[11],
              (Window{start + 5min, 5min, 5, 35.0, 5.0, 9.0, 9.0, SampleState::present}));
    EXPECT_EQ(closed[12], (Window{start, 10min, 10, 45.0, 0.0, 9.0, 9.0, SampleState::present}));
}

TEST(SeriesProcessor, GapsAreMarkedFromTheFirstWindowOn) {
    SeriesProcessor series(minutes_only());
    EXPECT_THAT(series.close(start + 1h), IsEmpty()) << "nothing was ever seen";
    series.ingest({point(60min, 1.0), point(62min, 2.0)}, start + 63min);
    EXPECT_THAT(series.close(start + 66min),
                ElementsAre(window(60min, 1.0), gap(61min), window(62min, 2.0), gap(63min)));
}

TEST(SeriesProcessor, AWideWindowIsPresentWhenAnyPartIs) {
    SeriesProcessor series({.widths = {1min, 5min}});
    series.ingest({point(1min, nan), point(3min, 7.0)}, start + 4min);
    const auto closed = series.close(start + 20min);
    std::vector<Window> wide;
    std::ranges::copy_if(closed, std::back_inserter(wide),
                         [](const Window& w) { return w.width == 5min; });
    ASSERT_EQ(wide.size(), 3U);
    EXPECT_EQ(wide[0], (Window{start, 5min, 1, 7.0, 7.0, 7.0, 7.0, SampleState::present}));
    EXPECT_EQ(wide[1].state, SampleState::missing);
}

TEST(SeriesProcessor, TheReasonOfAGapSurvivesIntoTheWideWindow) {
    SeriesProcessor series({.widths = {1min, 5min}});
    series.ingest({point(1min, nan)}, start + 4min);
    const auto closed = series.close(start + 7min);
    EXPECT_EQ(closed.back().width, Duration(5min));
    EXPECT_EQ(closed.back().state, SampleState::not_a_number);
    EXPECT_FALSE(closed.back().present());
}

TEST(SeriesProcessor, ALongGapIsBoundedAndCounted) {
    SeriesProcessor series({.widths = {1min, 5min, 1h}, .gap_windows_max = 120});
    series.ingest({point(30min, 1.0)}, start + 31min);
    const auto much_later = start + day * 3650;
    series.ingest({{much_later, 2.0}}, much_later + 1min);
    const auto closed = series.close(much_later + 1h);
    EXPECT_LT(closed.size(), 600U);
    EXPECT_GT(series.gap_windows_skipped(), 5'000'000);
    for (std::size_t i = 1; i < closed.size(); ++i) {
        ASSERT_LE(closed[i - 1].end(), closed[i].end());
        ASSERT_TRUE(closed[i - 1].end() < closed[i].end() || closed[i - 1].width < closed[i].width);
    }
    std::vector<Window> present;
    std::ranges::copy_if(closed, std::back_inserter(present), &Window::present);
    ASSERT_EQ(present.size(), 5U)
        << "both points in minutes and five minutes, the first one's hour";
    EXPECT_EQ(present.front().start, start + 30min);
    EXPECT_EQ(present[2].width, Duration(1h));
    EXPECT_EQ(present[3].start, much_later);
}

TEST(SeriesProcessor, ManyLongGapsInOneCallStayBounded) {
    SeriesProcessor series({.widths = {1min, 1h}, .gap_windows_max = 1'000});
    std::vector<Point> points;
    for (int i = 0; i < 100; ++i) points.push_back(point(i * 24h * 30, 1.0));
    series.ingest(points, start + 100 * 24h * 30);
    EXPECT_LT(series.close(start + 100 * 24h * 30).size(), 16'000U);
}

TEST(SeriesProcessor, ReplayingAWholeRecordingAtOnceEqualsTurnByTurn) {
    SeriesProcessor whole, turns;
    std::vector<Point> points;
    for (int i = 0; i < 500; ++i)
        if (i % 7 != 0) points.push_back(point(i * 1min, i * 0.1));
    std::vector<Window> expected, got;
    whole.ingest(points, start + 600min);
    expected = whole.close(start + 600min);
    for (int i = 0; i <= 600; ++i) {
        for (const auto& p : points)
            if (p.at == start + (i - 1) * 1min) turns.ingest({p}, start + i * 1min);
        for (const auto& w : turns.close(start + i * 1min)) got.push_back(w);
    }
    EXPECT_EQ(got, expected);
}

TEST(SeriesProcessor, DuplicatesAndConflictsAreCountedAndTheFirstStays) {
    SeriesProcessor series(minutes_only());
    series.ingest({point(0min, 5.0), point(0min, 5.0)}, start + 1min);
    EXPECT_THAT(series.ingest({point(0min, 5.0), point(0min, 6.0)}, start + 1min), IsEmpty());
    EXPECT_EQ(series.counts().accepted, 1);
    EXPECT_EQ(series.counts().duplicate, 2);
    EXPECT_EQ(series.counts().conflicting, 1);
    EXPECT_THAT(series.close(start + 3min), ElementsAre(window(0min, 5.0)));
}

TEST(SeriesProcessor, AValueReplacesAPointThatWasMissing) {
    for (const bool missing_first : {true, false}) {
        SeriesProcessor series(minutes_only());
        const Point missing{start, 0.0, SampleState::missing};
        series.ingest({missing_first ? missing : point(0min, 5.0)}, start + 1min);
        series.ingest({missing_first ? point(0min, 5.0) : missing}, start + 1min);
        EXPECT_THAT(series.close(start + 3min), ElementsAre(window(0min, 5.0)));
    }
}

TEST(SeriesProcessor, LateAndFutureAreRefusedAndCounted) {
    SeriesProcessor series(minutes_only());
    series.ingest({point(10min, 1.0)}, start + 11min);
    series.close(start + 14min);  // closes up to minute 12
    EXPECT_THAT(series.ingest({point(11min, 1.0), point(-24h * 365 * 500, 1.0)}, start + 14min),
                IsEmpty());
    EXPECT_THAT(series.ingest({point(12min, 1.0)}, start + 14min), ElementsAre(point(12min, 1.0)));
    EXPECT_THAT(
        series.ingest({point(19min + 1ms, 1.0), {Timestamp::max(), 1.0}, {Timestamp::min(), 1.0}},
                      start + 14min),
        IsEmpty());
    EXPECT_THAT(series.ingest({point(19min, 1.0)}, start + 14min), ElementsAre(point(19min, 1.0)));
    EXPECT_EQ(series.counts().late, 3);
    EXPECT_EQ(series.counts().future, 2);
    EXPECT_EQ(series.counts().accepted, 3);
}

TEST(SeriesProcessor, ATimeBeforeAllMeasuringIsLateEvenAsTheFirst) {
    SeriesProcessor series;
    EXPECT_THAT(series.ingest({{Timestamp::min(), 1.0}}, start), IsEmpty());
    EXPECT_EQ(series.counts().late, 1);
    EXPECT_THAT(series.close(start), IsEmpty());
}

TEST(SeriesProcessor, NoNumberAndBelowZeroAreStatesNotZeros) {
    SeriesProcessor series(minutes_only());
    const auto taken = series.ingest({point(0min, nan),
                                      point(1min, -3.0),
                                      point(2min, std::numeric_limits<double>::infinity()),
                                      point(3min, 1e300),
                                      point(4min, -0.0),
                                      {start + 5min, 8.0, SampleState::stale}},
                                     start + 6min);
    const auto state = [&](Duration since, SampleState s) { return Point{start + since, 0.0, s}; };
    EXPECT_THAT(
        taken,
        ElementsAre(state(0min, SampleState::not_a_number), state(1min, SampleState::not_a_number),
                    state(2min, SampleState::not_a_number), state(3min, SampleState::not_a_number),
                    point(4min, 0.0), state(5min, SampleState::stale)));
    EXPECT_FALSE(std::signbit(taken[4].value));
    EXPECT_EQ(series.counts().not_a_number, 4);
    EXPECT_EQ(series.counts().negative, 1);
    EXPECT_THAT(
        series.close(start + 8min),
        ElementsAre(gap(0min, SampleState::not_a_number), gap(1min, SampleState::not_a_number),
                    gap(2min, SampleState::not_a_number), gap(3min, SampleState::not_a_number),
                    window(4min, 0.0), gap(5min, SampleState::stale)));
}

TEST(SeriesProcessor, TooManyWaitingPointsAreRefusedAndCounted) {
    SeriesProcessor series({.widths = {1min}, .points_max = 3});
    std::vector<Point> points;
    for (int i = 0; i < 5; ++i) points.push_back(point(i * 1s, 1.0));
    EXPECT_EQ(series.ingest(points, start + 1min).size(), 3U);
    EXPECT_EQ(series.counts().overflow, 2);
}

TEST(SeriesProcessor, ACounterBecomesARatePerSecondOfTheStepBefore) {
    SeriesProcessor series(counter());
    EXPECT_THAT(series.ingest({point(0min, 100.0)}, start), IsEmpty()) << "one reading is no rate";
    EXPECT_THAT(series.ingest({point(1min, 160.0)}, start + 1min), ElementsAre(point(0min, 1.0)));
    EXPECT_THAT(series.ingest({point(2min, 280.0)}, start + 2min), ElementsAre(point(1min, 2.0)));
    EXPECT_THAT(series.close(start + 4min), ElementsAre(window(0min, 1.0), window(1min, 2.0)));
    EXPECT_EQ(series.counts().accepted, 3);
}

TEST(SeriesProcessor, ACounterThatGoesBackwardsWasReset) {
    SeriesProcessor series(counter());
    series.ingest({point(0min, 1000.0), point(1min, 1060.0), point(2min, 30.0), point(3min, 90.0)},
                  start + 3min);
    EXPECT_EQ(series.counts().counter_resets, 1);
    EXPECT_THAT(
        series.close(start + 5min),
        ElementsAre(window(0min, 1.0), gap(1min, SampleState::counter_reset), window(2min, 1.0)));
}

TEST(SeriesProcessor, AHoleInACounterHasNoRate) {
    SeriesProcessor series(counter());
    series.ingest({point(0min, 0.0), point(1min, 60.0), point(3min, 180.0), point(4min, 240.0)},
                  start + 4min);
    EXPECT_THAT(series.close(start + 6min),
                ElementsAre(window(0min, 1.0), gap(1min), gap(2min), window(3min, 1.0)));
    EXPECT_EQ(series.counts().counter_gaps, 1);
}

TEST(SeriesProcessor, ALateReadingFillsTheHole) {
    SeriesProcessor series(counter());
    series.ingest({point(0min, 0.0), point(2min, 180.0)}, start + 2min);
    EXPECT_THAT(series.ingest({point(1min, 60.0)}, start + 2min),
                ElementsAre(point(0min, 1.0), point(1min, 2.0)));
}

TEST(SeriesProcessor, AReadingWithoutAValueBreaksTheChain) {
    SeriesProcessor series(counter());
    series.ingest({point(0min, 0.0), point(1min, nan), point(2min, 120.0), point(3min, 180.0)},
                  start + 3min);
    EXPECT_THAT(series.close(start + 5min),
                ElementsAre(gap(0min, SampleState::not_a_number), gap(1min), window(2min, 1.0)));
}

TEST(SeriesProcessor, ProvisionalShowsWhatMayStillChangeAndEqualsWhatCloses) {
    SeriesProcessor series({.sample_step = 30s, .widths = {1min, 5min}});  // half of it missing
    std::vector<Point> points;
    for (int i = 0; i < 10; ++i) points.push_back(point(i * 1min, i + 0.1));
    series.ingest(points, start + 10min);
    std::vector<Window> closed = series.close(start + 10min);
    auto minutes = series.provisional(1min, start + 10min);
    const auto wide = series.provisional(5min, start + 10min);
    ASSERT_EQ(minutes.size(), 2U);
    ASSERT_EQ(wide.size(), 1U);
    EXPECT_EQ(minutes[0].start, start + 8min);
    const auto later = series.close(start + 12min);
    EXPECT_THAT(later, ElementsAre(minutes[0], minutes[1], wide[0]));
    EXPECT_THAT(SeriesProcessor().provisional(1min, start), IsEmpty());
}

TEST(SeriesProcessor, ProvisionalMarksTheStepThatHasNotArrived) {
    SeriesProcessor series(minutes_only());
    series.ingest({point(0min, 1.0)}, start + 1min);
    series.close(start + 2min);
    EXPECT_THAT(series.provisional(1min, start + 2min), ElementsAre(window(0min, 1.0), gap(1min)));
}

// ---- any order, same bits ----

struct Arrival {
    Point point;
    Timestamp at;
};

/// Feeds arrivals turn by turn, every 30 s, and returns every window.
std::vector<Window> windows_of(const StreamSettings& settings, std::vector<Arrival> arrivals,
                               Timestamp end) {
    std::ranges::stable_sort(arrivals, {}, &Arrival::at);
    SeriesProcessor series(settings);
    std::vector<Window> all;
    auto next = arrivals.begin();
    for (auto now = start; now <= end; now += 30s) {
        std::vector<Point> points;
        for (; next != arrivals.end() && next->at <= now; ++next) points.push_back(next->point);
        series.ingest(std::move(points), now);
        for (const auto& w : series.close(now)) all.push_back(w);
    }
    return all;
}

class AnyOrder : public ::testing::TestWithParam<MetricKind> {};
INSTANTIATE_TEST_SUITE_P(Kinds, AnyOrder, ::testing::Values(MetricKind::gauge, MetricKind::counter),
                         [](const auto& param_info) {
                             return param_info.param == MetricKind::gauge ? "gauge" : "counter";
                         });

TEST_P(AnyOrder, WithinTheLatenessBoundGivesTheSameBits) {
    const StreamSettings settings{.kind = GetParam(), .sample_step = 30s};
    const auto end = start + 4h;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        Rng rng(seed);
        std::vector<Arrival> in_time, shuffled;
        double level = 0.0;
        for (auto since = Duration(0); since < 3h; since += 30s) {
            if (rng.uniform() < 0.1) continue;  // never measured
            level = rng.uniform() < 0.03 ? 0.0 : level + rng.uniform() * 1e6;
            const bool is_bad = rng.uniform() < 0.03;
            const Point p{start + since, is_bad ? nan : level * 1e-3};
            const auto known = p.at + (GetParam() == MetricKind::gauge ? 30s : 0s);
            in_time.push_back({p, known});
            // Within the bound: before the window of the step that it describes closes.
            const Duration slack = 90s;
            shuffled.push_back({p, known + Duration(static_cast<Duration::rep>(rng.below(
                                               static_cast<std::uint64_t>(slack.count()))))});
            if (rng.uniform() < 0.2) shuffled.push_back({p, known + slack});
        }
        const auto expected = windows_of(settings, in_time, end);
        const auto got = windows_of(settings, shuffled, end);
        ASSERT_GT(expected.size(), 200U);
        ASSERT_EQ(got, expected) << "seed " << seed;
    }
}

// ---- restoring ----

TEST_P(AnyOrder, RestoringAfterAnyTurnGoesOnToTheBit) {
    const StreamSettings settings{.kind = GetParam(), .sample_step = 30s};
    Rng rng(3);
    SeriesProcessor unbroken(settings);
    SeriesProcessor restored(settings);
    double level = 0.0;
    for (auto now = start; now < start + 3h; now += 30s) {
        level += rng.uniform();
        std::vector<Point> points;
        if (rng.uniform() < 0.9) points.push_back({now - 30s, level});
        if (rng.uniform() < 0.1) points.push_back({now - 60s, level});
        const auto taken = unbroken.ingest(points, now);
        ASSERT_EQ(restored.ingest(points, now), taken);
        ASSERT_EQ(restored.close(now), unbroken.close(now));
        const auto state = save_state(unbroken, 1);
        ASSERT_LT(state.size(), 700U);
        SeriesProcessor next(settings);
        ASSERT_TRUE(load_state(next, state, 1));
        restored = std::move(next);
        ASSERT_EQ(restored.provisional(5min, now), unbroken.provisional(5min, now));
    }
    EXPECT_EQ(restored.counts().accepted, unbroken.counts().accepted);
}

TEST_P(AnyOrder, ReplayOfWhatWasAcceptedClosesTheSameWindows) {
    const StreamSettings settings{.kind = GetParam(), .sample_step = 30s};
    Rng rng(5);
    SeriesProcessor first(settings);
    SeriesProcessor second(settings);
    double level = 0.0;
    std::vector<Window> expected, got;
    for (auto now = start; now < start + 3h; now += 30s) {
        level += rng.uniform();
        std::vector<Point> points;
        if (rng.uniform() < 0.8) points.push_back({now - 30s, level});
        if (rng.uniform() < 0.2) points.push_back({now - 90s, level});
        const auto processed = first.ingest(points, now);
        for (const auto& w : first.close(now)) expected.push_back(w);
        if (processed.empty()) continue;  // a turn without points left no rows to replay
        second.replay(processed);
        for (const auto& w : second.close(now)) got.push_back(w);
    }
    for (const auto& w : first.close(start + 4h)) expected.push_back(w);
    for (const auto& w : second.close(start + 4h)) got.push_back(w);
    EXPECT_EQ(got, expected);
    EXPECT_EQ(second.counts().accepted, 0);
}

TEST(SeriesProcessor, AStateOfOtherWidthsNeverClosesAWindowTwice) {
    SeriesProcessor before({.widths = {1min, 5min, 1h}});
    before.ingest({point(0min, 1.0), point(7min, 2.0)}, start + 8min);
    before.close(start + 10min);  // open from minute 8
    const auto state = save_state(before, 1);
    SeriesProcessor after({.widths = {5min, 10min}});
    ASSERT_TRUE(load_state(after, state, 1));
    after.ingest({point(9min, 3.0), point(11min, 4.0)}, start + 12min);
    const auto closed = after.close(start + 22min);
    ASSERT_FALSE(closed.empty());
    EXPECT_EQ(closed.front().start, start + 10min);
    EXPECT_EQ(closed.front().count, 1);
}

}  // namespace
}  // namespace forescale
