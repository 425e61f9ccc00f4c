#include "prediction/forecaster.h"

#include "base/rng.h"
#include "prediction/confidence.h"
#include "prediction/test_windows.h"

#include <cstring>
#include <numeric>

#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr int per_day = 288;
constexpr Timestamp monday{day * 4};

Service service_of(Duration step = minutes(5)) {
    Service service;
    service.id = ServiceId("shop");
    service.grid_step = step;
    return service;
}
Window window_of(int i, double value, Duration step = minutes(5)) {
    return window_at(monday + step * i, step, value);
}
double shape(int i) {
    return 1.5 + std::sin(static_cast<double>(i % per_day) / per_day * 6.283185);
}
double traffic(int i, Rng& rng) {
    return 100.0 * shape(i) * (0.95 + 0.1 * rng.uniform());
}

bool same_bits(const ForecastPath& a, const ForecastPath& b) {
    if (a.origin != b.origin || a.points.size() != b.points.size() ||
        a.members.size() != b.members.size())
        return false;
    for (std::size_t i = 0; i < a.points.size(); ++i)
        if (std::memcmp(&a.points[i].quantiles, &b.points[i].quantiles, sizeof(Quantiles)) != 0)
            return false;
    for (std::size_t i = 0; i < a.members.size(); ++i)
        if (std::memcmp(&a.members[i].weight, &b.members[i].weight, sizeof(double)) != 0)
            return false;
    return std::memcmp(&a.confidence, &b.confidence, sizeof(double)) == 0;
}
/// Every point is a distribution of demand.
void expect_sound(const ForecastPath& path, const std::string& where) {
    for (const ForecastPoint& point : path.points) {
        EXPECT_TRUE(std::ranges::is_sorted(point.quantiles)) << where;
        for (const double q : point.quantiles)
            EXPECT_TRUE(std::isfinite(q) && q >= 0.0) << where << ": " << q;
    }
    EXPECT_GE(path.confidence, 0.0) << where;
    EXPECT_LE(path.confidence, 1.0) << where;
    double weights = 0.0;
    for (const MemberView& member : path.members) weights += member.weight;
    EXPECT_NEAR(weights, 1.0, 1e-9) << where;
}
double relative_width(const ForecastPath& path, Duration horizon) {
    const Quantiles q = path.at(horizon);
    return (q[10] - q[0]) / q[median_index];
}

TEST(Forecaster, PathReachesFromOneStepToADay) {
    Forecaster forecaster(service_of());
    EXPECT_TRUE(forecaster.forecast().empty());
    forecaster.observe(window_of(0, Series::missing));
    EXPECT_TRUE(forecaster.forecast().empty());
    forecaster.observe(window_of(1, 10.0));
    const ForecastPath& path = forecaster.forecast();
    ASSERT_EQ(path.points.size(), 38U);
    EXPECT_EQ(path.points.front().horizon, Duration(minutes(5)));
    EXPECT_EQ(path.points.back().horizon, Duration(hours(24)));
    for (const Duration horizon : headline_horizons)
        EXPECT_NE(std::ranges::find(path.points, horizon, &ForecastPoint::horizon),
                  path.points.end());
}

TEST(Forecaster, LearnsADailyShapeAndItsOwnPrecision) {
    Forecaster forecaster(service_of());
    Rng rng(1);
    for (int i = 0; i < 14 * per_day; ++i) forecaster.observe(window_of(i, traffic(i, rng)));
    const ForecastPath& path = forecaster.forecast();
    const int last = 14 * per_day - 1;
    for (const ForecastPoint& point : path.points) {
        const double expected = 100.0 * shape(last + static_cast<int>(point.horizon / minutes(5)));
        EXPECT_NEAR(point.quantiles[median_index] / expected, 1.0, 0.05) << point.horizon.count();
    }
    EXPECT_LT(relative_width(path, hours(1)), 0.2);
    EXPECT_GT(path.confidence, 0.9);
}

