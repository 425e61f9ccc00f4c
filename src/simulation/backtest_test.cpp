#include "simulation/backtest.h"

#include "base/file.h"
#include "base/json.h"
#include "base/rng.h"
#include "simulation/backtest_rows.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;

constexpr Timestamp start{day * 20'000};

std::string folder_of(const std::string& name) {
    const std::string folder = ::testing::TempDir() + "forescale_backtest_" + name;
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    return folder;
}
std::string file_with(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
    return path;
}
/// One-minute samples of a day shape with noise; some are missing.
std::string day_shape(int minutes_count) {
    std::string text = "timestamp,value\n";
    Rng rng(1);
    for (int i = 0; i < minutes_count; ++i) {
        const double turn = static_cast<double>(i % 1440) / 1440.0 * 6.283185;
        const double value = 50.0 * (1.5 + std::sin(turn)) * (0.9 + 0.2 * rng.uniform());
        if (i % 977 < 20) continue;
        text += fmt::format("{},{:.6g}\n", format_timestamp(start + minutes(i)), value);
    }
    return text;
}
std::string content_of(const std::string& path) {
    const auto text = read_file(path, std::size_t{1} << 28U);
    return text ? *text : "cannot read " + path;
}
std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t from = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', from)) {
        lines.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    return lines;
}

TEST(ReadTrace, TakesNameStepAndPoints) {
    const std::string path = folder_of("read") + "/shop_1min.csv";
    file_with(path,
              "timestamp,value\n2026-01-01T00:00:00Z,1\n2026-01-01T00:01:00Z,\n2026-01-01T00:02:"
              "00Z,2\n2026-01-01T00:03:00Z,3\n"
              "2026-01-01T00:04:00Z,4\n");
    const auto trace = read_trace(path);
    ASSERT_TRUE(trace.has_value()) << trace.error().message;
    EXPECT_EQ(trace->name, "shop_1min");
    EXPECT_EQ(trace->step, Duration(minutes(1)));
    EXPECT_EQ(trace->points.size(), 4U);
}

TEST(ReadTrace, ErrorsNameFileAndLine) {
    const std::string folder = folder_of("errors");
    const auto message_of = [&](const std::string& text) {
        const auto trace = read_trace(file_with(folder + "/bad.csv", text));
        return trace ? std::string("no error") : trace.error().message;
    };
    const std::string head = "timestamp,value\n2026-01-01T00:00:00Z,1\n";
    EXPECT_THAT(message_of(""), HasSubstr("bad.csv"));
    EXPECT_THAT(message_of("timestamp,value\n"), HasSubstr("bad.csv"));
    EXPECT_THAT(message_of(head), HasSubstr("bad.csv:2: the file ends with 1 sample"));
    EXPECT_THAT(message_of(head + "2026-01-01T00:00:00Z,2\n"),
                HasSubstr("bad.csv:3: time 2026-01-01T00:00:00Z is the same"));
    EXPECT_THAT(message_of(head + "2025-01-01T00:00:00Z,2\n"),
                HasSubstr("bad.csv:3: time 2025-01-01T00:00:00Z is before"));
    EXPECT_THAT(message_of(head + "2026-01-01T00:01:00Z,-2\n"),
                HasSubstr("bad.csv:3: value -2 is negative"));
    EXPECT_THAT(message_of(head + "2026-01-01T00:01:00Z,many\n"), HasSubstr("bad.csv:3"));
    EXPECT_THAT(message_of("timestamp,a,b\n2026-01-01T00:00:00Z,1,2\n"),
                HasSubstr("2 value columns"));
    EXPECT_FALSE(read_trace(folder + "/absent.csv").has_value());
}

TEST(Percentile, IsLinearBetweenRanks) {
    EXPECT_DOUBLE_EQ(percentile({4.0, 1.0, 3.0, 2.0}, 50.0), 2.5);
    EXPECT_DOUBLE_EQ(percentile({1.0, 2.0, 3.0, 4.0, 5.0}, 99.5), 4.98);
    EXPECT_DOUBLE_EQ(percentile({7.0}, 10.0), 7.0);
    EXPECT_TRUE(std::isnan(percentile({}, 10.0)));
}

