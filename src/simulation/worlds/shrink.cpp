#include "simulation/worlds/shrink.h"

#include "simulation/worlds/invariants.h"

#include <algorithm>

namespace forescale::worlds {
namespace {

/// Changes a plan to a smaller one; false: there is nothing (left) to change so.
using Change = std::function<bool(WorldPlan&)>;

void forget_service(WorldPlan& plan, const std::string& name) {
    std::erase_if(plan.services, [&](const ServicePlan& one) { return one.name == name; });
    std::erase_if(plan.faults,
                  [&](const Fault& one) { return series_name(one.service).service == name; });
    std::erase_if(plan.events, [&](const EventPlan& one) { return one.service == name; });
    std::erase_if(plan.controls, [&](const ControlPlan& one) { return one.service == name; });
}

bool forget_signal(WorldPlan& plan, std::size_t service, std::size_t index) {
    ServicePlan& owner = plan.services[service];
    if (index >= owner.signals.size()) return false;
    const std::string series = owner.series(owner.signals[index]).name;
    owner.signals.erase(owner.signals.begin() + static_cast<std::ptrdiff_t>(index));
    std::erase_if(plan.faults, [&](const Fault& one) { return one.service == series; });
    return true;
}

template <class Items>
bool erase_at(Items& items, std::size_t index) {
    if (index >= items.size()) return false;
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(index));
    return true;
}

/// The world begins later: what happened before is history, or has never been.
bool begin_later(WorldPlan& plan, Duration by) {
    if (by <= Duration(0) || by >= plan.length) return false;
    plan.start = format_timestamp(plan.begin() + by);
    plan.length -= by;
    for (auto& service : plan.services) {
        for (auto& swing : service.traffic.swings) swing.at -= by;
        for (auto& signal : service.signals)
            for (auto& swing : signal.traffic.swings) swing.at -= by;
        for (auto& freeze : service.freezes) freeze.at -= by;
    }
    std::erase_if(plan.faults, [&](const Fault& one) { return one.at + one.lasts < by; });
    for (auto& fault : plan.faults) fault.at -= by;
    std::erase_if(plan.events, [&](const EventPlan& one) { return one.known < by; });
    for (auto& event : plan.events) {
        event.known -= by;
        event.at -= by;
        if (event.cancelled >= Duration(0)) event.cancelled -= by;
    }
    std::erase_if(plan.events, [](const EventPlan& one) { return one.at < Duration(0); });
    std::erase_if(plan.controls, [&](const ControlPlan& one) { return one.at < by; });
    for (auto& control : plan.controls) control.at -= by;
    return true;
}

Duration whole_turns(Duration duration, const WorldPlan& plan) {
    return duration / plan.turn * plan.turn;
}

void add_time_changes(const WorldPlan& plan, const Failure& failure, std::vector<Change>& out) {
    const Duration ends = failure.at + plan.turn;
    out.push_back([ends](WorldPlan& p) {
        const bool shorter = ends < p.length;
        if (shorter) p.length = ends;
        return shorter;
    });
    for (const int part : {2, 4, 10, 30})
        out.push_back([part](WorldPlan& p) {
            return begin_later(p, whole_turns(p.length - p.length / part, p));
        });
    for (const int part : {2, 5, 20})
        out.push_back(
            [part](WorldPlan& p) { return begin_later(p, whole_turns(p.length / part, p)); });
    out.push_back([](WorldPlan& p) { return begin_later(p, p.turn); });
    out.push_back([](WorldPlan& p) { return std::exchange(p.history, Duration(0)) > Duration(0); });
    out.push_back([](WorldPlan& p) {
        p.history = p.history / 2 / std::chrono::hours(1) * std::chrono::hours(1);
        return p.history > Duration(0);
    });
}

void add_service_changes(const WorldPlan& plan, std::vector<Change>& out) {
    if (plan.services.size() < 2) return;
    for (const auto& service : plan.services) {
        const std::string name = service.name;
        out.push_back([name](WorldPlan& p) {
            const auto all = p.services;
            for (const auto& other : all)
                if (other.name != name) forget_service(p, other.name);
            return true;
        });
    }
    for (const auto& service : plan.services) {
        const std::string name = service.name;
        out.push_back([name](WorldPlan& p) {
            forget_service(p, name);
            return true;
        });
    }
}

void add_fault_changes(const WorldPlan& plan, std::vector<Change>& out) {
    out.push_back([](WorldPlan& p) {
        const bool some = !p.faults.empty() || !p.events.empty();
        p.faults.clear();
        p.events.clear();
        return some;
    });
    for (std::size_t i = 0; i < plan.events.size(); ++i)
        out.push_back([i](WorldPlan& p) { return erase_at(p.events, i); });
    for (std::size_t i = 0; i < plan.controls.size(); ++i)
        out.push_back([i](WorldPlan& p) { return erase_at(p.controls, i); });
    for (std::size_t i = 0; i < plan.faults.size(); ++i)
        out.push_back([i](WorldPlan& p) { return erase_at(p.faults, i); });
    for (std::size_t i = 0; i < plan.faults.size(); ++i)
        out.push_back([i](WorldPlan& p) {
            Duration& lasts = p.faults[i].lasts;
            lasts = lasts / 2 / std::chrono::seconds(1) * std::chrono::seconds(1);
            return lasts > Duration(0);
        });
}

void add_option_changes(const WorldPlan& plan, std::vector<Change>& out) {
    for (std::size_t s = 0; s < plan.services.size(); ++s) {
        const ServicePlan& service = plan.services[s];
        for (std::size_t i = 0; i < service.traffic.swings.size(); ++i)
            out.push_back(
                [s, i](WorldPlan& p) { return erase_at(p.services[s].traffic.swings, i); });
        for (std::size_t i = 0; i < service.signals.size(); ++i) {
            out.push_back([s, i](WorldPlan& p) { return forget_signal(p, s, i); });
            for (std::size_t j = 0; j < service.signals[i].traffic.swings.size(); ++j)
                out.push_back([s, i, j](WorldPlan& p) {
                    return erase_at(p.services[s].signals[i].traffic.swings, j);
                });
        }
        for (std::size_t i = 0; i < service.hours.size(); ++i)
            out.push_back([s, i](WorldPlan& p) { return erase_at(p.services[s].hours, i); });
        for (std::size_t i = 0; i < service.freezes.size(); ++i)
            out.push_back([s, i](WorldPlan& p) { return erase_at(p.services[s].freezes, i); });
        for (std::size_t i = 0; i < service.up.policies.size(); ++i)
            out.push_back([s, i](WorldPlan& p) { return erase_at(p.services[s].up.policies, i); });
        for (std::size_t i = 0; i < service.down.policies.size(); ++i)
            out.push_back(
                [s, i](WorldPlan& p) { return erase_at(p.services[s].down.policies, i); });
    }
    for (std::size_t i = 0; with_usual(plan, i); ++i)
        out.push_back([i](WorldPlan& p) {
            auto smaller = with_usual(p, i);
            if (smaller) p = std::move(*smaller);
            return smaller.has_value();
        });
}

/// Smaller worlds than this one, those first that are smaller by much.
std::vector<Change> changes_of(const Failing& failing) {
    std::vector<Change> out;
    add_service_changes(failing.plan, out);
    add_time_changes(failing.plan, failing.failure, out);
    add_fault_changes(failing.plan, out);
    add_option_changes(failing.plan, out);
    return out;
}

/// A smaller plan may contradict itself: that is another failure than the one looked for.
bool is_sound(const WorldPlan& plan) {
    return !plan.services.empty() && parse_plan("smaller world", to_text(plan)).has_value();
}

}  // namespace

Failing shrink(Failing failing, int tries_max,
               const std::function<Outcome(const WorldPlan&)>& lives) {
    const auto fails = [&](const WorldPlan& plan) -> std::optional<Failure> {
        ++failing.tries;
        auto outcome = lives(plan);
        const bool same =
            outcome.failure && outcome.failure->invariant == failing.failure.invariant;
        return same ? std::move(outcome.failure) : std::nullopt;
    };
    for (bool smaller = true; smaller;) {
        smaller = false;
        auto changes = changes_of(failing);
        // After a change the one of the same number is tried again: what it named is gone, and the
        // next of its kind has taken its place.
        for (std::size_t i = 0; i < changes.size();) {
            if (failing.tries >= tries_max) return failing;
            WorldPlan plan = failing.plan;
            const bool changed = changes[i](plan) && is_sound(plan);
            auto failure = changed ? fails(plan) : std::nullopt;
            if (!failure) {
                ++i;
                continue;
            }
            failing.plan = std::move(plan);
            failing.failure = std::move(*failure);
            changes = changes_of(failing);
            smaller = true;
        }
    }
    return failing;
}

}  // namespace forescale::worlds
