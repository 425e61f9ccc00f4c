#include "domain/forecast.h"

#include "base/rng.h"

#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Quantiles straight(double at_zero, double slope) {
    Quantiles out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out.at(i) = at_zero + slope * quantile_levels.at(i);
    return out;
}

TEST(Levels, AscendWithTheMedianInItsPlace) {
    EXPECT_TRUE(std::ranges::is_sorted(quantile_levels));
    EXPECT_DOUBLE_EQ(quantile_levels.at(median_index), 0.5);
}

TEST(QuantileAt, GivesTheKeptLevelsThemselves) {
    Quantiles quantiles{};
    for (std::size_t i = 0; i < quantiles.size(); ++i) quantiles.at(i) = static_cast<double>(i * i);
    for (std::size_t i = 0; i < quantiles.size(); ++i)
        EXPECT_DOUBLE_EQ(quantile_at(quantiles, quantile_levels.at(i)), quantiles.at(i)) << i;
}

TEST(QuantileAt, IsLinearBetweenAndBeyondTheLevels) {
    const auto line = straight(10, 100);
    for (const double level : {0.001, 0.03, 0.05, 0.07, 0.25, 0.5, 0.93, 0.97, 0.99, 0.995, 0.999})
        EXPECT_NEAR(quantile_at(line, level), 10 + 100 * level, 1e-9) << level;
}

TEST(QuantileAt, DemandIsNeverNegative) {
    EXPECT_GE(quantile_at(straight(-3, 60), 0.001), 0.0);
    EXPECT_NEAR(quantile_at(straight(-3, 60), 0.1), 3.0, 1e-9);
}

TEST(QuantileAt, NeverFallsAsTheLevelRises) {
    Rng rng(1);
    for (int round = 0; round < 200; ++round) {
        Quantiles quantiles{};
        for (auto& value : quantiles) value = 100 * rng.uniform();
        std::ranges::sort(quantiles);
        double before = 0;
        for (int i = 1; i < 1000; ++i) {
            const double value = quantile_at(quantiles, i / 1000.0);
            ASSERT_GE(value, before - 1e-9);
            before = value;
        }
    }
}

ForecastPath path() {
    ForecastPath out;
    out.points = {{minutes(5), straight(0, 10)},
                  {minutes(15), straight(20, 10)},
                  {hours(1), straight(20, 100)}};
    return out;
}

TEST(ForecastPath, GivesItsPointsThemselves) {
    for (const auto& point : path().points) EXPECT_EQ(path().at(point.horizon), point.quantiles);
}

TEST(ForecastPath, IsLinearInTimeBetweenPoints) {
    const auto middle = path().at(minutes(10));
    const auto late = path().at(minutes(24));  // a fifth of the way from 15 min to 1 h
    for (std::size_t i = 0; i < middle.size(); ++i) {
        EXPECT_NEAR(middle.at(i), 10 + 10 * quantile_levels.at(i), 1e-9);
        EXPECT_NEAR(late.at(i), 20 + 28 * quantile_levels.at(i), 1e-9);
    }
}

TEST(ForecastPath, HoldsItsEndsOutsideOfThem) {
    EXPECT_EQ(path().at(Duration(0)), path().points.front().quantiles);
    EXPECT_EQ(path().at(hours(48)), path().points.back().quantiles);
    ForecastPath single;
    single.points = {{minutes(5), straight(1, 1)}};
    EXPECT_EQ(single.at(hours(3)), straight(1, 1));
}

TEST(ForecastPath, EmptyPathHasNoQuantiles) {
    const ForecastPath empty;
    EXPECT_TRUE(empty.empty());
    EXPECT_DEATH(std::ignore = empty.at(minutes(5)), "broken invariant");
}

}  // namespace
}  // namespace forescale
