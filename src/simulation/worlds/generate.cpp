#include "simulation/worlds/generate.h"

#include "base/hash.h"
#include "base/rng.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>

namespace forescale::worlds {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// Draws of a world's making, in the order in which they are asked for.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : rng_(seed) {}

    bool chance(double share) { return rng_.uniform() < share; }
    double between(double low, double high) { return low + (high - low) * rng_.uniform(); }
    /// Each power of ten is as likely as another.
    double scale(double low, double high) {
        return std::exp(between(std::log(low), std::log(high)));
    }
    std::int64_t whole(std::int64_t low, std::int64_t high) {
        return low +
               static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(high - low + 1)));
    }
    template <class T>
    T of(std::initializer_list<T> all) {
        return *(all.begin() + whole(0, static_cast<std::int64_t>(all.size()) - 1));
    }
    /// A whole number of seconds, so that a plan's text says it exactly.
    Duration time(Duration low, Duration high) {
        return seconds(whole(low / seconds(1), high / seconds(1)));
    }
    /// Three digits are enough for whoever reads them.
    double digits(double value) {
        const double unit = std::pow(10.0, std::floor(std::log10(value)) - 2.0);
        return std::round(value / unit) * unit;
    }

private:
    Rng rng_;
};

Swing random_swing(Dice& dice, const WorldPlan& plan) {
    Swing swing;
    swing.kind = dice.of<const char*>({"jump", "jump", "ramp", "spike", "spike", "zero"});
    swing.at = dice.time(-plan.history, plan.length);
    swing.lasts = dice.time(minutes(1), hours(2));
    swing.factor = dice.digits(dice.scale(0.05, 30.0));
    return swing;
}

RatePlan random_rate(Dice& dice) {
    RatePlan rate;
    rate.type = dice.of<const char*>({"Pods", "Percent"});
    rate.value = rate.type == "Pods" ? dice.whole(1, 10) : dice.of<std::int64_t>({5, 10, 25, 50});
    rate.period = dice.of<Duration>({seconds(15), minutes(1), minutes(5), minutes(15)});
    return rate;
}

DirectionPlan random_direction(Dice& dice, DirectionPlan usual) {
    if (dice.chance(0.5)) return usual;
    usual.stabilization =
        dice.of<Duration>({seconds(0), minutes(1), minutes(5), minutes(15), minutes(30)});
    usual.select = dice.of<const char*>({"Max", "Max", "Max", "Min", "Min", "Disabled"});
    for (auto left = dice.whole(0, 2); left > 0; --left)
        usual.policies.push_back(random_rate(dice));
    return usual;
}

void choose_policy(Dice& dice, ServicePlan& service) {
    service.replicas_min = dice.whole(0, 5);
    service.replicas_max = service.replicas_min + dice.whole(1, 60);
    if (dice.chance(0.3)) service.unserved_price = dice.digits(dice.scale(1e-9, 10.0));
    if (dice.chance(0.3)) service.change_replica_hours = dice.of({0.0, 0.1, 10.0});
    if (dice.chance(0.5)) service.quantile = dice.of({0.5, 0.8, 0.9, 0.95, 0.999});
    if (dice.chance(0.5)) service.headroom = dice.of({0.0, 0.05, 0.3, 1.0});
    if (dice.chance(0.3)) service.target_utilization = dice.of({0.3, 0.5, 0.9, 1.0});
    if (dice.chance(0.3)) service.tolerance = dice.of({0.0, 0.05, 0.2, 0.5});
    if (dice.chance(0.3)) service.confidence_min = dice.of({0.0, 0.5, 0.9, 1.0});
    if (dice.chance(0.3))
        service.cooldown = dice.of<Duration>({minutes(1), minutes(10), minutes(30)});
    if (dice.chance(0.3))
        service.stale_after = dice.of<Duration>({minutes(1), minutes(2), minutes(15)});
    if (dice.chance(0.3))
        service.fallback_max = dice.of<Duration>({minutes(0), minutes(10), hours(2)});
    service.lead_time = dice.of<Duration>({seconds(30), minutes(1), minutes(5), minutes(15)});
    service.up = random_direction(dice, service.up);
    service.down = random_direction(dice, service.down);
}

