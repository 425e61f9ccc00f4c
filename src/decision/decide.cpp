#include "decision/decide.h"

#include "base/assert.h"
#include "decision/costs.h"
#include "decision/explain.h"
#include "decision/mode.h"
#include "decision/price.h"
#include "decision/rules/rules.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace forescale {
namespace {

constexpr double rounding_noise = 1e-9;  // 3.0000000001 replicas are 3

bool usable(const LeadDemand& demand) {
    return std::ranges::all_of(demand.quantiles, [](double value) { return std::isfinite(value); });
}

bool is_fresh(const Service& service, const DecisionInputs& inputs) {
    return inputs.newest.state == SampleState::present && std::isfinite(inputs.newest.value) &&
           inputs.newest_age <= stale_after(service);
}

void plan_demand(Turn& turn, const Quantiles& quantiles) {
    turn.planned = demand_at(quantiles, turn.level);
    const double base = demand_at(quantiles, std::min(turn.level, quantile_levels.back()));
    turn.least_planned = std::midpoint(base, turn.with_headroom());
}

Turn make_turn(const Service& service, const DecisionInputs& inputs, Timestamp now,
               const DecisionState& state) {
    Turn turn{.service = service,
              .inputs = inputs,
              .now = now,
              .state = state,
              .current = inputs.capacity.total()};
    turn.fresh = is_fresh(service, inputs);
    turn.trusted = inputs.lead_demand && !inputs.forecasts_harm &&
                   inputs.confidence >= service.policy.confidence_min;
    if (turn.fresh)
        turn.floor = replicas_for(Demand(inputs.newest.value), inputs.capacity_per_replica);
    turn.level = planned_level(service.policy, inputs.capacity_per_replica);
    if (inputs.lead_demand) plan_demand(turn, inputs.lead_demand->quantiles);
    return turn;
}

/// Asks every rule; returns the number that they leave. `decisive` is the step that named a reason
/// last.
template <std::size_t Count>
Replicas ask(const std::array<Rule, Count>& rules, const Turn& turn, Replicas number,
             Decision& decision, std::size_t& decisive) {
    for (const Rule& rule : rules) {
        Verdict verdict = rule.apply(turn, number);
        if (!rule.recorded_always && verdict.reason == Reason::steady && verdict.detail.empty())
            continue;
        if (verdict.reason != Reason::steady) {
            decision.reason = verdict.reason;
            decisive = decision.steps.size();
        }
        decision.steps.push_back(
            {std::string(rule.name), number, verdict.replicas, std::move(verdict.detail)});
        number = verdict.replicas;
    }
    return number;
}

/// The last word, after the rules: who may make the change.
void ask_mode(const Turn& turn, Decision& decision) {
    Permission allowed = permission(turn, decision.desired);
    decision.acts = allowed.acts;
    if (!allowed.detail.empty())
        decision.steps.push_back(
            {"mode", decision.desired, allowed.replicas, std::move(allowed.detail)});
    decision.desired = allowed.replicas;
}

std::string id_of(const Service& service, Timestamp now) {
    const auto midnight = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date(midnight);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - midnight));
    return fmt::format("{}-{:04}{:02}{:02}T{:02}{:02}{:02}Z", service.id.str(),
                       static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), time.hours().count(),
                       time.minutes().count(), time.seconds().count());
}

Duration longest_period(const ScalingPolicy& policy, const DecisionInputs& inputs) {
    Duration longest = inputs.fleet ? inputs.fleet->window : Duration(0);
    if (policy.flap_budget.is_set()) longest = std::max(longest, day);
    for (const auto* rules : {&policy.scale_up, &policy.scale_down})
        for (const RatePolicy& rate : rules->policies) longest = std::max(longest, rate.period);
    return longest;
}

template <class Items>
void forget_before(Items& items, Timestamp oldest) {
    while (!items.empty() && items.front().at <= oldest) items.pop_front();
}

