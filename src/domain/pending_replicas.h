#pragma once
#include "base/quantity.h"

#include <algorithm>
#include <deque>
#include <optional>

namespace forescale {

/// Replicas that were asked for and are not ready yet, in the order in which they were asked for.
/// Time: a Timestamp, or a count of steps.
template <class Time>
class PendingReplicas {
public:
    /// Asked for at once.
    struct Batch {
        Time ready_at{};
        Replicas replicas{0};
        template <class Archive>
        void fields(Archive& archive) {
            archive(ready_at, replicas);
        }
    };

    [[nodiscard]] Replicas total() const {
        Replicas total(0);
        for (const Batch& batch : batches_) total = total + batch.replicas;
        return total;
    }

    void ask(Replicas more, Time ready_at) { batches_.push_back({ready_at, more}); }

    /// Cancels so many, newest first; returns how many there were to be cancelled.
    Replicas cancel(Replicas wanted) {
        Replicas left = wanted;
        while (left > Replicas(0) && !batches_.empty()) {
            Batch& newest = batches_.back();
            const Replicas gone = std::min(newest.replicas, left);
            newest.replicas = newest.replicas - gone;
            left = left - gone;
            if (newest.replicas == Replicas(0)) batches_.pop_back();
        }
        return wanted - left;
    }

    /// Takes out the first that are ready by `now`; nothing where none are. To be asked until then.
    [[nodiscard]] std::optional<Batch> arrive(Time now) {
        const auto is_ready = [&](const Batch& batch) { return batch.ready_at <= now; };
        const auto found = std::ranges::find_if(batches_, is_ready);
        if (found == batches_.end()) return std::nullopt;
        const Batch arrived = *found;
        batches_.erase(found);
        return arrived;
    }

    template <class Archive>
    void fields(Archive& archive) {
        archive(batches_);
    }

private:
    std::deque<Batch> batches_;
};

}  // namespace forescale
