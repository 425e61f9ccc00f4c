#include "decision/shadow_fleet.h"

#include <algorithm>

namespace forescale {
namespace {

/// Sizes kept while no window comes: a day of changes every 5 min.
constexpr std::size_t sizes_max = 288;

}  // namespace

CapacityPrices prices_at(double level) {
    const double within = std::clamp(level, 0.5, 0.9999);
    return {.replica_hour = 1.0, .unserved_replica_hour = within / (1.0 - within)};
}

Replicas ShadowFleet::total() const {
    Replicas total = ready_;
    for (const SizeAt& asked : pending_) total = total + asked.replicas;
    return total;
}

void ShadowFleet::arrive(Timestamp now) {
    while (!pending_.empty() && pending_.front().at <= now) {
        const SizeAt asked = pending_.front();
        pending_.pop_front();
        ready_ = ready_ + asked.replicas;
        note(asked.at);
    }
}

void ShadowFleet::resize(Replicas desired, Timestamp ready_at) {
    Replicas more = desired - total();
    if (more > Replicas(0)) pending_.push_back({ready_at, more});
    while (more < Replicas(0) && !pending_.empty()) {
        const Replicas newest = pending_.back().replicas;
        const Replicas gone = std::min(newest, Replicas(0) - more);
        pending_.back().replicas = newest - gone;
        if (gone == newest) pending_.pop_back();
        more = more + gone;
    }
    if (more < Replicas(0)) ready_ = std::max(Replicas(0), ready_ + more);
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
    const Decision decision = forescale::decide(service, std::move(inputs), now, memory_);
    resize(decision.desired, now + lead);
    note(now);
}

std::optional<double> ShadowFleet::cost(const Window& window, double demand, Demand per_replica,
                                        const CapacityPrices& prices) {
    const Timestamp end = window.start + window.width;
    while (sizes_.size() > 1 && sizes_[1].from <= window.start) sizes_.pop_front();
    if (sizes_.empty() || sizes_.front().from > window.start) return std::nullopt;
    double cost = 0.0;
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