TEST(Forecaster, EarlyLifeIsCautiousAndSaysWhoSleeps) {
    Forecaster forecaster(service_of());
    Rng rng(2);
    std::map<int, double> width;
    std::map<int, double> confidence;
    for (int i = 0; i < 8 * per_day; ++i) {
        forecaster.observe(window_of(i, traffic(i, rng)));
        expect_sound(forecaster.forecast(), "step " + std::to_string(i));
        width[i + 1] = relative_width(forecaster.forecast(), hours(1));
        confidence[i + 1] = forecaster.forecast().confidence;
        if (i + 1 == 12) {  // one hour
            const auto& members = forecaster.forecast().members;
            const auto ridge = std::ranges::find(members, "ridge", &MemberView::name);
            ASSERT_NE(ridge, members.end());
            EXPECT_EQ(ridge->asleep_because, "needs 1 day of history");
            EXPECT_DOUBLE_EQ(ridge->weight, 0.0);
            EXPECT_DOUBLE_EQ(std::ranges::find(members, "last_value", &MemberView::name)->weight,
                             1.0);
        }
    }
    EXPECT_GT(width[12], 1.0);
    EXPECT_LT(width[7 * per_day], 0.5 * width[12]);
    EXPECT_GT(confidence[7 * per_day], confidence[12]);
    for (const MemberView& member : forecaster.forecast().members)
        EXPECT_TRUE(!member.asleep || member.asleep_because.find("trained") != std::string::npos ||
                    member.asleep_because == "demand is not intermittent")
            << member.name << ": " << member.asleep_because;
}

TEST(Forecaster, IntervalsCoverWhatTheySay) {
    Forecaster forecaster(service_of());
    Rng rng(3);
    std::map<Duration, std::pair<double, double>> inside;
    for (int i = 0; i < 30 * per_day; ++i) {
        forecaster.observe(window_of(i, traffic(i, rng)));
        if (i < 15 * per_day) continue;
        for (const MaturedScore& score : forecaster.matured()) {
            if (score.member != "ensemble") continue;
            inside[score.horizon].first += score.inside_90 ? 1.0 : 0.0;
            inside[score.horizon].second += 1.0;
        }
    }
    ASSERT_EQ(inside.size(), headline_horizons.size());
    for (const auto& [horizon, counts] : inside)
        EXPECT_NEAR(counts.first / counts.second, 0.9, 0.03) << horizon.count();
}

TEST(Forecaster, ConfidenceRanksTheError) {
    Forecaster forecaster(service_of());
    Rng rng(4);
    std::vector<std::pair<double, double>> said;  // confidence, accuracy an hour later
    std::vector<ForecastPath> paths;
    for (int i = 0; i < 25 * per_day; ++i) {
        const double noise =
            i / 24 % 12 < 6 ? 0.02 : 0.6;  // calm and noisy hours, at the same time every day
        const double value = 100.0 * shape(i) * (1.0 + noise * (rng.uniform() - 0.5));
        forecaster.observe(window_of(i, value));
        paths.push_back(forecaster.forecast());
        if (i < 15 * per_day) continue;
        const ForecastPath& then = paths[static_cast<std::size_t>(i) - 12];
        said.emplace_back(then.confidence, accuracy_of(then.at(hours(1))[median_index], value));
    }
    std::ranges::sort(said);
    const std::size_t third = said.size() / 3;
    const auto mean = [&](std::size_t from, std::size_t to) {
        double sum = 0.0;
        for (std::size_t i = from; i < to; ++i) sum += said[i].second;
        return sum / static_cast<double>(to - from);
    };
    EXPECT_LT(mean(0, third) + 0.05, mean(2 * third, said.size()));
}

TEST(Forecaster, DifficultSeriesGetSoundForecasts) {
    const std::map<std::string, std::function<double(int, Rng&)>> cases{
        {"small level", [](int i, Rng& rng) { return traffic(i, rng) * 0.0017; }},
        {"zeros", [](int, Rng&) { return 0.0; }},
        {"one value", [](int, Rng&) { return 42.0; }},
        {"gaps of 10 h",
         [](int i, Rng& rng) { return i % 700 > 580 ? Series::missing : traffic(i, rng); }},
        {"steps of 1000x",
         [](int i, Rng& rng) { return traffic(i, rng) * (i / 900 % 2 == 0 ? 1.0 : 1000.0); }},
        {"mostly zero",
         [](int, Rng& rng) { return rng.uniform() < 0.95 ? 0.0 : 1e4 * rng.uniform(); }},
        {"one spike of 1e300", [](int i, Rng& rng) { return i == 1500 ? 1e300 : traffic(i, rng); }},
    };
    for (const auto& [name, demand] : cases) {
        Forecaster forecaster(service_of());
        Rng rng(5);
        for (int i = 0; i < 9 * per_day; ++i) {
            forecaster.observe(window_of(i, demand(i, rng)));
            if (i % 50 == 0 && !forecaster.forecast().empty())
                expect_sound(forecaster.forecast(), name);
        }
    }
}

