#include "simulation/worlds/checks.h"

#include <algorithm>
#include <cmath>

namespace forescale::worlds::checks {
namespace {

bool fires(const LifeView& life, std::string_view name, const std::string& service) {
    return std::ranges::any_of(life.alerts.firing(), [&](const Alert& alert) {
        return alert.name == name && alert.service == service;
    });
}

std::optional<HealthState> health_of(const LifeView& life, const std::string& component) {
    for (const auto& one : life.health.all())
        if (one.component == component) return one.state;
    return std::nullopt;
}

/// What should be said of one condition, and by which alert and component.
struct Said {
    std::string alert;
    std::string of;  ///< the alert's service
    std::string component;
    bool is_bad = false;
};

std::vector<Said> conditions(const WorldTurn& turn) {
    std::vector<Said> all;
    for (const auto& [name, record] : turn.record.services)
        if (!record.looks.empty())
            all.push_back(
                {"target_unreachable", name, "target/" + name, !record.looks.front().has_value()});
    for (const auto& [name, is_failing] : turn.record.source_fails)
        all.push_back({"collector_failing", name, "collector/" + name, is_failing});
    all.push_back({"store_unavailable", "", "store", turn.record.store_fails});
    return all;
}

bool is_turn(const WorldTurn& turn) {
    return turn.life != nullptr && turn.life->pipeline.turns() > 0;
}

bool has_fresh_sample(const ServiceState& state, Timestamp now) {
    if (!state.decision || state.decision->at != now) return false;
    const auto& inputs = state.decision->inputs;
    return inputs.newest.state == SampleState::present &&
           inputs.newest_age <= fresh_for(state.service());
}

/// Somebody else's hand, or a provider that gives another size, can look like an operation's
/// effect.
bool is_meddled_with(const WorldPlan& plan, const std::string& service) {
    return std::ranges::any_of(plan.faults, [&](const Fault& fault) {
        return fault.concerns(service) &&
               (fault.kind == "somebody_scales" || fault.kind == "replicas_lost" ||
                fault.kind == "other_size");
    });
}

Finding end_of(const Operation& operation, const std::vector<simulated::Applied>& applied) {
    const bool took_effect = std::ranges::any_of(
        applied, [&](const simulated::Applied& one) { return one.id == operation.id; });
    const bool claims_effect = operation.state == OperationState::done ||
                               operation.state == OperationState::rolled_back ||
                               operation.state == OperationState::executing;
    if (claims_effect && !took_effect)
        return fmt::format("operation {} is {} and never took effect", operation.id,
                           to_string(operation.state));
    // A process that died while the store was away knows nothing of a rollback; the target does.
    const bool went_back = operation.detail.starts_with("not ready in time") ||
                           std::ranges::any_of(applied, [&](const simulated::Applied& one) {
                               return one.id.starts_with(operation.id + "-rollback-");
                           });
    const bool says_no_effect =
        operation.state == OperationState::failed || operation.state == OperationState::withdrawn;
    if (says_no_effect && took_effect && !went_back)
        return fmt::format("operation {} is {} and took effect: {}", operation.id,
                           to_string(operation.state), operation.detail);
    return std::nullopt;
}

}  // namespace

Finding alerts_are_true(const WorldTurn& turn) {
    if (!is_turn(turn)) return std::nullopt;
    for (const Said& said : conditions(turn))
        if (fires(*turn.life, said.alert, said.of) != said.is_bad)
            return fmt::format("{} of '{}' {}", said.alert, said.of,
                               said.is_bad ? "does not fire" : "fires and all is well");
    for (const auto& state : turn.life->pipeline.services())
        if (fires(*turn.life, "samples_missing", state->id().str()) &&
            has_fresh_sample(*state, turn.now))
            return fmt::format("samples_missing of '{}' fires, and its newest sample is fresh",
                               state->id());
    return std::nullopt;
}

Finding health_is_true(const WorldTurn& turn) {
    if (!is_turn(turn)) return std::nullopt;
    for (const Said& said : conditions(turn)) {
        const auto state = health_of(*turn.life, said.component);
        if (!state && !said.is_bad) continue;
        if (!state || (*state == HealthState::ok) == said.is_bad)
            return fmt::format("{} is reported as {} and {}", said.component,
                               state ? to_string(*state) : "nothing",
                               said.is_bad ? "fails" : "works");
    }
    return std::nullopt;
}

Finding numbers_of_forecast(const WorldTurn& turn) {
    if (!is_turn(turn)) return std::nullopt;
    for (const auto& state : turn.life->pipeline.services()) {
        if (!state->path()) continue;
        for (const auto& point : state->path()->points) {
            const bool good = std::ranges::all_of(
                point.quantiles, [](double value) { return std::isfinite(value) && value >= 0.0; });
            if (!good || !std::ranges::is_sorted(point.quantiles))
                return fmt::format("the forecast of {} for {} is {} ... {}", state->id(),
                                   format_duration(point.horizon), point.quantiles.front(),
                                   point.quantiles.back());
        }
        for (const auto& member : state->path()->members)
            if (!(member.weight >= 0.0 && member.weight <= 1.0 + 1e-9))
                return fmt::format("the weight of {} in {} is {}", member.name, state->id(),
                                   member.weight);
    }
    return std::nullopt;
}

Finding operations_end_as_they_say(const WorldEnd& end) {
    for (const auto& [name, record] : end.record.services) {
        if (is_meddled_with(end.plan, name)) continue;
        const auto applied = end.target.applied(ServiceId(name));
        for (const auto& [id, operation] : record.operations)
            if (auto finding = end_of(operation, applied))
                return fmt::format("{}: {}", name, *finding);
    }
    return std::nullopt;
}

Finding store_has_what_it_took(const WorldEnd& end) {
    const auto head = end.store.audit_head();
    if (!head) return head.error().message;
    const auto& noted = end.record.audit_head;
    if (head->has_value() != noted.has_value() || (noted && (*head)->hash != noted->hash))
        return "the newest audit entry is not the one that was stored last";
    const auto open = end.store.open_operations();
    if (!open) return open.error().message;
    std::size_t noted_open = 0;
    for (const auto& [name, record] : end.record.services)
        noted_open += static_cast<std::size_t>(std::ranges::count_if(
            record.operations, [](const auto& one) { return is_open(one.second.state); }));
    if (open->size() == noted_open) return std::nullopt;
    return fmt::format("{} operations are open in the store, {} were stored as open", open->size(),
                       noted_open);
}

}  // namespace forescale::worlds::checks
