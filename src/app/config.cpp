#include "app/config.h"

#include "app/holidays.h"
#include "collectors/collector.h"
#include "decision/callers.h"
#include "decision/mix.h"
#include "decision/price.h"

#include <fstream>
#include <set>
#include <sstream>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves the declaration
                        // to the program

namespace forescale {

namespace {

MetricKind kind_of(std::string_view text) {
    return text == "counter" ? MetricKind::counter : MetricKind::gauge;
}

/// The kinds that a registry knows, sorted.
template <class Registry>
std::vector<std::string_view> names_of(const Registry& registry) {
    std::vector<std::string_view> names;
    names.reserve(registry.size());
    for (const auto& [name, factory] : registry) names.push_back(name);
    return names;
}

}  // namespace

void LogConfig::describe(config::Fields& f) {
    f.field("level", level,
            {.choices = {"debug", "info", "warn", "error", "off"},
             .help = "Least severe line that is written"});
    f.field("format", format,
            {.choices = {"logfmt", "json"}, .help = "How lines are written to standard error"});
}

void RetentionConfig::describe(config::Fields& f) {
    f.field(
        "raw_days", raw_days,
        {.unit = "days", .min = 1, .max = 3650, .help = "How long samples are kept (metrics_raw)"});
    f.field("hourly_days", hourly_days,
            {.unit = "days",
             .min = 1,
             .max = 3650,
             .help = "How long hourly windows are kept (metrics_hourly)"});
    f.field("predictions_days", predictions_days,
            {.unit = "days",
             .min = 1,
             .max = 3650,
             .help = "How long predictions and their scores are kept"});
    f.field("decisions_days", decisions_days,
            {.unit = "days",
             .min = 1,
             .max = 3650,
             .help = "How long decisions and operations are kept"});
}

Retention RetentionConfig::retention() const {
    return {.raw = day * raw_days,
            .hourly = day * hourly_days,
            .predictions = day * predictions_days,
            .decisions = day * decisions_days};
}

void TurnConfig::describe(config::Fields& f) {
    f.field(
        "interval", interval,
        {.min = 1, .max = 3600, .help = "How often every service is looked at and decided for"});
    f.field("checkpoint_interval", checkpoint_interval,
            {.min = 60,
             .max = 86400,
             .help = "How often learned state is stored; a restart repeats at most this much"});
    f.field("member_step_max", member_step_max,
            {.min = 0.001,
             .max = 10,
             .help = "Processor time that one model may usually take per forecast of one service; "
                     "one that takes more for an hour rests for a day and is named in health "
                     "(while time is real)"});
}

void TrainingConfig::describe(config::Fields& f) {
    f.field(
        "when", when,
        {.choices = {"off", "live", "always"},
         .help = "live: while time is real; always: in replays too, whose decisions then depend "
                 "on how fast training is; off: the shipped models serve for ever"});
    f.field("interval", interval,
            {.min = 600,
             .max = 2592000,
             .help = "How often; a training waits while a new version is on trial"});
    f.field("at", at,
            {.min = 0, .max = 86400, .help = "When, after local midnight: 3h is three at night"});
    f.field("zone", zone, {.help = "IANA time zone of that midnight"});
    f.field("time_max", time_max,
            {.min = 1, .max = 86400, .help = "A training that takes longer is ended"});
    f.field("memory_max_mb", memory_max_mb,
            {.unit = "MB",
             .min = 64,
             .max = 1000000,
             .help = "Memory that the training process may use"});
    f.field("threads", threads,
            {.min = 1, .max = 1024, .help = "Threads of the training process, which gives way"});
    f.field("margin", margin,
            {.min = 0,
             .max = 0.5,
             .help = "Share of the error by which a new version must be better to be promoted"});
    f.field("trial_days", trial_days,
            {.unit = "days",
             .min = 3,
             .max = 365,
             .help = "A new version that has not shown to be better by then is rejected"});
    f.field("watch_days", watch_days,
            {.unit = "days",
             .min = 0,
             .max = 365,
             .help = "How long the version before a promoted one is ready to take over again"});
    f.field("ab_share", ab_share,
            {.min = 0,
             .max = 1,
             .help = "Share of services that a new version serves while it is on trial"});
    f.field("keep_days", keep_days,
            {.unit = "days",
             .min = 1,
             .max = 3650,
             .help = "How long files of versions that are not in use any more are kept"});
}

bool TrainingConfig::runs(std::string_view clock_mode) const {
    return when == "always" || (when == "live" && clock_mode == "wall");
}

Result<TrainingSettings> TrainingConfig::settings() const {
    TrainingSettings out;
    TRY(out.zone, load_zone(zone));
    out.interval = interval;
    out.phase = at;
    out.keep = day * keep_days;
    out.rules = {.contest = {.margin = margin,
                             .alpha = ContestSettings{}.alpha,
                             .days_max = static_cast<int>(trial_days)},
                 .ab_share = ab_share,
                 .watch_days = static_cast<int>(watch_days)};
    return out;
}

void ClockConfig::describe(config::Fields& f) {
    f.field(
        "mode", mode,
        {.choices = {"wall", "scaled", "fast"},
         .help = "wall: real time; scaled: a replay on virtual time, `speed` times as fast (1: as "
                 "it was recorded); fast: a replay as fast as it can"});
    f.field("speed", speed,
            {.unit = "x",
             .min = 0.1,
             .max = 1000000,
             .help = "Virtual seconds per second in mode scaled"});
}

void CollectorConfig::describe(config::Fields& f) {
    f.field("name", name,
            {.required = true, .help = "Name of this source in logs, metrics and health"});
    f.field("kind", kind, {.choices = names_of(collectors()), .help = "What kind of source it is"});
    f.field("interval", interval, {.min = 1, .max = 3600, .help = "How often it is asked"});
    f.field(
        "timeout", timeout,
        {.min = 0.1, .max = 300, .help = "How long one answer may take before it counts as slow"});
    f.field(
        "files", files,
        {.help =
             "replay: CSV files, plain or gzip, with `timestamp,value` or one column per service"});
    f.field("service", service,
            {.help = "replay: the service that a file with a single column feeds"});
}

void TargetConfig::describe(config::Fields& f) {
    f.field("kind", kind, {.choices = names_of(targets()), .help = "What runs the replicas"});
    f.field("journal", journal,
            {.help = "simulated: file in which the simulated provider remembers its replicas; "
                     "empty: none"});
    f.section("simulated", simulated, "How the simulated provider behaves");
    f.section("executor", executor, "How an operation is tried, verified and rolled back");
}

void RatePolicyConfig::describe(config::Fields& f) {
    f.field("type", type, {.choices = {"Pods", "Percent"}, .help = "What value counts"});
    f.field("value", value, {.min = 1, .max = 100000, .help = "Largest change within the period"});
    f.field("period_s", period_s,
            {.unit = "s", .min = 1, .max = 1800, .help = "periodSeconds of the HPA behavior"});
}

void ScalingRulesConfig::describe(config::Fields& f) {
    f.field("stabilization_window_s", stabilization_window_s,
            {.unit = "s",
             .min = 0,
             .max = 3600,
             .help = "How long back recommendations must agree before the size follows"});
    f.field("select_policy", select_policy,
            {.choices = {"Max", "Min", "Disabled"},
             .help = "Which policy counts when several allow different changes; Disabled forbids "
                     "the direction"});
    f.list("policies", policies, "Rate limits; without any, the defaults of the HPA");
}

namespace {

SelectPolicy parsed_select_policy(const std::string& text) {
    if (text == "Max") return SelectPolicy::max;
    return text == "Min" ? SelectPolicy::min : SelectPolicy::disabled;
}

}  // namespace

ScalingRules ScalingRulesConfig::rules(const ScalingRules& defaults) const {
    ScalingRules out = defaults;
    out.stabilization_window = std::chrono::seconds(stabilization_window_s);
    out.select_policy = parsed_select_policy(select_policy);
    if (!policies.empty()) out.policies.clear();
    for (const auto& policy : policies)
        out.policies.push_back(
            {.type = policy.type == "Pods" ? PolicyType::pods : PolicyType::percent,
             .value = static_cast<int>(policy.value),
             .period = std::chrono::seconds(policy.period_s)});
    return out;
}

void BehaviorConfig::describe(config::Fields& f) {
    f.section(
        "scale_up", scale_up,
        "Limits on growing; defaults of the HPA: the larger of 4 pods or 100 % per 15 s, at once");
    f.section("scale_down", scale_down,
              "Limits on shrinking; by default 100 % per 15 s, as the HPA, after 30 min of "
              "agreement (the "
              "HPA: 5 min)");
}

void CostConfig::describe(config::Fields& f) {
    f.field("currency", currency,
            {.help = "Name of the currency of these prices; empty: money is counted in "
                     "replica-hours"});
    f.field("replica_hour", replica_hour,
            {.min = 1e-9, .max = 1e9, .help = "Price of one replica for one hour"});
    f.field("unserved_unit", unserved_unit,
            {.min = 0,
             .max = 1e12,
             .help = "Price of one unit of demand that is not served for a second: of one request, "
                     "where demand is requests per second. The risk follows from it; 0: "
                     "policy.quantile says the risk"});
    f.field("change_replica_hours", change_replica_hours,
            {.unit = "replica-hours",
             .min = 0,
             .max = 1e6,
             .help = "Price of one change of size: changes that save less are not made"});
}

Prices CostConfig::prices() const {
    return {.currency = currency,
            .replica_hour = replica_hour,
            .unserved_unit = unserved_unit,
            .change_replica_hours = change_replica_hours};
}

void PolicyConfig::describe(config::Fields& f) {
    describe_size(f);
    describe_risk(f);
    describe_data(f);
    f.section("behavior", behavior,
              "Rate limits and stabilization with the field names of a HorizontalPodAutoscaler");
    constraints.describe(f);
}

void PolicyConfig::describe_size(config::Fields& f) {
    f.field("mode", mode,
            {.choices = {"observe", "recommend", "approve", "automatic"},
             .help = "How far decisions go by themselves: shown only, put before people as an "
                     "alert, made once somebody has approved them, or made; the API sets another "
                     "at run time"});
    f.field("approval_expires_after", approval_expires_after,
            {.min = 60,
             .max = 86400,
             .help = "In mode approve: a proposal that nobody has approved by then is withdrawn"});
    f.field("replicas_min", replicas_min,
            {.unit = "replicas", .min = 0, .max = 100000, .help = "Never fewer than this"});
    f.field("replicas_max", replicas_max,
            {.unit = "replicas",
             .min = 1,
             .max = 100000,
             .help = "Never more than this, unless at_max.behavior is increase"});
    f.section("cost", cost, "What capacity, unserved demand and changes cost");
    f.list("instance_types", instance_types,
           "What replicas run on, where there is a choice: the cheapest mix that is safe enough "
           "is part of every decision; prices are in cost.currency, and that of a replica on the "
           "cheapest of them takes the place of cost.replica_hour");
    f.field("spot_share_max", spot_share_max,
            {.min = 0,
             .max = 1,
             .help = "Of the capacity, at most so much on spot instances; less where what they "
                     "save is less than what losing them is expected to cost "
                     "(interruptions_per_hour)"});
}

void PolicyConfig::describe_risk(config::Fields& f) {
    f.field("quantile", quantile,
            {.min = level_least,
             .max = level_most,
             .help = "Share of lead times in which the planned capacity covers the largest demand: "
                     "higher is safer and dearer; half of the margin beyond 0.99 is room to move "
                     "in before the size changes; cost.unserved_unit takes its place"});
    f.field("headroom", headroom,
            {.min = 0,
             .max = 2,
             .help = "Share added to the planned demand, beyond the margin that the quantile "
                     "gives it"});
    f.field("target_utilization", target_utilization,
            {.min = 0.05,
             .max = 1,
             .help = "Utilization that the reactive rule aims at while no forecast is trusted"});
    f.field("tolerance", tolerance,
            {.min = 0,
             .max = 0.9,
             .help = "Smallest relative shrink that is worth a change; growing waits until half of "
                     "the headroom is used up"});
    f.field("confidence_min", confidence_min,
            {.min = 0,
             .max = 1,
             .help = "Below this confidence the reactive rule decides, once no trusted forecast of "
                     "the last 10 min can stand in"});
    f.field(
        "accuracy_gate", accuracy_gate,
        {.help = "Leave forecasts out while they have cost more than the reactive rule would "
                 "have, at the quantile, or at 0.999 where a rarer risk is asked for: what that "
                 "costs is your wish and no harm"});
    f.field("cooldown", cooldown,
            {.min = 0, .max = 86400, .help = "No shrinking for this long after any change"});
}

void PolicyConfig::describe_data(config::Fields& f) {
    f.field("stale_after", stale_after,
            {.min = 1,
             .max = 86400,
             .help = "A newest sample older than this, and than two sample steps, is stale: no "
                     "shrinking on it"});
    f.field("forecast_fallback_max", forecast_fallback_max,
            {.min = 0,
             .max = 86400,
             .help = "How long the forecast stands in for missing samples: it may add, and nothing "
                     "is given back; then the size holds. Also the longest that an earlier "
                     "forecast stands in for one that fails (30 min) or is not trusted (10 min)"});
    f.field(
        "lead_time", lead_time,
        {.min = 0,
         .max = 7200,
         .help = "Time from asking for a replica to its being ready, until it has been learned"});
}

ScalingPolicy PolicyConfig::scaling() const {
    ScalingPolicy out;
    out.replicas_min = Replicas(static_cast<int>(replicas_min));
    out.replicas_max = Replicas(static_cast<int>(replicas_max));
    out.prices = cost.prices();
    out.quantile = quantile;
    out.headroom = headroom;
    out.target_utilization = target_utilization;
    out.tolerance = tolerance;
    out.scale_up = behavior.scale_up.rules(scale_up_default());
    out.scale_down = behavior.scale_down.rules(scale_down_default());
    out.cooldown = cooldown;
    out.confidence_min = confidence_min;
    out.stale_after = stale_after;
    out.forecast_fallback_max = forecast_fallback_max;
    out.lead_time = lead_time;
    return out;
}

void SignalConfig::describe(config::Fields& f) {
    f.field("name", name,
            {.required = true,
             .help = "Name of the signal; its samples are a series SERVICE/NAME of a collector"});
    f.field("metric_kind", metric_kind,
            {.choices = {"gauge", "counter"},
             .help = "gauge: samples are demand; counter: they grow, and demand is their rate"});
    f.field("sample_step", sample_step,
            {.min = 1, .max = 86400, .help = "How far apart samples are"});
    f.field("capacity_per_replica", capacity_per_replica,
            {.unit = "demand",
             .min = 1e-12,
             .help = "How much of it one ready replica serves, in the unit of the signal"});
}

void CapacityConfig::describe(config::Fields& f) {
    f.field("from", from,
            {.choices = {"stated", "utilization", "latency"},
             .help = "stated: capacity_per_replica holds; otherwise it is where learning begins, "
                     "from samples of a series SERVICE/utilization or SERVICE/latency"});
    f.field("sample_step", sample_step,
            {.min = 1, .max = 86400, .help = "How far apart the samples of that series are"});
    f.field("target_utilization", target_utilization,
            {.min = 0.05,
             .max = 0.9,
             .help = "utilization: the mean over the ready replicas, 0..1, at which a replica "
                     "serves what it should"});
    f.field("latency_slo", latency_slo,
            {.min = 0,
             .help = "latency: the latency to keep, in the unit and of the percentile of the "
                     "samples"});
    f.field("factor_max", factor_max,
            {.min = 1,
             .max = 100,
             .help = "What is learned stays within capacity_per_replica divided and multiplied by "
                     "this"});
    f.check(from != "latency" || latency_slo > 0.0, "latency_slo",
            "is not set; state the latency that the service has to keep");
}

CapacityRule CapacityConfig::rule(Demand stated) const {
    CapacityRule out;
    if (from == "utilization") out.from = CapacitySource::utilization;
    if (from == "latency") out.from = CapacitySource::latency;
    out.stated = stated;
    out.sample_step = sample_step;
    out.target_utilization = target_utilization;
    out.latency_slo = latency_slo;
    out.factor_max = factor_max;
    return out;
}

Signal SignalConfig::signal() const {
    return {.name = name,
            .metric_kind = kind_of(metric_kind),
            .sample_step = sample_step,
            .capacity_per_replica = Demand(capacity_per_replica)};
}

void ServiceConfig::describe(config::Fields& f) {
    f.field("name", name,
            {.required = true,
             .help = "Name of the service; a column of the wide CSV form, a label everywhere"});
    f.field("zone", zone,
            {.help = "IANA time zone in which its users live: daily and weekly patterns follow "
                     "this wall clock"});
    f.field("country", country,
            {.help = "Country whose public holidays its users have, as in ISO 3166, with a "
                     "subdivision where they differ: US, US-NY; empty: none"});
    f.field("holidays_file", holidays_file,
            {.help = "File of holidays in place of the country's: CSV with the header `date,name`, "
                     "or iCalendar with all-day events"});
    f.field("holidays", holidays,
            {.help = "Further days like 2026-12-25 in that zone on which demand is unlike other "
                     "days"});
    f.field(
        "metric_kind", metric_kind,
        {.choices = {"gauge", "counter"},
         .help =
             "gauge: samples are demand; counter: they grow, and demand is their rate per second"});
    f.field("sample_step", sample_step,
            {.min = 1, .max = 86400, .help = "How far apart samples are"});
    f.field("capacity_per_replica", capacity_per_replica,
            {.unit = "demand",
             .min = 1e-12,
             .help = "Demand that one ready replica serves, in the unit of the metric"});
    f.section("capacity", capacity, "Whether what one replica serves is learned");
    f.list("signals", signals,
           "Further measures of demand that its replicas have to serve: the one that needs most "
           "replicas counts, and while one has no fresh samples nothing is removed");
    f.section("policy", policy, "What may be done about it");
    f.list("callers", callers,
           "Services that call this one: it gets what their planned demand will need");
    f.field("callers_bound", callers_bound,
            {.choices = {"at_least", "at_most", "both"},
             .help = "at_least: it never gets less than that; at_most: nobody else calls it, so it "
                     "gets no more than that and its headroom"});
}

namespace {

/// Those, and days like 2026-12-25, ascending, each once.
Result<std::vector<Timestamp>> with_days(std::vector<Timestamp> out, const std::string& service,
                                         const std::vector<std::string>& days) {
    for (const auto& text : days) {
        const auto midnight = parse_timestamp(text + "T00:00:00Z");
        if (!midnight)
            return fail(Errc::invalid_argument,
                        "service {}: holidays: '{}' is no day like 2026-12-25", service, text);
        out.push_back(*midnight);
    }
    std::ranges::sort(out);
    const auto [repeated, end] = std::ranges::unique(out);
    out.erase(repeated, end);
    return out;
}

}  // namespace

namespace {

CallersBound parsed_bound(const std::string& text) {
    if (text == "both") return CallersBound::both;
    return text == "at_most" ? CallersBound::at_most : CallersBound::at_least;
}

/// Each service calls at most once.
Result<std::vector<Caller>> callers_of(const ServiceConfig& service) {
    std::vector<Caller> out;
    for (const CallerConfig& caller : service.callers) {
        const ServiceId id(caller.service);
        if (std::ranges::find(out, id, &Caller::service) != out.end())
            return fail(Errc::invalid_argument,
                        "service {}: callers: '{}' is named twice; add both up in one",
                        service.name, caller.service);
        out.push_back({.service = id, .demand_per_call = caller.demand_per_call});
    }
    return out;
}

}  // namespace

namespace {

/// A signal's series is named after it: its name is one word of its own.
Result<std::vector<Signal>> signals_of(const ServiceConfig& service) {
    std::vector<Signal> out;
    for (const SignalConfig& signal : service.signals) {
        if (signal.name.find('/') != std::string::npos)
            return fail(Errc::invalid_argument,
                        "service {}: signals: '{}' has a slash, which parts the service from the "
                        "signal in the names of series; rename it",
                        service.name, signal.name);
        if (std::ranges::find(out, signal.name, &Signal::name) != out.end())
            return fail(Errc::invalid_argument,
                        "service {}: signals: '{}' is there twice; give each a name of its own",
                        service.name, signal.name);
        if (signal.name == service.capacity.from)
            return fail(Errc::invalid_argument,
                        "service {}: signals: '{}' is the series that capacity is learned from; "
                        "rename the signal",
                        service.name, signal.name);
        out.push_back(signal.signal());
    }
    return out;
}

/// Samples are paired with the demand of a step of the forecast grid.
Result<CapacityRule> capacity_of(const ServiceConfig& config, const Service& service) {
    const CapacityRule rule = config.capacity.rule(service.capacity_per_replica);
    if (rule.learns() && service.grid_step % rule.sample_step != Duration(0))
        return fail(Errc::invalid_argument,
                    "service {}: capacity.sample_step {} does not divide {}, the step that it is "
                    "paired with demand in; take one that does",
                    config.name, format_duration(rule.sample_step),
                    format_duration(service.grid_step));
    return rule;
}

}  // namespace

Result<Service> ServiceConfig::service() const {
    if (policy.replicas_min > policy.replicas_max)
        return fail(Errc::invalid_argument,
                    "service {}: policy.replicas_min {} is above policy.replicas_max {}; swap them",
                    name, policy.replicas_min, policy.replicas_max);
    TRY(auto loaded, load_zone(zone));
    Service out;
    out.id = ServiceId(name);
    out.zone = std::move(loaded);
    auto usual = usual_holidays(country, holidays_file);
    if (!usual)
        return fail(usual.error().code, "service {}: {}: {}", name,
                    holidays_file.empty() ? "country" : "holidays_file", usual.error().message);
    TRY(out.holidays, with_days(*std::move(usual), name, holidays));
    out.metric_kind = kind_of(metric_kind);
    set_steps(out, sample_step);
    out.capacity_per_replica = Demand(capacity_per_replica);
    out.policy = policy.scaling();
    TRY(out.policy.mode, parse_mode(policy.mode));
    out.policy.accuracy_gate = policy.accuracy_gate;
    out.policy.approval_expires_after = policy.approval_expires_after;
    TRY(out.callers, callers_of(*this));
    TRY(out.signals, signals_of(*this));
    TRY(out.capacity, capacity_of(*this, out));
    out.callers_bound = parsed_bound(callers_bound);
    // What a replica costs first: a budget is checked against it.
    put_instance_types(policy.instance_types, policy.spot_share_max, out.policy);
    if (auto done = policy.constraints.into(out.policy, out.zone); !done)
        return fail(done.error().code, "service {}: {}", name, done.error().message);
    if (auto done = check_instance_types(out.policy); !done)
        return fail(done.error().code, "service {}: {}", name, done.error().message);
    return out;
}

void AppConfig::describe(config::Fields& f) {
    f.section("log", log, "Log lines on standard error");
    f.section("api", api, "REST API, live updates and dashboard");
    f.section("store", store, "History, decisions and learned state");
    f.section("retention", retention, "How long each table keeps its rows");
    f.section("turn", turn, "The turn: collect, forecast, decide, act");
    f.section("training", training, "Models trained on the fleet's own history");
    f.section("clock", clock, "How time passes");
    f.section("target", target, "What runs the replicas");
    f.field("holidays_file", holidays_file,
            {.help = "File of holidays of every service that names neither a country nor a file: "
                     "CSV with the header `date,name`, or iCalendar with all-day events"});
    f.section("fleet", fleet, "What all services together may do");
    f.list("collectors", collectors, "Where samples come from");
    f.list("services", services, "What is scaled");
}

namespace {

std::vector<std::pair<std::string, std::string>> process_environment() {
    std::vector<std::pair<std::string, std::string>> out;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        if (const auto at = text.find('='); at != std::string_view::npos)
            out.emplace_back(text.substr(0, at), text.substr(at + 1));
    }
    return out;
}

std::string joined(const config::Problems& problems) {
    return fmt::format("{}", fmt::join(problems, "\n"));
}

template <class Items>
void check_unique(const Items& items, std::string_view what, config::Problems& problems) {
    std::set<std::string> seen;
    for (const auto& item : items)
        if (!item.name.empty() && !seen.insert(item.name).second)
            problems.push_back(
                fmt::format("{}: the name '{}' is used twice; give each its own", what, item.name));
}

/// Names that series and rows of the program's own are told from services by.
void check_name(const std::string& name, config::Problems& problems) {
    if (name.starts_with('@'))
        problems.push_back(fmt::format(
            "services: '{}' begins with @, which is kept for the program's own rows; rename it",
            name));
    if (name.find('/') != std::string::npos)
        problems.push_back(fmt::format(
            "services: '{}' has a slash, which parts a service from its signals; rename it", name));
}

void check_collector(const CollectorConfig& collector, const std::set<std::string>& services,
                     config::Problems& problems) {
    if (collector.files.empty())
        problems.push_back(fmt::format("collectors: '{}' has no files; name at least one CSV file",
                                       collector.name));
    if (!collector.service.empty() && !services.contains(collector.service))
        problems.push_back(
            fmt::format("collectors: '{}' feeds the service '{}', which is not among services",
                        collector.name, collector.service));
}

void check_callers(const std::vector<Service>& services, config::Problems& problems) {
    std::vector<const Service*> all;
    all.reserve(services.size());
    for (const Service& service : services) all.push_back(&service);
    if (auto order = callers_first(all); !order) problems.push_back(order.error().message);
}

/// A service is known to its target by its name: two of one name would scale the same thing.
void check_targets(const std::vector<ServiceConfig>& services, config::Problems& problems) {
    std::set<std::string> seen;
    for (const auto& service : services)
        if (!service.name.empty() && !seen.insert(service.name).second)
            problems.push_back(fmt::format(
                "services: '{}' is there twice, and both would scale the same target; take one out "
                "or rename it",
                service.name));
}

}  // namespace

