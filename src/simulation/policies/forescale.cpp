#include "decision/decide.h"
#include "prediction/lead_demand.h"
#include "simulation/policies/policies.h"

#include <cmath>

namespace forescale {
namespace {

Service service_of(const PolicyWorld& world) {
    Service service;
    service.id = ServiceId("simulated");
    service.sample_step = service.fine_step = world.step;
    service.grid_step = std::max<Duration>(world.step, std::chrono::minutes(5));
    service.capacity_per_replica = Demand(world.capacity_per_replica);
    service.policy.replicas_min = world.replicas_min;
    service.policy.replicas_max = world.replicas_max;
    service.policy.lead_time = world.lead_time;
    return service;
}

class Forescale final : public Policy {
public:
    explicit Forescale(const PolicyWorld& world)
        : world_(world), service_(service_of(world)), lead_demand_(service_, world.lead_time) {}

    Replicas desired(std::size_t t, double demand, Replicas ready, Replicas pending) override {
        const Timestamp now = world_.start + world_.step * static_cast<Duration::rep>(t);
        if (t > 0) observe(now - world_.step, demand);
        DecisionInputs inputs;
        inputs.capacity = {.ready = ready, .pending = pending, .seen_at = now};
        inputs.newest = newest_;
        inputs.newest_age = now - newest_.at - world_.step;
        inputs.lead_demand = lead_demand_.forecast({});
        inputs.lead_time = world_.lead_time;
        inputs.confidence = 1.0;
        inputs.capacity_per_replica = service_.capacity_per_replica;
        const Decision decision = decide(service_, std::move(inputs), now, state_);
        reason_ = to_string(decision.reason);
        return decision.desired;
    }
    [[nodiscard]] std::string_view reason() const override { return reason_; }

private:
    void observe(Timestamp start, double demand) {
        const bool present = std::isfinite(demand);
        const auto state = present ? SampleState::present : SampleState::missing;
        Window window{
            .start = start, .width = world_.step, .count = present ? 1 : 0, .state = state};
        if (present) window.sum = window.min = window.max = window.last = demand;
        newest_ = {.at = start, .value = present ? demand : 0.0, .state = state};
        lead_demand_.observe(window);
    }

    PolicyWorld world_;
    Service service_;
    LeadDemandModel lead_demand_;
    DecisionState state_;
    Point newest_{{}, 0.0, SampleState::missing};
    std::string_view reason_ = "steady";
};

}  // namespace

std::unique_ptr<Policy> make_forescale(const PolicyWorld& world) {
    return std::make_unique<Forescale>(world);
}

}  // namespace forescale
