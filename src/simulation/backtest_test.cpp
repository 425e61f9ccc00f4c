#include "simulation/backtest.h"

#include "base/file.h"
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
    series.rows = {
        {.origin = 4, .horizon = hours(24), .medians = {10.0}, .quantiles = around, .actual = 11.0},
        {.origin = 5,
         .horizon = hours(24),
         .medians = {24.0},
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
    EXPECT_EQ(summary[0].model, "ensemble");
    EXPECT_NEAR(summary[0].ratio, 11.0 / 3.0, 1e-12);
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
    for (const BacktestScore& score : *scores) {
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
