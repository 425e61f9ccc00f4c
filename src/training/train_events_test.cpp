#include "training/train_events.h"

#include "base/rng.h"
#include "prediction/event_curve.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Duration step = minutes(5);
constexpr int per_day = static_cast<int>(day / step);
constexpr Timestamp begin{day * 20'000};
constexpr int days = 30;

BusinessEvent match(int day_number) {
    BusinessEvent event;
    event.id = fmt::format("match-{}", day_number);
    event.type = "match";
    event.start = begin + day * day_number + hours(18);
    event.end = event.start + hours(2);
    return event;
}

/// A service whose demand matches multiply by `strength`; size and noise are its own.
TrainingSeries service_with(const std::string& name, double strength,
                            const std::vector<BusinessEvent>& events) {
    TrainingSeries series{.service = {},
                          .demand = Series(step, static_cast<std::size_t>(days * per_day))};
    series.service.id = ServiceId(name);
    series.events = events;
    Rng rng(name.size());
    for (int i = 0; i < days * per_day; ++i) {
        const Timestamp at = begin + step * i;
        const double turn = 2.0 * std::numbers::pi * static_cast<double>(i % per_day) / per_day;
        double value = strength * 50.0 * (1.5 - std::cos(turn)) * (0.98 + 0.04 * rng.uniform());
        for (const BusinessEvent& event : events)
            if (event.active_at(at)) value *= strength;
        series.demand.append(at, value);
    }
    return series;
}

TEST(TrainEvents, TakesTheMiddleOfTheServicesThatSawAType) {
    const std::vector<BusinessEvent> matches{match(16), match(18), match(20), match(23)};
    const std::vector<TrainingSeries> services{
        service_with("a", 2.0, matches), service_with("bb", 2.0, {match(16)}),
        service_with("ccc", 2.2, matches), service_with("dddd", 20.0, matches),
        service_with("eeeee", 1.0, {})};
    const FleetEvents fleet = train_events(services);
    ASSERT_EQ(fleet.types.size(), 1U);
    const FleetEventType& type = fleet.types.front();
    EXPECT_EQ(type.type, "match");
    EXPECT_EQ(type.services, 4);
    for (std::size_t k = 0; k < curve_knots; ++k) {
        if (!is_during(k) || k == 5 || k == 11) continue;  // demand jumps at both ends
        EXPECT_NEAR(std::exp(type.curve[k]), 2.15, 0.3) << k;
        EXPECT_LT(type.spread[k], 0.2) << "one that is unlike the others does not count";
    }
    EXPECT_NEAR(type.curve[1], 0.0, 0.1) << "two hours before";
}

TEST(TrainEvents, EventsOfASecondDayAreNoDamage) {
    for (const int hour : {31, 34, 36}) {
        BusinessEvent early = match(0);
        early.id = "early";
        early.start = begin + hours(hour);
        early.end = early.start + hours(2);
        const TrainingSeries young = service_with("young", 2.0, {early, match(16), match(18)});
        const FleetEvents fleet = train_events(std::span(&young, 1));
        ASSERT_EQ(fleet.types.size(), 1U) << hour;
        EXPECT_TRUE(fleet.types.front().is_sound()) << hour;
    }
}

TEST(TrainEvents, AWrongSampleTeachesNothing) {
    TrainingSeries series = service_with("spiked", 2.0, {match(16)});
    const TrainingSeries clean = series;
    series.demand.replace(match(16).start + hours(1), 1e12);
    const auto during = [](const TrainingSeries& of) {
        return train_events(std::span(&of, 1)).types.front().curve[8];
    };
    EXPECT_NEAR(during(series), during(clean), 0.05);
}

TEST(TrainEvents, HolidaysTellHowFarTheyAreSundays) {
    TrainingSeries shop = service_with("shop", 1.0, {});
    shop.service.holidays = {begin + day * 19, begin + day * 26};  // Wednesdays
    Series demand(step, static_cast<std::size_t>(days * per_day));
    for (int i = 0; i < days * per_day; ++i) {
        const int d = i / per_day;
        const bool is_free = d % 7 == 2 || d == 19 || d == 26;  // the first day is a Friday
        demand.append(begin + step * i, shop.demand.at(begin + step * i) * (is_free ? 0.4 : 1.0));
    }
    shop.demand = std::move(demand);
    const FleetEvents fleet = train_events(std::span(&shop, 1));
    const FleetEventType* holidays = fleet.find("holiday");
    ASSERT_NE(holidays, nullptr);
    EXPECT_EQ(holidays->rest_services, 1);
    EXPECT_NEAR(holidays->rest, 1.0, 0.15);
}

TEST(TrainEvents, WithoutEventsThereIsNothing) {
    EXPECT_TRUE(train_events({}).types.empty());
    const TrainingSeries quiet = service_with("quiet", 1.0, {});
    EXPECT_TRUE(train_events(std::span(&quiet, 1)).types.empty());
    const TrainingSeries planned = service_with("planned", 1.0, {match(days + 5)});
    EXPECT_TRUE(train_events(std::span(&planned, 1)).types.empty()) << "it is not over yet";
}

}  // namespace
}  // namespace forescale
