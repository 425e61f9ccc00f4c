#pragma once
#include "base/config.h"
#include "domain/event.h"
#include "domain/service.h"
#include "execution/executor.h"
#include "execution/simulated/simulated_target.h"

#include <cstdint>
#include <string>
#include <vector>

/// Worlds with faults: random fleets, traffic and faults around the production turn, and a checker
/// that knows nothing of how the turn works.
namespace forescale::worlds {

/// What moves the demand of a service beside its day.
struct Swing {
    std::string kind = "jump";
    Duration at{0};  ///< after the world's start; negative: in the history
    Duration lasts{0};
    double factor = 2.0;
    void describe(config::Fields& f);
};

struct Traffic {
    double base = 100.0;
    double daily = 0.3;  ///< amplitude of the daily wave, as a share of the base
    Duration peak = std::chrono::hours(14);
    double noise = 0.05;
    std::vector<Swing> swings;
    void describe(config::Fields& f);
};

struct RatePlan {
    std::string type = "Percent";
    std::int64_t value = 100;
    Duration period = std::chrono::seconds(15);
    void describe(config::Fields& f);
};

struct DirectionPlan {
    Duration stabilization{0};
    std::string select = "Max";
    std::vector<RatePlan> policies{};  ///< empty: those of the HPA
    void describe(config::Fields& f);
    [[nodiscard]] ScalingRules rules(const ScalingRules& defaults) const;
};

/// Nothing moves in a direction from `at` for `lasts`.
struct FreezePlan {
    std::string name = "freeze";
    Duration at{0};
    Duration lasts = std::chrono::hours(1);
    std::string direction = "both";
    bool floor_passes = true;
    void describe(config::Fields& f);
};

/// Bounds of their own at some time of every day.
struct HoursPlan {
    std::string name = "hours";
    Duration from = std::chrono::hours(8);  ///< on the service's wall clock
    Duration to = std::chrono::hours(20);   ///< not after `from`: on the next day
    std::int64_t replicas_min = 2;
    std::int64_t replicas_max = 50;
    void describe(config::Fields& f);
};

/// A further demand of a service, measured as often as its own.
struct SignalPlan {
    std::string name = "queue";
    double capacity = 10.0;  ///< of this demand, that one replica serves
    Traffic traffic;
    void describe(config::Fields& f);
};

struct ServicePlan {
    std::string name = "a";
    std::string metric = "gauge";
    Duration step = std::chrono::minutes(1);
    std::string zone = "UTC";
    double capacity = 10.0;  ///< demand that one replica serves
    std::int64_t replicas_min = 2;
    std::int64_t replicas_max = 50;
    double unserved_price = 0.0;  ///< of a unit of demand that is not served for a second
    double change_replica_hours = Prices{}.change_replica_hours;
    double quantile = ScalingPolicy{}.quantile;
    double headroom = ScalingPolicy{}.headroom;
    double target_utilization = ScalingPolicy{}.target_utilization;
    double tolerance = ScalingPolicy{}.tolerance;
    double confidence_min = ScalingPolicy{}.confidence_min;
    Duration cooldown = ScalingPolicy{}.cooldown;
    Duration stale_after = ScalingPolicy{}.stale_after;
    Duration fallback_max = ScalingPolicy{}.forecast_fallback_max;
    Duration lead_time = ScalingPolicy{}.lead_time;
    DirectionPlan up;
    DirectionPlan down{.stabilization = std::chrono::minutes(5)};
    std::string mode = "automatic";
    std::vector<HoursPlan> hours;
    std::vector<FreezePlan> freezes;
    std::int64_t changes_per_day = 0;  ///< flap budget; 0: none
    std::int64_t reversals_per_day = 0;
    double budget_per_day = 0.0;  ///< replica-hours; 0: none
    double budget_per_month = 0.0;
    std::string when_reached = std::string(to_string(Budget{}.when_reached));
    Duration external_change_hold = ScalingPolicy{}.external_change_hold;
    std::int64_t instance_types = 0;  ///< so many of instance_catalogue()
    double spot_share_max = ScalingPolicy{}.spot_share_max;
    Traffic traffic;
    std::vector<SignalPlan> signals;
    void describe(config::Fields& f);
    /// What is measured of a signal, as if it were a service: "a/queue".
    [[nodiscard]] ServicePlan series(const SignalPlan& signal) const;
    /// begin: of the world, from which freezes are counted.
    /// errors  not_found: no such zone
    [[nodiscard]] Result<Service> service(Timestamp begin) const;
};

/// Kinds of instances that services run on: a small one, a spot pool, a large one.
[[nodiscard]] const std::vector<InstanceType>& instance_catalogue();

/// Something that goes wrong from `at` for `lasts`.
struct Fault {
    std::string kind = "samples_absent";
    std::string service;  ///< or one of its signals, "a/queue"; empty: all
    Duration at{0};
    Duration lasts{0};
    double share = 1.0;           ///< of the samples or calls within it
    Duration delay{0};            ///< of late samples, and how far others are ahead
    std::int64_t size = 1;        ///< replicas that are lost, missing or put there
    std::string where = "after";  ///< where in the turn the process is killed
    void describe(config::Fields& f);

