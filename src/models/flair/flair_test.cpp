#include "base/rng.h"
#include "models/flair/day_shape.h"
#include "models/test_trial.h"

#include <numbers>

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr std::size_t per_day = 288;
constexpr Duration step = std::chrono::minutes(5);

double shape(std::size_t i) {
    return 1.5 + std::sin(2.0 * std::numbers::pi * static_cast<double>(i) / per_day);
}
double level(std::size_t i) {
    return i / per_day % 7 >= 5 ? 40.0 : 100.0;
}

flair::DayShape fitted(std::size_t days, const std::function<double(std::size_t)>& demand) {
    Series series(step, days * per_day + 1);
    for (std::size_t i = 0; i < days * per_day; ++i)
        series.append(Trial::monday + step * static_cast<int>(i), demand(i));
    const Zone utc;
    return flair::fit_day_shape({.demand = series, .zone = utc, .holidays = {}, .scale = 100.0});
}

TEST(DayShape, TakesShapeAndLevelsApart) {
    const auto days = fitted(14, [](std::size_t i) { return level(i) * shape(i); });
    ASSERT_EQ(days.levels.size(), 16U);
    EXPECT_NEAR(days.levels[2], 1.5 * 40.0, 1.0);   // the Sunday that just ended
    EXPECT_NEAR(days.levels[4], 1.5 * 100.0, 2.0);  // the Friday
    const Timestamp noon = Trial::monday + std::chrono::hours(6);
    EXPECT_NEAR(days.at(noon), 2.5 / 1.5, 0.02);
}

TEST(DayShape, AnIncidentBendsNeitherShapeNorLevel) {
    const auto days = fitted(14, [](std::size_t i) {
        return 100.0 * shape(i) * (i >= 10 * per_day + 60 && i < 10 * per_day + 90 ? 20.0 : 1.0);
    });
    EXPECT_NEAR(days.levels[2 + 3], 150.0, 5.0);
    EXPECT_NEAR(days.at(Trial::monday + std::chrono::hours(6)), 2.5 / 1.5, 0.05);
}

TEST(DayShape, NeedsTwoDays) {
    EXPECT_TRUE(fitted(1, shape).shape.empty());
    EXPECT_FALSE(fitted(2, shape).shape.empty());
}

TEST(NextLevel, FollowsTheWeekday) {
    std::vector<double> logs;
    for (int d = 0; d < 28; ++d)  // newest first, and the newest is a Sunday
        logs.push_back(std::log(d % 7 < 2 ? 40.0 : 100.0));
    EXPECT_GT(flair::next_level(logs), logs[0] + 0.5 * std::log(100.0 / 40.0));
}

TEST(NextLevel, OfNoiseIsNearerToTheMean) {
    Rng rng(1);
    std::vector<double> logs;
    for (int d = 0; d < 28; ++d) logs.push_back(rng.uniform() - 0.5);
    logs[0] = 0.5;  // the newest day was a high one
    EXPECT_LT(flair::next_level(logs), 0.47);
    EXPECT_GT(flair::next_level(logs), -0.35);
}

TEST(NextLevel, OfFewDaysIsTheNewest) {
    EXPECT_DOUBLE_EQ(flair::next_level(std::array{2.0, 1.0, 0.0}), 2.0);
}

TEST(Flair, KnowsWeekends) {
    Trial run("flair", 100.0);
    Rng rng(2);
    double error = 0.0;
    double naive = 0.0;
    std::vector<double> values;
    std::vector<double> said;
    for (std::size_t i = 0; i < 35 * per_day; ++i) {
        values.push_back(level(i) * shape(i) * (0.97 + 0.06 * rng.uniform()));
        const Answer answer = run.step_with(values.back());
        said.push_back(answer.asleep_because.empty() ? answer.medians[1] : Series::missing);
        if (i < 28 * per_day) continue;
        error += std::abs(said[i - 12] - values[i]);
        naive += std::abs(values[i - per_day] - values[i]);
    }
    EXPECT_LT(error, 0.3 * naive);
}

}  // namespace
}  // namespace forescale
