#include "app/constraints_config.h"

#include <algorithm>

namespace forescale {
namespace {

constexpr Duration freeze_max = day * 31;
constexpr Duration endless_span = day * 36'500;
constexpr int week_left_min = 60;  // minutes

template <class... Args>
std::unexpected<Error> wrong(fmt::format_string<Args...> text, Args&&... args) {
    return std::unexpected(
        Error{Errc::invalid_argument, fmt::format(text, std::forward<Args>(args)...)});
}

Replicas replicas(std::int64_t count) {
    return Replicas(static_cast<int>(count));
}

bool is_dated(std::string_view from) {
    return from.size() >= 10 && from[4] == '-';
}

std::string text_of(const ScheduleConfig& entry) {
    return fmt::format("{}{}{}-{}", fmt::join(entry.days, ", "), entry.days.empty() ? "" : " ",
                       entry.from, entry.to);
}

Result<ScheduledBounds> bounds_of(const ScheduleConfig& entry, const ScalingPolicy& policy) {
    ScheduledBounds out{.when = {}, .replicas_min = {}, .replicas_max = {}, .text = text_of(entry)};
    auto when = parse_week_spans(entry.days, entry.from, entry.to);
    if (!when) return std::unexpected(when.error());
    out.when = *std::move(when);
    out.replicas_min = entry.replicas_min > 0 ? replicas(entry.replicas_min) : policy.replicas_min;
    out.replicas_max = entry.replicas_max > 0 ? replicas(entry.replicas_max) : policy.replicas_max;
    if (out.replicas_min > out.replicas_max)
        return wrong(
            "its replicas_min {} is above its replicas_max {}; lower the one or raise the "
            "other",
            out.replicas_min.value(), out.replicas_max.value());
    if (out.replicas_min < policy.replicas_min)
        return wrong("its replicas_min {} is below that of the policy, {}; lower that one",
                     out.replicas_min.value(), policy.replicas_min.value());
    if (out.replicas_max > policy.replicas_max)
        return wrong("its replicas_max {} is above that of the policy, {}; raise that one",
                     out.replicas_max.value(), policy.replicas_max.value());
    return out;
}

bool overlap(const std::vector<WeekSpan>& a, const std::vector<WeekSpan>& b) {
    return std::ranges::any_of(a, [&](const WeekSpan& one) {
        return std::ranges::any_of(b, [&](const WeekSpan& other) { return one.overlaps(other); });
    });
}

Result<void> put_schedule(const std::vector<ScheduleConfig>& entries, ScalingPolicy& policy) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
        auto bounds = bounds_of(entries[i], policy);
        if (!bounds) return wrong("policy.schedule[{}]: {}", i, bounds.error().message);
        for (std::size_t j = 0; j < i; ++j)
            if (overlap(policy.schedule[j].when, bounds->when))
                return wrong(
                    "policy.schedule[{}] {} overlaps with [{}] {}; end one where the "
                    "other begins",
                    i, bounds->text, j, policy.schedule[j].text);
        policy.schedule.push_back(*std::move(bounds));
    }
    return {};
}

Result<void> put_minimum(const MinimumConfig& entry, ScalingPolicy& policy, const Zone& zone) {
    auto when = parse_dated_span(zone, entry.from, entry.to);
    if (!when) return std::unexpected(when.error());
    const Replicas asked = replicas(entry.replicas);
    if (asked > policy.replicas_max)
        return wrong("its {} replicas are above replicas_max {}; raise that one", entry.replicas,
                     policy.replicas_max.value());
    if (asked < policy.replicas_min)
        return wrong("its {} replicas are below replicas_min {} and would change nothing",
                     entry.replicas, policy.replicas_min.value());
    policy.minimums.push_back(
        {.name = entry.name, .when = *when, .ramp = entry.ramp, .replicas = asked});
    return {};
}

/// No end, or one that is further away than a month, must be said to be meant.
Result<void> put_dated(const FreezeConfig& entry, Freeze& freeze, const Zone& zone) {
    if (entry.to.empty() && !entry.endless)
        return wrong("it has no end; give it a `to`, or say `endless: true`");
    const std::string far = "9999-01-01";
    TRY(DatedSpan when, parse_dated_span(zone, entry.from, entry.to.empty() ? far : entry.to));
    if (entry.to.empty()) when.to = when.from + endless_span;
    if (when.to - when.from > freeze_max && !entry.endless)
        return wrong("it lasts {} days, more than {}; let it end sooner, or say `endless: true`",
                     (when.to - when.from) / day, freeze_max / day);
    freeze.dated = when;
    return {};
}