Trace trace_of(Duration first, Duration step, int count) {
    Trace trace{.name = "t", .step = step, .points = {}};
    for (int i = 0; i < count; ++i)
        trace.points.push_back({.at = start + first + step * i, .value = 1.0 * i});
    return trace;
}

TEST(TraceGrid, AveragesFinerSamplesInBucketsOfTheClock) {
    const Trace trace = trace_of(minutes(3), minutes(1), 9);
    const TraceGrid grid = trace_grid(trace);
    EXPECT_EQ(grid.width, Duration(minutes(5)));
    EXPECT_EQ(grid.first, start);
    ASSERT_EQ(grid.count, 3U);
    const std::vector<Window> windows = trace_windows(trace, grid);
    EXPECT_DOUBLE_EQ(windows[0].mean(), 0.5);
    EXPECT_DOUBLE_EQ(windows[1].mean(), 4.0);
    EXPECT_DOUBLE_EQ(windows[1].max, 6.0);
    EXPECT_EQ(windows[1].count, 5);
}

TEST(TraceGrid, CoarserSeriesKeepTheirStepAndPhase) {
    const TraceGrid grid = trace_grid(trace_of(minutes(7), minutes(30), 5));
    EXPECT_EQ(grid.width, Duration(minutes(30)));
    EXPECT_EQ(grid.first, start + minutes(7));
    EXPECT_EQ(grid.count, 5U);
}

TEST(TraceGrid, ABucketWithoutASampleIsAGap) {
    Trace trace = trace_of(Duration(0), minutes(5), 10);
    trace.points.erase(trace.points.begin() + 4);
    const std::vector<Window> windows = trace_windows(trace, trace_grid(trace));
    ASSERT_EQ(windows.size(), 10U);
    EXPECT_FALSE(windows[4].present());
    EXPECT_TRUE(windows[5].present());
}

TEST(ScoreSeries, AgreesWithTheDefinitions) {
    BacktestSeries series;
    series.name = "s";
    series.grid = {.width = hours(12), .first = start, .count = 8};
    series.demand = {10, 20, 12, 20, 10, 24, 11, 22};
    series.members = {"seasonal_naive"};
    series.horizons = {hours(24)};
    series.test_from = 4;
    series.cadence = hours(12);
    Quantiles around{};
    for (std::size_t i = 0; i < around.size(); ++i)
        around[i] = 10.0 + static_cast<double>(i);  // median 15
    series.rows = {{.origin = 4,
                    .horizon = hours(24),
                    .medians = {10.0},
                    .weights = {1.0},
                    .quantiles = around,
                    .actual = 11.0},
                   {.origin = 5,
                    .horizon = hours(24),
                    .medians = {24.0},
                    .weights = {1.0},
                    .quantiles = around,
                    .actual = 22.0}};
    const std::vector<BacktestScore> scores = score_series(series);
    ASSERT_EQ(scores.size(), 2U);
    const BacktestScore& naive = scores[0];
    EXPECT_EQ(naive.model, "seasonal_naive");
    EXPECT_NEAR(naive.wape, 3.0 / 33.0, 1e-12);
    EXPECT_NEAR(naive.ratio, 1.0, 1e-12);
    EXPECT_NEAR(naive.mase, 1.5, 1e-12);  // scale: mean of 2 and 0
    EXPECT_NEAR(naive.bias, 1.0 / 33.0, 1e-12);
    const BacktestScore& ensemble = scores[1];
    EXPECT_NEAR(ensemble.wape, (4.0 + 7.0) / 33.0, 1e-12);
    EXPECT_NEAR(ensemble.coverage_90, 0.5, 1e-12);  // 10 .. 20 holds 11, not 22
    EXPECT_NEAR(ensemble.width_90, 20.0 / 33.0, 1e-12);
    EXPECT_NEAR(ensemble.pinball_90, (0.1 * 8.0 + 0.9 * 3.0) / 33.0, 1e-12);
    EXPECT_DOUBLE_EQ(ensemble.crossing, 0.0);
    const std::vector<BacktestSummary> summary = summarise(scores);
    ASSERT_EQ(summary.size(), 2U);
    EXPECT_EQ(summary[0].model, "seasonal_naive");
    EXPECT_EQ(summary[1].model, "ensemble");
    EXPECT_NEAR(summary[1].ratio, 11.0 / 3.0, 1e-12);
    EXPECT_NEAR(summary[1].win_rate, 0.0, 1e-12);
}

