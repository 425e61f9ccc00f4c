#include "training/train.h"

#include "base/rng.h"
#include "training/score.h"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr Duration step = std::chrono::minutes(30);
constexpr int per_day = 48;

TrainingSeries series_of(const std::string& name, int days, std::uint64_t seed) {
    TrainingSeries series;
    series.demand = Series(step, static_cast<std::size_t>(days * per_day));
    series.service.id = ServiceId(name);
    series.service.grid_step = series.service.fine_step = series.service.sample_step = step;
    Rng rng(seed);
    for (int i = 0; i < days * per_day; ++i)
        series.demand.append(
            Timestamp(day * 20000 + step * i),
            100.0 * (1.5 + std::sin(i * 6.283185 / per_day)) * (0.9 + 0.2 * rng.uniform()));
    return series;
}

TrainSettings quick() {
    TrainSettings settings;
    settings.networks.epochs = 1;
    settings.networks.hidden = 8;
    settings.forests.boosting.trees = 3;
    return settings;
}

TEST(Train, TooLittleHistoryIsSaid) {
    const auto none = train({}, nullptr, {});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::not_found);
    EXPECT_FALSE(train({series_of("young", 2, 1)}, nullptr, {}));
}

TEST(Train, TheSameSeedAndDataGiveTheSameVersionHoweverManyWork) {
    const std::vector<TrainingSeries> fleet{series_of("a", 12, 1), series_of("b", 14, 2)};
    TrainSettings backwards = quick();
    backwards.parallel = [](std::size_t count, const std::function<void(std::size_t)>& work) {
        for (std::size_t i = count; i > 0; --i) work(i - 1);
    };
    const auto one = train(fleet, nullptr, quick());
    const auto two = train(fleet, nullptr, backwards);
    ASSERT_TRUE(one) << one.error().message;
    ASSERT_TRUE(two);
    EXPECT_EQ(one->card.version, two->card.version);
    EXPECT_EQ(card_text(one->card), card_text(two->card));
    EXPECT_EQ(one->card.series.size(), 2U);
    EXPECT_EQ(one->card.scores.front().member, "ensemble");
}

TEST(Train, WhatTheTestPartHoldsIsNotLearned) {
    std::vector<TrainingSeries> fleet{series_of("a", 12, 1)};
    const auto before = train(fleet, nullptr, quick());
    const int test_steps = static_cast<int>(std::floor(0.15 * 12 * per_day));
    TrainingSeries other = series_of("a", 12, 1);
    keep_first(other, static_cast<std::size_t>(12 * per_day - test_steps));
    Series longer(step, 12 * per_day);
    Timestamp at = other.demand.oldest();
    for (const double value : other.demand.values()) {
        longer.append(at, value);
        at += step;
    }
    for (int i = 0; i < test_steps; ++i) {
        longer.append(at, 1e6);
        at += step;
    }
    other.demand = longer;
    const auto after = train({other}, nullptr, quick());
    ASSERT_TRUE(before && after);
    EXPECT_EQ(before->card.version, after->card.version);
    EXPECT_NE(before->card.data_hash, after->card.data_hash);
}

TEST(Train, TheHashIsOfEverythingThatShapesTheModels) {
    std::vector<TrainingSeries> variants(4, series_of("a", 9, 1));
    const Timestamp noon{day * 20004 + std::chrono::hours(12)};
    BusinessEvent& match = variants[1].events.emplace_back();
    match.id = match.type = "match";
    match.start = noon;
    match.end = noon + std::chrono::hours(2);
    variants[2].service.holidays = {Timestamp(day * 20005)};
    variants[3].service.zone = Zone("East", {{Timestamp{}, std::chrono::hours(9)}});
    std::set<std::string> hashes;
    for (const TrainingSeries& variant : variants) {
        const auto trained = train({variant}, nullptr, quick());
        ASSERT_TRUE(trained) << trained.error().message;
        hashes.insert(trained->card.data_hash);
    }
    EXPECT_EQ(hashes.size(), variants.size());
}

TEST(KeepFirst, KeepsFineSamplesOfWhatIsKept) {
    TrainingSeries series = series_of("a", 10, 1);
    series.fine_step = std::chrono::minutes(10);
    series.fine.resize(10 * per_day * 3);
    for (std::size_t i = 0; i < series.fine.size(); ++i) series.fine[i] = static_cast<float>(i);
    const Timestamp oldest = series.demand.oldest();
    keep_first(series, 100);
    EXPECT_EQ(series.demand.size(), 100U);
    EXPECT_EQ(series.demand.oldest(), oldest);
    ASSERT_EQ(series.fine.size(), 300U);
    EXPECT_EQ(series.fine.back(), 299.0F);
}

}  // namespace
}  // namespace forescale
