#include "base/rng.h"
#include "models/feature_memory.h"
#include "models/prophet/fit_of_step.h"
#include "models/trained.h"

#include <numbers>

#include <gtest/gtest.h>

namespace forescale::prophet {
namespace {

constexpr Duration hour = std::chrono::hours(1);
constexpr Timestamp monday{day * 4};
const Zone utc;
const Calendar plain{utc, {}};

double noise(Rng& rng) {
    return 0.1 * (rng.uniform() + rng.uniform() + rng.uniform() - 1.5);
}
/// Days since the Monday on which every history begins.
double days(Timestamp at) {
    return static_cast<double>((at - monday).count()) / static_cast<double>(day.count());
}
double day_wave(Timestamp at) {
    return 0.4 * std::sin(2.0 * std::numbers::pi * days(at));
}
/// Log levels of `count` hours.
Series history(int count, const std::function<double(Timestamp at)>& level) {
    Series levels(hour, static_cast<std::size_t>(count));
    Rng rng(1);
    for (int i = 0; i < count; ++i)
        levels.append(monday + hour * i, level(monday + hour * i + hour / 2) + noise(rng));
    return levels;
}
Fit fitted(const Series& levels, const Calendar& calendar = plain,
           std::span<const Duration> found = {}) {
    const auto result = fit(levels, calendar, found, HolidayEffect{});
    EXPECT_TRUE(result.has_value());
    return result.value_or(Fit{});
}

TEST(ProphetFit, FindsABreakOfTheTrend) {
    const auto trend = [](Timestamp at) { return 1.0 + 0.03 * std::max(0.0, days(at) - 25.0); };
    const Fit fit =
        fitted(history(50 * 24, [&](Timestamp at) { return trend(at) + day_wave(at); }));
    for (const int d : {15, 22, 30, 40, 48})
        EXPECT_NEAR(fit.components(plain, monday + day * d).trend, trend(monday + day * d), 0.1)
            << "day " << d;
}

TEST(ProphetFit, TellsTheDayFromTheWeek) {
    const auto weekend = [](Timestamp at) { return std::fmod(days(at), 7.0) >= 5.0 ? -0.5 : 0.0; };
    const Fit fit =
        fitted(history(42 * 24, [&](Timestamp at) { return 2.0 + day_wave(at) + weekend(at); }));
    const auto at_noon = [&](int d) { return fit.components(plain, monday + day * d + hour * 12); };
    EXPECT_NEAR(at_noon(2).level() - at_noon(6).level(), 0.5, 0.06);
    EXPECT_NEAR(at_noon(2).weekly - at_noon(6).weekly, 0.5, 0.06);
    const Components morning = fit.components(plain, monday + day * 2 + hour * 6);
    EXPECT_NEAR(morning.daily - at_noon(2).daily, 0.4, 0.04);
}

TEST(ProphetFit, LearnsHolidaysAndKeepsThemWhenTheyHaveLeftTheHistory) {
    const std::vector<Timestamp> holidays{monday + day * 10, monday + day * 31, monday + day * 66};
    const Calendar calendar{utc, holidays};
    const auto effect = [&](Timestamp at) {
        return std::ranges::binary_search(holidays, floor_to(at, day)) ? -0.6 : 0.0;
    };
    const auto level = [&](Timestamp at) { return 2.0 + day_wave(at) + effect(at); };
    const Fit fit = fitted(history(60 * 24, level), calendar);
    EXPECT_NEAR(fit.components(calendar, holidays[2] + hour * 12).holiday, -0.6, 0.1);
    EXPECT_NEAR(fit.components(calendar, holidays[2] + day * 2 + hour * 12).holiday, 0.0, 1e-9);

    const std::vector<Timestamp> later{holidays[2]};
    const auto without =
        prophet::fit(history(60 * 24, [](Timestamp at) { return 2.0 + day_wave(at); }),
                     {utc, later}, {}, fit.holiday_effect());
    ASSERT_TRUE(without.has_value());
    EXPECT_NEAR(without->components({utc, later}, holidays[2] + hour * 12).holiday, -0.6, 0.1);
}

TEST(ProphetFit, FindsTheSeasonThatItIsToldOf) {
    const Duration period = hour * 37;
    const auto wave = [&](Timestamp at) {
        return 0.3 * std::sin(2.0 * std::numbers::pi *
                              static_cast<double>((at.time_since_epoch() % period).count()) /
                              static_cast<double>(period.count()));
    };
    const Series levels = history(40 * 24, [&](Timestamp at) { return 2.0 + wave(at); });
    const std::array<Duration, 2> found{day, period};
    const Fit with = fitted(levels, plain, found);
    EXPECT_LT(with.scale, 0.07);
    EXPECT_NEAR(with.components(plain, monday + day * 41).season, wave(monday + day * 41), 0.05);
    EXPECT_GT(fitted(levels).scale, 0.15);
}

TEST(ProphetFit, SeasonsFollowTheWallClock) {
    const Timestamp change = monday + day * 30;
    const Zone zone("test", {{monday - day * 100, hour * 1}, {change, hour * 2}});
    const Calendar calendar{zone, {}};
    const Fit fit =
        fitted(history(60 * 24, [&](Timestamp at) { return 2.0 + day_wave(zone.to_local(at)); }),
               calendar);
    EXPECT_LT(fit.scale, 0.07);
    EXPECT_NEAR(fit.components(calendar, change + day * 20 + hour * 4).daily, 0.4, 0.04);
}

TEST(ProphetFit, ASteepTrendIsCarriedOnForOneDayAtMost) {
    const auto level = [](Timestamp at) { return 1.0 + 0.05 * days(at); };
    const Fit fit = fitted(history(30 * 24, level));
    const double end = fit.components(plain, monday + day * 30).trend;
    EXPECT_NEAR(end, 2.5, 0.06);
    const double month_later = fit.components(plain, monday + day * 60).trend;
    EXPECT_GT(month_later, end);
    EXPECT_LT(month_later, end + 0.06);
}

TEST(ProphetFit, AnIncidentDoesNotMoveTheDaysAroundIt) {
    const auto with = [](double incident) {
        return fitted(history(30 * 24, [incident](Timestamp at) {
            const bool is_incident = at > monday + day * 28 && at < monday + day * 28 + hour * 6;
            return 2.0 + day_wave(at) + (is_incident ? incident : 0.0);
        }));
    };
    const Timestamp next = monday + day * 30 + hour * 3;
    EXPECT_NEAR(with(0.0).level(plain, next), with(25.0).level(plain, next), 0.1);
}

TEST(ProphetFit, LivesWithTwoThirdsOfTheHours) {
    Rng gaps(3);
    const Fit fit = fitted(history(30 * 24, [&](Timestamp at) {
        return gaps.uniform() < 0.4 ? Series::missing : 2.0 + day_wave(at);
    }));
    EXPECT_NEAR(fit.level(plain, monday + day * 30 + hour * 6), 2.4, 0.08);
}

TEST(ProphetFit, SaysNothingOfTwoDays) {
    EXPECT_FALSE(fit(history(48, [](Timestamp) { return 1.0; }), plain, {}, HolidayEffect{}));
    EXPECT_TRUE(fit(history(72, [](Timestamp) { return 1.0; }), plain, {}, HolidayEffect{}));
}

TEST(ProphetFit, ConstantsAndZerosAreTheirOwnForecast) {
    for (const double level : {0.0, 0.7}) {
        Series levels(hour, 1000);
        for (int i = 0; i < 240; ++i) levels.append(monday + hour * i, level);
        EXPECT_NEAR(fitted(levels).level(plain, monday + day * 11), level, 1e-3);
    }
}

// The second member that asks is given what the first one was; another belief is another fit.
TEST(ProphetFitOfStep, IsMadeOncePerBeliefOfHolidays) {
    const Series demand =
        history(10 * 24, [](Timestamp at) { return std::exp(1.0 + day_wave(at)); });
    const FeatureContext context{.demand = demand, .zone = utc, .holidays = {}};
    const Anchors anchors{1};
    const FeatureMemory memory(anchors);
    const TrainedModels none;
    FitOfStep held;
    const Moment moment{.context = context,
                        .anchors = anchors,
                        .origin = {},
                        .targets = {},
                        .lessons = {},
                        .memory = memory,
                        .rollup = demand,
                        .seasons = {},
                        .trained = none,
                        .fit_of_step = &held};
    const HolidayEffect believed{};
    const auto first = fit_history(moment, believed);
    ASSERT_TRUE(first.has_value());
    const auto alone = fit(log_levels(demand, context.scale), plain, {}, believed);
    ASSERT_TRUE(alone.has_value());
    EXPECT_EQ(first->coefficients, alone->coefficients);

    held.made->scale = 7.0;
    EXPECT_DOUBLE_EQ(fit_history(moment, believed)->scale, 7.0);
    EXPECT_DOUBLE_EQ(fit_history(moment, HolidayEffect{0.1})->scale, first->scale);
}

TEST(ProphetDecompose, ComponentsAddUpToTheHistoryAndGoOnAfterIt) {
    Series demand(hour, 2000);
    Rng rng(2);
    for (int i = 0; i < 28 * 24; ++i)
        demand.append(monday + hour * i,
                      100.0 * std::exp(day_wave(monday + hour * i + hour / 2) + noise(rng)));
    const auto components = decompose(demand, 100.0, plain, {}, monday + day * 29);
    ASSERT_EQ(components.size(), 29U * 24U);
    double error = 0.0;
    for (std::size_t i = 0; i < demand.size(); ++i)
        error += std::abs(components[i].level() - std::log1p(demand.values()[i] / 100.0));
    EXPECT_LT(error / static_cast<double>(demand.size()), 0.04);
    EXPECT_NEAR(components[28 * 24 + 6].daily - components[28 * 24 + 18].daily, 0.4, 0.08);
    EXPECT_TRUE(decompose(Series(hour, 10), 1.0, plain, {}, monday).empty());
}

}  // namespace
}  // namespace forescale::prophet
