#include "execution/lead_time.h"

#include <numeric>

namespace forescale {

void LeadTimeEstimator::asked(Replicas replicas, Timestamp at) {
    int count = replicas.value();
    if (count <= 0) return;
    // The answer to the call may have been lost, and its replicas seen before anybody told of them.
    if (!batches_.empty() && batches_.back().asked_at == unknown) {
        auto& nameless = batches_.back();
        nameless.pending -= std::min(nameless.pending, count);
        if (nameless.pending == 0) batches_.pop_back();
    }
    add({.asked_at = at, .pending = count});
}

void LeadTimeEstimator::add(Batch batch) {
    if (batches_.size() >= batches_max) batches_.erase(batches_.begin());
    batches_.push_back(batch);
}

void LeadTimeEstimator::cancelled(Replicas replicas) {
    int left = replicas.value();
    while (left > 0 && !batches_.empty()) {
        auto& newest = batches_.back();
        const int taken = std::min(newest.pending, left);
        newest.pending -= taken;
        left -= taken;
        if (newest.pending == 0) batches_.pop_back();
    }
}

void LeadTimeEstimator::seen(const Capacity& capacity) {
    const int gone = pending() - capacity.pending.value();
    if (gone > 0) {
        const int arrived = std::clamp(capacity.ready.value() - ready_, 0, gone);
        arrive(arrived, capacity.seen_at);
        cancelled(Replicas(gone - arrived));
    } else if (gone < 0) {
        add({.asked_at = unknown, .pending = -gone});
    }
    ready_ = capacity.ready.value();
}

int LeadTimeEstimator::pending() const {
    return std::transform_reduce(batches_.begin(), batches_.end(), 0, std::plus<>(),
                                 [](const Batch& batch) { return batch.pending; });
}

void LeadTimeEstimator::arrive(int replicas, Timestamp at) {
    while (replicas > 0 && !batches_.empty()) {
        const auto chosen = batches_.begin() + static_cast<std::ptrdiff_t>(arriving(at));
        const int taken = std::min(chosen->pending, replicas);
        chosen->pending -= taken;
        replicas -= taken;
        if (chosen->asked_at != unknown && at >= chosen->asked_at) {
            const Duration age = at - chosen->asked_at;
            if (chosen->first_after == 0) chosen->first_after = age.count();
            observe(age);
        }
        if (chosen->pending == 0) batches_.erase(chosen);
    }
}

/// The oldest batch, unless it is stuck and a younger one can explain the arrival.
std::size_t LeadTimeEstimator::arriving(Timestamp at) const {
    const auto late =
        std::ranges::count_if(batches_, [&](const Batch& batch) { return is_late(batch, at); });
    const bool grown = static_cast<std::size_t>(late) > late_batches_max;
    for (std::size_t i = 0; i < batches_.size(); ++i) {
        const auto& batch = batches_[i];
        if (batch.asked_at == unknown) return i;
        const Duration age = at - batch.asked_at;
        if (batch.first_after > 0 && age.count() > stuck_factor * batch.first_after) continue;
        if (!grown && is_late(batch, at)) continue;
        if (i > 0 && learned() && age * stuck_factor < lead_time()) break;
        return i;
    }
    return 0;
}

bool LeadTimeEstimator::is_late(const Batch& batch, Timestamp at) const {
    return learned() && batch.asked_at != unknown && batch.first_after == 0 &&
           at - batch.asked_at > lead_time() * stuck_factor;
}

void LeadTimeEstimator::observe(Duration age) {
    if (observed_.size() >= observations_max) observed_.erase(observed_.begin());
    observed_.push_back(age.count());
}

Duration LeadTimeEstimator::lead_time() const {
    if (!learned()) return stated_;
    auto sorted = observed_;
    const auto rank =
        static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(sorted.size()))) - 1;
    const auto at_rank = sorted.begin() + static_cast<std::ptrdiff_t>(rank);
    std::ranges::nth_element(sorted, at_rank);
    return Duration(*at_rank);
}

}  // namespace forescale
