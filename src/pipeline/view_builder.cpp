#include "pipeline/view_builder.h"

#include "decision/price.h"

#include <algorithm>

namespace forescale {
namespace {

/// What is known of the demand of a signal, over the replicas of its service.
ServiceView signal_view(const ServiceState& state, const Capacity& capacity) {
    ServiceView out;
    out.service = state.service();
    out.capacity = capacity;
    if (state.turn().newest) out.newest = *state.turn().newest;
    out.path = state.path();
    out.noticed = state.forecaster().noticed();
    out.forecasts_harm = state.service().policy.accuracy_gate && state.turn().gate.forecasts_harm();
    out.cost_ratio = state.turn().gate.cost_ratio();
    return out;
}

/// Of the signal that is likeliest to exceed what is ready; 0 without a forecast.
double risk_of(const DecisionInputs& inputs) {
    const auto of = [&](const std::optional<LeadDemand>& demand, Demand one) {
        const double ready = inputs.capacity.ready.value() * one.value();
        return demand ? probability_above(demand->quantiles, ready) : 0.0;
    };
    double risk = of(inputs.lead_demand, inputs.capacity_per_replica);
    for (const SignalDemand& signal : inputs.signals)
        risk = std::max(risk, of(signal.lead_demand, signal.capacity_per_replica));
    return risk;
}

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
    for (const ServiceState* const signal : state.signals)
        out.signals.push_back(signal_view(*signal, out.capacity));
    if (state.decision) out.risk = risk_of(state.decision->inputs);
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