using Demand = std::function<double(int, Rng&)>;

/// The forecast after a history.
ForecastPath after(int steps, const Demand& demand) {
    Forecaster forecaster(service_of());
    Rng rng(21);
    for (int i = 0; i < steps; ++i) forecaster.observe(window_of(i, demand(i, rng)));
    return forecaster.forecast();
}
/// Defined, and honest: wider and less confident than that of the clean series.
void expect_humble(const ForecastPath& path, const ForecastPath& clean, const std::string& what) {
    ASSERT_FALSE(path.empty()) << what;
    expect_sound(path, what);
    EXPECT_GT(relative_width(path, hours(1)), relative_width(clean, hours(1))) << what;
    EXPECT_LT(path.confidence, clean.confidence) << what;
}

/// How forecasts did in a span of steps.
struct Kept {
    std::map<Duration, double> coverage;  ///< share of targets inside the 90 % interval
    double confidence = 0.0;              ///< means
    double width = 0.0;                   ///< relative, at 1 h
};
Kept kept(int from, int until, const Demand& demand) {
    Forecaster forecaster(service_of());
    Rng rng(21);
    std::map<Duration, std::pair<double, double>> inside;
    Kept out;
    for (int i = 0; i < until; ++i) {
        forecaster.observe(window_of(i, demand(i, rng)));
        if (i < from) continue;
        out.confidence += forecaster.forecast().confidence / (until - from);
        out.width += relative_width(forecaster.forecast(), hours(1)) / (until - from);
        for (const MaturedScore& score : forecaster.matured()) {
            if (score.member != "ensemble") continue;
            inside[score.horizon].first += score.inside_90 ? 1.0 : 0.0;
            inside[score.horizon].second += 1.0;
        }
    }
    for (const auto& [horizon, counts] : inside)
        out.coverage[horizon] = counts.first / counts.second;
    return out;
}
double relative_error(const ForecastPath& path, Duration horizon, double expected) {
    return std::abs(path.at(horizon)[median_index] / expected - 1.0);
}
/// Demand that is expected `horizon` after the last of so many steps.
double expected_after(int steps, Duration horizon) {
    return 100.0 * shape(steps - 1 + static_cast<int>(horizon / minutes(5)));
}

TEST(ForecasterBadInput, NoSampleOneSampleTwoSamples) {
    const ForecastPath clean = after(10 * per_day, traffic);
    EXPECT_TRUE(after(0, traffic).empty());
    EXPECT_TRUE(after(50, [](int, Rng&) { return Series::missing; }).empty());
    for (const int steps : {1, 2}) {
        const ForecastPath path = after(steps, traffic);
        expect_humble(path, clean, "few samples");
        EXPECT_LT(path.confidence, 0.5);
        for (const Duration horizon : headline_horizons) {
            const Quantiles q = path.at(horizon);
            EXPECT_NEAR(q[median_index], 150.0, 15.0) << "what is newest";
            EXPECT_LT(q[0], 0.2 * q[median_index]) << "it may vanish";
            EXPECT_GT(q[10], 4.0 * q[median_index]) << "it may multiply";
            EXPECT_LE(q[11], 10.0 * 150.0) << "it may not order a hundred fleets";
        }
    }
}

TEST(ForecasterBadInput, ZerosAreForecastAsZeroAndTrustedTheMoreTheLonger) {
    double trusted = 0.5;
    for (const int steps : {1, 12, per_day, 8 * per_day}) {
        const ForecastPath path = after(steps, [](int, Rng&) { return 0.0; });
        expect_sound(path, "zeros");
        for (const ForecastPoint& point : path.points) EXPECT_LT(point.quantiles.back(), 1e-9);
        EXPECT_GT(path.confidence, trusted);
        trusted = path.confidence;
        if (steps == 1) {
            EXPECT_LT(path.confidence, 0.6);
        }
    }
    EXPECT_GT(trusted, 0.99);
    const ForecastPath awake =
        after(8 * per_day + 6, [](int i, Rng&) { return i < 8 * per_day ? 0.0 : 80.0; });
    EXPECT_LT(relative_error(awake, minutes(15), 80.0), 0.5) << "half an hour after it began";
    EXPECT_LT(awake.confidence, 0.9);
}

