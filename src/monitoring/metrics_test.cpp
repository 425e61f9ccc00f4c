#include "monitoring/metrics.h"

#include <cstdio>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace forescale {
namespace {

using testing::HasSubstr;
using testing::Not;

const ServiceId shop("shop");

Decision decision(Reason reason, int ready, int pending, int desired) {
    Decision out;
    out.id = "shop-20260301T120030Z";
    out.service = shop;
    out.inputs.capacity = {.ready = Replicas(ready), .pending = Replicas(pending), .seen_at = {}};
    out.inputs.newest = {.at = {}, .value = 123.5, .state = SampleState::present};
    out.inputs.newest_age = std::chrono::seconds(45);
    out.inputs.capacity_per_replica = Demand(10.0);
    out.quantile = 0.99;
    out.demand_planned = 150.25;
    out.desired = Replicas(desired);
    out.reason = reason;
    return out;
}

Operation operation(std::string id, OperationState state, int attempts) {
    return {.id = std::move(id),
            .service = shop,
            .from = Replicas(2),
            .to = Replicas(4),
            .state = state,
            .intended_at = Timestamp(std::chrono::seconds(100)),
            .changed_at = Timestamp(std::chrono::seconds(190)),
            .attempts = attempts,
            .detail = {}};
}

void fill(ScalingMetrics& metrics) {
    metrics.decided(decision(Reason::forecast, 2, 0, 4));
    metrics.decided(decision(Reason::bounds, 4, 0, 3));
    metrics.operated(operation("a", OperationState::intended, 0));
    metrics.operated(operation("a", OperationState::intended, 1));
    metrics.operated(operation("a", OperationState::executing, 1));
    metrics.operated(operation("a", OperationState::done, 1));
    metrics.forecast_scored(shop, std::chrono::minutes(15), 5.0, 100.0, true);
    metrics.forecast_scored(shop, std::chrono::hours(24), 9.0, 80.0, false);
    metrics.forecast_made(shop, 0.75, std::chrono::minutes(2));
    metrics.stream_points(shop, "accepted", 10.0);
    metrics.member_took("ridge", std::chrono::microseconds(1));
    metrics.noticed(shop, {.level_shifts = 1,
                           .incidents = 2,
                           .clipped_steps = 30,
                           .disbelieved_steps = 4,
                           .in_doubt = true});
    metrics.spent(shop, {.currency = "EUR",
                         .day = {.begins = {}, .ends = {}, .spent = 3.5, .limit = 10.0},
                         .month = {.begins = {}, .ends = {}, .spent = 70.0}});
    metrics.turn_took(Duration(12), 0.004, 3);
    metrics.collected("replay", true, 30, Duration(3));
    metrics.collected("replay", false, 0, Duration(900));
    metrics.store_wrote(true, Duration(2));
    metrics.lead_time(shop, std::chrono::minutes(5), false);
    metrics.models("2026-03-01", "", "");
    metrics.model_changed("promoted");
    metrics.training_ended(true, std::chrono::minutes(3));
    metrics.up("store", true);
}

/// A metric as docs/metrics.md shows it.
struct Documented {
    std::string type;
    std::set<std::string> labels;
    std::string help;

    [[nodiscard]] std::string row(const std::string& name) const {
        return fmt::format("| `{}` | {} | {} | {} |", name, type, fmt::join(labels, ", "), help);
    }
};

/// Of an exposition, by name.
std::map<std::string, Documented> documented(const std::string& text) {
    std::map<std::string, Documented> out;
    std::string name;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string hash, keyword;
        if (line.starts_with("# HELP ")) {
            words >> hash >> keyword >> name;
            out[name].help = line.substr(line.find(name) + name.size() + 1);
        } else if (line.starts_with("# TYPE ")) {
            words >> hash >> keyword >> name >> out[name].type;
        } else {
            static const std::regex label("[{,]([a-z_]+)=");
            for (std::sregex_iterator at(line.begin(), line.end(), label), end; at != end; ++at)
                if ((*at)[1] != "le") out[name].labels.insert((*at)[1]);
        }
    }
    return out;
}

