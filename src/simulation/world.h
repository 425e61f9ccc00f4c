#pragma once
#include "base/error.h"
#include "domain/pending_replicas.h"
#include "simulation/failures.h"
#include "simulation/policy.h"
#include "simulation/trace.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace forescale {

/// What is asked of a world beyond its trace; as given here, it is the world of docs/decisions.md.
struct WorldSettings {
    Duration lead_time = std::chrono::minutes(5);
    /// 95th percentile of the lead time, which then is its median and log-normal; what is asked for
    /// together is ready together. 0: every instance takes the lead time.
    Duration lead_time_p95{0};
    int replicas_min = 2;
    int replicas_max = 100;
    double capacity_per_replica = 0.0;  ///< 0: the 99.5th percentile of the samples / 50
    std::vector<Failure> failures = {};
    std::uint64_t seed = 1;  ///< of lead times and failures; the same for every policy

    /// errors  invalid_argument: what does not fit together
    [[nodiscard]] Result<void> check() const;
};

/// The world that every policy is played in: demand at the trace's own step, and instances that
/// take a lead time to be ready.
struct World {
    int replicas_min = 2;
    int replicas_max = 100;
    Timestamp start;  ///< of step 0
    Duration step{0};
    Duration lead_time{0};
    std::int64_t lead_steps = 0;  ///< lead time in steps, rounded up
    std::vector<double> demand;   ///< [steps] mean of the samples of a step; NaN: none
    double capacity_per_replica = 0.0;
    std::size_t first_scored = 0;          ///< the steps before only warm the policies up
    std::vector<std::int64_t> leads = {};  ///< per step of asking, in steps; empty: lead_steps
    // Per step, empty for never: no demand is measured; the target refuses changes; there is no
    // forecast.
    std::vector<bool> metrics_down = {};
    std::vector<bool> target_down = {};
    std::vector<bool> forecaster_down = {};

    [[nodiscard]] std::size_t steps() const { return demand.size(); }
    [[nodiscard]] Timestamp at(std::size_t step_index) const {
        return start + step * static_cast<Duration::rep>(step_index);
    }
    /// Instances that serve the demand of a step, within the bounds; replicas_min when it is
    /// missing.
    [[nodiscard]] int need(double demand_of_step) const;
    /// Steps until what is asked for at step `t` is ready.
    [[nodiscard]] std::int64_t lead_at(std::size_t t) const {
        return leads.empty() ? lead_steps : leads[t];
    }
    /// What policies are told of the demand of a step.
    [[nodiscard]] double measured(std::size_t t) const;
    [[nodiscard]] PolicyWorld view() const;
};

/// Warm-up: 14 days, or half of a shorter trace.
/// errors  invalid_argument: fewer than two samples, a trace without demand, settings that do not
/// fit together
[[nodiscard]] Result<World> make_world(const Trace& trace, const WorldSettings& settings);

/// Ready and pending instances. What is asked for at step t is ready from step t + lead on; what
/// is given back is gone at once: pending first, newest first, then ready.
class SimulatedFleet {
public:
    explicit SimulatedFleet(int ready) : ready_(ready) {}

    /// What becomes ready by step t.
    void promote(std::int64_t t);
    /// The desired total from step t on; more is ready after `lead` steps.
    void set(std::int64_t t, int desired, std::int64_t lead);
    [[nodiscard]] int ready() const { return ready_; }
    [[nodiscard]] int pending() const { return pending_.total().value(); }

private:
    int ready_;
    PendingReplicas<std::int64_t> pending_;
};

/// One step of one policy: decided at its start, before its demand was seen.
struct PlayedStep {
    int ready = 0;
    int pending = 0;
    int desired = 0;
    std::string_view reason;
};

/// A fleet under one policy, step by step: `begin` shows what is there at the start of the step,
/// `end` sets what was decided then.
class Player {
public:
    explicit Player(const World& world);

    void begin(std::size_t t) { fleet_.promote(static_cast<std::int64_t>(t)); }
    [[nodiscard]] Replicas ready() const { return Replicas(fleet_.ready()); }
    [[nodiscard]] Replicas pending() const { return Replicas(fleet_.pending()); }
    void end(std::size_t t, Replicas wanted, std::string_view reason);
    /// The whole step of one that decides by itself.
    void step(std::size_t t, Policy& policy);
    [[nodiscard]] std::vector<PlayedStep> take() && { return std::move(played_); }

private:
    const World* world_;
    SimulatedFleet fleet_;
    std::vector<PlayedStep> played_;
};

/// The whole trace under one policy.
[[nodiscard]] std::vector<PlayedStep> play(const World& world, Policy& policy);

/// What it came to, over the scored part.
struct PlayedScore {
    double under_provisioned_min = 0;
    double unserved_share = 0;
    double unserved = 0;  ///< demand times seconds: requests, where demand is requests per second
    double days = 0;      ///< scored
    double instance_hours = 0;
    double actions_per_day = 0;
    std::int64_t reversals = 0;
};
[[nodiscard]] PlayedScore score(const World& world, const std::vector<PlayedStep>& played);

}  // namespace forescale