Result<void> put_freeze(const FreezeConfig& entry, ScalingPolicy& policy, const Zone& zone) {
    Freeze freeze{.name = entry.name,
                  .weekly = {},
                  .dated = std::nullopt,
                  .direction = parse_direction(entry.direction).value_or(Direction::both),
                  .floor_passes = entry.floor_passes};
    if (is_dated(entry.from)) {
        if (!entry.days.empty())
            return wrong("it has a date and days of the week; leave one of them out");
        TRY_VOID(put_dated(entry, freeze, zone));
    } else {
        TRY(freeze.weekly, parse_week_spans(entry.days, entry.from, entry.to));
    }
    policy.freezes.push_back(std::move(freeze));
    return {};
}

/// The dated freezes of a direction that are not meant to be endless, joined where one follows the
/// other without a hole.
std::vector<DatedSpan> joined_dates(const std::vector<FreezeConfig>& entries,
                                    const std::vector<Freeze>& freezes, bool up) {
    std::vector<DatedSpan> all;
    for (std::size_t i = 0; i < entries.size(); ++i)
        if (freezes[i].dated && covers(freezes[i].direction, up) && !entries[i].endless)
            all.push_back(*freezes[i].dated);
    std::ranges::sort(all, {}, &DatedSpan::from);
    for (std::size_t i = 1; i < all.size(); ++i)
        if (all[i].from <= all[i - 1].to)
            all[i] = {all[i - 1].from, std::max(all[i].to, all[i - 1].to)};
    return all;
}

/// Dated freezes that follow each other without a hole are one, whatever each of them says alone.
Result<void> check_dates(const std::vector<FreezeConfig>& entries, const ScalingPolicy& policy) {
    for (const bool up : {true, false})
        for (const DatedSpan& span : joined_dates(entries, policy.freezes, up))
            if (span.to - span.from > freeze_max)
                return wrong(
                    "policy.freezes: one after the other they leave no time to {} for {} days "
                    "from {} on, more than {}; leave some, or say `endless: true`",
                    up ? "grow" : "shrink", (span.to - span.from) / day,
                    format_timestamp(span.from), freeze_max / day);
    return {};
}

/// Freezes that cover the whole week together never end, whatever each of them says alone; an hour
/// of a week is no time to scale in either.
Result<void> check_weeks(const std::vector<FreezeConfig>& entries, const ScalingPolicy& policy) {
    for (const bool up : {true, false}) {
        std::vector<WeekSpan> all;
        for (std::size_t i = 0; i < entries.size(); ++i)
            if (covers(policy.freezes[i].direction, up) && !entries[i].endless)
                std::ranges::copy(policy.freezes[i].weekly, std::back_inserter(all));
        if (!all.empty() && minutes_left(all) < week_left_min)
            return wrong(
                "policy.freezes: together they leave {} min of the week in which the size may {}; "
                "leave {}, or say `endless: true`",
                minutes_left(all), up ? "grow" : "shrink", week_left_min);
    }
    return {};
}

/// What replicas_min alone costs in so many days is never saved.
Result<void> check_affordable(std::string_view option, double limit, int days,
                              const ScalingPolicy& policy) {
    const double least = policy.replicas_min.value() * policy.prices.replica_hour * 24.0 * days;
    if (!(limit > 0.0) || limit >= least) return {};
    return wrong(
        "policy.budget.{} {} is less than what replicas_min {} costs, {:.6g} {}; raise it, or "
        "lower replicas_min",
        option, limit, policy.replicas_min.value(), least, policy.prices.currency);
}

Result<void> put_budget(const BudgetConfig& entry, ScalingPolicy& policy) {
    TRY(const WhenReached when_reached, parse_when_reached(entry.when_reached));
    policy.budget = {.per_day = entry.per_day,
                     .per_month = entry.per_month,
                     .warn_at = entry.warn_at,
                     .when_reached = when_reached};
    const Budget& budget = policy.budget;
    if (!budget.is_set() && budget.when_reached != WhenReached::warn)
        return wrong(
            "policy.budget.when_reached is {}, and there is no budget; state per_day or "
            "per_month",
            entry.when_reached);
    if (!budget.is_set()) return {};
    if (policy.prices.currency.empty())
        return wrong(
            "policy.budget is money, and policy.cost names no currency; state "
            "policy.cost.currency, and policy.cost.replica_hour in it");
    if (budget.per_day > 0.0 && budget.per_month > 0.0 && budget.per_month < budget.per_day)
        return wrong("policy.budget.per_month {} is less than per_day {}; swap them",
                     budget.per_month, budget.per_day);
    constexpr int shortest_month = 28;
    TRY_VOID(check_affordable("per_day", budget.per_day, 1, policy));
    return check_affordable("per_month", budget.per_month, shortest_month, policy);
}

