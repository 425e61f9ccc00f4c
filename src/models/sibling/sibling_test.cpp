#include "base/rng.h"
#include "models/sibling/test_shapes.h"
#include "models/test_trial.h"

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr std::size_t per_day = 288;

struct NewService {
    Trial trial{"sibling", 100.0};
    Rng rng{1};
    NewService() {
        auto made = std::make_shared<TrainedModels>();
        made->shapes = sibling::three_shapes();
        trial.trained = made;
    }
    /// A service that looks like one of the shapes, some hours later.
    double demand(std::size_t i, std::size_t shape, std::size_t hours_later) {
        const std::size_t hour =
            (i / 12 + sibling::hours_of_week - hours_later) % sibling::hours_of_week;
        return 100.0 *
               std::exp(static_cast<double>(trial.trained->shapes.shapes[shape].log_ratios[hour])) *
               (0.97 + 0.06 * rng.uniform());
    }
};

TEST(Sibling, SaysWhatItNeeds) {
    Trial run("sibling", 1.0);
    run.trained = std::make_shared<const TrainedModels>();
    EXPECT_EQ(run.step_with(1.0).asleep_because, "no shapes trained yet");
}

TEST(Sibling, AfterAnHourItExpectsWhatMostServicesDo) {
    NewService run;
    Answer answer;
    for (std::size_t i = 0; i < 12; ++i) answer = run.trial.step_with(run.demand(i, 0, 0));
    ASSERT_EQ(answer.medians.size(), Trial::anchors.size());
    EXPECT_NEAR(answer.medians[0], run.demand(12, 0, 0), 20.0);
    EXPECT_GT(answer.medians[1], 0.0);
}

TEST(Sibling, RecognisesAShapeInAnotherTimeZoneWithinADay) {
    NewService run;
    double error = 0.0;
    double of_last_value = 0.0;
    std::vector<double> values;
    std::vector<double> said;
    for (std::size_t i = 0; i < 3 * per_day; ++i) {
        values.push_back(run.demand(i, 0, 5));
        const Answer answer = run.trial.step_with(values.back());
        said.push_back(answer.asleep_because.empty() ? answer.medians[1] : Series::missing);
        if (i < per_day) continue;
        error += std::abs(said[i - 12] - values[i]);
        of_last_value += std::abs(values[i - 12] - values[i]);
    }
    EXPECT_LT(error, 0.4 * of_last_value);
}

TEST(Sibling, SleepsWithAWeekOfItsOwn) {
    NewService run;
    Answer answer;
    for (std::size_t i = 0; i < 7 * per_day; ++i) answer = run.trial.step_with(run.demand(i, 1, 0));
    EXPECT_TRUE(answer.asleep_because.empty());
    answer = run.trial.step_with(run.demand(7 * per_day, 1, 0));
    EXPECT_FALSE(answer.asleep_because.empty());
}

TEST(Sibling, ZerosAndSpikesAreSurvived) {
    NewService run;
    for (std::size_t i = 0; i < 2 * per_day; ++i) {
        const Answer answer = run.trial.step_with(i < 100 ? 0.0 : i == 300 ? 1e12 : 50.0);
        if (!answer.asleep_because.empty()) continue;
        for (const double median : answer.medians) {
            EXPECT_FALSE(std::isinf(median)) << i;
            EXPECT_FALSE(median < 0.0) << i;
        }
    }
}

TEST(HourOfWeek, BeginsOnMonday) {
    EXPECT_EQ(sibling::hour_of_week(Trial::monday), 0U);
    EXPECT_EQ(sibling::hour_of_week(Trial::monday + std::chrono::minutes(61)), 1U);
    EXPECT_EQ(sibling::hour_of_week(Trial::monday - std::chrono::minutes(1)), 167U);
}

}  // namespace
}  // namespace forescale