void choose_calm(Dice& dice, const WorldPlan& plan, ServicePlan& service) {
    if (dice.chance(0.2)) service.changes_per_day = dice.whole(1, 12);
    if (dice.chance(0.2)) service.reversals_per_day = dice.whole(1, 3);
    if (dice.chance(0.3)) service.external_change_hold = dice.of<Duration>({minutes(0), hours(1)});
    if (!dice.chance(0.3)) return;
    FreezePlan freeze;
    freeze.at = dice.time(seconds(0), plan.length);
    freeze.lasts = dice.time(minutes(5), hours(3));
    freeze.direction = dice.of<const char*>({"up", "down", "both", "both"});
    freeze.floor_passes = dice.chance(0.6);
    service.freezes.push_back(freeze);
}

/// Drawn by itself, so that the rest of a seed's world is what it is without it: what some of the
/// fleet costs for some of the world's length.
void choose_budget(Dice& dice, const WorldPlan& plan, ServicePlan& service) {
    if (!dice.chance(0.3)) return;
    const double all = static_cast<double>(service.replicas_max) * in_seconds(plan.length) / 3600.0;
    const double limit = dice.digits(all * dice.scale(0.02, 1.5));
    if (dice.chance(0.7)) service.budget_per_day = limit;
    if (dice.chance(0.5)) service.budget_per_month = std::max(service.budget_per_day, limit);
    service.when_reached = dice.of<const char*>({"warn", "no_growth", "no_growth", "least"});
}

void choose_traffic(Dice& dice, const WorldPlan& plan, ServicePlan& service) {
    Traffic& traffic = service.traffic;
    const double replicas = dice.between(0.5, 1.2 * static_cast<double>(service.replicas_max));
    service.capacity = dice.digits(dice.scale(1e-3, 1e6));
    traffic.base = dice.digits(service.capacity * replicas);
    traffic.daily = dice.of({0.0, 0.2, 0.5, 0.9});
    traffic.peak = hours(dice.whole(0, 23));
    traffic.noise = dice.of({0.0, 0.02, 0.1, 0.5});
    for (auto left = dice.whole(0, 2); left > 0; --left)
        traffic.swings.push_back(random_swing(dice, plan));
}

ServicePlan random_service(Dice& dice, const WorldPlan& plan, std::size_t index, Duration step) {
    ServicePlan service;
    service.name = std::string(1, static_cast<char>('a' + index));
    if (dice.chance(0.15)) service.mode = dice.of<const char*>({"observe", "recommend", "approve"});
    service.metric = dice.chance(0.25) ? "counter" : "gauge";
    service.step = step;
    service.zone = dice.of<const char*>(
        {"UTC", "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"});
    choose_policy(dice, service);
    choose_calm(dice, plan, service);
    choose_traffic(dice, plan, service);
    return service;
}

/// What goes wrong with samples, as often as everything else together.
std::string random_kind(Dice& dice) {
    if (dice.chance(0.45))
        return dice.of<const char*>({"counter_reset", "samples_absent", "samples_absent",
                                     "samples_ahead", "samples_huge", "samples_late", "samples_nan",
                                     "samples_negative", "samples_null", "samples_twice"});
    return dice.of<const char*>({"answer_lost", "call_lost", "clock_jump", "other_size",
                                 "replicas_lost", "somebody_scales", "source_away", "store_away",
                                 "target_refuses", "target_silent"});
}

Fault random_fault(Dice& dice, const WorldPlan& plan, Duration until) {
    Fault fault;
    fault.kind = random_kind(dice);
    fault.at = dice.time(seconds(0), until);
    const Duration longest = std::max<Duration>(minutes(90), plan.length / 4);
    fault.lasts = std::min(dice.time(minutes(1), longest), until - fault.at + minutes(1));
    if (dice.chance(0.4)) fault.share = dice.of({0.1, 0.3, 0.5, 0.9});
    if (fault.kind == "samples_late" || fault.kind == "samples_ahead")
        fault.delay = dice.time(seconds(10), minutes(20));
    if (fault.kind == "somebody_scales" || fault.kind == "replicas_lost" ||
        fault.kind == "other_size")
        fault.size = dice.whole(0, 12);
    const bool of_all = fault.kind == "clock_jump" || fault.kind == "store_away";
    if (!of_all && dice.chance(0.6))
        fault.service =
            plan.services[static_cast<std::size_t>(dice.whole(0, std::ssize(plan.services) - 1))]
                .name;
    return fault;
}