/// Two scores of each of three models on the series named; the wapes are those given.
BacktestScore score_of(const std::string& series, const std::string& model, double ratio,
                       double awake = 1.0) {
    BacktestScore score;
    score.series = series;
    score.horizon = hours(1);
    score.model = model;
    score.count = 100;
    score.wape = ratio * 0.2;
    score.ratio = ratio;
    score.awake = awake;
    score.coverage_90 = 0.9;
    return score;
}

TEST(Summarise, RanksModelsAndCountsDuels) {
    const std::vector<BacktestScore> scores{
        score_of("a", "ensemble", 0.5),       score_of("a", "ridge", 0.4),
        score_of("a", "seasonal_naive", 1.0), score_of("a", "net", 0.5, 0.0),
        score_of("b", "ensemble", 0.2),       score_of("b", "ridge", 0.8),
        score_of("b", "seasonal_naive", 1.0), score_of("b", "net", 0.2, 0.0)};
    const std::vector<BacktestSummary> summary = summarise(scores);
    ASSERT_EQ(summary.size(), 4U);
    EXPECT_EQ(summary[0].model, "ensemble");
    EXPECT_NEAR(summary[0].ratio, std::sqrt(0.1), 1e-12);
    EXPECT_NEAR(summary[0].win_rate, 0.75, 1e-12);  // lost once, against ridge on a
    EXPECT_EQ(summary[1].model, "net");
    EXPECT_EQ(summary[3].model, "seasonal_naive");
    EXPECT_NEAR(summary[3].win_rate, 0.0, 1e-12);
    EXPECT_LE(summary[0].ratio_95.low, 0.2 + 1e-12);
    EXPECT_GE(summary[0].ratio_95.high, 0.5 - 1e-12);
    EXPECT_TRUE(std::isnan(summary[2].coverage_90));
}

TEST(Summarise, HalvesAreByTheHashOfTheName) {
    EXPECT_TRUE(is_of("", SeriesPart::development));  // FNV's offset basis is odd
    EXPECT_TRUE(is_of("nab_elb_requests_5min", SeriesPart::development));
    EXPECT_TRUE(is_of("nab_nyc_taxi_30min", SeriesPart::held_out));
    EXPECT_FALSE(is_of("nab_nyc_taxi_30min", SeriesPart::development));
    EXPECT_TRUE(is_of("nab_nyc_taxi_30min", SeriesPart::all));
    const std::vector<BacktestScore> scores{score_of("nab_elb_requests_5min", "ensemble", 0.5),
                                            score_of("nab_nyc_taxi_30min", "ensemble", 0.2)};
    const auto held_out = summarise(scores, SeriesPart::held_out);
    ASSERT_EQ(held_out.size(), 1U);
    EXPECT_DOUBLE_EQ(held_out[0].ratio, 0.2);
}

TEST(Warnings, NameWhatFallsShort) {
    Backtest backtest;
    backtest.scores = {score_of("a", "ensemble", 0.5), score_of("a", "ridge", 0.4),
                       score_of("a", "net", 0.1, 0.0)};
    backtest.scores[0].coverage_90 = 0.7;
    backtest.views.resize(2);
    backtest.views[0].name = "a";
    backtest.views[0].horizons.resize(1);
    backtest.views[0].is_zero = false;
    backtest.views[1].name = "short";
    const std::vector<std::string> warnings = warnings_of(backtest);
    ASSERT_EQ(warnings.size(), 4U);
    EXPECT_THAT(warnings[0], HasSubstr("short: nothing to score"));
    EXPECT_THAT(warnings[1], HasSubstr("best member on a (+25.0 % against ridge)"));
    EXPECT_THAT(warnings[2], HasSubstr("70.0 % of all actual values"));
    EXPECT_THAT(warnings[3], HasSubstr("less than 80 % on a (70.0 %)"));
}

