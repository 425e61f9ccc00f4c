#include "training/replay.h"

#include "prediction/horizons.h"

#include <cmath>
#include <cstring>

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr Duration step = std::chrono::minutes(5);

TrainingSeries days(int count) {
    TrainingSeries series{.service = {},
                          .demand = Series(step, static_cast<std::size_t>(count) * 288)};
    for (int i = 0; i < count * 288; ++i)
        series.demand.append(Timestamp(step * i), 100.0 + 50.0 * std::sin(i / 45.8));
    return series;
}

TEST(Replay, EveryOriginTeachesWhenItsTargetIsSeen) {
    const TrainingSeries series = days(3);
    std::size_t steps = 0;
    std::vector<std::size_t> lessons(anchor_steps(step).size());
    replay(series, [&](const TrainingStep& at) {
        EXPECT_EQ(at.context.origin(), Timestamp(step * static_cast<int>(steps)));
        ++steps;
        for (std::size_t a = 0; a < lessons.size(); ++a) lessons[a] += at.lessons[a].present;
    });
    EXPECT_EQ(steps, 3U * 288U);
    const Anchors anchors = anchor_steps(step);
    const std::size_t rescalings = 300;  // the scale settles in the first day and forgets what was
    for (std::size_t a = 0; a < anchors.size(); ++a) {
        EXPECT_LE(lessons[a], steps - static_cast<std::size_t>(anchors[a]));
        EXPECT_GE(lessons[a] + rescalings, steps - static_cast<std::size_t>(anchors[a]));
    }
}

TEST(Replay, WhatComesLaterChangesNothingBefore) {
    std::vector<float> of_long;
    std::vector<float> of_short;
    const auto keep = [](std::vector<float>& rows) {
        return [&rows](const TrainingStep& at) {
            for (const Lesson& lesson : at.lessons)
                if (lesson.present)
                    rows.insert(rows.end(), lesson.target.begin(), lesson.target.end());
        };
    };
    replay(days(4), keep(of_long));
    replay(days(3), keep(of_short));
    ASSERT_GT(of_long.size(), of_short.size());
    EXPECT_EQ(0, std::memcmp(of_long.data(), of_short.data(), of_short.size() * sizeof(float)));
}

}  // namespace
}  // namespace forescale