/// Deaths of two kinds of worlds: in one, nobody may notice them; in the other the process dies in
/// the middle of a turn and stays away for a while.
void add_deaths(Dice& dice, WorldPlan& plan, Duration until) {
    const bool clean = dice.chance(0.5);
    if (clean) plan.gathers = false;
    for (auto left = dice.whole(1, 3); left > 0; --left) {
        Fault death;
        death.kind = dice.chance(0.7) ? "kill" : "stop";
        death.at = dice.time(minutes(1), until);
        if (!clean) {
            death.where = dice.of<const char*>(
                {"after", "before_write", "after_write", "before_apply", "after_apply"});
            if (dice.chance(0.5)) death.lasts = dice.time(seconds(30), minutes(40));
        }
        plan.faults.push_back(death);
    }
}

EventPlan random_event(Dice& dice, const WorldPlan& plan, std::size_t index) {
    EventPlan event;
    event.id = fmt::format("event-{}", index);
    if (dice.chance(0.5)) event.service = plan.services.front().name;
    event.at = dice.time(minutes(5), plan.length);
    event.known = dice.time(seconds(30), event.at);
    event.lasts = dice.time(minutes(10), hours(3));
    event.uplift = dice.of({0.0, 0.3, 1.0, 5.0});
    event.factor = dice.of({0.5, 1.0, 1.5, 3.0});
    if (dice.chance(0.2)) event.cancelled = dice.time(event.known, plan.length);
    return event;
}

ControlPlan random_control(Dice& dice, const WorldPlan& plan) {
    ControlPlan control;
    control.kind = dice.of<const char*>({"approve", "approve", "mode", "pause", "pause", "resume"});
    control.service =
        plan.services[static_cast<std::size_t>(dice.whole(0, std::ssize(plan.services) - 1))].name;
    control.at = dice.time(seconds(30), plan.length);
    control.lasts = dice.time(minutes(1), hours(2));
    control.direction = dice.of<const char*>({"up", "down", "both"});
    control.mode = dice.of<const char*>({"observe", "recommend", "approve", "automatic"});
    return control;
}

void choose_target(Dice& dice, WorldPlan& plan) {
    SimulatedTargetSettings& target = plan.target;
    target.seed = dice.whole(1, 1000);
    target.replicas_initial = dice.whole(0, 20);
    target.lead_time = dice.of<Duration>({seconds(0), seconds(40), minutes(3), minutes(10)});
    if (dice.chance(0.5)) target.lead_time_jitter = dice.of({0.1, 0.5, 1.0});
    if (dice.chance(0.3)) target.failure_rate = dice.of({0.1, 0.3});
    if (dice.chance(0.2)) target.refuse_rate = dice.of({0.1, 0.5});
    if (dice.chance(0.3)) target.partial_rate = dice.of({0.1, 0.5});
}

struct Scale {
    std::int64_t services = 1;
    Duration step{0};
    std::int64_t turns = 300;
    Duration history{0};
};

/// How large a world is: a few services closely looked at, a small fleet, or one with a past.
Scale random_scale(Dice& dice) {
    const double kind = dice.between(0.0, 1.0);
    if (kind < 0.5)
        return {.services = dice.whole(1, 3),
                .step = dice.of<Duration>({seconds(30), minutes(1), minutes(2), minutes(5)}),
                .turns = dice.whole(60, 300)};
    if (kind < 0.65)
        return {.services = dice.whole(4, 12),
                .step = dice.of<Duration>({minutes(1), minutes(5)}),
                .turns = dice.whole(40, 100)};
    if (kind < 0.85)
        return {.services = dice.whole(1, 2),
                .step = dice.of<Duration>({minutes(5), minutes(10)}),
                .turns = dice.whole(60, 200),
                .history = hours(dice.whole(25, 50))};
    return {.services = dice.whole(1, 2),
            .step = dice.of<Duration>({minutes(15), minutes(30), hours(1)}),
            .turns = dice.whole(60, 150),
            .history = hours(24 * dice.whole(1, 5))};
}

/// Draws of their own: what was added to worlds later leaves them as they were.
void choose_instances(std::uint64_t seed, WorldPlan& plan) {
    Dice dice(fnv1a(fmt::format("instances/{}", seed)));
    for (ServicePlan& service : plan.services) {
        if (!dice.chance(0.2)) continue;
        service.instance_types = dice.whole(1, std::ssize(instance_catalogue()));
        service.spot_share_max = dice.of({0.0, 0.3, 0.5, 1.0});
    }
}

