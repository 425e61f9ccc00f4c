#include "simulation/worlds/plan.h"

#include "base/assert.h"

#include <algorithm>
#include <set>

#include <fmt/ranges.h>

namespace forescale::worlds {
namespace {

const std::vector<std::string_view> modes{"observe", "recommend", "approve", "automatic"};
constexpr double year_s = 365.0 * 86400;

SelectPolicy select_of(const std::string& text) {
    if (text == "Max") return SelectPolicy::max;
    return text == "Min" ? SelectPolicy::min : SelectPolicy::disabled;
}

/// What describe() cannot see.
Result<void> check_names(const WorldPlan& plan) {
    std::set<std::string> names;
    std::set<std::string> series{""};
    for (const auto& service : plan.services) {
        if (!names.insert(service.name).second)
            return fail(Errc::invalid_argument, "two services are named '{}'", service.name);
        series.insert(service.name);
        for (const auto& signal : service.signals)
            if (!series.insert(service.series(signal).name).second)
                return fail(Errc::invalid_argument, "two signals of '{}' are named '{}'",
                            service.name, signal.name);
    }
    const auto check = [&](const std::string& name) -> Result<void> {
        if (name.empty() || names.contains(name)) return {};
        return fail(Errc::invalid_argument, "there is no service '{}'", name);
    };
    for (const auto& fault : plan.faults)
        if (!series.contains(fault.service))
            return fail(Errc::invalid_argument, "there is no {} '{}'",
                        series_name(fault.service).signal.empty() ? "service" : "signal",
                        fault.service);
    for (const auto& event : plan.events) TRY_VOID(check(event.service));
    for (const auto& control : plan.controls) TRY_VOID(check(control.service));
    for (const auto& service : plan.services) TRY_VOID(service.service(plan.begin()));
    return {};
}

}  // namespace

void Swing::describe(config::Fields& f) {
    f.field("kind", kind,
            {.choices = {"jump", "ramp", "spike", "zero"},
             .help = "jump: times factor from then on; ramp: within `lasts` to times factor, and "
                     "on; spike: times factor while it lasts; zero: nothing while it lasts"});
    f.field("at", at, {.min = -year_s, .max = year_s, .help = "When, after the start"});
    f.field("lasts", lasts, {.min = 0, .max = year_s, .help = "How long"});
    f.field("factor", factor, {.min = 0, .max = 1e15, .help = "Demand is multiplied by"});
}

void Traffic::describe(config::Fields& f) {
    f.field("base", base, {.min = 0, .max = 1e15, .help = "Demand of a usual moment"});
    f.field("daily", daily, {.min = 0, .max = 1, .help = "Amplitude of the day, as a share"});
    f.field("peak", peak, {.min = 0, .max = 86400, .help = "UTC time of day of most demand"});
    f.field("noise", noise, {.min = 0, .max = 10, .help = "Noise, as a share"});
    f.list("swings", swings, "What else moves demand");
}

void RatePlan::describe(config::Fields& f) {
    f.field("type", type, {.choices = {"Pods", "Percent"}, .help = "What value counts"});
    f.field("value", value, {.min = 1, .max = 100000, .help = "Largest change within the period"});
    f.field("period", period, {.min = 1, .max = 1800, .help = "The period"});
}

void DirectionPlan::describe(config::Fields& f) {
    f.field("stabilization", stabilization,
            {.min = 0, .max = 3600, .help = "stabilizationWindowSeconds"});
    f.field("select", select, {.choices = {"Max", "Min", "Disabled"}, .help = "selectPolicy"});
    f.list("policies", policies, "Rate limits; without any, the defaults of the HPA");
}

ScalingRules DirectionPlan::rules(const ScalingRules& defaults) const {
    ScalingRules out = defaults;
    out.stabilization_window = stabilization;
    out.select_policy = select_of(select);
    if (!policies.empty()) out.policies.clear();
    for (const auto& policy : policies)
        out.policies.push_back(
            {.type = policy.type == "Pods" ? PolicyType::pods : PolicyType::percent,
             .value = static_cast<int>(policy.value),
             .period = policy.period});
    return out;
}

void FreezePlan::describe(config::Fields& f) {
    f.field("name", name, {.help = "Its name"});
    f.field("at", at, {.min = -year_s, .max = year_s, .help = "When it begins"});
    f.field("lasts", lasts, {.min = 1, .max = year_s, .help = "How long"});
    f.field("direction", direction, {.choices = {"up", "down", "both"}, .help = "What it holds"});
    f.field("floor_passes", floor_passes, {.help = "What the measured load needs is added"});
}

void HoursPlan::describe(config::Fields& f) {
    f.field("name", name, {.help = "Its name"});
    f.field("from", from, {.min = 0, .max = 86340, .help = "Local time of day"});
    f.field("to", to, {.min = 0, .max = 86340, .help = "Local time of day"});
    f.field("replicas_min", replicas_min, {.min = 0, .max = 1000000, .help = "Fewest then"});
    f.field("replicas_max", replicas_max, {.min = 0, .max = 1000000, .help = "Most then"});
}

void SignalPlan::describe(config::Fields& f) {
    f.field("name", name, {.help = "Its name"});
    f.field("capacity", capacity, {.min = 1e-9, .max = 1e15, .help = "Served by one replica"});
    f.section("traffic", traffic, "Its demand");
}

ServicePlan ServicePlan::series(const SignalPlan& signal) const {
    ServicePlan out = *this;
    out.name += '/' + signal.name;
    out.metric = "gauge";
    out.capacity = signal.capacity;
    out.traffic = signal.traffic;
    out.signals.clear();
    return out;
}

void ServicePlan::describe(config::Fields& f) {
    f.field("name", name, {.help = "Name"});
    f.field("metric", metric, {.choices = {"gauge", "counter"}, .help = "What its samples are"});
    f.field("step", step, {.min = 1, .max = 86400, .help = "How far apart its samples are"});
    f.field("zone", zone, {.help = "IANA time zone"});
    f.field("capacity", capacity, {.min = 1e-9, .max = 1e15, .help = "Served by one replica"});
    f.field("replicas_min", replicas_min, {.min = 0, .max = 1000000, .help = "Fewest"});
    f.field("replicas_max", replicas_max, {.min = 1, .max = 1000000, .help = "Most"});
    f.check(replicas_min <= replicas_max, "replicas_min", "is above replicas_max");
    f.field("unserved_price", unserved_price,
            {.min = 0, .max = 1e6, .help = "Of a unit of demand not served for a second"});
    f.field("change_replica_hours", change_replica_hours,
            {.min = 0, .max = 1000, .help = "What a change costs"});
    f.field("quantile", quantile, {.min = 0.5, .max = 0.999, .help = "Level of the forecast"});
    f.field("headroom", headroom, {.min = 0, .max = 10, .help = "Share added to the plan"});
    f.field("target_utilization", target_utilization,
            {.min = 0.01, .max = 1, .help = "Of the reactive rule"});
    f.field("tolerance", tolerance, {.min = 0, .max = 1, .help = "Least share given back"});
    f.field("confidence_min", confidence_min, {.min = 0, .max = 1, .help = "Below it: reactive"});
    f.field("cooldown", cooldown, {.min = 0, .max = 86400, .help = "No scale-down for this long"});
    f.field("stale_after", stale_after, {.min = 1, .max = 86400, .help = "Older is stale"});
    f.field("fallback_max", fallback_max,
            {.min = 0, .max = 86400, .help = "How long a forecast stands in for samples"});
    f.field("lead_time", lead_time, {.min = 0, .max = 86400, .help = "As the operator states it"});
    f.section("up", up, "Limits on growing");
    f.section("down", down, "Limits on shrinking");
    f.field("mode", mode, {.choices = modes, .help = "How far decisions go by themselves"});
    f.list("hours", hours, "When other bounds hold");
    f.list("freezes", freezes, "When its size does not move");
    f.field("changes_per_day", changes_per_day,
            {.min = 0, .max = 100000, .help = "Flap budget; 0: none"});
    f.field("reversals_per_day", reversals_per_day,
            {.min = 0, .max = 100000, .help = "Flap budget; 0: none"});
    f.field("budget_per_day", budget_per_day,
            {.min = 0, .max = 1e12, .help = "Replica-hours of a day; 0: none"});
    f.field("budget_per_month", budget_per_month,
            {.min = 0, .max = 1e12, .help = "Replica-hours of a month; 0: none"});
    f.field("when_reached", when_reached,
            {.choices = {"warn", "no_growth", "least"}, .help = "What happens once it is spent"});
    f.field("external_change_hold", external_change_hold,
            {.min = 0, .max = 86400, .help = "How long a size set by others is left alone"});
    f.field("instance_types", instance_types,
            {.min = 0,
             .max = static_cast<double>(instance_catalogue().size()),
             .help = "Kinds of instances to choose from; 0: one kind, as replicas are"});
    f.field("spot_share_max", spot_share_max, {.min = 0, .max = 1, .help = "Of the capacity"});
    f.section("traffic", traffic, "Its demand");
    f.list("signals", signals, "Its further demands");
}

const std::vector<InstanceType>& instance_catalogue() {
    static const std::vector<InstanceType> all{{.name = "small", .weight = 1.0, .price_hour = 1.0},
                                               {.name = "spot",
                                                .weight = 1.5,
                                                .price_hour = 0.5,
                                                .spot = true,
                                                .interruptions_per_hour = 0.02},
                                               {.name = "large", .weight = 4.0, .price_hour = 3.6}};
    return all;
}

namespace {

ScheduledBounds scheduled(const HoursPlan& hours) {
    ScheduledBounds bounds{.when = {},
                           .replicas_min = Replicas(static_cast<int>(hours.replicas_min)),
                           .replicas_max = Replicas(static_cast<int>(hours.replicas_max)),
                           .text = hours.name};
    const auto from = static_cast<int>(hours.from / std::chrono::minutes(1));
    const auto to = static_cast<int>(hours.to / std::chrono::minutes(1));
    const int lasts = to > from ? to - from : to - from + WeekSpan::day_minutes;
    for (int begin = from; begin < WeekSpan::week_minutes; begin += WeekSpan::day_minutes)
        bounds.when.push_back({begin, begin + lasts});
    return bounds;
}

}  // namespace

Result<Service> ServicePlan::service(Timestamp begin) const {
    Service out;
    out.id = ServiceId(name);
    TRY(out.zone, load_zone(zone));
    out.metric_kind = metric == "counter" ? MetricKind::counter : MetricKind::gauge;
    set_steps(out, step);
    out.capacity_per_replica = Demand(capacity);
    ScalingPolicy& policy = out.policy;
    TRY(policy.mode, parse_mode(mode));
    policy.replicas_min = Replicas(static_cast<int>(replicas_min));
    policy.replicas_max = Replicas(static_cast<int>(replicas_max));
    policy.prices.unserved_unit = unserved_price;
    policy.prices.change_replica_hours = change_replica_hours;
    policy.quantile = quantile;
    policy.headroom = headroom;
    policy.target_utilization = target_utilization;
    policy.tolerance = tolerance;
    policy.scale_up = up.rules(scale_up_default());
    policy.scale_down = down.rules(scale_down_default());
    policy.cooldown = cooldown;
    policy.confidence_min = confidence_min;
    policy.stale_after = stale_after;
    policy.forecast_fallback_max = fallback_max;
    policy.lead_time = lead_time;
    for (const auto& one : hours) policy.schedule.push_back(scheduled(one));
    for (const auto& freeze : freezes) {
        TRY(const auto direction, parse_direction(freeze.direction));
        policy.freezes.push_back(
            {.name = freeze.name,
             .weekly = {},
             .dated = DatedSpan{begin + freeze.at, begin + freeze.at + freeze.lasts},
             .direction = direction,
             .floor_passes = freeze.floor_passes});
    }
    policy.flap_budget = {.changes_per_day = static_cast<int>(changes_per_day),
                          .reversals_per_day = static_cast<int>(reversals_per_day)};
    TRY(const WhenReached when, parse_when_reached(when_reached));
    policy.budget = {
        .per_day = budget_per_day, .per_month = budget_per_month, .when_reached = when};
    policy.external_change_hold = external_change_hold;
    const auto& catalogue = instance_catalogue();
    policy.instance_types.assign(catalogue.begin(), catalogue.begin() + instance_types);
    policy.spot_share_max = spot_share_max;
    for (const auto& signal : signals)
        out.signals.push_back({.name = signal.name,
                               .metric_kind = MetricKind::gauge,
                               .sample_step = step,
                               .capacity_per_replica = Demand(signal.capacity)});
    return out;
}

void Fault::describe(config::Fields& f) {
    f.field("kind", kind,
            {.choices = {"answer_lost",      "call_lost",      "clock_jump",
                         "counter_reset",    "kill",           "other_size",
                         "replicas_lost",    "samples_absent", "samples_ahead",
                         "samples_huge",     "samples_late",   "samples_nan",
                         "samples_negative", "samples_null",   "samples_twice",
                         "somebody_scales",  "source_away",    "stop",
                         "store_away",       "target_refuses", "target_silent"},
             .help = "What goes wrong"});
    f.field("service", service, {.help = "Of which service, or signal like a/queue; empty: all"});
    f.field("at", at, {.min = -year_s, .max = year_s, .help = "When, after the start"});
    f.field("lasts", lasts, {.min = 0, .max = year_s, .help = "How long"});
    f.field("share", share, {.min = 0, .max = 1, .help = "Of samples or calls"});
    f.field("delay", delay, {.min = 0, .max = 86400, .help = "Late or ahead by this much"});
    f.field("size", size, {.min = 0, .max = 1000, .help = "How many replicas"});
    f.field("where", where,
            {.choices = {"after", "before_write", "after_write", "before_apply", "after_apply"},
             .help = "kill: after the turn, or around the next write or call of the target"});
}

void EventPlan::describe(config::Fields& f) {
    f.field("id", id, {.help = "Its id"});
    f.field("service", service, {.help = "Of which service; empty: all"});
    f.field("known", known, {.min = 0, .max = year_s, .help = "When Forescale is told"});
    f.field("at", at, {.min = 0, .max = year_s, .help = "When it begins"});
    f.field("lasts", lasts, {.min = 60, .max = year_s, .help = "How long"});
    f.field("uplift", uplift, {.min = 0, .max = 100, .help = "What is stated"});
    f.field("factor", factor, {.min = 0, .max = 100, .help = "What demand really does"});
    f.field("cancelled", cancelled,
            {.min = -0.001, .max = year_s, .help = "When it is cancelled; -1ms: never"});
}

void ControlPlan::describe(config::Fields& f) {
    f.field("kind", kind,
            {.choices = {"approve", "mode", "pause", "resume"},
             .help = "approve: whatever is proposed then"});
    f.field("service", service, {.required = true, .help = "Of which service"});
    f.field("at", at, {.min = 0, .max = year_s, .help = "When it is asked for"});
    f.field("lasts", lasts, {.min = 1, .max = year_s, .help = "How long it is in force"});
    f.field("direction", direction, {.choices = {"up", "down", "both"}, .help = "Of sizes"});
    f.field("mode", mode, {.choices = modes, .help = "The mode to take"});
}

void WorldPlan::describe(config::Fields& f) {
    f.field("seed", seed, {.help = "Of noise, and of what is picked"});
    f.field("start", start, {.help = "First moment"});
    f.check(parse_timestamp(start).has_value(), "start", "is no time");
    f.field("history", history, {.min = 0, .max = year_s, .help = "Samples from before"});
    f.field("length", length, {.min = 1, .max = year_s, .help = "How long it lasts"});
    f.field("turn", turn, {.min = 1, .max = 86400, .help = "Between two turns"});
    f.field("store", store, {.choices = {"file", "memory"}, .help = "Where the database is"});
    f.field("gathers", gathers, {.help = "Turns that ask for nothing are stored with a later one"});
    f.field("one_source", one_source, {.help = "One source for all services, or one each"});
    f.field("removal_max", removal_max,
            {.min = 0, .max = 1, .help = "Share of the fleet that may go within removal_window"});
    f.field("removal_window", removal_window, {.min = 1, .max = 86400, .help = "The window"});
    f.field("checkpoint", checkpoint, {.min = 60, .max = year_s, .help = "Between two"});
    f.field("lateness", lateness, {.min = 0, .max = 3600, .help = "How long windows wait"});
    f.section("target", target, "The simulated provider");
    f.section("executor", executor, "How operations are tried");
    f.list("services", services, "The fleet");
    f.list("faults", faults, "What goes wrong");
    f.list("events", events, "What is known in advance");
    f.list("controls", controls, "What people ask for");
}

Timestamp WorldPlan::begin() const {
    const auto parsed = parse_timestamp(start);
    ASSERT(parsed.has_value());
    return *parsed;
}

const ServicePlan& WorldPlan::service(const std::string& name) const {
    const auto found = std::ranges::find(services, series_name(name).service, &ServicePlan::name);
    ASSERT(found != services.end());
    return *found;
}

SeriesName series_name(const std::string& series) {
    const auto slash = series.find('/');
    if (slash == std::string::npos) return {.service = series, .signal = {}};
    return {.service = series.substr(0, slash), .signal = series.substr(slash + 1)};
}

Result<WorldPlan> parse_plan(const std::string& path, const std::string& text) {
    WorldPlan plan;
    const auto problems = config::read(plan, path, text);
    if (!problems.empty()) return fail(Errc::invalid_argument, "{}", fmt::join(problems, "\n"));
    if (auto checked = check_names(plan); !checked)
        return fail(Errc::invalid_argument, "{}: {}", path, checked.error().message);
    return plan;
}

}  // namespace forescale::worlds
