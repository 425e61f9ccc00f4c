#pragma once
#include "decision/decide.h"
#include "domain/pending_replicas.h"

#include <deque>
#include <optional>

namespace forescale {

/// What a size, the lack of it, and changing it cost, in the same unit.
struct CapacityPrices {
    double replica_hour = 1.0;             ///< of a replica, from when it is asked for
    double unserved_replica_hour = 100.0;  ///< of the demand that one replica serves in an hour
    double change = 0.0;                   ///< of one change of size
};

/// Those of the policy, in replica-hours: what is not served costs what makes the planned level
/// pay.
[[nodiscard]] CapacityPrices capacity_prices(const ScalingPolicy& policy,
                                             Demand capacity_per_replica);

/// A fleet on paper: what decisions would have made of a service. Removed replicas are gone at
/// once, pending ones first, newest first; replicas asked for are ready after the lead time.
class ShadowFleet {
public:
    /// Decides on what this fleet has at `now`; the capacity of the inputs is not read, but for the
    /// first time, when the fleet begins as that.
    /// cost  one decide()
    void decide(const Service& service, DecisionInputs inputs, Timestamp now);

    /// What the window would have cost at this demand, the changes made in it included; nothing
    /// where the fleet was not there during the whole of it. Forgets what is before the window:
    /// they come in order.
    [[nodiscard]] std::optional<double> cost(const Window& window, double demand,
                                             Demand per_replica, const CapacityPrices& prices);

    [[nodiscard]] Replicas ready() const { return ready_; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(begun_, ready_, pending_, sizes_, changes_, memory_);
    }

private:
    struct Size {
        Timestamp from;
        Replicas ready{0};
        Replicas total{0};
        template <class Archive>
        void fields(Archive& archive) {
            archive(from, ready, total);
        }
    };
    [[nodiscard]] Replicas total() const;
    void arrive(Timestamp now);
    void resize(Replicas desired, Timestamp ready_at);
    void note(Timestamp now);
    [[nodiscard]] int changes_within(const Window& window);

    bool begun_ = false;
    Replicas ready_{0};
    PendingReplicas<Timestamp> pending_;
    std::deque<Size> sizes_;         ///< since the newest window that was priced, one per change
    std::deque<Timestamp> changes_;  ///< since then, of what was asked for
    DecisionState memory_;
};

}  // namespace forescale
