#include "pipeline/capacity_watch.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

constexpr std::size_t changes_max = 64;
constexpr std::size_t waiting_max = 24;  // 2 h of steps of 5 min
constexpr double worth_adopting = 0.01;

void wait(std::deque<Window>& waiting, const Window& window) {
    waiting.push_back(window);
    if (waiting.size() > waiting_max) waiting.pop_front();
}

/// The window of a step; nothing where it did not come. It and all before it wait no longer.
std::optional<Window> take(std::deque<Window>& waiting, Timestamp start) {
    while (!waiting.empty() && waiting.front().start < start) waiting.pop_front();
    if (waiting.empty() || waiting.front().start != start) return std::nullopt;
    const Window found = waiting.front();
    waiting.pop_front();
    return found;
}

}  // namespace

void CapacityWatch::see(Replicas ready, Timestamp now) {
    if (!ready_.empty() && ready_.back().replicas == ready) return;
    ready_.push_back({now, ready});
    if (ready_.size() > changes_max) ready_.pop_front();
}

std::optional<Replicas> CapacityWatch::ready_during(const Window& window) const {
    std::optional<Replicas> ready;
    for (const Ready& change : ready_) {
        if (change.from >= window.end()) break;
        if (change.from > window.start) return std::nullopt;
        ready = change.replicas;
    }
    return ready;
}

void CapacityWatch::take_demand(const CapacityRule& rule, const Window& window) {
    if (const auto other = take(measured_, window.start))
        pair(rule, window, *other);
    else
        wait(demand_, window);
}

void CapacityWatch::take_measured(const CapacityRule& rule, const Window& window) {
    if (const auto other = take(demand_, window.start))
        pair(rule, *other, window);
    else
        wait(measured_, window);
}

void CapacityWatch::pair(const CapacityRule& rule, const Window& demand, const Window& measured) {
    const auto ready = ready_during(demand);
    if (!ready || *ready <= Replicas(0) || !demand.present() || !measured.present()) return;
    model_.observe(rule, demand.start, demand.mean() / ready->value(), measured.mean());
}

void CapacityWatch::adopt(const CapacityRule& rule) {
    const Demand learned = model_.in_force(rule);
    const bool is_stated = learned == rule.stated;
    if (is_stated || std::abs(learned / in_use_ - 1.0) > worth_adopting) in_use_ = learned;
}

}  // namespace forescale
