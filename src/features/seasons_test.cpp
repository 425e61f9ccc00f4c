#include "features/seasons.h"

#include "base/rng.h"
#include "features/spectrum.h"

#include <cmath>
#include <functional>
#include <numbers>

#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Duration step = minutes(5);
constexpr int per_day = 288;
constexpr int per_week = 2016;

double gauss(Rng& rng) {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += rng.uniform();
    return sum;
}
double wave(int i, double steps) {
    return std::sin(2.0 * std::numbers::pi * i / steps);
}

using Demand = std::function<double(int i, Rng& rng)>;

std::vector<Season> seasons_of(const Demand& demand, int days = 29, std::uint64_t seed = 1) {
    Series series(step, static_cast<std::size_t>(days * per_day) + 1);
    Rng rng(seed);
    for (int i = 0; i < days * per_day; ++i) series.append(Timestamp(step * i), demand(i, rng));
    return find_seasons(series);
}

Demand repeating(double steps, double swing) {
    return
        [=](int i, Rng& rng) { return 100.0 * (1.0 + swing * wave(i, steps) + 0.05 * gauss(rng)); };
}

struct Period {
    std::string name;
    Duration period;
};
class OnePeriod : public ::testing::TestWithParam<Period> {};

TEST_P(OnePeriod, IsFoundAndNothingElse) {
    const Duration period = GetParam().period;
    const auto steps = static_cast<double>(period / step);
    const auto seasons = seasons_of(repeating(steps, 0.3));
    ASSERT_EQ(seasons.size(), 1U);
    EXPECT_EQ(seasons[0].period, period);
    EXPECT_GT(seasons[0].strength, 0.8);
    EXPECT_LE(seasons[0].strength, 1.0);
}
INSTANTIATE_TEST_SUITE_P(Seasons, OnePeriod,
                         ::testing::Values(Period{"minutes_90", minutes(90)},
                                           Period{"hours_7", hours(7)}, Period{"day", day},
                                           Period{"hours_25", hours(25)},
                                           Period{"hours_36", hours(36)}, Period{"week", day * 7}),
                         [](const auto& of) { return of.param.name; });

TEST(Seasons, DayWeekAndAnOddPeriodAreToldApart) {
    const auto seasons = seasons_of([](int i, Rng& rng) {
        const bool weekend = i / per_day % 7 >= 5;
        return 100.0 * (1.2 + 0.9 * wave(i, per_day)) * (weekend ? 0.5 : 1.0) +
               25.0 * (1.0 + wave(i, 132)) + 4.0 * gauss(rng);
    });
    ASSERT_EQ(seasons.size(), 3U);
    EXPECT_EQ(seasons[0].period, day);
    std::vector<Duration> periods;
    for (const Season& season : seasons) periods.push_back(season.period);
    EXPECT_TRUE(std::ranges::find(periods, Duration(hours(11))) != periods.end());
    EXPECT_TRUE(std::ranges::find(periods, day * 7) != periods.end());
    EXPECT_GE(seasons[0].strength, seasons[1].strength);
    EXPECT_GE(seasons[1].strength, seasons[2].strength);
}

TEST(Seasons, AJobThatRunsForAQuarterOfAnHourEverySevenHours) {
    const auto seasons = seasons_of(
        [](int i, Rng& rng) { return 100.0 + 5.0 * gauss(rng) + (i % 84 < 3 ? 100.0 : 0.0); });
    ASSERT_FALSE(seasons.empty());
    EXPECT_EQ(seasons[0].period, Duration(hours(7)));
}

TEST(Seasons, TrendSpikesIncidentsAndGapsDoNotHideThem) {
    const auto seasons = seasons_of([](int i, Rng& rng) {
        const double value = (100.0 + 0.05 * i) * (1.0 + 0.3 * wave(i, 84) + 0.05 * gauss(rng));
        if (rng.uniform() < 0.4 || (i > 4000 && i < 4300)) return Series::missing;
        if (i % 1999 == 7) return 1e12;
        return i > 6000 && i < 6100 ? 5.0 * value : value;
    });
    ASSERT_FALSE(seasons.empty());
    EXPECT_EQ(seasons[0].period, Duration(hours(7)));
}

TEST(Seasons, NoneWhereNothingRepeats) {
    double walk = 0.0;
    const auto walking = [&walk](double keep, double by) {
        return [&walk, keep, by](int i, Rng& rng) {
            walk = i == 0 ? 0.0 : keep * walk + by * gauss(rng);
            return 100.0 * std::exp(walk);
        };
    };
    const std::vector<std::pair<std::string, Demand>> cases{
        {"white noise", [](int, Rng& rng) { return 100.0 + 10.0 * gauss(rng); }},
        {"exponential noise", [](int, Rng& rng) { return -std::log(1.0 - rng.uniform()); }},
        {"random walk", walking(1.0, 0.02)},
        {"slow noise", walking(0.99, 0.1)},
        {"mostly zero", [](int, Rng& rng) { return rng.uniform() < 0.95 ? 0.0 : rng.uniform(); }},
        {"a shift", [](int i, Rng& rng) { return (i < 4000 ? 1.0 : 5.0) + 0.1 * rng.uniform(); }},
        {"trend", [](int i, Rng& rng) { return 100.0 + 0.1 * i + rng.uniform(); }},
        {"constant", [](int, Rng&) { return 7.0; }},
        {"zeros", [](int, Rng&) { return 0.0; }},
        {"one spike", [](int i, Rng&) { return i == 4000 ? 1e12 : 7.0; }},
    };
    int found = 0;
    std::string which;
    for (const auto& [name, demand] : cases)
        for (const int days : {1, 3, 9, 29})
            for (const std::uint64_t seed : {1U, 2U, 3U}) {
                if (seasons_of(demand, days, seed).empty()) continue;
                ++found;
                which += name + " ";
            }
    EXPECT_LE(found, 1) << "of 120 histories without a season: " << which;
}

TEST(Seasons, WhatWasNotSeenTwiceIsNoSeason) {
    EXPECT_TRUE(seasons_of(repeating(per_day, 0.5), 1).empty());
    EXPECT_TRUE(seasons_of(repeating(per_week, 0.5), 13).empty());
    EXPECT_FALSE(seasons_of(repeating(per_day, 0.5), 3).empty());
    EXPECT_FALSE(seasons_of(repeating(per_week, 0.5), 15).empty());
    EXPECT_TRUE(find_seasons(Series()).empty());
}

TEST(Spectrum, MeasuresAPeriodBetweenTwoWholeNumbers) {
    std::vector<double> values;
    Rng rng(7);
    for (int i = 0; i < 2000; ++i) values.push_back(wave(i, 33.3) + 0.05 * gauss(rng));
    const Spectrum spectrum = spectrum_of(values, 3);
    ASSERT_FALSE(spectrum.lines.empty());
    EXPECT_NEAR(spectrum.lines[0].period, 33.3, 0.15);
    EXPECT_NEAR(spectrum.lag, 33.0, 1.0);
}

TEST(Spectrum, NoiseHasNoLines) {
    int lines = 0;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Rng rng(seed);
        std::vector<double> values;
        for (int i = 0; i < 1000; ++i) values.push_back(gauss(rng));
        lines += static_cast<int>(spectrum_of(values, 5).lines.size());
    }
    EXPECT_LE(lines, 1);
}

}  // namespace
}  // namespace forescale