TEST(ForecasterBadInput, OneValueIsForecastAsThatValueAndNarrow) {
    for (const double value : {42.0, 4e-7, 4e11}) {
        const ForecastPath early = after(12, [&](int, Rng&) { return value; });
        const ForecastPath late = after(8 * per_day, [&](int, Rng&) { return value; });
        expect_humble(early, late, "constant");
        EXPECT_GT(late.confidence, 0.99);
        for (const Duration horizon : headline_horizons) {
            EXPECT_NEAR(late.at(horizon)[0] / value, 1.0, 0.02);
            EXPECT_NEAR(late.at(horizon)[median_index] / value, 1.0, 0.001);
            EXPECT_NEAR(late.at(horizon)[11] / value, 1.0, 0.05);
        }
    }
}

// The 97.5 % quantile is back at once: the sample is not believed while it stands alone.
TEST(ForecasterBadInput, ASpikeOf1e12LeavesNoTrace) {
    constexpr int begin = 8 * per_day + 100;
    const ForecastPath clean = after(begin, traffic);
    for (const int length : {1, 2, 12}) {
        Forecaster forecaster(service_of());
        Rng rng(21);
        for (int i = 0; i < 10 * per_day; ++i) {
            const double value = traffic(i, rng);
            const bool spiked = i >= begin && i < begin + length;
            forecaster.observe(window_of(i, spiked ? 1e12 : value));
            if (spiked) expect_humble(forecaster.forecast(), clean, "at the spike");
            if (i < begin + length || i % 12 != 0) continue;
            for (const ForecastPoint& point : forecaster.forecast().points) {
                const double expected = expected_after(i + 1, point.horizon);
                EXPECT_NEAR(point.quantiles[median_index] / expected, 1.0, 0.15) << i - begin;
                EXPECT_LT(quantile_at(point.quantiles, 0.975), 1.5 * expected)
                    << "spike of " << length << " steps, " << i - begin << " steps after it began, "
                    << point.horizon.count();
            }
        }
        EXPECT_EQ(forecaster.noticed().disbelieved_steps, length);
    }
}

TEST(ForecasterBadInput, ASpikeOf1e12OnTheFirstDayOrdersNoHundredFleets) {
    for (const int at : {0, 1, 3, 40, 200}) {
        const ForecastPath path = after(per_day, [&](int i, Rng& rng) {
            const double value = traffic(i, rng);
            return i == at ? 1e12 : value;
        });
        expect_sound(path, "young");
        for (const ForecastPoint& point : path.points)
            EXPECT_LT(point.quantiles[11], 10.0 * 250.0) << at << ", " << point.horizon.count();
    }
}

TEST(ForecasterBadInput, FortyPercentMissing) {
    const Demand scattered = [](int i, Rng& rng) {
        const double value = traffic(i, rng);
        return rng.uniform() < 0.4 ? Series::missing : value;
    };
    const Demand in_blocks = [](int i, Rng& rng) {  // four hours of ten
        const double value = traffic(i, rng);
        return i % 120 < 48 ? Series::missing : value;
    };
    const int from = 6 * per_day;
    const int until = 11 * per_day;
    const Kept clean = kept(from, until, traffic);
    for (const Demand& demand : {scattered, in_blocks}) {
        const Kept missing = kept(from, until, demand);
        for (const Duration horizon : headline_horizons)
            EXPECT_GE(missing.coverage.at(horizon), 0.8) << horizon.count();
        EXPECT_LT(missing.confidence, clean.confidence - 0.02);
        EXPECT_GT(missing.width, 1.2 * clean.width);
        const ForecastPath path = after(until, demand);
        expect_sound(path, "40 % missing");
        for (const Duration horizon : headline_horizons)
            EXPECT_LT(relative_error(path, horizon, expected_after(until, horizon)), 0.1);
    }
}

TEST(ForecasterBadInput, NegativeValuesAreNoDemand) {
    const auto negative = [](int i, Rng& rng) { return traffic(i, rng) - 150.0; };
    const auto none = [](int i, Rng& rng) { return std::max(traffic(i, rng) - 150.0, 0.0); };
    const ForecastPath path = after(9 * per_day, negative);
    EXPECT_TRUE(same_bits(path, after(9 * per_day, none)));
    expect_humble(path, after(9 * per_day, traffic), "negative");
    const int peak = 9 * per_day + 72;  // the next one
    EXPECT_NEAR(path.at(minutes(5) * (peak - (9 * per_day - 1)))[median_index], 100.0, 15.0);
    const int trough = 9 * per_day + 216;
    EXPECT_LT(path.at(minutes(5) * (trough - (9 * per_day - 1)))[median_index], 1.0);
}