TEST(RankCorrelation, AgreesWithHandWorkedValues) {
    using V = std::vector<double>;
    EXPECT_DOUBLE_EQ(rank_correlation(V{1, 2, 3, 4}, V{10, 20, 30, 400}), 1.0);
    EXPECT_DOUBLE_EQ(rank_correlation(V{1, 2, 3, 4}, V{9, 7, 5, 1}), -1.0);
    // No ties: 1 - 6 * sum(d^2) / (n (n^2 - 1)), here d = 0, 1, -1, 1, -1.
    EXPECT_NEAR(rank_correlation(V{1, 2, 3, 4, 5}, V{1, 3, 2, 5, 4}), 1.0 - 6.0 * 4.0 / 120.0,
                1e-12);
    // Ties share their mean rank: ranks 0 1.5 1.5 3 against 0 1 2 3.
    EXPECT_NEAR(rank_correlation(V{1, 2, 2, 3}, V{1, 2, 3, 4}), 4.5 / std::sqrt(4.5 * 5.0), 1e-12);
    EXPECT_TRUE(std::isnan(rank_correlation(V{1, 1, 1}, V{1, 2, 3})));
    EXPECT_TRUE(std::isnan(rank_correlation(V{1, 2}, V{1, 2})));
    const double none = std::numeric_limits<double>::quiet_NaN();
    EXPECT_DOUBLE_EQ(rank_correlation(V{1, none, 2, 3}, V{1, 0, 2, 3}), 1.0);
}

TEST(Bootstrap, IsTheSameEveryTimeAndCoversTheMean) {
    std::vector<double> values;
    Rng rng(3);
    for (int i = 0; i < 100; ++i) values.push_back(rng.uniform());
    const auto mean = [&](std::span<const std::size_t> drawn) {
        double sum = 0.0;
        for (const std::size_t i : drawn) sum += values[i];
        return sum / static_cast<double>(drawn.size());
    };
    const Interval interval = bootstrap_95(values.size(), 4, mean);
    const Interval again = bootstrap_95(values.size(), 4, mean);
    EXPECT_DOUBLE_EQ(interval.low, again.low);
    EXPECT_DOUBLE_EQ(interval.high, again.high);
    // Standard error of the mean of 100 uniform values: 0.289 / 10.
    EXPECT_NEAR(interval.high - interval.low, 2.0 * 1.96 * 0.0289, 0.02);
    EXPECT_LT(interval.low, 0.55);
    EXPECT_GT(interval.high, 0.45);
    EXPECT_TRUE(std::isnan(bootstrap_95(3, 4, mean).low));
    EXPECT_TRUE(std::isnan(bootstrap_95(0, 0, mean).low));
}

/// Rows of one member and one horizon: origins every 15 min over two days; the first day is in the
/// interval, the second above it.
BacktestSeries two_days() {
    BacktestSeries series;
    series.name = "s";
    series.grid = {.width = minutes(15), .first = start, .count = 400};
    series.demand.assign(400, 10.0);
    series.members = {"ridge", "seasonal_naive"};
    series.horizons = {hours(1)};
    series.test_from = 92;
    series.cadence = minutes(15);
    Quantiles around{};
    for (std::size_t i = 0; i < around.size(); ++i) around[i] = 5.0 + static_cast<double>(i);
    for (std::size_t i = 0; i < 192; ++i)
        series.rows.push_back({.origin = 92 + i,
                               .horizon = hours(1),
                               .medians = {12.0, 8.0},
                               .weights = {0.75, 0.25},
                               .quantiles = around,
                               .confidence = 0.5,
                               .actual = i < 96 ? 10.0 : 100.0});
    return series;
}

