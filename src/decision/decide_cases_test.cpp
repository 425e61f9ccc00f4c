#include "decision/decide.h"

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include <gtest/gtest.h>

namespace forescale {
namespace {

using Words = std::map<std::string, std::string>;

constexpr Timestamp noon{std::chrono::hours(24 * 20'000 + 12)};

/// A paragraph of a .case file; cases/README.md says what its lines mean.
struct Case {
    std::string file;
    std::string title;
    std::map<std::string, std::vector<std::string>> lines;
};

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, at);)
        if (!part.empty()) parts.push_back(part);
    return parts;
}

std::vector<Case> read_cases() {
    std::vector<Case> cases;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator("cases"))
        if (entry.path().extension() == ".case") files.push_back(entry.path());
    std::ranges::sort(files);
    for (const auto& path : files) {
        std::ifstream in(path);
        for (std::string line; std::getline(in, line);) {
            if (line.empty() || line.front() == '#') continue;
            if (line.starts_with("case ")) {
                cases.push_back({path.filename(), line.substr(5), {}});
                continue;
            }
            auto words = split(line, ' ');
            const std::string key = words.front();
            words.erase(words.begin());
            cases.back().lines[key] = words;
        }
    }
    return cases;
}

Words pairs(const Case& one, const std::string& line) {
    Words out;
    const auto found = one.lines.find(line);
    if (found == one.lines.end()) return out;
    for (const std::string& word : found->second) {
        const auto at = word.find('=');
        if (at != std::string::npos) out[word.substr(0, at)] = word.substr(at + 1);
    }
    return out;
}

std::string text(const Words& words, const std::string& key, const std::string& otherwise) {
    const auto found = words.find(key);
    return found == words.end() ? otherwise : found->second;
}
double number(const Words& words, const std::string& key, double otherwise) {
    const auto found = words.find(key);
    return found == words.end() ? otherwise : std::stod(found->second);
}
int whole(const Words& words, const std::string& key, int otherwise) {
    return static_cast<int>(number(words, key, otherwise));
}
Duration span(const Words& words, const std::string& key, const std::string& otherwise) {
    return parse_duration(text(words, key, otherwise)).value();
}

void change(ScalingRules& rules, const Words& words) {
    if (words.contains("window")) rules.stabilization_window = span(words, "window", "");
    const std::string select = text(words, "select", "");
    if (select == "max") rules.select_policy = SelectPolicy::max;
    if (select == "min") rules.select_policy = SelectPolicy::min;
    if (select == "disabled") rules.select_policy = SelectPolicy::disabled;
    if (!words.contains("policies")) return;
    rules.policies.clear();
    for (const std::string& policy : split(words.at("policies"), ',')) {
        const auto parts = split(policy, ':');
        rules.policies.push_back({parts[0] == "pods" ? PolicyType::pods : PolicyType::percent,
                                  std::stoi(parts[1]), parse_duration(parts[2]).value()});
    }
}

ScheduledBounds schedule_of(const Words& words) {
    return {.when = parse_week_spans(split(text(words, "days", ""), ','), text(words, "from", ""),
                                     text(words, "to", ""))
                        .value(),
            .replicas_min = Replicas(whole(words, "min", 1)),
            .replicas_max = Replicas(whole(words, "max", 100)),
            .text = text(words, "from", "") + "-" + text(words, "to", "")};
}

Freeze freeze_of(const Words& words) {
    Freeze freeze{.name = "sale",
                  .weekly = {},
                  .dated = std::nullopt,
                  .direction = parse_direction(text(words, "direction", "both")).value(),
                  .floor_passes = text(words, "floor", "passes") == "passes"};
    if (words.contains("ends"))
        freeze.dated = DatedSpan{noon - std::chrono::hours(1), noon + span(words, "ends", "")};
    else
        freeze.weekly = parse_week_spans(split(text(words, "days", ""), ','),
                                         text(words, "from", ""), text(words, "to", ""))
                            .value();
    return freeze;
}

ScheduledMinimum minimum_of(const Words& words) {
    const Timestamp from = noon + span(words, "in", "0s") - span(words, "ago", "0s");
    return {.name = "match",
            .when = {from, from + span(words, "lasts", "1h")},
            .ramp = span(words, "ramp", "0s"),
            .replicas = Replicas(whole(words, "replicas", 10))};
}

WhenReached when_of(const std::string& word) {
    if (word == "warn") return WhenReached::warn;
    return word == "least" ? WhenReached::least : WhenReached::no_growth;
}

