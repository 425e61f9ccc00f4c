#pragma once
#include "decision/rule.h"

#include <span>

namespace forescale {

/// What a mix is chosen for.
struct MixNeed {
    Replicas replicas{0};                         ///< that it must have the capacity of
    std::span<const InstanceCount> running = {};  ///< starting others costs
    Duration lead{0};  ///< from asking for an instance to its being ready
    const Quantiles* demand =
        nullptr;  ///< of a lead time; null: not known, all that is needed counts
    Demand per_replica{1.0};
    double unserved_hour = 0.0;  ///< price of the demand that one replica serves in an hour
    double start = 0.0;          ///< price of starting what one replica runs on
};

/// The whole numbers of instances whose weights cover the need at the least expected price of an
/// hour, exactly: of the instances, of starting those that do not run (spread over 6 h, so that a
/// mix is not left for less), and of what is not served when all of a spot pool is reclaimed and
/// replaced a lead time later. So spot capacity is taken as far as it saves more than it risks, and
/// up to spot_share_max of the need. Where the types have not enough, as much as they have. Equal
/// prices: more of the types that come first.
/// One pool's cost is convex in its instances, so a type is added to the best of those before it by
/// a (min, +) convolution, divided and conquered per residue of its weight (Aggarwal & Park 1988).
/// O(types n log n) for n = replicas / the weights' common measure; 5 to 50 us for 100.
/// errors: none; policy.instance_types is not empty and check_instance_types() has nothing to say.
[[nodiscard]] InstanceMix cheapest_mix(const ScalingPolicy& policy, const MixNeed& need);

/// For a decision: what `replicas` should run on, where what ran last is `running`; nothing where
/// there is no choice of types.
[[nodiscard]] std::optional<InstanceMix> mix_of(const Turn& turn, Replicas replicas);

/// Price of an hour of one replica on the cheapest type that is not reclaimed, or on the cheapest
/// where all are.
[[nodiscard]] double replica_hour_of(std::span<const InstanceType> types);

/// What the types of a policy must be, its bounds included.
/// errors  invalid_argument: which, what is wrong, what to do
[[nodiscard]] Result<void> check_instance_types(const ScalingPolicy& policy);

/// "3 large and 2 small-spot, 0.42 EUR an hour"
[[nodiscard]] std::string mix_text(const InstanceMix& mix, const Prices& prices);

}  // namespace forescale
