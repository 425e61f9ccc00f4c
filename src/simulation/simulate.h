#pragma once
#include "base/error.h"
#include "domain/event.h"
#include "simulation/world.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forescale {

struct TrainedModels;

/// What outcomes are counted in.
struct SimulationPrices {
    std::string currency;        ///< "EUR"; empty: money is counted in instance-hours
    double replica_hour = 1.0;   ///< of one instance, from when it is asked for
    double unserved_unit = 0.0;  ///< of one unit of demand that is not served for one second
};

struct SimulateSettings {
    std::string out = {};  ///< folder for report.html and <name>/decisions.csv; empty: scores only
    WorldSettings world = {};
    SimulationPrices prices = {};  ///< in which outcomes are counted
    Budget budget = {};            ///< of `forescale`, in their currency
    /// Settings of policies in place of their usual ones, by policy; outside of a frontier.
    std::map<std::string, double> settings = {};
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
    double unserved = 0;        ///< demand times seconds: requests, where it is requests per second
    double days = 0;            ///< scored
    double capacity_cost = 0;   ///< of the instance-hours
    double unserved_cost = 0;   ///< of what was not served, where that has a price
    double actions_per_day = 0;
    std::int64_t reversals = 0;  ///< within 30 min

    [[nodiscard]] double cost_per_day() const {
        return days > 0.0 ? (capacity_cost + unserved_cost) / days : 0.0;
    }
    /// As rows are named: "hpa", or "hpa@0.7".
    [[nodiscard]] std::string label() const;
};

/// files: of one series each, or of one per column.
/// Every policy in the world of docs/decisions.md: `forescale` is the production turn on virtual
/// time. One file after the other per thread; memory does not grow with the number of files. errors
/// as read_trace; invalid_argument: two files of one name, a budget without a currency or of less a
/// month than a day; not_found: a policy, a zone; unavailable: cannot write
[[nodiscard]] Result<std::vector<PolicyOutcome>> run_simulation(
    const std::vector<std::string>& files, const SimulateSettings& settings,
    const std::function<void(double)>& progress);

}  // namespace forescale
