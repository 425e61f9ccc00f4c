#include "pipeline/view_builder.h"

#include "decision/price.h"

namespace forescale {
namespace {

ServiceView view_of(const ServiceState& state) {
    ServiceView out;
    out.service = state.service();
    if (state.seen) out.capacity = *state.seen;
    if (state.turn().newest) out.newest = *state.turn().newest;
    out.lead_time = state.turn().lead_time.lead_time();
    out.lead_time_learned = state.turn().lead_time.learned();
    out.path = state.path();
    out.noticed = state.forecaster().noticed();
    out.decision = state.decision;
    out.operation = state.newest_operation;
    out.control = state.turn().control;
    out.forecasts_harm = state.service().policy.accuracy_gate && state.turn().gate.forecasts_harm();
    if (state.decision) out.spending = state.spending(state.decision->inputs);
    out.cost_ratio = state.turn().gate.cost_ratio();
    if (state.decision && state.decision->inputs.lead_demand) {
        const double ready =
            out.capacity.ready.value() * state.service().capacity_per_replica.value();
        out.risk = probability_above(state.decision->inputs.lead_demand->quantiles, ready);
    }
    return out;
}

}  // namespace

std::shared_ptr<const FleetView> build_view(
    const std::vector<std::unique_ptr<ServiceState>>& services, const HealthChecker& health,
    const AlertManager& alerts, Timestamp now, std::int64_t turn) {
    auto view = std::make_shared<FleetView>();
    view->at = now;
    view->turn = turn;
    view->services.reserve(services.size());
    for (const auto& state : services) view->services.push_back(view_of(*state));
    view->health = health.all();
    view->alerts = alerts.firing();
    return view;
}

}  // namespace forescale
