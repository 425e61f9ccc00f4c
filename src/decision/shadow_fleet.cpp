#include "decision/shadow_fleet.h"

#include "decision/decide_size.h"
#include "decision/price.h"

#include <algorithm>

namespace forescale {
namespace {

/// Sizes kept while no window comes: a day of changes every 5 min.
constexpr std::size_t sizes_max = 288;

}  // namespace

CapacityPrices capacity_prices(const ScalingPolicy& policy, Demand capacity_per_replica) {
    return {.replica_hour = 1.0,
            .unserved_replica_hour =
                unserved_over_capacity(planned_level(policy, capacity_per_replica)),
            .change = policy.prices.change_replica_hours};
}

Replicas ShadowFleet::total() const {
    return ready_ + pending_.total();
}

void ShadowFleet::arrive(Timestamp now) {
    while (const auto arrived = pending_.arrive(now)) {
        ready_ = ready_ + arrived->replicas;
        note(sizes_.empty() ? arrived->ready_at : std::max(arrived->ready_at, sizes_.back().from));
    }
}

void ShadowFleet::resize(Replicas desired, Timestamp ready_at) {
    const Replicas before = total();
    if (desired > before) return pending_.ask(desired - before, ready_at);
    const Replicas fewer = before - desired;
    ready_ = std::max(Replicas(0), ready_ - (fewer - pending_.cancel(fewer)));
}

void ShadowFleet::note(Timestamp now) {
    if (!sizes_.empty() && sizes_.back().ready == ready_ && sizes_.back().total == total()) return;
    sizes_.push_back({now, ready_, total()});
    if (sizes_.size() > sizes_max) sizes_.pop_front();
}

void ShadowFleet::decide(const Service& service, DecisionInputs inputs, Timestamp now) {
    if (!begun_) ready_ = inputs.capacity.total();
    begun_ = true;
    arrive(now);
    inputs.capacity = {.ready = ready_, .pending = total() - ready_, .seen_at = now};
    const Duration lead = inputs.lead_time;
    const Decision decision = decide_size(service, std::move(inputs), now, memory_);
    if (decision.desired != total()) changes_.push_back(now);
    if (changes_.size() > sizes_max) changes_.pop_front();
    resize(decision.desired, now + lead);
    note(now);
}

/// How many changes were asked for in it; forgets those before it.
int ShadowFleet::changes_within(const Window& window) {
    while (!changes_.empty() && changes_.front() < window.start) changes_.pop_front();
    const auto end = std::ranges::lower_bound(changes_, window.start + window.width);
    return static_cast<int>(end - changes_.begin());
}

std::optional<double> ShadowFleet::cost(const Window& window, double demand, Demand per_replica,
                                        const CapacityPrices& prices) {
    const Timestamp end = window.start + window.width;
    while (sizes_.size() > 1 && sizes_[1].from <= window.start) sizes_.pop_front();
    if (sizes_.empty() || sizes_.front().from > window.start) return std::nullopt;
    double cost = changes_within(window) * prices.change;
    const double needed = demand / per_replica.value();
    for (std::size_t i = 0; i < sizes_.size() && sizes_[i].from < end; ++i) {
        const Timestamp from = std::max(sizes_[i].from, window.start);
        const Timestamp to = i + 1 < sizes_.size() ? std::min(sizes_[i + 1].from, end) : end;
        const double hours = in_seconds(to - from) / 3600.0;
        const double lacking = std::max(0.0, needed - sizes_[i].ready.value());
        cost += hours * (sizes_[i].total.value() * prices.replica_hour +
                         lacking * prices.unserved_replica_hour);
    }
    return cost;
}

}  // namespace forescale