TEST(View, ShowsHoursDaysWeightsAndCalibration) {
    const BacktestView view = view_of(two_days(), 50);
    ASSERT_EQ(view.horizons.size(), 1U);
    const HorizonView& hour = view.horizons[0];
    ASSERT_EQ(hour.coverage_by_day.size(), 2U);  // targets begin at midnight
    EXPECT_DOUBLE_EQ(hour.coverage_by_day[0].share, 1.0);
    EXPECT_DOUBLE_EQ(hour.coverage_by_day[1].share, 0.0);
    EXPECT_EQ(hour.coverage_by_day[1].count, 96);
    EXPECT_DOUBLE_EQ(hour.error_by_hour[0][7], (2.0 + 88.0) / 110.0);
    EXPECT_DOUBLE_EQ(hour.error_by_hour[2][7], (0.0 + 90.0) / 110.0);  // the ensemble says 10
    EXPECT_DOUBLE_EQ(hour.weight_by_part[0][5], 0.75);
    EXPECT_DOUBLE_EQ(hour.below[0], 0.0);
    EXPECT_DOUBLE_EQ(hour.below[median_index], 0.5);
    ASSERT_EQ(hour.band.size(), 50U);
    EXPECT_EQ(hour.band.back().target, start + hours(71) + minutes(45));
    EXPECT_DOUBLE_EQ(hour.band.back().q25, 7.5);
    EXPECT_EQ(hour.weight_step, Duration(hours(1)));
    ASSERT_EQ(hour.weights[0].size(), 48U);
    EXPECT_FLOAT_EQ(hour.weights[1][47], 0.25F);
}

TEST(Backtest, WritesTheContractAndBeatsTheNaive) {
    const std::string folder = folder_of("contract");
    const std::string file = file_with(folder + "/shop.csv", day_shape(1440 * 12));
    double done = 0.0;
    const auto scores = run_backtest({file}, {.out = folder + "/out", .events = {}},
                                     [&](double share) { done = share; });
    ASSERT_TRUE(scores.has_value()) << scores.error().message;
    EXPECT_DOUBLE_EQ(done, 1.0);
    const std::vector<std::string> lines = lines_of(content_of(folder + "/out/shop/forecasts.csv"));
    EXPECT_EQ(
        lines.front(),
        "origin,horizon_s,target,model,q05,q10,q20,q30,q40,q50,q60,q70,q80,q90,q95,q99,actual");
    for (std::size_t i = 1; i < lines.size(); ++i)
        ASSERT_EQ(std::ranges::count(lines[i], ','), 16) << lines[i];
    EXPECT_THAT(lines[1], HasSubstr(",900,"));
    for (const BacktestScore& score : scores->scores) {
        if (score.model != "ensemble") continue;
        EXPECT_LT(score.ratio, 0.9);
        EXPECT_DOUBLE_EQ(score.crossing, 0.0);
    }
    EXPECT_THAT(content_of(folder + "/out/summary.json"), HasSubstr("ratio_to_seasonal_naive"));
}

TEST(Backtest, CuttingTheFileChangesNoEarlierForecast) {
    const std::string folder = folder_of("cut");
    const std::string whole = day_shape(1440 * 8);
    file_with(folder + "/shop.csv", whole);
    std::filesystem::create_directories(folder + "/cut");
    file_with(folder + "/cut/shop.csv",
              whole.substr(0, whole.rfind('\n', whole.size() * 29 / 32) + 1));
    ASSERT_TRUE(run_backtest({folder + "/shop.csv"}, {.out = folder + "/a", .events = {}}, nullptr)
                    .has_value());
    ASSERT_TRUE(
        run_backtest({folder + "/cut/shop.csv"}, {.out = folder + "/b", .events = {}}, nullptr)
            .has_value());
    const std::vector<std::string> a = lines_of(content_of(folder + "/a/shop/forecasts.csv"));
    const std::vector<std::string> b = lines_of(content_of(folder + "/b/shop/forecasts.csv"));
    std::map<std::string, std::string> by_key;  // origin, horizon, target, model
    // The bucket of the cut holds fewer samples, so the column `actual` may differ.
    const auto forecast_of = [](const std::string& line) {
        return line.substr(0, line.rfind(','));
    };
    const auto key_of = [](const std::string& line) {
        return line.substr(0, line.find(',', line.find("Z,", 30) + 2));
    };
    for (const std::string& line : a) by_key[key_of(line)] = line;
    std::size_t common = 0;
    for (const std::string& line : b) {
        const auto found = by_key.find(key_of(line));
        if (found == by_key.end()) continue;
        ++common;
        EXPECT_EQ(forecast_of(found->second), forecast_of(line));
    }
    EXPECT_GT(common, 500U);
}