/// Calendars, budgets and what else holds sizes.
void constrain(Service& service, const Case& one) {
    ScalingPolicy& policy = service.policy;
    for (const char* line : {"schedule", "schedule2"})
        if (one.lines.contains(line)) policy.schedule.push_back(schedule_of(pairs(one, line)));
    for (const char* line : {"freeze", "freeze2"})
        if (one.lines.contains(line)) policy.freezes.push_back(freeze_of(pairs(one, line)));
    for (const char* line : {"minimum", "minimum2"})
        if (one.lines.contains(line)) policy.minimums.push_back(minimum_of(pairs(one, line)));
    const Words words = pairs(one, "policy");
    policy.flap_budget = {.changes_per_day = whole(words, "changes", 0),
                          .reversals_per_day = whole(words, "reversals", 0)};
    const Words budget = pairs(one, "budget");
    policy.budget = {.per_day = number(budget, "day", 0.0),
                     .per_month = number(budget, "month", 0.0),
                     .when_reached = when_of(text(budget, "then", "no_growth"))};
    policy.at_max = words.contains("hard_max") ? AtMax::increase : AtMax::honor;
    policy.replicas_hard_max = Replicas(whole(words, "hard_max", 0));
    policy.max_buffer = number(words, "buffer", 0.0);
    policy.external_change_hold = span(words, "hold", "10m");
    const std::string bound = text(pairs(one, "called"), "bound", "at_least");
    service.callers_bound = bound == "both"      ? CallersBound::both
                            : bound == "at_most" ? CallersBound::at_most
                                                 : CallersBound::at_least;
}

Service service_of(const Case& one) {
    const Words words = pairs(one, "policy");
    Service service;
    service.id = ServiceId("shop");
    service.sample_step = span(pairs(one, "given"), "step", "1m");
    ScalingPolicy& policy = service.policy;
    policy.replicas_min = Replicas(whole(words, "min", 1));
    policy.replicas_max = Replicas(whole(words, "max", 100));
    policy.quantile = number(words, "quantile", 0.99);
    policy.headroom = number(words, "headroom", 0.0);
    policy.tolerance = number(words, "tolerance", 0.0);
    policy.cooldown = span(words, "cooldown", "0s");
    policy.stale_after = span(words, "stale_after", "5m");
    policy.forecast_fallback_max = span(words, "fallback", "30m");
    policy.target_utilization = number(words, "target", 0.7);
    change(policy.scale_up, pairs(one, "up"));
    policy.scale_down.stabilization_window = std::chrono::minutes(5);
    change(policy.scale_down, pairs(one, "down"));
    constrain(service, one);
    return service;
}

Point newest_of(const Words& words, const std::string& otherwise) {
    const std::string demand = text(words, "demand", otherwise);
    if (demand == "missing") return {noon, 0.0, SampleState::missing};
    if (demand == "nan") return {noon, 0.0, SampleState::not_a_number};
    return {noon, std::stod(demand), SampleState::present};
}

void hold(DecisionInputs& inputs, const Case& one) {
    for (const auto& [direction, left] : pairs(one, "paused"))
        inputs.pauses.push_back({.direction = parse_direction(direction).value(),
                                 .until = noon + parse_duration(left).value(),
                                 .by = "ann",
                                 .why = "a drill"});
    if (const Words fleet = pairs(one, "fleet"); !fleet.empty())
        inputs.fleet = FleetAllowance{.removable = Replicas(whole(fleet, "removable", 0)),
                                      .removed = Replicas(whole(fleet, "removed", 0)),
                                      .fleet = Replicas(whole(fleet, "size", 100)),
                                      .share = number(fleet, "share", 0.1),
                                      .window = span(fleet, "window", "10m")};
    if (const Words budget = pairs(one, "budget"); !budget.empty()) {
        const double spent = number(budget, "spent", 0.0);
        const Timestamp midnight = noon + std::chrono::hours(12);
        inputs.spending = Spending{.currency = "EUR",
                                   .day = {.begins = noon - std::chrono::hours(12),
                                           .ends = midnight,
                                           .spent = spent,
                                           .limit = number(budget, "day", 0.0)},
                                   .month = {.begins = noon - std::chrono::hours(12),
                                             .ends = midnight,
                                             .spent = spent,
                                             .limit = number(budget, "month", 0.0)}};
    }
    if (const Words called = pairs(one, "called"); !called.empty())
        inputs.callers = CallersDemand{.demand = number(called, "demand", 0.0),
                                       .is_whole = text(called, "whole", "yes") == "yes",
                                       .detail = "web 100 x 1"};
    for (const auto& [ago, size] : pairs(one, "asked"))
        inputs.asked = AskedSize{noon - parse_duration(ago).value(), Replicas(std::stoi(size))};
}

/// The medians of the next hours, and in how many percent of each demand may go.
void look_ahead(DecisionInputs& inputs, const Case& one) {
    for (const auto& [in, demand] : pairs(one, "path"))
        inputs.path.push_back({noon + parse_duration(in).value(), std::stod(demand)});
    std::ranges::sort(inputs.path, {}, &PathMedian::target);
    const auto ways = one.lines.find("ways");
    if (ways == one.lines.end()) return;
    for (const std::string& way : ways->second) {
        ++inputs.scenarios.count;
        for (const std::string& percent : split(way, ','))
            inputs.scenarios.percent.push_back(static_cast<std::uint16_t>(std::stoi(percent)));
    }
}

