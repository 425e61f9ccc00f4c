#pragma once
#include "base/error.h"
#include "domain/event.h"
#include "simulation/trace.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace forescale {

struct TrainedModels;

struct SimulateSettings {
    std::string out = {};  ///< folder for DIR/<name>/decisions.csv; empty: scores only
    Duration lead_time = std::chrono::minutes(5);
    std::vector<std::string> policies = {};  ///< empty: all
    std::vector<BusinessEvent> events = {};  ///< known from the start
    std::string zone = "UTC";
    int threads = 0;
    std::shared_ptr<const TrainedModels> trained = {};  ///< of `forescale`; null: nothing
};

/// Outcome of one policy on one trace, from the start of the scored part.
struct PolicyOutcome {
    std::string series;
    std::string policy;
    double under_provisioned_min = 0;
    double unserved_share = 0;
    double instance_hours = 0;
    double of_clairvoyant = 0;  ///< instance-hours relative to the clairvoyant policy
    double actions_per_day = 0;
    std::int64_t reversals = 0;  ///< within 30 min
};

/// Every policy in the world of PROTOCOL: `forescale` is the production turn on virtual time.
[[nodiscard]] Result<std::vector<PolicyOutcome>> run_simulation(
    const std::vector<std::string>& files, const SimulateSettings& settings,
    const std::function<void(double)>& progress);

}  // namespace forescale
