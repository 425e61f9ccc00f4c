#include "domain/series.h"

#include "base/archive.h"
#include "base/rng.h"

#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::minutes;

const Timestamp start = parse_timestamp("2026-03-01T00:00:00Z").value();

Timestamp step(int index) {
    return start + minutes(5) * index;
}

TEST(Series, BeginsEmpty) {
    const Series series(minutes(5), 10);
    EXPECT_TRUE(series.empty());
    EXPECT_EQ(series.size(), 0U);
    EXPECT_TRUE(std::isnan(series.at(start)));
}

TEST(Series, KeepsValuesByTheirStep) {
    Series series(minutes(5), 10);
    for (int i = 0; i < 4; ++i) series.append(step(i), i);
    EXPECT_EQ(series.size(), 4U);
    EXPECT_EQ(series.oldest(), step(0));
    EXPECT_EQ(series.newest(), step(3));
    for (int i = 0; i < 4; ++i) EXPECT_DOUBLE_EQ(series.at(step(i)), i);
    EXPECT_DOUBLE_EQ(series.at(step(2) + minutes(4)), 2) << "a step lasts until the next one";
    EXPECT_TRUE(std::isnan(series.at(step(-1))));
    EXPECT_TRUE(std::isnan(series.at(step(4))));
}

TEST(Series, GapsAreMissingAndNotZero) {
    Series series(minutes(5), 10);
    series.append(step(0), 1);
    series.append(step(3), 4);
    EXPECT_EQ(series.size(), 4U);
    EXPECT_TRUE(std::isnan(series.at(step(1))));
    EXPECT_TRUE(std::isnan(series.at(step(2))));
    EXPECT_DOUBLE_EQ(series.at(step(3)), 4);
}

TEST(Series, GapAsLongAsTheHistoryEmptiesIt) {
    Series series(minutes(5), 10);
    series.append(step(0), 1);
    series.append(step(11), 2);
    EXPECT_EQ(series.size(), 1U);
    EXPECT_EQ(series.oldest(), step(11));
    series.append(step(1'000'000'000), 3);
    EXPECT_EQ(series.size(), 1U);
    EXPECT_DOUBLE_EQ(series.values().front(), 3);
}

TEST(Series, LongestGapThatKeepsSomething) {
    Series series(minutes(5), 10);
    series.append(step(0), 1);
    series.append(step(10), 2);
    EXPECT_EQ(series.size(), 10U);
    EXPECT_EQ(series.oldest(), step(1));
}

TEST(Series, HoldsTheNewestStepsOnly) {
    for (const std::size_t steps_max : {1U, 2U, 7U, 8U, 100U}) {
        Series series(minutes(5), steps_max);
        for (int i = 0; i < 500; ++i) {
            series.append(step(i), i);
            const auto kept = std::min<std::size_t>(steps_max, static_cast<std::size_t>(i) + 1);
            ASSERT_EQ(series.size(), kept);
            ASSERT_EQ(series.oldest(), step(i + 1 - static_cast<int>(kept)));
            ASSERT_DOUBLE_EQ(series.values().back(), i);
            ASSERT_DOUBLE_EQ(series.values().front(), i + 1 - static_cast<int>(kept));
            ASSERT_TRUE(std::isnan(series.at(series.oldest() - minutes(5))));
        }
    }
}

// The same steps as a map from time to value, kept without any cleverness.
TEST(Series, EqualsAPlainMap) {
    Rng rng(1);
    for (int round = 0; round < 50; ++round) {
        const std::size_t steps_max = 1 + rng.below(20);
        Series series(minutes(5), steps_max);
        std::map<int, double> model;
        int now = 0;
        for (int i = 0; i < 100; ++i) {
            now += 1 + static_cast<int>(rng.below(rng.below(4) == 0 ? 30 : 2));
            series.append(step(now), i);
            model[now] = i;
            for (int back = 0; back < 40; ++back) {
                const auto found = model.find(now - back);
                const bool kept = found != model.end() && back < static_cast<int>(steps_max);
                const double value = series.at(step(now - back));
                ASSERT_EQ(std::isnan(value), !kept);
                if (kept) {
                    ASSERT_DOUBLE_EQ(value, found->second);
                }
            }
        }
    }
}

TEST(Series, RefusesTimesOffTheGridOrInThePast) {
    Series series(minutes(5), 10);
    series.append(step(1), 1);
    EXPECT_DEATH(series.append(step(1), 1), "broken invariant");
    EXPECT_DEATH(series.append(step(0), 1), "broken invariant");
    EXPECT_DEATH(series.append(step(2) + minutes(1), 1), "broken invariant");
    EXPECT_DEATH(Series(Duration(0), 1), "broken invariant");
}

TEST(Series, GoesOnWhereItWasStored) {
    Series series(minutes(5), 10);
    for (int i = 0; i < 25; i += 2) series.append(step(i), i);
    Series copy;
    ASSERT_TRUE(load_state(copy, save_state(series, 1), 1));
    series.append(step(30), 1);
    copy.append(step(30), 1);
    EXPECT_EQ(save_state(copy, 1), save_state(series, 1)) << "the same bits, missing steps too";
}

}  // namespace
}  // namespace forescale