Result<void> put_at_max(const AtMaxConfig& at_max, ScalingPolicy& policy) {
    policy.at_max = at_max.behavior == "increase" ? AtMax::increase : AtMax::honor;
    policy.max_buffer = at_max.buffer;
    policy.replicas_hard_max = replicas(at_max.replicas_hard_max);
    policy.quota = replicas(at_max.quota);
    if (policy.at_max == AtMax::increase && policy.replicas_hard_max <= policy.replicas_max)
        return wrong(
            "policy.at_max: behavior increase needs a replicas_hard_max above "
            "replicas_max {}, not {}; it is what bounds the bill",
            policy.replicas_max.value(), at_max.replicas_hard_max);
    return {};
}

template <class Entry, class Put>
Result<void> put_each(const char* list, const std::vector<Entry>& entries, Put put) {
    for (std::size_t i = 0; i < entries.size(); ++i)
        if (auto done = put(entries[i]); !done)
            return wrong("policy.{}[{}] '{}': {}", list, i, entries[i].name, done.error().message);
    return {};
}

}  // namespace

void ScheduleConfig::describe(config::Fields& f) {
    f.field("days", days,
            {.choices = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
             .help = "Days on which it begins; none: every day"});
    f.field("from", from,
            {.help = "Wall-clock time in the service's zone: 08:00; without days also a time of "
                     "the week: Fri 18:00"});
    f.field("to", to,
            {.help = "20:00, or Mon 08:00; not after `from`: on the next day; 24:00 ends a day"});
    f.field("replicas_min", replicas_min,
            {.unit = "replicas",
             .min = 0,
             .max = 100000,
             .help = "Never fewer than this then; it is asked for a lead time early; 0: that of "
                     "the policy"});
    f.field("replicas_max", replicas_max,
            {.unit = "replicas",
             .min = 0,
             .max = 100000,
             .help = "Never more than this then; 0: that of the policy"});
}

void MinimumConfig::describe(config::Fields& f) {
    f.field("name", name, {.required = true, .help = "What it is for, as decisions name it"});
    f.field("from", from,
            {.required = true,
             .help = "Wall-clock time in the service's zone: 2026-12-24 18:00 or 2026-12-24"});
    f.field("to", to, {.required = true, .help = "The same; not part of it"});
    f.field("ramp", ramp,
            {.min = 0,
             .max = 604800,
             .help = "It is reached in small steps over this long before, and left in the same way "
                     "after"});
    f.field("replicas", replicas,
            {.unit = "replicas",
             .min = 1,
             .max = 100000,
             .help = "Never fewer than this then; they are asked for a lead time early"});
}

void FreezeConfig::describe(config::Fields& f) {
    f.field("name", name, {.required = true, .help = "What it is for, as decisions name it"});
    f.field("days", days,
            {.choices = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
             .help = "Of a weekly freeze: days on which it begins; none: every day"});
    f.field("from", from,
            {.required = true,
             .help = "Wall-clock time in the service's zone: 2026-12-20 18:00 or 2026-12-20 of a "
                     "dated freeze; 18:00, or Fri 18:00 without days, of a weekly one"});
    f.field("to", to, {.help = "The same; not part of it"});
    f.field("direction", direction,
            {.choices = {"up", "down", "both"}, .help = "Which way sizes do not move"});
    f.field("floor_passes", floor_passes,
            {.help = "Whether what the measured load needs is added all the same"});
    f.field("endless", endless,
            {.help = "Said of a freeze that is meant to have no end, to last longer than 31 days, "
                     "or to leave less than an hour of the week"});
}

void FlapBudgetConfig::describe(config::Fields& f) {
    f.field("changes_per_day", changes_per_day,
            {.min = 0,
             .max = 500,
             .help = "Changes of the size in any 24 h; after that it only grows, as the measured "
                     "load or the planned demand need it; 0: as many as it likes"});
    f.field("reversals_per_day", reversals_per_day,
            {.min = 0,
             .max = 500,
             .help = "The same for changes against the one before within 30 min"});
}