    [[nodiscard]] bool concerns(const std::string& name) const {
        return service.empty() || service == name;
    }
    [[nodiscard]] bool ends_process() const { return kind == "kill" || kind == "stop"; }
};

struct EventPlan {
    std::string id = "event";
    std::string service;  ///< empty: all
    Duration known{0};    ///< when Forescale is told
    Duration at{0};
    Duration lasts = std::chrono::hours(1);
    double uplift = 0.0;     ///< that is stated
    double factor = 1.0;     ///< that demand really is multiplied by
    Duration cancelled{-1};  ///< when it is cancelled; -1ms: never
    void describe(config::Fields& f);
};

/// Something that a person asks for at run time.
struct ControlPlan {
    std::string kind = "pause";
    std::string service;
    Duration at{0};
    Duration lasts = std::chrono::hours(1);  ///< of a mode or a pause
    std::string direction = "both";          ///< of a pause, and of what is resumed
    std::string mode = "automatic";
    void describe(config::Fields& f);
};

/// One world, whole: the same plan is the same world, to the bit.
struct WorldPlan {
    std::int64_t seed = 1;  ///< of noise, and of what `share` picks
    std::string start = "2026-03-02T00:00:00Z";
    Duration history{0};  ///< that the sources have from before the start
    Duration length = std::chrono::hours(6);
    Duration turn = std::chrono::seconds(30);
    std::string store = "memory";
    bool gathers = false;  ///< turns that ask for nothing wait for one that does
    bool one_source = true;
    double removal_max = 1.0;  ///< share of the fleet that may go within removal_window; 1: all
    Duration removal_window = std::chrono::minutes(10);
    Duration checkpoint = std::chrono::hours(1);
    Duration lateness = std::chrono::minutes(2);
    SimulatedTargetSettings target;
    ExecutorSettings executor;
    std::vector<ServicePlan> services;
    std::vector<Fault> faults;
    std::vector<EventPlan> events;
    std::vector<ControlPlan> controls;
    void describe(config::Fields& f);

    [[nodiscard]] Timestamp begin() const;  ///< start, which was checked
    /// Of that name, or with a signal of that name.
    [[nodiscard]] const ServicePlan& service(const std::string& name) const;
};

/// The service, and the signal, that a series is of: {"a", "queue"}; no signal: its own demand.
struct SeriesName {
    std::string service;
    std::string signal;
};
[[nodiscard]] SeriesName series_name(const std::string& series);

/// What to_text() gave, or what a person wrote.
/// errors  invalid_argument, with every problem
[[nodiscard]] Result<WorldPlan> parse_plan(const std::string& path, const std::string& text);

/// A short YAML description: only what differs from the usual. parse_plan() reads the same plan.
[[nodiscard]] std::string to_text(WorldPlan plan);

/// The plan with one option fewer: its `index`-th option that differs from the usual is as usual
/// again. Nothing when there are not so many.
[[nodiscard]] std::optional<WorldPlan> with_usual(WorldPlan plan, std::size_t index);

}  // namespace forescale::worlds
