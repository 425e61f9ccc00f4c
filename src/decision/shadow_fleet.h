#pragma once
#include "decision/decide.h"

#include <deque>
#include <optional>

namespace forescale {

/// What a size and the lack of it cost, in the same unit.
struct CapacityPrices {
    double replica_hour = 1.0;            ///< of a replica, from when it is asked for
    double unserved_replica_hour = 99.0;  ///< of the demand that one replica serves in an hour
};

/// The prices at which capacity for `level` of all demand is worth its cost: the newsvendor's
/// critical ratio, level / (1 - level) for what is not served. level in (0, 1).
[[nodiscard]] CapacityPrices prices_at(double level);

/// A fleet on paper: what decisions would have made of a service. Removed replicas are gone at
/// once, pending ones first, newest first; replicas asked for are ready after the lead time.
class ShadowFleet {
public:
    /// Decides on what this fleet has at `now`; the capacity of the inputs is not read, but for the
    /// first time, when the fleet begins as that. cost  one decide()
    void decide(const Service& service, DecisionInputs inputs, Timestamp now);

    /// What the window would have cost at this demand; nothing where the fleet was not there during
    /// the whole of it. Forgets what is before the window: they come in order.
    [[nodiscard]] std::optional<double> cost(const Window& window, double demand,
                                             Demand per_replica, const CapacityPrices& prices);

    [[nodiscard]] Replicas ready() const { return ready_; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(begun_, ready_, pending_, sizes_, memory_);
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

    bool begun_ = false;
    Replicas ready_{0};
    std::deque<SizeAt> pending_;  ///< when they will be ready, and how many
    std::deque<Size> sizes_;      ///< since the newest window that was priced, one per change
    DecisionState memory_;
};

}  // namespace forescale