TEST(ScalingMetrics, ThePageInDocsShowsEveryMetricAsItIs) {
    ScalingMetrics metrics;
    fill(metrics);
    std::ifstream file("../../docs/metrics.md");
    std::set<std::string> rows;
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("| `")) rows.insert(line);
    ASSERT_FALSE(rows.empty()) << "docs/metrics.md";
    for (const auto& [name, metric] : documented(metrics.text()))
        EXPECT_EQ(rows.erase(metric.row(name)), 1U) << "missing: " << metric.row(name);
    for (const auto& row : rows) ADD_FAILURE() << "no such metric: " << row;
}

TEST(ScalingMetrics, DecisionShowsSizesDemandAndReason) {
    ScalingMetrics metrics;
    metrics.decided(decision(Reason::forecast, 2, 1, 4));
    metrics.decided(decision(Reason::forecast, 3, 1, 4));
    const auto text = metrics.text();
    EXPECT_THAT(text, HasSubstr("forescale_ready_replicas{service=\"shop\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("forescale_pending_replicas{service=\"shop\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("forescale_desired_replicas{service=\"shop\"} 4\n"));
    EXPECT_THAT(text, HasSubstr("forescale_measured_demand{service=\"shop\"} 123.5\n"));
    EXPECT_THAT(text, HasSubstr("forescale_planned_demand{service=\"shop\"} 150.25\n"));
    EXPECT_THAT(text, HasSubstr("forescale_capacity_demand{service=\"shop\"} 30\n"));
    EXPECT_THAT(text, HasSubstr("forescale_sample_age_seconds{service=\"shop\"} 45\n"));
    EXPECT_THAT(text,
                HasSubstr("forescale_decisions_total{reason=\"forecast\",service=\"shop\"} 2\n"));
    EXPECT_THAT(
        text, HasSubstr("forescale_scale_decisions_total{direction=\"up\",service=\"shop\"} 1\n"));
    EXPECT_THAT(text, Not(HasSubstr("direction=\"down\"")));
}

TEST(ScalingMetrics, MissingIsNotZero) {
    ScalingMetrics metrics;
    auto blind = decision(Reason::hold_missing_data, 2, 0, 2);
    blind.inputs.newest.state = SampleState::missing;
    blind.quantile = 0.0;
    blind.demand_planned = 0.0;
    metrics.decided(blind);
    const auto text = metrics.text();
    EXPECT_THAT(text, HasSubstr("forescale_measured_demand{service=\"shop\"} Nan\n"));
    EXPECT_THAT(text, HasSubstr("forescale_planned_demand{service=\"shop\"} Nan\n"));
    EXPECT_THAT(text, Not(HasSubstr("forescale_forecast_confidence_ratio{")));
    EXPECT_THAT(text, Not(HasSubstr("forescale_lead_time_seconds{")));
}

TEST(ScalingMetrics, MoneyIsOfADayAndAMonthInItsCurrency) {
    ScalingMetrics metrics;
    Spending spending{.currency = "",
                      .day = {.begins = {}, .ends = {}, .spent = 3.5, .expected = 9.0},
                      .month = {.begins = {}, .ends = {}, .spent = 70.0, .expected = 200.0}};
    metrics.spent(shop, spending);
    EXPECT_THAT(metrics.text(), HasSubstr("forescale_spent_cost{currency=\"replica_hours\",period="
                                          "\"day\",service=\"shop\"} 3.5\n"));
    EXPECT_THAT(metrics.text(), Not(HasSubstr("forescale_budget_cost{")));
    EXPECT_THAT(metrics.text(), Not(HasSubstr("forescale_expected_cost{")));
    spending.month.limit = 250.0;
    metrics.spent(shop, spending);
    EXPECT_THAT(metrics.text(), HasSubstr("period=\"month\",service=\"shop\"} 250\n"));
    EXPECT_THAT(metrics.text(), HasSubstr("period=\"month\",service=\"shop\"} 200\n"));
}

TEST(ScalingMetrics, EachStateOfAnOperationCountsOnce) {
    ScalingMetrics metrics;
    metrics.operated(operation("a", OperationState::intended, 0));
    EXPECT_THAT(metrics.text(), HasSubstr("forescale_open_operations{service=\"shop\"} 1\n"));
    metrics.operated(operation("a", OperationState::intended, 1));
    metrics.operated(operation("a", OperationState::intended, 2));
    metrics.operated(operation("a", OperationState::executing, 3));
    metrics.operated(operation("a", OperationState::done, 3));
    metrics.operated(operation("b", OperationState::intended, 0));
    metrics.operated(operation("b", OperationState::failed, 1));
    const auto text = metrics.text();
    EXPECT_THAT(text,
                HasSubstr("forescale_operations_total{service=\"shop\",state=\"intended\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("forescale_operations_total{service=\"shop\",state=\"done\"} 1\n"));
    EXPECT_THAT(text,
                HasSubstr("forescale_operations_total{service=\"shop\",state=\"failed\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("forescale_operation_retries_total{service=\"shop\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("forescale_open_operations{service=\"shop\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("forescale_operation_duration_seconds_sum{state=\"done\"} 90\n"));
}

TEST(ScalingMetrics, ForecastErrorsAddUpToWape) {
    ScalingMetrics metrics;
    metrics.forecast_scored(shop, std::chrono::minutes(15), 5.0, 100.0, true);
    metrics.forecast_scored(shop, std::chrono::minutes(15), 15.0, -100.0, false);
    metrics.forecast_scored(shop, std::chrono::minutes(15), std::nan(""), 100.0, false);
    const auto text = metrics.text();
    EXPECT_THAT(
        text,
        HasSubstr("forescale_forecast_error_demand_total{horizon=\"15m\",service=\"shop\"} 20\n"));
    EXPECT_THAT(
        text,
        HasSubstr(
            "forescale_forecast_actual_demand_total{horizon=\"15m\",service=\"shop\"} 200\n"));
    EXPECT_THAT(
        text, HasSubstr("forescale_forecast_targets_total{horizon=\"15m\",service=\"shop\"} 2\n"));
    EXPECT_THAT(
        text,
        HasSubstr(
            "forescale_forecast_covered_targets_total{horizon=\"15m\",service=\"shop\"} 1\n"));
}

TEST(ScalingMetrics, TotalsBecomeIncreases) {
    ScalingMetrics metrics;
    const auto expect = [&](std::string_view value) {
        EXPECT_THAT(
            metrics.text(),
            HasSubstr(fmt::format(
                "forescale_stream_points_total{{outcome=\"late\",service=\"shop\"}} {}\n", value)));
    };
    metrics.stream_points(shop, "late", 0.0);
    expect("0");
    metrics.stream_points(shop, "late", 7.0);
    metrics.stream_points(shop, "late", 7.0);
    metrics.stream_points(shop, "late", 9.0);
    expect("9");
    metrics.stream_points(shop, "late", 4.0);  // counted from a new start
    expect("13");
}

TEST(ScalingMetrics, WhatWasNoticedOfDemandIsCounted) {
    ScalingMetrics metrics;
    metrics.noticed(shop, {.level_shifts = 1,
                           .incidents = 0,
                           .clipped_steps = 30,
                           .disbelieved_steps = 4,
                           .in_doubt = true});
    metrics.noticed(shop, {.level_shifts = 1,
                           .incidents = 2,
                           .clipped_steps = 31,
                           .disbelieved_steps = 4,
                           .in_doubt = false});
    const auto text = metrics.text();
    EXPECT_THAT(text, HasSubstr("forescale_level_shifts_total{service=\"shop\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("forescale_demand_incidents_total{service=\"shop\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("forescale_clipped_steps_total{service=\"shop\"} 31\n"));
    EXPECT_THAT(text, HasSubstr("forescale_disbelieved_steps_total{service=\"shop\"} 4\n"));
    EXPECT_THAT(text, HasSubstr("forescale_demand_in_doubt{service=\"shop\"} 0\n"));
}

TEST(ScalingMetrics, WhatMembersTookAddsUpOverServices) {
    ScalingMetrics metrics;
    for (int i = 0; i < 3; ++i) metrics.member_took("gru", std::chrono::milliseconds(250));
    EXPECT_THAT(metrics.text(),
                HasSubstr("forescale_member_cpu_seconds_total{member=\"gru\"} 0.75\n"));
}

TEST(ScalingMetrics, OpenLabelsAreBounded) {
    ScalingMetrics metrics;
    for (int i = 0; i < 1000; ++i) metrics.collected(fmt::format("c{}", i), true, 2, Duration(1));
    const auto text = metrics.text();
    EXPECT_THAT(text, HasSubstr("forescale_collected_points_total{collector=\"c63\"} 2\n"));
    EXPECT_THAT(text, Not(HasSubstr("collector=\"c64\"")));
    EXPECT_THAT(text, HasSubstr("forescale_collected_points_total{collector=\"other\"} 1872\n"));
}

TEST(ScalingMetrics, ChildrenAreSorted) {
    ScalingMetrics metrics;
    for (const auto* name : {"zeta", "alpha", "mid"})
        metrics.lead_time(ServiceId(name), Duration(1), true);
    const auto text = metrics.text();
    EXPECT_LT(text.find("forescale_lead_time_learned{service=\"alpha\"}"),
              text.find("forescale_lead_time_learned{service=\"mid\"}"));
    EXPECT_LT(text.find("forescale_lead_time_learned{service=\"mid\"}"),
              text.find("forescale_lead_time_learned{service=\"zeta\"}"));
}

TEST(ScalingMetrics, SameCallsGiveTheSameText) {
    ScalingMetrics a("1.2.3");
    ScalingMetrics b("1.2.3");
    fill(a);
    fill(b);
    EXPECT_EQ(a.text(), b.text());
    EXPECT_THAT(a.text(), HasSubstr("forescale_build_info{version=\"1.2.3\"} 1\n"));
}

TEST(ScalingMetrics, CountsFromManyThreads) {
    ScalingMetrics metrics;
    {
        std::vector<std::jthread> workers;
        for (int t = 0; t < 4; ++t)
            workers.emplace_back([&metrics] {
                for (int i = 0; i < 250; ++i) {
                    fill(metrics);
                    if (i % 50 == 0) std::ignore = metrics.text();
                }
            });
    }
    EXPECT_THAT(
        metrics.text(),
        HasSubstr("forescale_decisions_total{reason=\"forecast\",service=\"shop\"} 1000\n"));
    EXPECT_THAT(metrics.text(), HasSubstr("forescale_turn_duration_seconds_count 1000\n"));
}

/// Runs a command with `input` on its standard input; its output and exit status.
std::pair<std::string, int> run(const std::string& command, const std::string& input) {
    const auto path = testing::TempDir() + fmt::format("forescale-metrics-{}.txt", ::getpid());
    std::ofstream(path) << input;
    std::string output;
    std::FILE* pipe = ::popen((command + " < '" + path + "' 2>&1").c_str(), "r");
    if (pipe == nullptr) return {"popen failed", -1};
    std::array<char, 4096> block{};
    while (const auto got = std::fread(block.data(), 1, block.size(), pipe))
        output.append(block.data(), got);
    const int status = ::pclose(pipe);
    std::remove(path.c_str());
    return {output, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

TEST(ScalingMetrics, PromtoolAcceptsTheText) {
    ASSERT_EQ(run("command -v promtool", "").second, 0)
        << "promtool is not installed; it comes with Debian's package prometheus (./dev setup "
           "installs it)";
    ScalingMetrics metrics("0.1.0");
    fill(metrics);
    metrics.forecast_made(ServiceId("odd \"name\" \\ with\nnewline"), 0.5, Duration(1));
    metrics.forecast_made(ServiceId("ünïcode"), 0.5, Duration(1));
    auto blind = decision(Reason::hold_missing_data, 2, 0, 2);
    blind.inputs.newest.state = SampleState::missing;
    metrics.decided(blind);
    const auto [output, status] = run("promtool check metrics", metrics.text());
    EXPECT_EQ(status, 0) << output;
    EXPECT_EQ(output, "") << "promtool has a remark";
}

// That the check above can fail: a gauge may not be called _total.
TEST(ScalingMetrics, PromtoolFindsABadName) {
    const auto [output, status] =
        run("promtool check metrics", "# HELP x_total X.\n# TYPE x_total gauge\nx_total 1\n");
    EXPECT_NE(status, 0) << output;
}

}  // namespace
}  // namespace forescale
