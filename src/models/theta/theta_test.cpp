#include "base/rng.h"
#include "models/test_trial.h"

#include <numbers>

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr std::size_t per_day = 288;

double wave(std::size_t i, double steps) {
    return std::sin(2.0 * std::numbers::pi * static_cast<double>(i) / steps);
}

/// Mean absolute error at an anchor of a member, and of the same time a day before.
struct Errors {
    double member = 0.0;
    double naive = 0.0;
};
template <class Demand>
Errors errors_at(std::size_t anchor, std::size_t days, Demand demand) {
    Trial run("theta", 100.0);
    const auto ahead = static_cast<std::size_t>(Trial::anchors[anchor]);
    std::vector<double> values;
    std::vector<double> said;
    Errors errors;
    for (std::size_t i = 0; i < days * per_day; ++i) {
        values.push_back(demand(i));
        const Answer answer = run.step_with(values.back());
        said.push_back(answer.asleep_because.empty() ? answer.medians[anchor] : Series::missing);
        if (i < days * per_day * 3 / 4) continue;
        errors.member += std::abs(said[i - ahead] - values[i]);
        errors.naive += std::abs(values[i - per_day] - values[i]);
    }
    return errors;
}

// Seven hours do not divide the day: the same time yesterday is another part of the cycle.
TEST(Theta, FollowsASeasonThatIsNoDay) {
    Rng rng(1);
    const auto demand = [&](std::size_t i) {
        return 100.0 * (1.0 + 0.6 * wave(i, 84.0)) * (0.97 + 0.06 * rng.uniform());
    };
    const Errors hour = errors_at(1, 12, demand);
    EXPECT_LT(hour.member, 0.15 * hour.naive);
    const Errors day_ahead = errors_at(2, 12, demand);
    EXPECT_LT(day_ahead.member, 0.3 * day_ahead.naive);
}

TEST(Theta, KnowsTheWeekend) {
    Rng rng(2);
    const auto demand = [&](std::size_t i) {
        const bool weekend = i / per_day % 7 >= 5;
        return 100.0 * (1.5 + wave(i, per_day)) * (weekend ? 0.4 : 1.0) *
               (0.97 + 0.06 * rng.uniform());
    };
    const Errors day_ahead = errors_at(2, 40, demand);
    EXPECT_LT(day_ahead.member, 0.8 * day_ahead.naive);
}

// Where the level has always wandered, a shift is believed; the shape of the day stays.
TEST(Theta, KeepsTheShapeOfTheDayWhenTheLevelShifts) {
    Trial run("theta", 100.0);
    Rng rng(3);
    double wander = 0.0;
    const auto shape = [](std::size_t i) { return 100.0 * (1.5 + wave(i, per_day)); };
    Answer answer;
    const std::size_t shift = 10 * per_day + 100;
    for (std::size_t i = 0; i < shift + 12; ++i) {
        wander = 0.995 * wander + 0.02 * (rng.uniform() - 0.5);
        answer = run.step_with(shape(i) * std::exp(wander) * (i < shift ? 1.0 : 3.0));
    }
    const double truth = 3.0 * shape(shift + 11 + 12) * std::exp(wander);
    EXPECT_NEAR(answer.medians[1], truth, 0.25 * truth);
}

TEST(Theta, LivesThroughADayWithoutSamples) {
    Trial run("theta", 100.0);
    const auto shape = [](std::size_t i) { return 100.0 * (1.5 + wave(i, per_day)); };
    Answer answer;
    for (std::size_t i = 0; i < 8 * per_day; ++i)
        answer = run.step_with(i / per_day == 7 ? Series::missing : shape(i));
    const double truth = shape(8 * per_day - 1 + 12);
    EXPECT_NEAR(answer.medians[1], truth, 0.15 * truth);
}

}  // namespace
}  // namespace forescale
