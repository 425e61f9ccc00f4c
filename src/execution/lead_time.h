#pragma once
#include <vector>

#include "base/time.h"
#include "domain/capacity.h"
#include "domain/operation.h"

namespace forescale {

/// Learns the time from asking for a replica to its being ready, from what the target shows turn by turn. The answer is a high
/// quantile of what was seen, so that most replicas are ready in time; until enough was seen, what the operator stated.
class LeadTimeEstimator {
public:
    static constexpr std::size_t observations_max = 64;
    static constexpr std::size_t observations_min = 5;
    static constexpr double quantile = 0.9;

    LeadTimeEstimator() = default;
    explicit LeadTimeEstimator(Duration stated) : stated_(stated) {}

    /// A scale-up was accepted: `replicas` were asked for at `at`.
    void asked(Replicas replicas, Timestamp at);
    /// Pending replicas were cancelled, newest first.
    void cancelled(Replicas replicas);
    /// What the target shows now; asked-for replicas that became ready since the last look give one observation each batch.
    void seen(const Capacity& capacity);
    [[nodiscard]] Duration lead_time() const;
    [[nodiscard]] bool learned() const { return observed_.size() >= observations_min; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(stated_, observed_, asked_at_, asked_);
    }

private:
    Duration stated_{std::chrono::minutes(5)};
    std::vector<Duration::rep> observed_;
    std::vector<Timestamp> asked_at_;   ///< batches on their way, oldest first
    std::vector<int> asked_;
};

}  // namespace forescale
