#include "base/rng.h"
#include "models/test_trial.h"

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr std::size_t per_day = 288;

TEST(Croston, SleepsWhileDemandIsNotIntermittent) {
    Trial run("croston", 100.0);
    Answer answer;
    for (std::size_t i = 0; i < 3 * per_day; ++i) answer = run.step_with(i % 20 == 0 ? 0.0 : 100.0);
    EXPECT_EQ(answer.asleep_because, "demand is not intermittent");
}

TEST(Croston, SaysNothingIsNeededWhereDemandIsTheException) {
    Trial run("croston", 10.0);
    Rng rng(1);
    Answer answer;
    for (std::size_t i = 0; i < 5 * per_day; ++i)
        answer = run.step_with(rng.uniform() < 0.1 ? 50.0 : 0.0);
    ASSERT_EQ(answer.medians.size(), Trial::anchors.size());
    for (const double median : answer.medians) EXPECT_LE(median, 0.0);
}

// Of amounts 10, 20, .. 100, all equally likely, and nothing in a quarter of the steps, a third of
// the amounts lies below the median of all steps.
TEST(Croston, SaysTheMedianOfTheMixture) {
    Trial run("croston", 50.0);
    Rng rng(2);
    Answer answer;
    for (std::size_t i = 0; i < 10 * per_day; ++i)
        answer = run.step_with(
            rng.uniform() < 0.25 ? 0.0 : 10.0 * (1.0 + static_cast<double>(rng.below(10))));
    for (const double median : answer.medians) EXPECT_NEAR(median, 40.0, 20.0);
}

TEST(Croston, KnowsTheHoursWithDemand) {
    Trial run("croston", 100.0);
    Answer answer;
    const auto is_busy = [](std::size_t i) { return i % per_day >= 96 && i % per_day < 192; };
    for (std::size_t i = 0; i < 8 * per_day + 89; ++i)
        answer = run.step_with(is_busy(i) ? 100.0 : 0.0);
    EXPECT_LE(answer.medians[0], 0.0);           // 07:25
    EXPECT_NEAR(answer.medians[1], 100.0, 1.0);  // 08:20
}

TEST(Croston, SeesThatDemandHasEnded) {
    Trial run("croston", 100.0);
    Rng rng(3);
    Answer answer;
    for (std::size_t i = 0; i < 4 * per_day; ++i)
        answer = run.step_with(rng.uniform() < 0.7 ? 100.0 : 0.0);
    EXPECT_GT(answer.medians[1], 0.0);
    for (std::size_t i = 0; i < 2 * per_day; ++i) answer = run.step_with(0.0);
    for (const double median : answer.medians) EXPECT_LE(median, 0.0);
}

}  // namespace
}  // namespace forescale
