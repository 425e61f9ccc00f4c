#pragma once
#include "base/quantity.h"

#include <string>
#include <vector>

namespace forescale {

/// A kind of instance that replicas may run on.
struct InstanceType {
    std::string name;
    double weight = 1.0;      ///< replicas that one instance has the capacity of; whole thousandths
    double price_hour = 1.0;  ///< of one instance, in the currency of the policy's prices
    bool spot = false;        ///< the provider may reclaim all instances of it at once
    double interruptions_per_hour = 0.0;  ///< how often that is expected, of the whole pool
    int max = 0;                          ///< instances; 0: no limit
};

/// So many instances of a type, by its name.
struct InstanceCount {
    std::string type;
    int count = 0;
    friend bool operator==(const InstanceCount&, const InstanceCount&) = default;
    template <class Archive>
    void fields(Archive& archive) {
        archive(type, count);
    }
};

/// One type's part of a mix, with the type as it was then.
struct MixPart {
    std::string type;
    int count = 0;
    double weight = 1.0;
    double price_hour = 0.0;  ///< of one instance
    bool spot = false;
};

/// Instances that together have the capacity of a number of replicas.
struct InstanceMix {
    std::vector<MixPart> parts;  ///< in the order of the policy, none of which there are none
    double replicas = 0.0;       ///< that it has the capacity of
    double price_hour = 0.0;     ///< of all
    double spot_share = 0.0;     ///< of the capacity, 0..1
    /// Expected price, an hour, of the demand that a reclaimed pool would leave unserved until it
    /// is replaced.
    double risk_hour = 0.0;

    [[nodiscard]] std::vector<InstanceCount> counts() const {
        std::vector<InstanceCount> out;
        out.reserve(parts.size());
        for (const MixPart& part : parts) out.push_back({part.type, part.count});
        return out;
    }
};

}  // namespace forescale
