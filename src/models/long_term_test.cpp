#include "base/rng.h"
#include "models/carry_over.h"
#include "models/test_trial.h"

#include <numbers>

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr std::size_t per_day = 288;
constexpr std::size_t at_24h = 2;  ///< in Trial::anchors

double usual(std::size_t i) {
    return 100.0 * (1.5 + std::sin(2.0 * std::numbers::pi * static_cast<double>(i % per_day) /
                                   static_cast<double>(per_day)));
}

TEST(CarryOver, LearnsHowMuchOfADeviationLasts) {
    constexpr int horizon = 12;
    CarryOver carry(std::chrono::minutes(5), horizon, {});
    Rng rng(1);
    std::vector<double> deviations;
    for (std::size_t i = 0; i < 4000; ++i) {
        deviations.push_back(rng.uniform() - 0.5);
        carry.learn(i < horizon ? Series::missing : 1.0 + 0.6 * deviations[i - horizon]);
        carry.note(1.0, {deviations[i], 0.0, 0.0, 0.0, 0.0});
    }
    EXPECT_NEAR(carry.say(1.0, {0.4, 0.0, 0.0, 0.0, 0.0}), 1.24, 0.01);
}

TEST(CarryOver, StaysWithinTheLargestDeviation) {
    const CarryOver carry(std::chrono::minutes(5), 12, {0.9, 0.9, 0.9, 0.0, 0.0});
    EXPECT_DOUBLE_EQ(carry.say(2.0, {0.5, 0.5, 0.5, 0.0, 0.0}), 2.5);
    EXPECT_DOUBLE_EQ(carry.say(2.0, {0.1, 0.0, 0.0, 0.0, 0.0}), 2.09);
}

class LongTerm : public ::testing::TestWithParam<std::string> {};

/// What is said 24 h ahead after each step of the last day; every value is checked on the way.
std::vector<double> last_day(const std::string& model, std::size_t days,
                             const std::function<double(std::size_t i)>& demand) {
    Trial run(model, 100.0);
    std::vector<double> said;
    for (std::size_t i = 0; i < days * per_day; ++i) {
        const Answer answer = run.step_with(demand(i));
        if (!answer.asleep_because.empty()) continue;
        for (const double m : answer.medians)
            EXPECT_TRUE(std::isnan(m) || (std::isfinite(m) && m >= 0.0)) << "step " << i;
        EXPECT_TRUE(std::isnan(answer.medians.front())) << "5 min is for others";
        EXPECT_TRUE(std::isfinite(answer.medians[at_24h])) << "step " << i;
        EXPECT_GE(answer.spreads[at_24h], 0.0);
        if (i >= (days - 1) * per_day) said.push_back(answer.medians[at_24h]);
    }
    return said;
}
double mean_error(const std::vector<double>& said) {
    double error = 0.0;
    for (std::size_t i = 0; i < said.size(); ++i) error += std::abs(said[i] - usual(i));
    return error / static_cast<double>(said.size()) / 150.0;
}

TEST_P(LongTerm, SleepsUntilThereAreThreeDays) {
    Trial run(GetParam(), 100.0);
    for (std::size_t i = 0; i < 3 * per_day - 12; ++i)
        EXPECT_EQ(run.step_with(usual(i)).asleep_because, "needs 3 days of history");
    Answer answer;
    for (std::size_t i = 3 * per_day - 12; i < 3 * per_day + 12; ++i)
        answer = run.step_with(usual(i));
    EXPECT_TRUE(answer.asleep_because.empty());
}

TEST_P(LongTerm, KnowsADayThatRepeats) {
    EXPECT_LT(mean_error(last_day(GetParam(), 12, usual)), 0.02);
}

TEST_P(LongTerm, ASpikeOf1e12IsForgottenTheNextDay) {
    const auto said = last_day(
        GetParam(), 12, [](std::size_t i) { return i == 10 * per_day + 100 ? 1e12 : usual(i); });
    EXPECT_LT(mean_error(said), 0.25);
}

TEST_P(LongTerm, LivesWithTwoFifthsMissing) {
    Rng rng(5);
    const auto said = last_day(GetParam(), 12, [&](std::size_t i) {
        return rng.uniform() < 0.4 ? Series::missing : usual(i);
    });
    EXPECT_LT(mean_error(said), 0.05);
}

TEST_P(LongTerm, KnowsTheDayAfterAGapOfTwoDays) {
    const auto said = last_day(GetParam(), 14, [](std::size_t i) {
        return i / per_day == 10 || i / per_day == 11 ? Series::missing : usual(i);
    });
    EXPECT_LT(mean_error(said), 0.1);
}

TEST_P(LongTerm, GoesOnWhenTheSeriesStops) {
    const auto said = last_day(GetParam(), 14, [](std::size_t i) {
        return i >= 12 * per_day ? Series::missing : usual(i);
    });
    EXPECT_LT(mean_error(said), 0.1);
}

TEST_P(LongTerm, FollowsALevelThatDoubled) {
    const auto said = last_day(GetParam(), 14, [](std::size_t i) {
        return i >= 11 * per_day ? 2.0 * usual(i) : usual(i);
    });
    double error = 0.0;
    for (std::size_t i = 0; i < said.size(); ++i) error += std::abs(said[i] - 2.0 * usual(i));
    EXPECT_LT(error / static_cast<double>(said.size()) / 300.0, 0.2);
}

TEST_P(LongTerm, ConstantAndZeroAreTheirOwnForecast) {
    for (const double value : {0.0, 42.0})
        for (const double said : last_day(GetParam(), 9, [value](std::size_t) { return value; }))
            ASSERT_NEAR(said, value, 1.0);
}

TEST_P(LongTerm, StateIsSmall) {
    Trial run(GetParam(), 100.0);
    for (std::size_t i = 0; i < 15 * per_day; ++i) run.step_with(usual(i));
    ArchiveWriter writer;
    run.model().save(writer);
    EXPECT_LT(writer.take().size(), 20'000U);
}

INSTANTIATE_TEST_SUITE_P(Models, LongTerm, ::testing::Values("arima", "prophet"),
                         [](const auto& of) { return of.param; });

}  // namespace
}  // namespace forescale
