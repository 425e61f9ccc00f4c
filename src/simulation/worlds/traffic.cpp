#include "simulation/worlds/traffic.h"

#include "simulation/worlds/chance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace forescale::worlds {
namespace {

constexpr double huge = 1e12;

double swing_factor(const Swing& swing, Duration since) {
    if (since < Duration(0)) return 1.0;
    const bool is_over = since >= swing.lasts;
    if (swing.kind == "jump") return swing.factor;
    if (swing.kind == "spike") return is_over ? 1.0 : swing.factor;
    if (swing.kind == "zero") return is_over ? 1.0 : 0.0;
    if (is_over) return swing.factor;
    return 1.0 + (swing.factor - 1.0) * in_seconds(since) / in_seconds(swing.lasts);
}

double event_factor(const WorldPlan& plan, const ServicePlan& service, Duration since) {
    double factor = 1.0;
    for (const auto& event : plan.events)
        if (event.service.empty() || event.service == service.name)
            if (since >= event.at && since < event.at + event.lasts) factor *= event.factor;
    return factor;
}

bool is_picked(const WorldPlan& plan, const Fault& fault, const ServicePlan& service,
               Timestamp at) {
    const Duration since = at - plan.begin();
    return fault.concerns(service.name) && since >= fault.at && since < fault.at + fault.lasts &&
           chance(plan.seed, fault.kind, service.name, at) < fault.share;
}

/// What one fault makes of a sample; false: it never comes.
bool spoil(const Fault& fault, Delivery& sample, double luck) {
    Point& point = sample.point;
    if (fault.kind == "samples_absent") return false;
    if (fault.kind == "samples_null") point = {point.at, 0.0, SampleState::missing};
    if (fault.kind == "samples_nan") point.value = std::numeric_limits<double>::quiet_NaN();
    if (fault.kind == "samples_negative") point.value = -1.0 - point.value;
    if (fault.kind == "samples_huge") point.value *= huge;
    if (fault.kind == "samples_ahead") point.at += fault.delay;
    if (fault.kind == "samples_late")
        sample.known +=
            Duration(static_cast<Duration::rep>(luck * static_cast<double>(fault.delay.count())));
    return true;
}

/// The sample as it comes, once, twice or not at all.
void deliver(const WorldPlan& plan, const ServicePlan& service, Delivery sample,
             std::vector<Delivery>& out) {
    const Timestamp at = sample.point.at;
    bool twice = false;
    for (const auto& fault : plan.faults) {
        if (!fault.kind.starts_with("samples_") || !is_picked(plan, fault, service, at)) continue;
        if (!spoil(fault, sample, chance(plan.seed, "luck", service.name, at))) return;
        twice = twice || fault.kind == "samples_twice";
    }
    out.push_back(sample);
    if (!twice) return;
    sample.point.value += chance(plan.seed, "again", service.name, at) < 0.5 ? 0.0 : 1.0;
    out.push_back(sample);
}

bool is_reset(const WorldPlan& plan, const ServicePlan& service, Timestamp from, Timestamp to) {
    return std::ranges::any_of(plan.faults, [&](const Fault& fault) {
        const Timestamp at = plan.begin() + fault.at;
        return fault.kind == "counter_reset" && fault.concerns(service.name) && at > from &&
               at <= to;
    });
}

}  // namespace

double demand_at(const WorldPlan& plan, const ServicePlan& service, Timestamp at) {
    const Traffic& traffic = service.traffic;
    const double of_day = in_seconds(at - floor_to(at, day) - traffic.peak) / in_seconds(day);
    const Duration since = at - plan.begin();
    double demand =
        traffic.base * (1.0 + traffic.daily * std::cos(2.0 * std::numbers::pi * of_day));
    for (const auto& swing : traffic.swings) demand *= swing_factor(swing, since - swing.at);
    demand *= event_factor(plan, service, since);
    const double luck = chance(plan.seed, "noise", service.name, at) +
                        chance(plan.seed, "more noise", service.name, at) - 1.0;
    return std::max(demand * (1.0 + traffic.noise * luck), 0.0);
}

std::vector<Delivery> deliveries(const WorldPlan& plan, const ServicePlan& service) {
    std::vector<Delivery> out;
    const bool counts = service.metric == "counter";
    const Timestamp end = plan.begin() + plan.length;
    double counted = 0.0;
    for (Timestamp at = floor_to(plan.begin() - plan.history, service.step); at <= end;
         at += service.step) {
        const double demand = demand_at(plan, service, at);
        const Timestamp known = counts ? at : at + service.step;
        if (counts && is_reset(plan, service, at - service.step, at)) counted = 0.0;
        deliver(plan, service, {known, {.at = at, .value = counts ? counted : demand}}, out);
        counted += demand * in_seconds(service.step);
    }
    std::ranges::stable_sort(out, {}, &Delivery::known);
    return out;
}

}  // namespace forescale::worlds