LeadDemand even_plan(const Words& words) {
    LeadDemand demand{.from = noon, .lead = std::chrono::minutes(5)};
    demand.quantiles.fill(number(words, "plan", 0.0));
    return demand;
}

void add_signal(DecisionInputs& inputs, const Words& words, const std::string& name) {
    if (words.empty()) return;
    SignalDemand signal;
    signal.name = name;
    signal.newest = newest_of(words, "1");
    signal.newest_age = span(words, "age", "0s");
    signal.stale_after = std::chrono::minutes(5);
    signal.confidence = number(words, "confidence", 1.0);
    signal.forecasts_harm = text(words, "harm", "no") == "yes";
    signal.capacity_per_replica = Demand(number(words, "serves", 100.0));
    if (words.contains("plan")) signal.lead_demand = even_plan(words);
    inputs.signals.push_back(std::move(signal));
}

DecisionInputs inputs_of(const Case& one) {
    const Words words = pairs(one, "given");
    DecisionInputs inputs;
    inputs.capacity.ready = Replicas(whole(words, "ready", 4));
    inputs.capacity.pending = Replicas(whole(words, "pending", 0));
    inputs.newest = newest_of(words, "100");
    inputs.newest_age = span(words, "age", "0s");
    inputs.lead_time = std::chrono::minutes(5);
    inputs.confidence = number(words, "confidence", 1.0);
    inputs.capacity_per_replica = Demand(number(words, "serves", 100.0));
    if (words.contains("plan")) inputs.lead_demand = even_plan(words);
    add_signal(inputs, pairs(one, "queue"), "queue");
    add_signal(inputs, pairs(one, "cpu"), "cpu");
    look_ahead(inputs, one);
    hold(inputs, one);
    return inputs;
}

DecisionState state_of(const Case& one) {
    DecisionState state;
    for (const auto& [ago, size] : pairs(one, "recommended"))
        state.recommendations.push_back(
            {noon - parse_duration(ago).value(), Replicas(std::stoi(size))});
    for (const auto& [ago, sizes] : pairs(one, "changed")) {
        const auto parts = split(sizes, '>');
        state.changes.push_back({noon - parse_duration(ago).value(), Replicas(std::stoi(parts[0])),
                                 Replicas(std::stoi(parts[1]))});
    }
    for (const auto& [ago, sizes] : pairs(one, "set")) {
        const auto parts = split(sizes, '>');
        state.external_changes.push_back({noon - parse_duration(ago).value(),
                                          Replicas(std::stoi(parts[0])),
                                          Replicas(std::stoi(parts[1]))});
    }
    for (const auto& [ago, size] : pairs(one, "asked"))
        state.asked = AskedSize{noon - parse_duration(ago).value(), Replicas(std::stoi(size))};
    std::ranges::sort(state.external_changes, {}, &ExternalChange::at);
    std::ranges::sort(state.recommendations, {}, &SizeAt::at);
    std::ranges::sort(state.changes, {}, &SizeChange::at);
    if (!state.changes.empty()) state.last_change = state.changes.back().at;
    return state;
}

void expect_step(const Decision& decision, const std::string& rule, const std::string& sizes) {
    const auto parts = split(sizes, '>');
    const auto step = std::ranges::find(decision.steps, rule, &RuleStep::rule);
    ASSERT_NE(step, decision.steps.end());
    EXPECT_EQ(step->before.value(), std::stoi(parts[0]));
    EXPECT_EQ(step->after.value(), std::stoi(parts[1]));
}

TEST(DecideCases, EveryCaseComesOutAsItSays) {
    const auto cases = read_cases();
    EXPECT_GT(cases.size(), 50U);
    for (const Case& one : cases) {
        SCOPED_TRACE(one.file + ": " + one.title);
        ASSERT_TRUE(one.lines.contains("expect"));
        auto state = state_of(one);
        const Decision decision = decide(service_of(one), inputs_of(one), noon, state);
        const Words wanted = pairs(one, "expect");
        EXPECT_EQ(decision.desired.value(), whole(wanted, "desired", -1)) << decision.sentence;
        EXPECT_EQ(to_string(decision.reason), text(wanted, "reason", "")) << decision.sentence;
        if (wanted.contains("signal")) {
            EXPECT_EQ(decision.signal, wanted.at("signal")) << decision.sentence;
        }
        const auto& words = one.lines.at("expect");
        for (std::size_t i = 0; i + 2 < words.size(); ++i)
            if (words[i] == "rule") expect_step(decision, words[i + 1], words[i + 2]);
    }
}

}  // namespace
}  // namespace forescale