TEST(ForecasterBadInput, ASeriesThatStopsFadesAwayAndIsBackAtOnce) {
    const auto stops = [](int i, Rng& rng) {
        const double value = traffic(i, rng);
        return i < 10 * per_day || i >= 18 * per_day ? value : Series::missing;
    };
    const ForecastPath clean = after(10 * per_day, traffic);
    double confidence = clean.confidence;
    double width = relative_width(clean, hours(1));
    for (const int gone : {6, 12, 18, 24}) {  // half hours
        const ForecastPath path = after(10 * per_day + gone, stops);
        expect_humble(path, clean, "stopped");
        EXPECT_NEAR(path.confidence / confidence, 0.5, 0.05) << "half of it every 30 min";
        EXPECT_GT(relative_width(path, hours(1)), width);
        confidence = path.confidence;
        width = relative_width(path, hours(1));
    }
    const ForecastPath week = after(18 * per_day, stops);
    expect_sound(week, "a week after");
    EXPECT_LT(week.confidence, 1e-6);
    EXPECT_GT(relative_width(week, hours(1)), 4.0 * relative_width(clean, hours(1)));
    EXPECT_LT(relative_error(week, hours(1), expected_after(18 * per_day, hours(1))), 0.1)
        << "the habit stands in";
    const ForecastPath back = after(18 * per_day + 1, stops);
    EXPECT_GT(back.confidence, 0.9);
    EXPECT_LT(back.confidence, clean.confidence);
    EXPECT_LT(relative_error(back, hours(1), expected_after(18 * per_day + 1, hours(1))), 0.1);
}

TEST(ForecasterBadInput, AClockThatJumpsBackChangesNothing) {
    Forecaster forecaster(service_of());
    Forecaster undisturbed(service_of());
    Rng rng(22);
    int i = 0;
    const auto both = [&](int until) {
        for (; i < until; ++i) {
            const Window window = window_of(i, traffic(i, rng));
            forecaster.observe(window);
            undisturbed.observe(window);
        }
    };
    both(3 * per_day);
    for (int again = 2 * per_day; again < 3 * per_day; ++again)
        forecaster.observe(window_of(again, 1e6));
    EXPECT_TRUE(same_bits(undisturbed.forecast(), forecaster.forecast()));
    EXPECT_TRUE(forecaster.matured().empty()) << "nothing is scored twice";
    both(4 * per_day);
    EXPECT_TRUE(same_bits(undisturbed.forecast(), forecaster.forecast()));
    EXPECT_EQ(undisturbed.save(), forecaster.save());
}

TEST(ForecasterBadInput, ALeapDayIsADay) {
    using namespace std::chrono;
    const auto leap = sys_days(year_month_day(year(2024), month(2), std::chrono::day(29)));
    const Timestamp begin(duration_cast<Duration>(leap.time_since_epoch()) - day * 9);
    Forecaster forecaster(service_of());
    Rng rng(23);
    for (int i = 0; i < 11 * per_day; ++i) {
        Window window = window_of(i, traffic(i, rng));
        window.start = begin + minutes(5) * i;
        forecaster.observe(window);
        if (i < 8 * per_day || i % 48 != 0) continue;  // from a day before it to a day after
        expect_sound(forecaster.forecast(), "leap day");
        EXPECT_GT(forecaster.forecast().confidence, 0.9) << i;
        for (const Duration horizon : headline_horizons)
            EXPECT_LT(
                relative_error(forecaster.forecast(), horizon, expected_after(i + 1, horizon)),
                0.07)
                << i << ", " << horizon.count();
    }
}

// A day of 23 and a day of 25 hours: the peak comes at nine by the clock on the wall. A day ahead,
// who goes by UTC says half or twice the demand on its flanks.
TEST(ForecasterBadInput, ADayOnWhichTheClockIsChanged) {
    for (const bool forward : {true, false}) {
        const Timestamp change = monday + day * 14 + hours(1);
        Service service = service_of();
        service.zone = Zone("Somewhere", {{monday - day * 400, hours(forward ? 1 : 2)},
                                          {change, hours(forward ? 2 : 1)}});
        const auto usual = [&](Timestamp at) {
            const Timestamp wall = service.zone.to_local(at);
            const double off_peak = in_seconds(wall - floor_to(wall, day)) / 3600.0 - 9.0;
            return 100.0 + 400.0 * std::exp(-0.5 * off_peak * off_peak);
        };
        Forecaster forecaster(service);
        Rng rng(24);
        for (int i = 0; monday + minutes(5) * i < change + hours(24); ++i) {
            const Timestamp at = monday + minutes(5) * i;
            forecaster.observe(window_of(i, usual(at) * (0.97 + 0.06 * rng.uniform())));
            if (at < change - hours(24) || i % 6 != 0) continue;
            expect_sound(forecaster.forecast(), "clock change");
            for (const Duration horizon : {Duration(hours(1)), Duration(hours(24))})
                EXPECT_LT(relative_error(forecaster.forecast(), horizon, usual(at + horizon)), 0.1)
                    << (forward ? "forward, " : "back, ") << in_seconds(at - change) / 3600.0
                    << " h, " << horizon.count();
        }
    }
}