TEST(Backtest, TheNumberOfThreadsDoesNotShow) {
    const std::string folder = folder_of("threads");
    std::vector<std::string> files;
    for (const std::string name : {"a", "b", "c"})
        files.push_back(file_with(folder + "/" + name + ".csv", day_shape(1440 * 4)));
    ASSERT_TRUE(run_backtest(files, {.out = folder + "/one", .events = {}, .threads = 1}, nullptr)
                    .has_value());
    ASSERT_TRUE(run_backtest(files, {.out = folder + "/three", .events = {}, .threads = 3}, nullptr)
                    .has_value());
    for (const std::string name : {"/a/forecasts.csv", "/c/forecasts.csv", "/summary.json"})
        EXPECT_EQ(content_of(folder + "/one" + name), content_of(folder + "/three" + name));
}

TEST(Backtest, EventsRaiseTheEnsembleWhereTheyState) {
    const std::string folder = folder_of("events");
    const std::string file = file_with(folder + "/shop.csv", day_shape(1440 * 4));
    BusinessEvent event;
    event.id = "sale";
    event.type = "sale";
    event.start = start + day * 3 + std::chrono::hours(12);
    event.end = event.start + std::chrono::hours(6);
    event.expected_uplift = 1.0;
    const auto plain = run_backtest({file}, {.out = folder + "/plain", .events = {}}, nullptr);
    const auto lifted =
        run_backtest({file}, {.out = folder + "/lifted", .events = {event}}, nullptr);
    ASSERT_TRUE(plain.has_value() && lifted.has_value());
    const auto of_ensemble = [&](const std::string& out, Timestamp origin) {
        const std::string head = format_timestamp(origin) + ",3600," +
                                 format_timestamp(origin + std::chrono::hours(1)) + ",ensemble,";
        const std::string text = content_of(folder + out + "/shop/forecasts.csv");
        std::istringstream row(text.substr(text.find(head) + head.size()));
        std::string cell;
        for (std::size_t i = 0; i <= median_index; ++i) std::getline(row, cell, ',');
        return std::stod(cell);
    };
    // Known before it begins, and found to be nothing while it lasts.
    const Timestamp before = event.start - std::chrono::minutes(45);
    const Timestamp during = event.start + std::chrono::hours(3);
    EXPECT_NEAR(of_ensemble("/lifted", before) / of_ensemble("/plain", before), 2.0, 0.2);
    EXPECT_NEAR(of_ensemble("/lifted", during) / of_ensemble("/plain", during), 1.0, 0.3);
}

TEST(Backtest, AYoungServiceIsScoredOnTheTargetsOfAnOldOne) {
    const std::string file = file_with(folder_of("cold") + "/shop.csv", day_shape(1440 * 24));
    const auto backtest =
        run_backtest({file}, {.out = {}, .events = {}, .cold_start = true}, nullptr);
    ASSERT_TRUE(backtest.has_value());
    const std::vector<ColdStartSummary> summary = summarise(backtest->cold_start);
    ASSERT_EQ(summary.size(), 3 * cold_start_ages().size());
    for (const ColdStartScore& score : backtest->cold_start) {
        EXPECT_GE(score.count, 12);
        for (const ColdStartScore& other : backtest->cold_start) {
            EXPECT_TRUE(other.horizon != score.horizon || other.count == score.count);
        }
        EXPECT_TRUE(std::isfinite(score.ratio));
    }
    // A day of a clean day shape is worth more than an hour, and a week no less than a day.
    EXPECT_LT(summary[2].ratio, summary[0].ratio);
    EXPECT_LT(summary[4].ratio, summary[2].ratio * 1.05);
}

