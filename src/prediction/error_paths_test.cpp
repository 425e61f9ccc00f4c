#include "prediction/error_paths.h"

#include "base/archive.h"

#include <cmath>

#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;

constexpr Timestamp begin{hours(24 * 20'000)};
constexpr Duration step = hours(1);

/// 100 +- 20 (below) and +- 40 (above) at every hour to 12 h.
ForecastPath path_at(Timestamp origin, double median = 100.0) {
    ForecastPath path;
    path.origin = origin;
    path.step = step;
    for (int h = 1; h <= 12; ++h) {
        Quantiles quantiles{};
        for (std::size_t i = 0; i < quantiles.size(); ++i)
            quantiles[i] = median * (quantile_levels[i] < 0.5 ? 0.8 : 1.4);
        quantiles[median_index] = median;
        path.points.push_back({.horizon = step * h, .quantiles = quantiles});
    }
    return path;
}

Window window_at(Timestamp start, double value) {
    return {.start = start,
            .width = step,
            .count = std::isnan(value) ? 0 : 1,
            .sum = value,
            .min = value,
            .max = value,
            .last = value,
            .state = std::isnan(value) ? SampleState::missing : SampleState::present};
}

/// Plays `count` hours of demand on paths of 100.
template <class Demand>
ErrorPaths played(int count, Demand demand) {
    ErrorPaths paths;
    for (int i = 0; i < count; ++i) {
        const Timestamp now = begin + step * i;
        paths.observe(window_at(now, demand(i)));
        paths.follow(path_at(now));
    }
    return paths;
}

TEST(ErrorPaths, SaysNothingBeforeEightPathsHaveMatured) {
    EXPECT_EQ(played(40, [](int) { return 100.0; }).scenarios(path_at(begin)).count, 0U);
    EXPECT_EQ(played(60, [](int) { return 100.0; }).scenarios(path_at(begin)).count, 11U);
}

TEST(ErrorPaths, PutsWholePathsOfErrorsOnThePathOfNow) {
    // Demand that is 20 above for a day and 10 below for the next: errors of +0.5 and of -0.5.
    const auto paths = played(24 * 8, [](int i) { return i / 24 % 2 == 0 ? 120.0 : 90.0; });
    const auto scenarios = paths.scenarios(path_at(begin + hours(500), 50.0));
    ASSERT_EQ(scenarios.count, ErrorPaths::kept_max);
    ASSERT_EQ(scenarios.percent.size(), ErrorPaths::kept_max * 8);
    int whole = 0;
    for (std::size_t s = 0; s < scenarios.count; ++s) {
        const auto first = scenarios.percent.begin() + static_cast<std::ptrdiff_t>(8 * s);
        EXPECT_TRUE(*first == 120 || *first == 90);
        whole += std::all_of(first, first + 8, [&](int percent) { return percent == *first; });
    }
    // Most paths of eight hours lie within a day: what was high stays high.
    EXPECT_GE(whole, 9);
    EXPECT_LT(whole, 16);
}

TEST(ErrorPaths, LearnsNothingFromAPathWithAGap) {
    const auto paths = played(60, [](int i) { return i % 5 == 3 ? std::nan("") : 100.0; });
    EXPECT_EQ(paths.scenarios(path_at(begin)).count, 0U);
}

TEST(ErrorPaths, KnowsNothingOfAPathWithOtherHorizons) {
    auto other = path_at(begin);
    other.points.erase(other.points.begin());
    EXPECT_EQ(played(60, [](int) { return 100.0; }).scenarios(other).count, 0U);
}

TEST(ErrorPaths, BoundsAnErrorBeyondAllSpread) {
    const auto paths = played(60, [](int) { return 1e9; });
    EXPECT_EQ(paths.scenarios(path_at(begin)).percent.front(), 420);
}

TEST(ErrorPaths, GoesOnFromAStoredStateToTheBit) {
    auto paths = played(100, [](int i) { return 100.0 + 30.0 * std::sin(i); });
    auto stored = ErrorPaths();
    ASSERT_TRUE(load_state(stored, save_state(paths, 1), 1));
    for (int i = 100; i < 140; ++i) {
        const Timestamp now = begin + step * i;
        for (auto* each : {&paths, &stored}) {
            each->observe(window_at(now, 100.0 + i));
            each->follow(path_at(now));
        }
    }
    EXPECT_EQ(stored.scenarios(path_at(begin)).percent, paths.scenarios(path_at(begin)).percent);
}

}  // namespace
}  // namespace forescale
