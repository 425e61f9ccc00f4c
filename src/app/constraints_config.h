#pragma once
#include "base/config.h"
#include "decision/fleet_guard.h"
#include "domain/service.h"

#include <string>
#include <vector>

/// Options of what holds a service's size: calendars, freezes, budgets, callers.
namespace forescale {

struct ScheduleConfig {
    std::vector<std::string> days;
    std::string from = "00:00";
    std::string to = "24:00";
    std::int64_t replicas_min = 0;
    std::int64_t replicas_max = 0;
    void describe(config::Fields& f);
};

struct MinimumConfig {
    std::string name;
    std::string from;
    std::string to;
    Duration ramp{0};
    std::int64_t replicas = 1;
    void describe(config::Fields& f);
};

struct FreezeConfig {
    std::string name;
    std::vector<std::string> days;
    std::string from;
    std::string to;
    std::string direction = "both";
    bool floor_passes = true;
    bool endless = false;
    void describe(config::Fields& f);
};

struct FlapBudgetConfig {
    std::int64_t changes_per_day = 0;
    std::int64_t reversals_per_day = 0;
    void describe(config::Fields& f);
};

struct BudgetConfig {
    double per_day = Budget{}.per_day;
    double per_month = Budget{}.per_month;
    double warn_at = Budget{}.warn_at;
    std::string when_reached = std::string(to_string(Budget{}.when_reached));
    void describe(config::Fields& f);
};

struct AtMaxConfig {
    std::string behavior = "honor";
    double buffer = 0.0;
    std::int64_t replicas_hard_max = 0;
    std::int64_t quota = 0;
    void describe(config::Fields& f);
};

struct CallerConfig {
    std::string service;
    double demand_per_call = 1.0;
    void describe(config::Fields& f);
};

struct FleetConfig {
    double removal_max = FleetLimit{}.removal_max;
    Duration removal_window = FleetLimit{}.window;
    void describe(config::Fields& f);
    [[nodiscard]] FleetLimit limit() const;
};

/// The constraints of a policy, as the file has them.
struct ConstraintsConfig {
    std::vector<ScheduleConfig> schedule;
    std::vector<MinimumConfig> minimums;
    std::vector<FreezeConfig> freezes;
    FlapBudgetConfig flap_budget;
    BudgetConfig budget;
    AtMaxConfig at_max;
    Duration external_change_hold = ScalingPolicy{}.external_change_hold;
    /// The fields of the policy itself: there is no section of this name.
    void describe(config::Fields& f);
    /// Puts them into a policy whose bounds and prices are set.
    /// errors  invalid_argument: where, what is wrong, and what to do: a calendar that is empty,
    /// overlaps or leaves the bounds, a freeze that never ends without saying so, a budget that
    /// cannot be meant
    [[nodiscard]] Result<void> into(ScalingPolicy& policy, const Zone& zone) const;
};

}  // namespace forescale