TEST(Backtest, BadSeriesGiveDefinedScoresAndAWarning) {
    const std::string folder = folder_of("bad");
    std::string zeros = "timestamp,value\n";
    for (int i = 0; i < 12 * 24 * 8; ++i)
        zeros += fmt::format("{},0\n", format_timestamp(start + minutes(5 * i)));
    const std::vector<std::string> files{file_with(folder + "/zeros.csv", zeros),
                                         file_with(folder + "/short.csv", day_shape(1000))};
    const auto backtest = run_backtest(files, {.out = folder + "/out", .events = {}}, nullptr);
    ASSERT_TRUE(backtest.has_value()) << backtest.error().message;
    const std::vector<std::string> warnings = warnings_of(*backtest);
    ASSERT_GE(warnings.size(), 2U);
    EXPECT_THAT(warnings[0], HasSubstr("zeros: every value of the test part is 0"));
    EXPECT_THAT(warnings[1], HasSubstr("short: nothing to score"));
    EXPECT_TRUE(parse_json(content_of(folder + "/out/summary.json")).has_value());
}

/// Every opening tag of the page has its closing one, in order; script and style are opaque.
std::string unclosed_tags(const std::string& html) {
    static const std::set<std::string> single{"!doctype", "meta"};
    std::vector<std::string> open;
    for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
        const std::size_t end = html.find_first_of(" >", at);
        std::string tag = html.substr(at + 1, end - at - 1);
        if (!open.empty() && (open.back() == "script" || open.back() == "style") &&
            tag != "/" + open.back())
            continue;
        if (single.contains(tag)) continue;
        if (!tag.starts_with('/'))
            open.push_back(tag);
        else if (!open.empty() && open.back() == tag.substr(1))
            open.pop_back();
        else
            return tag;
    }
    return fmt::format("{}", fmt::join(open, " "));
}

TEST(Report, IsOnePageThatLoadsNothing) {
    const std::string folder = folder_of("report");
    // A name that would end the script of a careless page.
    const std::string file = file_with(folder + "/a <b> & c.csv", day_shape(1440 * 12));
    const auto backtest = run_backtest({file}, {.out = folder + "/out", .events = {}}, nullptr);
    ASSERT_TRUE(backtest.has_value()) << backtest.error().message;
    const std::string html = content_of(folder + "/out/report.html");
    EXPECT_EQ(unclosed_tags(html), "");
    for (const char* loads : {"http://", "https://", "src=", "href=", "@import", "url(", "<b>"})
        EXPECT_EQ(html.find(loads), std::string::npos) << loads;
    const std::string open = "id=\"data\">";
    const std::size_t from = html.find(open) + open.size();
    const auto data = parse_json(html.substr(from, html.find("</script>", from) - from));
    ASSERT_TRUE(data.has_value()) << data.error().message;
    EXPECT_EQ(data->at("series").as_array()[0].at("name").as_string(), "a <b> & c");
    EXPECT_EQ(data->at("series").as_array()[0].at("horizons").as_array().size(), 3U);
}

TEST(Backtest, ClearErrors) {
    const std::string folder = folder_of("clear");
    const std::string file = file_with(folder + "/shop.csv", day_shape(2000));
    EXPECT_FALSE(run_backtest({folder + "/none.csv"}, {}, nullptr).has_value());
    const auto twice = run_backtest({file, file}, {}, nullptr);
    ASSERT_FALSE(twice.has_value());
    EXPECT_THAT(twice.error().message, HasSubstr("named shop too"));
    const auto nowhere = run_backtest({file}, {.out = file + "/below", .events = {}}, nullptr);
    ASSERT_FALSE(nowhere.has_value());
    EXPECT_THAT(nowhere.error().message, HasSubstr("cannot make the folder"));
}

}  // namespace
}  // namespace forescale