TEST(Forecaster, ANewLevelKeepsTheShape) {
    const auto doubled = [](int i, Rng& rng) {
        return traffic(i, rng) * (i < 12 * per_day ? 1.0 : 2.5);
    };
    Forecaster forecaster(service_of());
    Rng rng(24);
    for (int i = 0; i < 12 * per_day + 96; ++i) forecaster.observe(window_of(i, doubled(i, rng)));
    EXPECT_EQ(forecaster.noticed().level_shifts, 1);
    for (const int ahead : {4, 24}) {
        const double expected = 250.0 * shape(12 * per_day + 95 + ahead * 12);
        EXPECT_NEAR(forecaster.forecast().at(hours(ahead))[median_index] / expected, 1.0, 0.2)
            << ahead;
    }
}

TEST(Forecaster, AnIncidentHasNoEchoOnTheNextDay) {
    const auto with_incident = [](int i, Rng& rng) {
        const bool incident = i >= 12 * per_day + 100 && i < 12 * per_day + 112;
        return traffic(i, rng) * (incident ? 8.0 : 1.0);
    };
    Forecaster forecaster(service_of());
    Rng rng(25);
    for (int i = 0; i < 12 * per_day + 160; ++i)
        forecaster.observe(window_of(i, with_incident(i, rng)));
    EXPECT_EQ(forecaster.noticed().incidents, 1);
    const int last = 12 * per_day + 159;
    const Duration echo = minutes(5) * (13 * per_day + 106 - last);
    const double expected = 100.0 * shape(13 * per_day + 106);
    EXPECT_NEAR(forecaster.forecast().at(echo)[median_index] / expected, 1.0, 0.1);
}

TEST(Forecaster, WhatOurOwnSizeClippedIsNotBelieved) {
    const double served_max = 160.0;
    Forecaster told(service_of());
    Forecaster not_told(service_of());
    Rng rng(26);
    for (int i = 0; i < 10 * per_day; ++i) {
        const double wanted = traffic(i, rng);
        const double measured = i < 8 * per_day ? wanted : std::min(wanted, served_max);
        told.observe(window_of(i, measured),
                     i < 8 * per_day ? std::nullopt : std::optional(served_max));
        not_told.observe(window_of(i, measured));
    }
    EXPECT_GT(told.noticed().clipped_steps, 100);
    const int peak = 10 * per_day + 72;  // a quarter of the day: the largest demand, 250
    const Duration ahead = minutes(5) * (peak - (10 * per_day - 1));
    EXPECT_GT(told.forecast().at(ahead)[median_index],
              1.1 * not_told.forecast().at(ahead)[median_index]);
}

TEST(Forecaster, AServiceThatMeasuresMoreThanItServesIsBelieved) {
    Forecaster told(service_of());
    Forecaster plain(service_of());
    Rng rng(27);
    told.observe(window_of(0, 100.0), 50.0);
    plain.observe(window_of(0, 100.0));
    for (int i = 1; i < 3 * per_day; ++i) {
        const double value = traffic(i, rng);
        told.observe(window_of(i, value), value);
        plain.observe(window_of(i, value));
    }
    EXPECT_EQ(told.noticed().clipped_steps, 0);
    EXPECT_TRUE(same_bits(told.forecast(), plain.forecast()));
}

TEST(Forecaster, ALevelShiftIsFollowedWithinHours) {
    Forecaster forecaster(service_of());
    Rng rng(6);
    int i = 0;
    for (; i < 10 * per_day; ++i) forecaster.observe(window_of(i, traffic(i, rng)));
    for (; i < 10 * per_day + 36; ++i) forecaster.observe(window_of(i, 1000.0 * traffic(i, rng)));
    const double expected = 1e5 * shape(i + 2);
    EXPECT_NEAR(forecaster.forecast().at(minutes(15))[median_index] / expected, 1.0, 0.3);
}

