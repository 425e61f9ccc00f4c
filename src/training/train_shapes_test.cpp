#include "training/train_shapes.h"

#include "base/archive.h"
#include "base/rng.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr Duration step = std::chrono::minutes(15);
constexpr int per_day = 96;

TrainingSeries service(int days, double peak_hour, double swing, double level) {
    TrainingSeries series{.service = {}, .demand = Series(step, 9000)};
    Rng rng(static_cast<std::uint64_t>(peak_hour * 10.0) + 1);
    for (int i = 0; i < days * per_day; ++i) {
        const double turn = 2.0 * std::numbers::pi * (i / 4.0 - peak_hour) / 24.0;
        series.demand.append(Timestamp(day * 4) + step * i,
                             level * (1.0 + swing * std::cos(turn)) * (0.95 + 0.1 * rng.uniform()));
    }
    return series;
}

TEST(TrainShapes, AWeekIsRelativeToItsMean) {
    const std::vector services{service(21, 12.5, 0.5, 400.0)};
    const auto library = train_shapes(services);
    ASSERT_EQ(library.shapes.size(), 1U);
    const auto& ratios = library.shapes[0].log_ratios;
    ASSERT_EQ(ratios.size(), sibling::hours_of_week);
    EXPECT_NEAR(ratios[12], std::log(1.5), 0.03);
    EXPECT_NEAR(ratios[24 * 3], std::log(0.5), 0.05);
}

TEST(TrainShapes, TooYoungIdleAndEmptyServicesTeachNothing) {
    std::vector services{service(10, 12.0, 0.5, 100.0), service(21, 12.0, 0.0, 0.0)};
    services.push_back({.service = {}, .demand = Series(step, 10)});
    EXPECT_TRUE(train_shapes(services).empty());
    EXPECT_TRUE(train_shapes({}).empty());
}

TEST(TrainShapes, AnIncidentIsNoHabit) {
    std::vector services{service(28, 12.0, 0.5, 100.0)};
    Series with(step, 9000);
    int i = 0;
    for (const double value : services[0].demand.values()) {
        with.append(Timestamp(day * 4) + step * i, i >= 1000 && i < 1020 ? 50.0 * value : value);
        ++i;
    }
    const auto before = train_shapes(services);
    services[0].demand = with;
    const auto after = train_shapes(services);
    for (std::size_t h = 0; h < sibling::hours_of_week; ++h)
        EXPECT_NEAR(before.shapes[0].log_ratios[h], after.shapes[0].log_ratios[h], 0.1) << h;
}

TEST(TrainShapes, ManyServicesBecomeFewShapesAndTheSameOnesEachTime) {
    std::vector<TrainingSeries> services;
    for (int i = 0; i < 150; ++i) services.push_back(service(15, (i % 48) * 0.5, 0.8, 10.0 + i));
    auto library = train_shapes(services);
    EXPECT_LE(library.shapes.size(), sibling::shapes_max);
    EXPECT_GE(library.shapes.size(), 24U);
    float sum = 0.0F;
    for (const auto& shape : library.shapes) sum += shape.services;
    EXPECT_FLOAT_EQ(sum, 150.0F);
    auto again = train_shapes(services);
    EXPECT_EQ(save_state(library, 1), save_state(again, 1));
}

TEST(ShapeLibrary, ComesBackFromItsBytes) {
    auto library = train_shapes(std::vector{service(21, 9.0, 0.5, 10.0)});
    const std::string bytes = save_state(library, 1);
    sibling::ShapeLibrary loaded;
    ASSERT_TRUE(load_state(loaded, bytes, 1));
    EXPECT_EQ(loaded.shapes.size(), 1U);
    sibling::ShapeLibrary empty;
    const std::string nothing = save_state(empty, 1);
    EXPECT_TRUE(load_state(loaded = {}, nothing, 1));
    EXPECT_TRUE(loaded.empty());
}

}  // namespace
}  // namespace forescale
