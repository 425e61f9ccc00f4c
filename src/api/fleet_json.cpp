#include "api/fleet_json.h"

#include "decision/decide.h"

#include <algorithm>

namespace forescale {
namespace {

json::object quantiles_json(const Quantiles& quantiles) {
    json::object out;
    out.reserve(quantiles.size());
    for (std::size_t i = 0; i < quantiles.size(); ++i)
        out[fmt::format("{}", quantile_levels.at(i))] = quantiles.at(i);
    return out;
}

json::object point_json(Timestamp origin, Duration horizon, const Quantiles& quantiles) {
    return {{"at", format_timestamp(origin + horizon)},
            {"horizon_s", in_seconds(horizon)},
            {"quantiles", quantiles_json(quantiles)}};
}

/// Now minus the end of what the newest sample describes.
Duration newest_age(const ServiceView& view, Timestamp now) {
    const auto end = view.newest.at + view.service.sample_step;
    return std::max(now - end, Duration(0));
}

json::value newest_json(const ServiceView& view, Timestamp now) {
    if (view.newest.at == Timestamp{}) return nullptr;
    json::object out{{"at", format_timestamp(view.newest.at)}, {"value", nullptr}};
    if (view.newest.state == SampleState::present) out["value"] = view.newest.value;
    out["state"] = to_string(view.newest.state);
    out["age_s"] = in_seconds(newest_age(view, now));
    out["stale"] = newest_age(view, now) > stale_after(view.service);
    return out;
}

json::array members_json(const std::vector<MemberView>& members) {
    json::array out;
    for (const auto& member : members)
        out.push_back(json::object{{"name", member.name},
                                   {"weight", member.weight},
                                   {"asleep", member.asleep},
                                   {"asleep_because", member.asleep_because}});
    return out;
}

constexpr std::array<std::string_view, headline_horizons.size()> headline_names{"15m", "1h", "24h"};

json::object headline_json(const ForecastPath& path) {
    json::object out;
    for (std::size_t i = 0; i < headline_horizons.size(); ++i) {
        const auto horizon = headline_horizons.at(i);
        if (horizon <= path.points.back().horizon)
            out[headline_names.at(i)] = point_json(path.origin, horizon, path.at(horizon));
    }
    return out;
}

}  // namespace

json::value time_json(Timestamp time) {
    if (time == Timestamp{}) return nullptr;
    return json::string(format_timestamp(time));
}

std::optional<double> utilization(const ServiceView& view) {
    const double capacity = view.capacity.ready.value() * view.service.capacity_per_replica.value();
    if (view.newest.at == Timestamp{} || view.newest.state != SampleState::present || capacity <= 0)
        return std::nullopt;
    return view.newest.value / capacity;
}

std::string_view driver_of(const ServiceView& view) {
    if (!view.decision) return "starting";
    switch (ground_of(view.decision->reason)) {
        case Ground::hold:
            return "hold";
        case Ground::forecast_fallback:
            return "forecast_fallback";
        case Ground::reactive:
            return "reactive";
        case Ground::forecast:
            break;
    }
    return trusts_forecast(view.service.policy, view.decision->inputs) ? "forecast" : "reactive";
}

HealthState overall_health(const FleetView& view) {
    auto worst = view.turn == 0 ? HealthState::degraded : HealthState::ok;
    for (const auto& component : view.health) worst = std::max(worst, component.state);
    return worst;
}

json::object operation_json(const Operation& operation) {
    json::object mix;
    for (const InstanceCount& part : operation.mix) mix[part.type] = part.count;
    return {{"id", operation.id},
            {"from", operation.from.value()},
            {"to", operation.to.value()},
            {"state", to_string(operation.state)},
            {"intended_at", format_timestamp(operation.intended_at)},
            {"changed_at", format_timestamp(operation.changed_at)},
            {"attempts", operation.attempts},
            {"detail", operation.detail},
            {"mix", std::move(mix)}};
}

namespace {
json::object noticed_json(const Forecaster::Noticed& noticed) {
    return {{"level_shifts", noticed.level_shifts},
            {"incidents", noticed.incidents},
            {"clipped_steps", noticed.clipped_steps},
            {"disbelieved_steps", noticed.disbelieved_steps},
            {"in_doubt", noticed.in_doubt}};
}
}  // namespace

namespace {
json::value mode_json(const ServiceView& view) {
    const Mode configured = view.service.policy.mode;
    json::object out{{"now", to_string(view.control.mode(configured))},
                     {"configured", to_string(configured)},
                     {"until", nullptr},
                     {"by", nullptr},
                     {"why", nullptr}};
    if (const auto& chosen = view.control.chosen()) {
        if (chosen->until) out["until"] = format_timestamp(*chosen->until);
        out["by"] = chosen->by;
        out["why"] = chosen->why;
    }
    return out;
}

json::array pauses_json(const std::vector<Pause>& pauses) {
    json::array out;
    for (const Pause& pause : pauses)
        out.push_back(json::object{{"direction", to_string(pause.direction)},
                                   {"until", format_timestamp(pause.until)},
                                   {"by", pause.by},
                                   {"why", pause.why}});
    return out;
}

json::value proposal_json(const std::optional<Proposal>& proposal) {
    if (!proposal) return nullptr;
    return json::object{{"id", proposal->id},
                        {"from", proposal->from.value()},
                        {"to", proposal->to.value()},
                        {"proposed_at", format_timestamp(proposal->proposed_at)},
                        {"expires_at", format_timestamp(proposal->expires_at)},
                        {"sentence", proposal->sentence}};
}
}  // namespace

namespace {

/// What the other demand signals of a service say now, and which of all needs most.
void add_signals(json::object& out, const ServiceView& view, Timestamp now) {
    if (view.signals.empty()) return;
    json::array signals;
    for (const ServiceView& signal : view.signals) {
        const auto used = utilization(signal);
        signals.push_back(json::object{
            {"name", signal.service.id.str().substr(view.service.id.str().size() + 1)},
            {"series", signal.service.id.str()},
            {"newest", newest_json(signal, now)},
            {"capacity_per_replica", signal.service.capacity_per_replica.value()},
            {"utilization", used ? json::value(*used) : json::value(nullptr)},
            {"confidence", signal.path ? json::value(signal.path->confidence) : json::value()},
            {"forecasts_harm", signal.forecasts_harm}});
    }
    out["signals"] = std::move(signals);
    out["signal"] = view.decision && !view.decision->signal.empty()
                        ? json::value(view.decision->signal)
                        : json::value(nullptr);
}

void add_evidence(json::object& out, const ServiceView& view) {
    if (!view.decision || !view.decision->inputs.capacity_evidence) return;
    const CapacityEvidence& evidence = *view.decision->inputs.capacity_evidence;
    out["capacity_evidence"] =
        json::object{{"from", to_string(evidence.from)}, {"learned", evidence.learned},
                     {"stated", evidence.stated},        {"estimate", evidence.estimate},
                     {"error", evidence.error},          {"detail", evidence.detail}};
}

json::object span_json(const SpendingSpan& span) {
    json::object out{{"begins", format_timestamp(span.begins)},
                     {"ends", format_timestamp(span.ends)},
                     {"spent", span.spent},
                     {"expected", span.expected},
                     {"limit", nullptr},
                     {"exhausted_at", nullptr}};
    if (span.limit > 0.0) out["limit"] = span.limit;
    if (span.exhausted_at) out["exhausted_at"] = format_timestamp(*span.exhausted_at);
    return out;
}

json::value spending_json(const ServiceView& view) {
    if (!view.spending) return nullptr;
    return json::object{{"currency", view.spending->currency},
                        {"when_reached", to_string(view.service.policy.budget.when_reached)},
                        {"day", span_json(view.spending->day)},
                        {"month", span_json(view.spending->month)}};
}
}  // namespace

json::object status_json(const ServiceView& view, Timestamp now) {
    const auto& service = view.service;
    const auto* decision = view.decision.get();
    json::object out{
        {"service", service.id.str()},
        {"ready", view.capacity.ready.value()},
        {"pending", view.capacity.pending.value()},
        {"desired", (decision != nullptr ? decision->desired : view.capacity.total()).value()},
        {"replicas_min", service.policy.replicas_min.value()},
        {"replicas_max", service.policy.replicas_max.value()},
        {"capacity_per_replica", service.capacity_per_replica.value()},
        {"capacity_seen_at", time_json(view.capacity.seen_at)},
        {"newest", newest_json(view, now)}};
    const auto used = utilization(view);
    out["utilization"] = used ? json::value(*used) : json::value(nullptr);
    out["lead_time_s"] = in_seconds(view.lead_time);
    out["lead_time_learned"] = view.lead_time_learned;
    out["ground"] = driver_of(view);
    out["reason"] =
        decision != nullptr ? json::value(to_string(decision->reason)) : json::value(nullptr);
    out["sentence"] =
        decision != nullptr ? decision->sentence : std::string("no decision has been made yet");
    out["decided_at"] =
        decision != nullptr ? json::value(format_timestamp(decision->at)) : json::value(nullptr);
    out["confidence"] = view.path ? json::value(view.path->confidence) : json::value(nullptr);
    out["risk"] = view.risk;
    out["noticed"] = noticed_json(view.noticed);
    out["mode"] = mode_json(view);
    out["pauses"] = pauses_json(view.control.pauses());
    out["proposal"] = proposal_json(view.control.proposal());
    out["gate"] =
        json::object{{"forecasts_harm", view.forecasts_harm}, {"cost_ratio", view.cost_ratio}};
    out["spending"] = spending_json(view);
    out["operation"] =
        view.operation ? json::value(operation_json(*view.operation)) : json::value(nullptr);
    add_signals(out, view, now);
    add_evidence(out, view);
    return out;
}

json::object prediction_json(const ServiceView& view, bool whole) {
    const auto& path = *view.path;
    json::object out{{"service", view.service.id.str()},
                     {"origin", format_timestamp(path.origin)},
                     {"step_s", in_seconds(path.step)},
                     {"confidence", path.confidence},
                     {"headline", path.empty() ? json::object() : headline_json(path)}};
    if (whole) {
        json::array points;
        for (const auto& point : path.points)
            points.push_back(point_json(path.origin, point.horizon, point.quantiles));
        out["path"] = std::move(points);
    }
    out["members"] = members_json(path.members);
    json::array signals;
    for (const ServiceView& signal : view.signals)
        if (signal.path) signals.push_back(prediction_json(signal, whole));
    if (!signals.empty()) out["signals"] = std::move(signals);
    return out;
}

json::object decision_summary_json(const Decision& decision) {
    return {{"id", decision.id},
            {"service", decision.service.str()},
            {"at", format_timestamp(decision.at)},
            {"desired", decision.desired.value()},
            {"current", decision.inputs.capacity.total().value()},
            {"changes", decision.changes()},
            {"reason", to_string(decision.reason)},
            {"sentence", decision.sentence}};
}

json::object alert_json(const Alert& alert) {
    return {{"name", alert.name},
            {"service", alert.service.empty() ? json::value(nullptr) : json::value(alert.service)},
            {"severity", to_string(alert.severity)},
            {"summary", alert.summary},
            {"since", format_timestamp(alert.since)}};
}

json::object component_json(const ComponentHealth& component) {
    return {{"component", component.component},
            {"state", to_string(component.state)},
            {"detail", component.detail},
            {"since", time_json(component.since)}};
}

json::object event_json(const BusinessEvent& event) {
    json::array services;
    for (const auto& service : event.services) services.push_back(json::string(service.str()));
    return {{"id", event.id},
            {"type", event.type},
            {"name", event.name},
            {"services", std::move(services)},
            {"start", format_timestamp(event.start)},
            {"end", format_timestamp(event.end)},
            {"expected_uplift", event.expected_uplift},
            {"source", event.source},
            {"cancelled", event.cancelled}};
}

}  // namespace forescale