TEST(Forecaster, WithoutSamplesItWidensAndLosesConfidence) {
    Forecaster forecaster(service_of());
    Rng rng(7);
    int i = 0;
    for (; i < 10 * per_day; ++i) forecaster.observe(window_of(i, traffic(i, rng)));
    const ForecastPath before = forecaster.forecast();
    for (; i < 10 * per_day + 120; ++i) forecaster.observe(window_of(i, Series::missing));
    const ForecastPath& after = forecaster.forecast();
    expect_sound(after, "gap");
    EXPECT_EQ(after.origin, monday + minutes(5) * (i - 1));
    EXPECT_GT(relative_width(after, hours(1)), relative_width(before, hours(1)));
    EXPECT_LT(after.confidence, 0.01);
    const double expected = 100.0 * shape(i + 11);
    EXPECT_NEAR(after.at(hours(1))[median_index] / expected, 1.0, 0.15);  // the habit stands in
}

TEST(Forecaster, ASkippedWindowEqualsAGap) {
    Forecaster told(service_of());
    Forecaster skipped(service_of());
    Rng rng(8);
    for (int i = 0; i < 3 * per_day; ++i) {
        const bool gap = i % 100 > 90;
        const double value = gap ? Series::missing : traffic(i, rng);
        told.observe(window_of(i, value));
        if (!gap) skipped.observe(window_of(i, value));
    }
    EXPECT_TRUE(same_bits(told.forecast(), skipped.forecast()));
    const ForecastPath path = told.forecast();
    told.observe(window_of(5, 1e6));  // a window from the past changes nothing
    EXPECT_TRUE(same_bits(path, told.forecast()));
}

TEST(Forecaster, TheFutureChangesNothing) {
    Forecaster one(service_of());
    Forecaster other(service_of());
    Rng rng(9);
    for (int i = 0; i < 4 * per_day; ++i) {
        const double value = traffic(i, rng);
        one.observe(window_of(i, value));
        other.observe(window_of(i, value));
    }
    const ForecastPath then = one.forecast();
    for (int i = 4 * per_day; i < 5 * per_day; ++i) one.observe(window_of(i, 1e5));
    EXPECT_TRUE(same_bits(then, other.forecast()));
}

// Intervals are wider where much is missing of late, in the next life too.
TEST(Forecaster, ALoadedOneRemembersHowMuchIsMissing) {
    const Service service = service_of();
    Forecaster kept(service);
    Rng rng(11);
    int i = 0;
    const auto value_at = [&](int at) {
        const double value = traffic(at, rng);
        return at % 3 == 0 ? Series::missing : value;
    };
    for (; i < 3 * per_day; ++i) kept.observe(window_of(i, value_at(i)));
    Forecaster loaded(service);
    const auto result = loaded.load(kept.save());
    ASSERT_TRUE(result.has_value()) << result.error().message;
    for (; i < 3 * per_day + 12; ++i) {
        const double value = value_at(i);
        kept.observe(window_of(i, value));
        loaded.observe(window_of(i, value));
        ASSERT_TRUE(same_bits(kept.forecast(), loaded.forecast())) << i;
    }
}

TEST(Forecaster, ALoadedOneGoesOnToTheBit) {
    Service service = service_of();
    service.id = ServiceId("shop");  // members refit at a step that the name decides
    service.holidays = {monday + day * 10};
    Forecaster kept(service);
    Rng rng(10);
    int i = 0;
    for (; i < 9 * per_day; ++i)
        kept.observe(window_of(i, i % 300 == 7 ? Series::missing : traffic(i, rng)));
    Forecaster loaded(service);
    loaded.observe(window_of(0, 5.0));
    const auto result = loaded.load(kept.save());
    ASSERT_TRUE(result.has_value()) << result.error().message;
    EXPECT_TRUE(same_bits(kept.forecast(), loaded.forecast()));
    EXPECT_EQ(kept.save(), loaded.save());
    for (; i < 11 * per_day; ++i) {
        const double value = traffic(i, rng);
        kept.observe(window_of(i, value));
        loaded.observe(window_of(i, value));
        ASSERT_TRUE(same_bits(kept.forecast(), loaded.forecast())) << i;
        ASSERT_EQ(kept.matured().size(), loaded.matured().size());
    }
}

