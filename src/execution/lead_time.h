#pragma once
#include "base/time.h"
#include "domain/capacity.h"

#include <vector>

namespace forescale {

/// Learns the time from asking for a replica to its being ready, from what the target shows turn by
/// turn. The answer is a high quantile of what was seen, so that most replicas are ready in time;
/// until enough was seen, what the operator stated.
///
/// A replica is seen ready at the first look after it became so: observations are rounded up to the
/// next turn, never down, and the turn interval is their resolution. Replicas have no names, so an
/// arrival is booked on the oldest batch that can still bring one. What leaves "pending" without
/// adding to "ready" was cancelled, whoever did it, and pending replicas that nobody told of
/// (somebody else asked, or the answer to our call got lost) arrive without an observation.
class LeadTimeEstimator {
public:
    static constexpr std::size_t observations_max = 64;
    static constexpr std::size_t observations_min = 5;
    static constexpr double quantile = 0.9;
    static constexpr std::size_t batches_max = 256;
    /// A batch this many times older than lead time, or than its own first arrival, is taken for
    /// stuck: younger ones go first.
    static constexpr int stuck_factor = 2;
    /// More late batches than this are no accident: the lead time itself has grown, and the oldest
    /// goes first again.
    static constexpr std::size_t late_batches_max = 3;

    LeadTimeEstimator() = default;
    explicit LeadTimeEstimator(Duration stated) : stated_(stated) {}

    /// A scale-up was accepted: `replicas` were asked for at `at`.
    void asked(Replicas replicas, Timestamp at);
    /// Pending replicas were cancelled, newest first; as many of `replicas` as are pending.
    void cancelled(Replicas replicas);
    /// What the target shows now; asked-for replicas that became ready since the last look give one
    /// observation each batch.
    void seen(const Capacity& capacity);
    [[nodiscard]] Duration lead_time() const;
    [[nodiscard]] bool learned() const { return observed_.size() >= observations_min; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(stated_, observed_, batches_, ready_);
    }

private:
    /// Replicas on their way that were asked for together.
    struct Batch {
        Timestamp asked_at;  ///< unknown: nobody told when
        int pending = 0;
        Duration::rep first_after =
            0;  ///< age at which its first replica was seen ready; 0: none yet

        template <class Archive>
        void fields(Archive& archive) {
            archive(asked_at, pending, first_after);
        }
    };
    static constexpr Timestamp unknown = Timestamp::min();

    [[nodiscard]] int pending() const;
    void arrive(int replicas, Timestamp at);
    [[nodiscard]] std::size_t arriving(Timestamp at) const;
    [[nodiscard]] bool is_late(const Batch& batch, Timestamp at) const;
    void observe(Duration age);
    void add(Batch batch);

    Duration stated_{std::chrono::minutes(5)};
    std::vector<Duration::rep> observed_;  ///< newest last
    std::vector<Batch> batches_;           ///< oldest first
    int ready_ = 0;                        ///< at the last look
};

}  // namespace forescale
