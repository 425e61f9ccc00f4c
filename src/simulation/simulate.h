#pragma once
#include "base/error.h"
#include "domain/event.h"
#include "simulation/trace.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forescale {

struct TrainedModels;

struct SimulateSettings {
    std::string out = {};  ///< folder for DIR/<name>/decisions.csv; empty: scores only
    Duration lead_time = std::chrono::minutes(5);
    std::vector<std::string> policies = {};  ///< empty: all
    /// Every policy at each of its settings, hpa among them in any case; also writes
    /// DIR/<name>/frontier.csv.
    bool frontier = false;
    std::vector<BusinessEvent> events = {};  ///< known from the start
    std::string zone = "UTC";
    int threads = 0;
    std::shared_ptr<const TrainedModels> trained = {};  ///< of `forescale`; null: nothing
};

/// Outcome of one policy at one setting on one trace, from the start of the scored part.
struct PolicyOutcome {
    std::string series;
    std::string policy;
    std::optional<double> setting;  ///< none: not of a frontier, or it has none
    Duration step{0};               ///< of the trace
    double under_provisioned_min = 0;
    double unserved_share = 0;
    double instance_hours = 0;
    double of_clairvoyant = 0;  ///< instance-hours relative to the clairvoyant policy
    double actions_per_day = 0;
    std::int64_t reversals = 0;  ///< within 30 min

    /// As rows are named: "hpa", or "hpa@0.7".
    [[nodiscard]] std::string label() const;
};

/// Every policy in the world of PROTOCOL: `forescale` is the production turn on virtual time. One
/// file after the other per thread; memory does not grow with the number of files.
/// errors  as read_trace; invalid_argument: two files of one name; not_found: a policy, a zone;
/// unavailable: cannot write
[[nodiscard]] Result<std::vector<PolicyOutcome>> run_simulation(
    const std::vector<std::string>& files, const SimulateSettings& settings,
    const std::function<void(double)>& progress);

}  // namespace forescale