/// A maximum or a minimum, or both, that hold for a part of every day.
void choose_hours(std::uint64_t seed, WorldPlan& plan) {
    Dice dice(fnv1a(fmt::format("hours/{}", seed)));
    for (ServicePlan& service : plan.services) {
        if (!dice.chance(0.25)) continue;
        HoursPlan span;
        span.from = minutes(15) * dice.whole(0, 95);
        span.to = minutes(15) * dice.whole(0, 95);
        span.replicas_min = dice.chance(0.7)
                                ? dice.whole(service.replicas_min, service.replicas_max)
                                : service.replicas_min;
        span.replicas_max = dice.chance(0.5) ? dice.whole(span.replicas_min, service.replicas_max)
                                             : service.replicas_max;
        service.hours.push_back(span);
    }
}

/// Further demands, and what goes wrong with their samples.
void choose_signals(std::uint64_t seed, WorldPlan& plan, Duration until) {
    Dice dice(fnv1a(fmt::format("signals/{}", seed)));
    for (ServicePlan& service : plan.services) {
        if (!dice.chance(0.25)) continue;
        for (const char* name : {"queue", "memory"}) {
            SignalPlan signal;
            signal.name = name;
            ServicePlan series = service;
            series.traffic = {};
            choose_traffic(dice, plan, series);
            signal.capacity = series.capacity;
            signal.traffic = std::move(series.traffic);
            if (dice.chance(0.5)) {
                Fault fault = random_fault(dice, plan, until);
                fault.service = service.name + '/' + signal.name;
                if (fault.kind.starts_with("samples_")) plan.faults.push_back(std::move(fault));
            }
            service.signals.push_back(std::move(signal));
            if (dice.chance(0.6)) break;
        }
    }
}

std::string random_start(Dice& dice) {
    // Two of them are days on which clocks are changed.
    const std::string date =
        dice.of<const char*>({"2026-03-02", "2026-03-08", "2026-04-05", "2024-02-29"});
    return fmt::format("{}T{:02}:00:00Z", date, dice.whole(0, 23));
}

}  // namespace

WorldPlan random_world(std::uint64_t seed) {
    Dice dice(seed);
    WorldPlan plan;
    plan.seed = static_cast<std::int64_t>(seed);
    plan.start = random_start(dice);
    const Scale scale = random_scale(dice);
    plan.turn = std::max<Duration>(dice.of<Duration>({seconds(30), minutes(1), minutes(2)}),
                                   scale.step / dice.of<Duration::rep>({1, 2}));
    plan.length = plan.turn * scale.turns;
    plan.history = scale.history;
    plan.store = dice.chance(0.1) ? "file" : "memory";
    plan.gathers = dice.chance(0.3);
    plan.one_source = dice.chance(0.6);
    plan.checkpoint = dice.of<Duration>({hours(1), hours(6), hours(24)});
    if (dice.chance(0.2)) plan.lateness = dice.of<Duration>({seconds(0), minutes(10)});
    if (dice.chance(0.2)) plan.executor.attempts_max = static_cast<int>(dice.whole(1, 3));
    if (dice.chance(0.3)) {
        plan.removal_max = dice.of({0.05, 0.2, 0.5});
        plan.removal_window = dice.of<Duration>({minutes(5), minutes(10), hours(1)});
    }
    choose_target(dice, plan);
    for (std::int64_t i = 0; i < scale.services; ++i)
        plan.services.push_back(
            random_service(dice, plan, static_cast<std::size_t>(i), scale.step));
    Dice of_money(seed ^ 0x6d6f6e6579U);
    for (ServicePlan& service : plan.services) choose_budget(of_money, plan, service);
    const Duration until = plan.length * 3 / 4;
    for (auto left = dice.whole(0, 5); left > 0; --left)
        plan.faults.push_back(random_fault(dice, plan, until));
    if (dice.chance(0.5)) add_deaths(dice, plan, until);
    for (auto left = dice.chance(0.3) ? dice.whole(1, 2) : 0; left > 0; --left)
        plan.events.push_back(random_event(dice, plan, static_cast<std::size_t>(left)));
    for (auto left = dice.chance(0.3) ? dice.whole(1, 6) : 0; left > 0; --left)
        plan.controls.push_back(random_control(dice, plan));
    choose_instances(seed, plan);
    choose_signals(seed, plan, until);
    choose_hours(seed, plan);
    return plan;
}

}  // namespace forescale::worlds
