#include "prediction/change.h"

#include "base/rng.h"

#include <cmath>

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr Duration step = std::chrono::minutes(5);
constexpr int per_hour = 12;
constexpr int per_day = 288;

/// A watch that has seen ten days of a habit with 5 % of noise, and what it says of what follows.
class Watched {
public:
    Watched() {
        for (int i = 0; i < 10 * per_day; ++i) see(1.0);
    }
    /// So many steps at `factor` times the habit; what was found meanwhile.
    std::vector<Change> see_for(int steps, double factor) {
        std::vector<Change> found;
        for (int i = 0; i < steps; ++i)
            if (auto change = see(factor)) found.push_back(*std::move(change));
        return found;
    }
    std::optional<Change> see(double factor) {
        const double usual =
            100.0 * (1.5 + std::sin(static_cast<double>(i_ % per_day) / per_day * 6.283185));
        const double demand = factor * usual * (0.95 + 0.1 * rng_.uniform());
        const Timestamp at(step * i_++);
        return watch_.see({.at = at,
                           .demand = demand,
                           .by_days = level_ * usual,
                           .by_weeks = level_ * usual,
                           .scale = 150.0});
    }
    void level(double level) { level_ = level; }
    [[nodiscard]] Timestamp now() const { return Timestamp(step * i_); }
    [[nodiscard]] const ChangeWatch& watch() const { return watch_; }

private:
    ChangeWatch watch_{step};
    Rng rng_{1};
    int i_ = 0;
    double level_ = 1.0;
};

TEST(ChangeWatch, NoiseIsNoChange) {
    Watched series;
    EXPECT_TRUE(series.see_for(20 * per_day, 1.0).empty());
    EXPECT_FALSE(series.watch().in_doubt());
}

TEST(ChangeWatch, ALevelThatHoldsIsANewOne) {
    for (const double factor : {0.4, 1.8}) {
        Watched series;
        const Timestamp begin = series.now();
        EXPECT_TRUE(series.see_for(5 * per_hour, factor).empty());
        EXPECT_TRUE(series.watch().in_doubt());
        std::optional<Change> found;
        for (int i = 0; i < 2 * per_hour && !found; ++i) found = series.see(factor);
        ASSERT_TRUE(found.has_value());
        EXPECT_FALSE(found->is_incident);
        EXPECT_NEAR(found->factor / factor, 1.0, 0.05);
        EXPECT_LE(std::abs((found->from - begin) / step), 1);
        series.level(factor);  // the history is rewritten
        EXPECT_TRUE(series.see_for(2 * per_day, factor).empty());
        EXPECT_EQ(series.watch().shifts(), 1);
    }
}

TEST(ChangeWatch, TheOldLevelIsRecognisedSooner) {
    Watched series;
    ASSERT_EQ(series.see_for(7 * per_hour, 1.8).size(), 1U);
    series.level(1.8);
    EXPECT_TRUE(series.see_for(12 * per_hour, 1.8).empty());
    EXPECT_EQ(series.see_for(3 * per_hour, 1.0).size(), 1U);
}

TEST(ChangeWatch, AnExtremeHourIsAnIncidentAndSaysWhatWasUsual) {
    Watched series;
    const Timestamp begin = series.now();
    EXPECT_TRUE(series.see_for(per_hour, 6.0).empty());
    const auto found = series.see_for(per_hour, 1.0);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].is_incident);
    EXPECT_EQ(found[0].from, begin);
    EXPECT_EQ(found[0].until, begin + step * per_hour);
    ASSERT_GE(found[0].expected.size(), static_cast<std::size_t>(per_hour));
    for (std::size_t i = 0; i < per_hour; ++i) {
        EXPECT_GT(found[0].expected[i], 20.0);
        EXPECT_LT(found[0].expected[i], 300.0);
    }
}

TEST(ChangeWatch, AnOutageOfADayIsNoLevel) {
    Watched series;
    EXPECT_TRUE(series.see_for(per_day, 0.001).empty());
    const auto found = series.see_for(per_hour, 1.0);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].is_incident);
    EXPECT_EQ(series.watch().shifts(), 0);
}

TEST(ChangeWatch, WhereSpikesAreDailyTheyAreDemand) {
    Watched series;
    for (int day = 0; day < 20; ++day) {
        std::ignore = series.see_for(per_hour, 6.0);
        std::ignore = series.see_for(per_day - per_hour, 1.0);
    }
    EXPECT_LE(series.watch().incidents(), 5);
}

TEST(ChangeWatch, AWeekendIsNoChange) {
    ChangeWatch watch(step);
    int found = 0;
    for (int i = 0; i < 40 * per_day; ++i) {
        const bool weekend = i / per_day % 7 >= 5;
        const double usual = weekend ? 50.0 : 100.0;
        found += watch.see({.at = Timestamp(step * i),
                            .demand = usual,
                            .by_days = 100.0,
                            .by_weeks = usual,
                            .scale = 100.0})
                     ? 1
                     : 0;
    }
    EXPECT_EQ(found, 0);
}

TEST(ChangeWatch, GapsDecideNothing) {
    Watched series;
    ChangeWatch copy = series.watch();
    for (int i = 0; i < per_day; ++i)
        EXPECT_FALSE(copy.see({.at = series.now() + step * i,
                               .demand = std::numeric_limits<double>::quiet_NaN(),
                               .by_days = 100.0,
                               .by_weeks = 100.0,
                               .scale = 100.0}));
    EXPECT_FALSE(copy.in_doubt());
}

}  // namespace
}  // namespace forescale