config::Problems cross_check(const AppConfig& app) {
    config::Problems problems;
    check_targets(app.services, problems);
    check_unique(app.collectors, "collectors", problems);
    std::set<std::string> names;
    std::vector<Service> services;
    for (const auto& service : app.services) {
        names.insert(service.name);
        for (const auto& signal : service.signals)
            names.insert(series_id(ServiceId(service.name), signal.name).str());
        if (service.capacity.from != "stated")
            names.insert(series_id(ServiceId(service.name), service.capacity.from).str());
        check_name(service.name, problems);
        auto made = service.service();
        if (made)
            services.push_back(*std::move(made));
        else
            problems.push_back(made.error().message);
    }
    if (problems.empty()) check_callers(services, problems);
    for (const auto& collector : app.collectors) check_collector(collector, names, problems);
    if (auto training = app.training.settings(); !training)
        problems.push_back("training: " + training.error().message);
    if (app.services.empty())
        problems.emplace_back("services: none; name at least one service to scale");
    if (app.collectors.empty())
        problems.emplace_back("collectors: none; name at least one source of samples");
    return problems;
}

AppConfig example_config() {
    AppConfig app;
    app.clock.mode = "scaled";
    CollectorConfig collector;
    collector.name = "requests";
    collector.files = {"data/web_service_1min.csv.gz"};
    collector.service = "shop";
    app.collectors.push_back(std::move(collector));
    ServiceConfig service;
    service.name = "shop";
    service.zone = "Europe/Berlin";
    service.country = "DE";
    service.capacity_per_replica = 60;
    app.services.push_back(std::move(service));
    return app;
}

Result<AppConfig> load_config(const std::string& path, const std::vector<std::string>& flags) {
    const std::ifstream file(path);
    if (!file)
        return fail(Errc::not_found,
                    "cannot open the configuration {}: {}; `forescale config example` prints one",
                    path, std::strerror(errno));
    std::ostringstream text;
    text << file.rdbuf();
    AppConfig app;
    auto problems =
        config::read(app, path, text.str(), {.environment = process_environment(), .flags = flags});
    for (auto& service : app.services)
        if (service.country.empty() && service.holidays_file.empty())
            service.holidays_file = app.holidays_file;
    if (problems.empty())
        for (auto& problem : cross_check(app))
            problems.push_back(fmt::format("{}: {}", path, problem));
    if (!problems.empty()) return std::unexpected(Error{Errc::invalid_argument, joined(problems)});
    return app;
}

}  // namespace forescale
