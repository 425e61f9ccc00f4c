#include "app/instance_config.h"

#include "decision/mix.h"

namespace forescale {

void InstanceTypeConfig::describe(config::Fields& f) {
    f.field("name", name, {.required = true, .help = "As the provider calls it"});
    f.field("weight", weight,
            {.unit = "replicas",
             .min = 0.001,
             .max = 1000,
             .help = "Replicas that one instance has the capacity of; at most three decimals"});
    f.field("price_hour", price_hour,
            {.min = 1e-9, .max = 1e9, .help = "Price of one instance for one hour"});
    f.field("spot", spot, {.help = "Whether the provider may reclaim all instances of it at once"});
    f.field("interruptions_per_hour", interruptions_per_hour,
            {.min = 0,
             .max = 60,
             .help = "How often that is to be expected, of the pool as a whole; 0: never, so that "
                     "spot_share_max alone bounds it"});
    f.field(
        "max", max,
        {.unit = "instances", .min = 0, .max = 100000, .help = "No more than these; 0: no limit"});
}

void put_instance_types(const std::vector<InstanceTypeConfig>& types, double spot_share_max,
                        ScalingPolicy& policy) {
    policy.spot_share_max = spot_share_max;
    for (const InstanceTypeConfig& type : types)
        policy.instance_types.push_back({.name = type.name,
                                         .weight = type.weight,
                                         .price_hour = type.price_hour,
                                         .spot = type.spot,
                                         .interruptions_per_hour = type.interruptions_per_hour,
                                         .max = static_cast<int>(type.max)});
    if (!types.empty()) policy.prices.replica_hour = replica_hour_of(policy.instance_types);
}

}  // namespace forescale