/// A change that the target does not show was refused or failed: it must not use up a rate policy.
void drop_change_not_made(DecisionState& state, Replicas current) {
    if (state.changes.empty() || state.changes.back().from != current ||
        state.changes.back().to == current)
        return;
    state.changes.pop_back();
}

/// What this program asked for last is what should be there; another size is the work of somebody
/// else, who is believed: from then on, it is the size that should be there.
void watch_size(DecisionState& state, const DecisionInputs& inputs, Timestamp now) {
    constexpr std::size_t kept_max = 16;
    forget_before(state.external_changes, now - day);
    const Replicas current = inputs.capacity.total();
    if (!inputs.asked || !state.asked || inputs.mode != Mode::automatic) {
        state.asked = {now, current};  // where people, or others, scale too, nobody is in the way
        return;
    }
    if (inputs.asked->at >= state.asked->at) state.asked = inputs.asked;
    if (state.asked->replicas == current) return;
    state.external_changes.push_back({now, state.asked->replicas, current});
    if (state.external_changes.size() > kept_max) state.external_changes.pop_front();
    state.asked = {now, current};
}

void prepare(DecisionState& state, const Service& service, const DecisionInputs& inputs,
             Timestamp now) {
    const ScalingPolicy& policy = service.policy;
    const Replicas current = inputs.capacity.total();
    watch_size(state, inputs, now);
    drop_change_not_made(state, current);
    const Duration window =
        std::max(policy.scale_up.stabilization_window, policy.scale_down.stabilization_window);
    // As after a restart of the HPA controller: the size that was found counts as recommended, so
    // that nothing shrinks at once; also after an absence.
    const bool was_away =
        state.recommendations.empty() ||
        now - state.recommendations.back().at > std::max(window, 2 * service.sample_step);
    forget_before(state.recommendations, now - window);
    if (was_away) state.recommendations.push_back({now, current});
    forget_before(state.changes, now - longest_period(policy, inputs));
}

void remember_change(DecisionState& state, Replicas current, Replicas desired, Timestamp now) {
    if (desired == current) return;
    state.changes.push_back({now, current, desired});
    state.last_change = now;
}

}  // namespace

Decision decide(const Service& service, DecisionInputs inputs, Timestamp now,
                DecisionState& state) {
    ASSERT(inputs.capacity_per_replica > Demand(0.0));
    if (inputs.lead_demand && !usable(*inputs.lead_demand)) inputs.lead_demand.reset();
    Decision decision;
    decision.id = id_of(service, now);
    decision.service = service.id;
    decision.at = now;
    decision.inputs = std::move(inputs);
    prepare(state, service, decision.inputs, now);
    const Turn turn = make_turn(service, decision.inputs, now, state);
    decision.quantile = turn.level;
    decision.demand_planned = turn.planned;
    decision.steps.reserve(rules::wanted_rules.size() + rules::allowed_rules.size());
    std::size_t decisive = 0;
    const Replicas wanted = ask(rules::wanted_rules, turn, turn.current, decision, decisive);
    decision.desired = ask(rules::allowed_rules, turn, wanted, decision, decisive);
    ask_mode(turn, decision);
    state.recommendations.push_back({now, wanted});
    if (decision.acts) remember_change(state, turn.current, decision.desired, now);
    decision.costs = costs_of(turn, decision.desired);
    decision.sentence = sentence_of(turn, decision, decision.steps[decisive]);
    decision.why_not_fewer = why_not_fewer(turn, decision, decision.steps[decisive]);
    return decision;
}

Duration stale_after(const Service& service) {
    return std::max(service.policy.stale_after, 2 * service.sample_step);
}

Replicas replicas_for(Demand demand, Demand capacity_per_replica) {
    const double replicas = std::ceil(demand / capacity_per_replica - rounding_noise);
    constexpr double most = 0.25 * std::numeric_limits<int>::max();
    return Replicas(static_cast<int>(std::clamp(replicas, 0.0, most)));
}

}  // namespace forescale
