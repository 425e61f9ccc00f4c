#pragma once
#include "api/server.h"
#include "app/constraints_config.h"
#include "app/instance_config.h"
#include "base/config.h"
#include "base/log.h"
#include "domain/service.h"
#include "execution/executor.h"
#include "execution/targets.h"
#include "pipeline/member_costs.h"
#include "pipeline/training_job.h"
#include "storage/stores.h"

#include <string>
#include <vector>

namespace forescale {

struct LogConfig {
    std::string level = "info";
    std::string format = "logfmt";
    void describe(config::Fields& f);
};

/// How long rows are kept, counted back from the newest turn.
struct RetentionConfig {
    std::int64_t raw_days = 90;
    std::int64_t hourly_days = 365;
    std::int64_t predictions_days = 90;
    std::int64_t decisions_days = 365;
    void describe(config::Fields& f);
    [[nodiscard]] Retention retention() const;
};

/// When models are trained on the fleet's own history, at which cost, and how they come into use.
struct TrainingConfig {
    std::string when = "live";
    Duration interval = day;
    Duration at = std::chrono::hours(3);
    std::string zone = "UTC";
    Duration time_max = std::chrono::hours(1);
    std::int64_t memory_max_mb = 1024;
    std::int64_t threads = 2;
    double margin = TrialRules{}.contest.margin;
    std::int64_t trial_days = TrialRules{}.contest.days_max;
    std::int64_t watch_days = TrialRules{}.watch_days;
    double ab_share = TrialRules{}.ab_share;
    std::int64_t keep_days = 30;
    void describe(config::Fields& f);
    /// Whether anything is trained under a clock of this mode.
    [[nodiscard]] bool runs(std::string_view clock_mode) const;
    /// errors  not_found: no such zone
    [[nodiscard]] Result<TrainingSettings> settings() const;
};

struct TurnConfig {
    Duration interval = std::chrono::seconds(30);
    Duration checkpoint_interval = std::chrono::hours(1);
    Duration member_step_max = MemberCosts::step_max_usual;
    void describe(config::Fields& f);
};

/// How time passes: as it does, faster, or as fast as the machine can; other than wall only for
/// replays.
struct ClockConfig {
    std::string mode = "wall";
    double speed = 300.0;
    void describe(config::Fields& f);
};

struct CollectorConfig {
    std::string name;
    std::string kind = "replay";
    Duration interval = std::chrono::seconds(30);
    Duration timeout = std::chrono::seconds(10);
    std::vector<std::string> files;
    std::string service;  ///< for files with one column; the wide form names its services itself
    void describe(config::Fields& f);
};

struct TargetConfig {
    std::string kind = "simulated";
    std::string journal = "forescale-data/simulated-target.journal";
    SimulatedTargetSettings simulated;
    ExecutorSettings executor;
    void describe(config::Fields& f);
};

/// One rate policy of the HPA behavior, with its field names.
struct RatePolicyConfig {
    std::string type = "Percent";
    std::int64_t value = 100;
    std::int64_t period_s = 15;
    void describe(config::Fields& f);
};
struct ScalingRulesConfig {
    std::int64_t stabilization_window_s = 0;
    std::string select_policy = "Max";
    std::vector<RatePolicyConfig> policies{};
    void describe(config::Fields& f);
    /// Without policies of its own: those of `defaults`.
    [[nodiscard]] ScalingRules rules(const ScalingRules& defaults) const;
};
struct BehaviorConfig {
    ScalingRulesConfig scale_up;
    ScalingRulesConfig scale_down{.stabilization_window_s =
                                      std::chrono::duration_cast<std::chrono::seconds>(
                                          scale_down_default().stabilization_window)
                                          .count()};
    void describe(config::Fields& f);
};

/// What capacity, the lack of it, and changing it cost.
struct CostConfig {
    std::string currency = Prices{}.currency;
    double replica_hour = Prices{}.replica_hour;
    double unserved_unit = Prices{}.unserved_unit;
    double change_replica_hours = Prices{}.change_replica_hours;
    void describe(config::Fields& f);
    [[nodiscard]] Prices prices() const;
};

struct PolicyConfig {
    bool accuracy_gate = ScalingPolicy{}.accuracy_gate;
    std::string mode = std::string(to_string(ScalingPolicy{}.mode));
    Duration approval_expires_after = ScalingPolicy{}.approval_expires_after;
    std::int64_t replicas_min = ScalingPolicy{}.replicas_min.value();
    std::int64_t replicas_max = ScalingPolicy{}.replicas_max.value();
    CostConfig cost;
    std::vector<InstanceTypeConfig> instance_types;
    double spot_share_max = ScalingPolicy{}.spot_share_max;
    double quantile = ScalingPolicy{}.quantile;
    double headroom = ScalingPolicy{}.headroom;
    double target_utilization = ScalingPolicy{}.target_utilization;
    double tolerance = ScalingPolicy{}.tolerance;
    double confidence_min = ScalingPolicy{}.confidence_min;
    Duration cooldown = ScalingPolicy{}.cooldown;
    Duration stale_after = ScalingPolicy{}.stale_after;
    Duration forecast_fallback_max = ScalingPolicy{}.forecast_fallback_max;
    Duration lead_time = ScalingPolicy{}.lead_time;
    BehaviorConfig behavior;
    ConstraintsConfig constraints;
    void describe(config::Fields& f);
    void describe_size(config::Fields& f);
    void describe_risk(config::Fields& f);
    void describe_data(config::Fields& f);
    /// All but the mode, its approvals, the accuracy gate, instance types and constraints.
    [[nodiscard]] ScalingPolicy scaling() const;
};

/// A demand signal beside the service's own demand.
struct SignalConfig {
    std::string name;
    std::string metric_kind = "gauge";
    Duration sample_step = std::chrono::minutes(1);
    double capacity_per_replica = 1.0;
    void describe(config::Fields& f);
    [[nodiscard]] Signal signal() const;
};

/// Where the capacity of a replica comes from.
struct CapacityConfig {
    std::string from = std::string(to_string(CapacityRule{}.from));
    Duration sample_step = CapacityRule{}.sample_step;
    double target_utilization = CapacityRule{}.target_utilization;
    double latency_slo = CapacityRule{}.latency_slo;
    double factor_max = CapacityRule{}.factor_max;
    void describe(config::Fields& f);
    [[nodiscard]] CapacityRule rule(Demand stated) const;
};

struct ServiceConfig {
    std::string name;
    std::string zone = "UTC";
    std::string country;
    std::string holidays_file;
    std::vector<std::string> holidays;
    std::string metric_kind = "gauge";
    Duration sample_step = std::chrono::minutes(1);
    double capacity_per_replica = 1.0;
    CapacityConfig capacity;
    std::vector<SignalConfig> signals;
    PolicyConfig policy;
    std::vector<CallerConfig> callers;
    std::string callers_bound = "at_least";
    void describe(config::Fields& f);
    /// errors  not_found: no such zone, country or file; invalid_argument: bounds that contradict
    /// each other
    [[nodiscard]] Result<Service> service() const;
};

/// The whole configuration file.
struct AppConfig {
    LogConfig log;
    ApiConfig api;
    StoreConfig store;
    RetentionConfig retention;
    TurnConfig turn;
    TrainingConfig training;
    ClockConfig clock;
    TargetConfig target;
    std::string holidays_file;
    FleetConfig fleet;
    std::vector<CollectorConfig> collectors;
    std::vector<ServiceConfig> services;
    void describe(config::Fields& f);
};

/// What `forescale config example` prints: a file that runs as it stands, replaying the shipped
/// trace.
[[nodiscard]] AppConfig example_config();

/// Reads and validates a file, the environment and --set flags.
/// errors  not_found, or invalid_argument with every problem on a line of its own
[[nodiscard]] Result<AppConfig> load_config(const std::string& path,
                                            const std::vector<std::string>& flags);
/// What describe() cannot see: names used twice, collectors that feed unknown services, zones,
/// bounds against each other.
[[nodiscard]] config::Problems cross_check(const AppConfig& app);

}  // namespace forescale