void BudgetConfig::describe(config::Fields& f) {
    f.field("per_day", per_day,
            {.min = 0,
             .max = 1e12,
             .help = "What the replicas may cost on a day of the service's zone, in "
                     "policy.cost.currency; 0: no limit"});
    f.field("per_month", per_month,
            {.min = 0,
             .max = 1e12,
             .help = "What they may cost in a calendar month there; 0: no limit"});
    f.field("warn_at", warn_at,
            {.min = 0.01,
             .max = 1,
             .help = "Share of either limit that raises an alert when it is spent"});
    f.field("when_reached", when_reached,
            {.choices = {"warn", "no_growth", "least"},
             .help = "warn: only say it; no_growth: forecasts add nothing, what the measured load "
                     "needs is added; least: only what the measured load needs, and replicas_min, "
                     "is kept"});
}

void AtMaxConfig::describe(config::Fields& f) {
    f.field("behavior", behavior,
            {.choices = {"honor", "increase"},
             .help = "honor (AWS: MaxCapacityBreachBehavior HonorMaxCapacity): replicas_max holds; "
                     "increase (IncreaseMaxCapacity): it gives way to what demand needs"});
    f.field("buffer", buffer,
            {.min = 0,
             .max = 1,
             .help = "increase: share of what demand needs that may come on top (AWS: "
                     "MaxCapacityBuffer, there in percent)"});
    f.field(
        "replicas_hard_max", replicas_hard_max,
        {.unit = "replicas", .min = 0, .max = 100000, .help = "increase: never more than this"});
    f.field("quota", quota,
            {.unit = "replicas",
             .min = 0,
             .max = 100000,
             .help = "What the provider grants: a forecast beyond it raises an alert in time to "
                     "ask for more; 0: not known"});
}

void CallerConfig::describe(config::Fields& f) {
    f.field("service", service, {.required = true, .help = "A service that calls this one"});
    f.field("demand_per_call", demand_per_call,
            {.min = 1e-12,
             .max = 1e12,
             .help = "Demand on this service per unit of the caller's demand"});
}

void FleetConfig::describe(config::Fields& f) {
    f.field("removal_max", removal_max,
            {.min = 0.001,
             .max = 1,
             .help = "Share of all replicas of the fleet that may be given back within the window, "
                     "by all services together; 1: no limit"});
    f.field("removal_window", removal_window,
            {.min = 60, .max = 86400, .help = "How long a removal counts"});
}

FleetLimit FleetConfig::limit() const {
    return {.removal_max = removal_max, .window = removal_window};
}

void ConstraintsConfig::describe(config::Fields& f) {
    f.list("schedule", schedule, "Other bounds at some times of the week (AHPA: instanceBounds)");
    f.list("minimums", minimums, "A minimum for one dated span, with a ramp");
    f.list("freezes", freezes, "Times at which sizes do not change; dated, or every week");
    f.section("flap_budget", flap_budget, "How often the size may change");
    f.section("budget", budget, "What its replicas may cost");
    f.section("at_max", at_max, "What happens when more than replicas_max is needed");
    f.field("external_change_hold", external_change_hold,
            {.min = 0,
             .max = 86400,
             .help = "In mode automatic, a size that somebody else set is not undone for this "
                     "long: nothing goes "
                     "below what they added, and of what they removed only what the measured load "
                     "needs comes back"});
}

Result<void> ConstraintsConfig::into(ScalingPolicy& policy, const Zone& zone) const {
    TRY_VOID(put_schedule(schedule, policy));
    TRY_VOID(put_each("minimums", minimums,
                      [&](const auto& entry) { return put_minimum(entry, policy, zone); }));
    TRY_VOID(put_each("freezes", freezes,
                      [&](const auto& entry) { return put_freeze(entry, policy, zone); }));
    TRY_VOID(check_weeks(freezes, policy));
    TRY_VOID(check_dates(freezes, policy));
    TRY_VOID(put_at_max(at_max, policy));
    policy.flap_budget = {.changes_per_day = static_cast<int>(flap_budget.changes_per_day),
                          .reversals_per_day = static_cast<int>(flap_budget.reversals_per_day)};
    policy.external_change_hold = external_change_hold;
    return put_budget(budget, policy);
}

}  // namespace forescale
