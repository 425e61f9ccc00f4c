#pragma once
#include "base/error.h"
#include "simulation/policy.h"
#include "simulation/trace.h"

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

namespace forescale {

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
    std::size_t first_scored = 0;  ///< the steps before only warm the policies up

    [[nodiscard]] std::size_t steps() const { return demand.size(); }
    [[nodiscard]] Timestamp at(std::size_t step_index) const {
        return start + step * static_cast<Duration::rep>(step_index);
    }
    /// Instances that serve the demand of a step, within the bounds; replicas_min when it is
    /// missing.
    [[nodiscard]] int need(double demand_of_step) const;
    [[nodiscard]] PolicyWorld view() const;
};

/// Capacity of one instance: the 99.5th percentile of the samples / 50. Warm-up: 14 days, or half
/// of a shorter trace. errors  invalid_argument: fewer than two samples, or a trace without demand
[[nodiscard]] Result<World> make_world(const Trace& trace, Duration lead_time);

/// Ready and pending instances. What is asked for at step t is ready from step t + lead_steps; what
/// is given back is gone at once: pending first, newest first, then ready.
class SimulatedFleet {
public:
    SimulatedFleet(std::int64_t lead_steps, int ready) : lead_steps_(lead_steps), ready_(ready) {}

    /// What becomes ready by step t.
    void promote(std::int64_t t);
    /// The desired total from step t on.
    void set(std::int64_t t, int desired);
    [[nodiscard]] int ready() const { return ready_; }
    [[nodiscard]] int pending() const { return pending_; }

private:
    struct Batch {
        std::int64_t ready_at;
        int count;
    };
    std::int64_t lead_steps_;
    int ready_;
    int pending_ = 0;
    std::deque<Batch> batches_;
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
    double instance_hours = 0;
    double actions_per_day = 0;
    std::int64_t reversals = 0;
};
[[nodiscard]] PlayedScore score(const World& world, const std::vector<PlayedStep>& played);

}  // namespace forescale
