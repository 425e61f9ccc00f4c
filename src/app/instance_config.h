#pragma once
#include "base/config.h"
#include "domain/policy.h"

#include <string>
#include <vector>

namespace forescale {

/// A kind of instance, as the file has it.
struct InstanceTypeConfig {
    std::string name;
    double weight = 1.0;
    double price_hour = 1.0;
    bool spot = false;
    double interruptions_per_hour = 0.0;
    std::int64_t max = 0;
    void describe(config::Fields& f);
};

/// Puts them into a policy whose prices are set: where there are types, their price of a replica
/// takes the place of replica_hour. Whether they are sound is for check_instance_types() to say.
void put_instance_types(const std::vector<InstanceTypeConfig>& types, double spot_share_max,
                        ScalingPolicy& policy);

}  // namespace forescale
