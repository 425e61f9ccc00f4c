#include "base/assert.h"
#include "simulation/policies/policies.h"
#include "simulation/virtual_run.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

constexpr Duration fine_step_min = std::chrono::minutes(1);
constexpr Duration grid_step_min = std::chrono::minutes(5);

Zone zone_of(const PolicyWorld& world) {
    return world.zone != nullptr ? *world.zone : Zone{};
}

/// A service with the default policy: what a user gets who states capacity and bounds only.
Service service_of(const PolicyWorld& world) {
    Service service;
    service.id = ServiceId("simulated");
    service.zone = zone_of(world);
    service.sample_step = world.step;
    service.fine_step = std::max(world.step, fine_step_min);
    service.grid_step = std::max(service.fine_step, grid_step_min);
    service.capacity_per_replica = Demand(world.capacity_per_replica);
    service.policy.replicas_min = world.replicas_min;
    service.policy.replicas_max = world.replicas_max;
    service.policy.lead_time = world.lead_time;
    return service;
}

/// The product itself: one turn of the real pipeline at the start of every step.
class Forescale final : public Policy {
public:
    explicit Forescale(const PolicyWorld& world)
        : world_(world), phase_(world.start - floor_to(world.start, world.step)) {
        static const std::vector<BusinessEvent> none;
        const auto& events = world.events != nullptr ? *world.events : none;
        auto run =
            VirtualRun::open(service_of(world), start_of(0) - world.step, events, world.trained);
        ASSERT(run.has_value());
        run_ = std::move(*run);
    }

    Replicas desired(std::size_t t, double demand, Replicas ready, Replicas pending) override {
        const Timestamp now = start_of(t);
        std::vector<Point> samples;
        if (std::isfinite(demand))
            samples.push_back({now - world_.step, demand, SampleState::present});
        return run_->turn(now, samples, {.ready = ready, .pending = pending, .seen_at = now});
    }
    [[nodiscard]] std::string_view reason() const override {
        const Decision* const decision = run_->decision();
        return decision != nullptr ? to_string(decision->reason) : "steady";
    }

private:
    /// On the grid of steps counted from 1970, which is the one that windows are cut on.
    [[nodiscard]] Timestamp start_of(std::size_t t) const {
        return world_.start - phase_ + world_.step * static_cast<Duration::rep>(t);
    }

    PolicyWorld world_;
    Duration phase_;
    std::unique_ptr<VirtualRun> run_;
};

}  // namespace

std::unique_ptr<Policy> make_forescale(const PolicyWorld& world) {
    return std::make_unique<Forescale>(world);
}

}  // namespace forescale
