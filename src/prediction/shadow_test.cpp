#include "prediction/shadow.h"

#include "base/rng.h"
#include "models/recurrent/test_networks.h"
#include "models/trained.h"
#include "prediction/forecaster.h"
#include "prediction/test_windows.h"

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr Duration step = std::chrono::minutes(5);
constexpr int per_day = 288;
constexpr Timestamp monday{day * 4};

std::shared_ptr<const TrainedModels> version(const std::string& name, std::uint64_t seed) {
    auto models = std::make_shared<TrainedModels>();
    models->version = name;
    models->networks = recurrent::random_networks(step, {1, 3, 12}, seed);
    return models;
}

Window window_of(int i, double value) {
    return window_at(monday + step * i, step, value);
}
double traffic(int i) {
    Rng rng(static_cast<std::uint64_t>(i));
    return 100.0 * (1.5 + std::sin(i * 6.283185 / per_day)) * (0.95 + 0.1 * rng.uniform());
}
Forecaster made_with(std::shared_ptr<const TrainedModels> live) {
    Service service;
    service.id = ServiceId("shop");
    Forecaster forecaster(service);
    forecaster.adopt(std::move(live));
    return forecaster;
}

TEST(Shadow, NobodyHearsIt) {
    Forecaster alone = made_with(version("a", 1));
    Forecaster shadowed = made_with(version("a", 1));
    shadowed.shadow(version("b", 2));
    for (int i = 0; i < 4 * per_day; ++i) {
        alone.observe(window_of(i, traffic(i)));
        shadowed.observe(window_of(i, traffic(i)));
    }
    for (const Duration horizon : headline_horizons)
        EXPECT_EQ(alone.forecast().at(horizon), shadowed.forecast().at(horizon));
}

TEST(Shadow, TheSameModelsMissByTheSameAndOthersByOther) {
    Forecaster same = made_with(version("a", 1));
    Forecaster other = made_with(version("a", 1));
    int i = 0;
    for (; i < 9 * per_day; ++i) {
        same.observe(window_of(i, traffic(i)));
        other.observe(window_of(i, traffic(i)));
    }
    same.shadow(version("a2", 1));
    other.shadow(version("b", 2));
    std::size_t pairs = 0;
    std::size_t apart = 0;
    for (; i < 13 * per_day; ++i) {
        same.observe(window_of(i, traffic(i)));
        other.observe(window_of(i, traffic(i)));
        for (const PairedLoss& loss : same.paired()) {
            ++pairs;
            EXPECT_NEAR(loss.live, loss.other, 0.3 * loss.live + 1e-6);
            EXPECT_EQ(loss.target, monday + step * i);
        }
        for (const PairedLoss& loss : other.paired())
            apart += std::abs(loss.live - loss.other) > 1e-9 ? 1U : 0U;
    }
    EXPECT_GT(pairs, static_cast<std::size_t>(2 * 2 * per_day));
    EXPECT_GT(apart, pairs / 2);
}

TEST(Shadow, GoesOnToTheBitAfterBeingStored) {
    Forecaster kept = made_with(version("a", 1));
    kept.shadow(version("b", 2));
    int i = 0;
    for (; i < 9 * per_day; ++i) kept.observe(window_of(i, traffic(i)));
    Forecaster loaded = made_with(version("a", 1));
    loaded.shadow(version("b", 2));
    ASSERT_TRUE(loaded.load(kept.save()));
    for (; i < 11 * per_day; ++i) {
        kept.observe(window_of(i, traffic(i)));
        loaded.observe(window_of(i, traffic(i)));
        ASSERT_EQ(kept.paired().size(), loaded.paired().size());
        for (std::size_t p = 0; p < kept.paired().size(); ++p)
            ASSERT_TRUE(kept.paired()[p].other >= loaded.paired()[p].other &&
                        kept.paired()[p].other <= loaded.paired()[p].other);
    }
    EXPECT_EQ(kept.save(), loaded.save());
}

TEST(Shadow, EndsAndBeginsAnew) {
    Forecaster forecaster = made_with(version("a", 1));
    forecaster.shadow(version("b", 2));
    int i = 0;
    for (; i < 9 * per_day; ++i) forecaster.observe(window_of(i, traffic(i)));
    EXPECT_FALSE(forecaster.paired().empty());
    forecaster.shadow(nullptr);
    forecaster.observe(window_of(i++, 100.0));
    EXPECT_TRUE(forecaster.paired().empty());
    forecaster.shadow(version("c", 3));
    for (int left = per_day; left > 0; --left, ++i) {
        forecaster.observe(window_of(i, traffic(i)));
        EXPECT_TRUE(forecaster.paired().empty()) << "the first day is not compared";
    }
}

TEST(Shadow, AnotherVersionMayComeAtAnyStep) {
    Forecaster forecaster = made_with(nullptr);
    for (int i = 0; i < 12 * per_day; ++i) {
        if (i % 100 == 50) forecaster.adopt(version("v", static_cast<std::uint64_t>(i)));
        if (i % 130 == 60) forecaster.shadow(version("s", static_cast<std::uint64_t>(i)));
        if (i % 700 == 0) forecaster.adopt(nullptr);
        forecaster.observe(window_of(i, traffic(i)));
        for (const ForecastPoint& point : forecaster.forecast().points)
            ASSERT_TRUE(std::isfinite(point.quantiles[median_index]));
    }
}

}  // namespace
}  // namespace forescale
