#pragma once
#include <string>

namespace forescale {

/// What capacity, the lack of it, and changing it cost.
struct Prices {
    std::string currency;       ///< "EUR"; empty: money is counted in replica-hours
    double replica_hour = 1.0;  ///< of one replica, from when it is asked for
    /// Of one unit of demand that is not served for one second: of one request, where demand is
    /// requests per second. 0: not stated, then the policy's quantile says the risk.
    double unserved_unit = 0.0;
    /// Of one change of size, whatever its size, in replica-hours: what restarts, moved connections
    /// and cold caches cost, and somebody who wonders. Two thirds of a replica-hour keep the
    /// changes a day of smooth series below those of an HPA.
    double change_replica_hours = 2.0 / 3.0;
};

}  // namespace forescale