TEST(Forecaster, AForeignStateIsRefusedAndNothingChanges) {
    Forecaster forecaster(service_of());
    Rng rng(11);
    for (int i = 0; i < 400; ++i) forecaster.observe(window_of(i, traffic(i, rng)));
    const ForecastPath before = forecaster.forecast();
    Forecaster half_hourly(service_of(minutes(30)));
    half_hourly.observe(window_of(0, 1.0, minutes(30)));
    std::string damaged = forecaster.save();
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
    for (const std::string& state :
         {half_hourly.save(), damaged, std::string("nonsense"), std::string()}) {
        const auto result = forecaster.load(state);
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().code, Errc::corrupt);
    }
    EXPECT_TRUE(same_bits(before, forecaster.forecast()));
}

// Whoever rests begins anew in the midst of a history that it has not seen.
TEST(Forecaster, MembersThatRestedSpeakAgain) {
    Forecaster forecaster(service_of());
    Rng rng(28);
    int i = 0;
    for (; i < 9 * per_day; ++i) forecaster.observe(window_of(i, traffic(i, rng)));
    std::map<std::string, bool> spoke;
    for (const MemberView& member : forecaster.forecast().members) {
        spoke[member.name] = !member.asleep;
        if (member.name != "last_value") forecaster.rest(member.name, "slow");
    }
    forecaster.rest("nobody", "slow");
    for (; i < 10 * per_day; ++i) {
        forecaster.observe(window_of(i, traffic(i, rng)));
        expect_sound(forecaster.forecast(), "at rest");
        for (const MemberView& member : forecaster.forecast().members)
            if (member.name != "last_value") {
                ASSERT_EQ(member.asleep_because, "slow") << i;
            }
    }
    for (; i < 12 * per_day; ++i) {
        forecaster.observe(window_of(i, traffic(i, rng)));
        expect_sound(forecaster.forecast(), "after the rest");
    }
    for (const MemberView& member : forecaster.forecast().members)
        if (member.name != "weekly_naive") {  // has to see a week again
            EXPECT_EQ(!member.asleep, spoke[member.name])
                << member.name << ": " << member.asleep_because;
        }
    for (const Duration horizon : headline_horizons)
        EXPECT_LT(relative_error(forecaster.forecast(), horizon, expected_after(i, horizon)), 0.07);
}

TEST(Forecaster, CoarserGridsWork) {
    for (const Duration step : {Duration(minutes(30)), Duration(hours(1))}) {
        Forecaster forecaster(service_of(step));
        Rng rng(12);
        for (int i = 0; i < 20 * static_cast<int>(day / step); ++i)
            forecaster.observe(
                window_of(i, traffic(i * static_cast<int>(step / minutes(5)), rng), step));
        expect_sound(forecaster.forecast(), "coarse");
        EXPECT_EQ(forecaster.forecast().points.back().horizon, Duration(hours(24)));
        EXPECT_LT(relative_width(forecaster.forecast(), hours(1)), 0.5);
        const auto is_missing = [](double median) { return std::isnan(median); };
        EXPECT_FALSE(std::ranges::all_of(forecaster.member_medians(hours(1)), is_missing));
        if (step > Duration(minutes(15))) {
            EXPECT_TRUE(std::ranges::all_of(forecaster.member_medians(minutes(15)), is_missing));
        }
    }
}

// Summer time begins in the second week: the morning peak comes at 08:00 local, thus an hour
// earlier in UTC.
TEST(Forecaster, SeasonsFollowTheWallClockOfTheService) {
    const Timestamp change = monday + day * 14 + hours(1);
    Service local = service_of();
    local.zone = Zone("Somewhere/Summer", {{monday - day * 400, hours(1)}, {change, hours(2)}});
    const auto demand = [&](Timestamp at) {
        const Timestamp wall = local.zone.to_local(at);
        const auto minute = (wall - floor_to(wall, day)) / minutes(1);
        return minute >= 480 && minute < 600 ? 500.0 : 100.0;
    };
    Forecaster with_zone(local);
    Forecaster without(service_of());
    int i = 0;
    for (; monday + minutes(5) * i < change + hours(3); ++i) {
        const double value = demand(monday + minutes(5) * i);
        with_zone.observe(window_of(i, value));
        without.observe(window_of(i, value));
    }
    const Timestamp peak =
        floor_to(change, day) + hours(6) + minutes(25);  // 08:25 by the new clock
    const Duration horizon = peak - with_zone.forecast().origin;
    EXPECT_GT(with_zone.forecast().at(horizon)[median_index], 300.0);
    EXPECT_LT(without.forecast().at(horizon)[median_index], 300.0);
}

}  // namespace
}  // namespace forescale
