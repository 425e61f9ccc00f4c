#include "simulation/policies/forescale.h"

#include "base/assert.h"
#include "decision/price.h"
#include "simulation/policies/policies.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

constexpr Duration fine_step_min = std::chrono::minutes(1);
constexpr Duration grid_step_min = std::chrono::minutes(5);

}  // namespace

ScalingPolicy at_setting(double setting) {
    ScalingPolicy policy;
    policy.quantile = setting;
    // What insures against what demand was a moment ago is part of the risk, and so is calm, which
    // insures too: up to 0.9 a window as short as the HPA's, and as many changes as the least calm
    // of the other policies makes; the default window from 0.999 on, the default calm from 0.99.
    const double nines = -std::log10(1.0 - setting);
    const double care = std::clamp((nines - 1.0) / 2.0, 0.0, 1.0);
    Duration& window = policy.scale_down.stabilization_window;
    const Duration least = std::chrono::minutes(5);
    window = least + std::chrono::floor<std::chrono::seconds>(care * (window - least));
    const double calm = std::clamp(nines - 1.0, 0.0, 1.0);
    policy.tolerance = std::lerp(0.05, policy.tolerance, calm);
    double& change = policy.prices.change_replica_hours;
    change = std::lerp(0.2, change, calm);
    // What reacts while forecasts are left out has to be as safe as they were: its target falls by
    // a quarter where the risk is a tenth, about as much as what forecasts plan for grows then.
    const double rarer = (1.0 - ScalingPolicy{}.quantile) / (1.0 - setting);
    if (rarer > 1.0) policy.target_utilization *= std::pow(rarer, -0.125);
    return policy;
}

Service simulated_service(const PolicyWorld& world, const ScalingPolicy& policy) {
    Service service;
    service.id = ServiceId("simulated");
    service.zone = world.zone != nullptr ? *world.zone : Zone{};
    service.sample_step = world.step;
    service.fine_step = std::max(world.step, fine_step_min);
    service.grid_step = std::max(service.fine_step, grid_step_min);
    service.capacity_per_replica = Demand(world.capacity_per_replica);
    service.policy = policy;
    service.policy.replicas_min = world.replicas_min;
    service.policy.replicas_max = world.replicas_max;
    service.policy.lead_time = world.lead_time;
    service.policy.budget = world.budget;
    service.policy.prices.currency = world.currency;
    service.policy.prices.replica_hour = world.replica_hour;
    service.policy.prices.unserved_unit = world.unserved_unit;
    return service;
}

Forescale::Forescale(const PolicyWorld& world, const ScalingPolicy& policy)
    : world_(world), phase_(world.start - floor_to(world.start, world.step)) {
    static const std::vector<BusinessEvent> none;
    const auto& events = world.events != nullptr ? *world.events : none;
    auto run = VirtualRun::open(simulated_service(world, policy), turn_at(0) - world.step, events,
                                world.trained);
    ASSERT(run.has_value());
    run_ = std::move(*run);
}

Replicas Forescale::desired(std::size_t t, double demand, Replicas ready, Replicas pending) {
    const Timestamp now = turn_at(t);
    std::vector<Point> samples;
    if (std::isfinite(demand)) samples.push_back({now - world_.step, demand, SampleState::present});
    if (world_.target_down != nullptr) run_->refuse_changes((*world_.target_down)[t]);
    return run_->turn(now, samples, {.ready = ready, .pending = pending, .seen_at = now});
}

std::string_view Forescale::reason() const {
    const Decision* const decision = run_->decision();
    return decision != nullptr ? to_string(decision->reason) : "steady";
}

PolicyKind forescale_kind() {
    return {
        .make =
            [](const PolicyWorld& world, std::span<const double> settings) {
                std::vector<std::unique_ptr<Policy>> made;
                for (const double setting : settings)
                    made.push_back(std::make_unique<Forescale>(world, at_setting(setting)));
                return made;
            },
        .setting_name = "quantile",
        .usual = ScalingPolicy{}.quantile,
        .least = level_least,
        .most = level_most,
        .settings = {.05,   .1,    .2,    .4,    .5,    .6,     .7,     .8,     .85,     .9,
                     .93,   .95,   .97,   .98,   .985,  .99,    .995,   .997,   .998,    .999,
                     .9993, .9995, .9997, .9998, .9999, .99995, .99998, .99999, .999995, .999999}};
}

}  // namespace forescale
