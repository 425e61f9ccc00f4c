#include "decision/decide.h"

#include "base/assert.h"
#include "decision/costs.h"
#include "decision/decide_size.h"
#include "decision/explain.h"
#include "decision/mix.h"
#include "decision/mode.h"
#include "decision/price.h"
#include "decision/rules/rules.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace forescale {
namespace {

constexpr double rounding_noise = 1e-9;  // 3.0000000001 replicas are 3
constexpr Duration bridge_step = std::chrono::minutes(5);
constexpr Duration bridged_max = std::chrono::minutes(30);
/// A forecast that is there and doubts itself says that something is going on.
constexpr Duration doubted_max = std::chrono::minutes(10);

bool usable(const LeadDemand& demand) {
    return std::ranges::all_of(demand.quantiles, [](double value) { return std::isfinite(value); });
}

/// One factor per scenario and point.
bool fits(const PathScenarios& scenarios, const std::vector<PathMedian>& path) {
    return scenarios.percent.size() == scenarios.count * path.size();
}

void drop_unusable(std::optional<LeadDemand>& demand) {
    if (demand && !usable(*demand)) demand.reset();
}

/// Of the service's own demand or of a signal.
template <class Demanded>
bool trusts(const ScalingPolicy& policy, const Demanded& demanded) {
    return demanded.lead_demand && !demanded.forecasts_harm &&
           demanded.confidence >= policy.confidence_min;
}

void plan_demand(Turn& turn, const Quantiles& quantiles) {
    const auto [planned, least] = planned_demand(quantiles, turn.level, turn.policy().headroom);
    turn.planned = planned;
    turn.least_planned = least;
}

/// The worst of the measured loads is the floor.
void raise_floor(Turn& turn) {
    for (std::size_t i = 0; i < turn.signals.size(); ++i) {
        if (turn.signals[i].floor <= turn.floor) continue;
        turn.floor = turn.signals[i].floor;
        turn.floor_of = i;
    }
}

Turn make_turn(const Service& service, const DecisionInputs& inputs, Timestamp now,
               const DecisionState& state) {
    Turn turn{.service = service,
              .inputs = inputs,
              .now = now,
              .state = state,
              .current = inputs.capacity.total()};
    turn.fresh = is_fresh(inputs.newest, inputs.newest_age, stale_after(service));
    turn.trusted = trusts_forecast(service.policy, inputs);
    if (turn.fresh)
        turn.floor = replicas_for(Demand(inputs.newest.value), inputs.capacity_per_replica);
    turn.level = planned_level(service.policy, inputs.capacity_per_replica);
    if (inputs.lead_demand) plan_demand(turn, inputs.lead_demand->quantiles);
    turn.signals = signal_needs(service.policy, inputs, turn.level);
    raise_floor(turn);
    return turn;
}

/// What was heard of the rules that were asked so far.
struct Heard {
    std::size_t decisive = 0;      ///< the step that named a reason last
    std::string_view raised_by{};  ///< whose need raised the number last; empty: its own demand
};

/// Asks every rule; returns the number that they leave.
template <std::size_t Count>
Replicas ask(const std::array<Rule, Count>& rules, const Turn& turn, Replicas number,
             Decision& decision, Heard& heard) {
    for (const Rule& rule : rules) {
        Verdict verdict = rule.apply(turn, number);
        if (verdict.replicas > number) heard.raised_by = verdict.signal;
        if (!rule.recorded_always && verdict.reason == Reason::steady && verdict.detail.empty())
            continue;
        if (verdict.reason != Reason::steady) {
            decision.reason = verdict.reason;
            heard.decisive = decision.steps.size();
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
/// One that it shows a part of was rolled back so far: what is left of it counts.
void amend_newest_change(DecisionState& state, Replicas current) {
    if (state.changes.empty()) return;
    SizeChange& newest = state.changes.back();
    const auto [least, most] = std::minmax(newest.from, newest.to);
    if (least < current && current < most) newest.to = current;
    if (newest.from == current && newest.to != current) state.changes.pop_back();
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
    amend_newest_change(state, current);
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

/// Median demand at the last point of the path that is not after `at`; 0 where there is none.
double median_by(const std::vector<PathMedian>& path, Timestamp at) {
    const auto after = std::ranges::upper_bound(path, at, {}, &PathMedian::target);
    return after == path.begin() ? 0.0 : std::prev(after)->demand;
}

/// How far the median a lead time ahead will have grown after each step, as far as a forecast is
/// bridged.
std::vector<double> growth_of(const DecisionInputs& inputs, Timestamp now) {
    std::vector<double> growth;
    const Timestamp ahead = now + inputs.lead_time;
    const double before = median_by(inputs.path, ahead);
    if (!(before > 0.0)) return growth;
    for (Duration after = bridge_step; after <= bridged_max; after += bridge_step)
        growth.push_back(median_by(inputs.path, ahead + after) / before);
    return growth;
}

/// That demand, had it grown as was said. What was said to fall is not counted on.
LeadDemand grown(const TrustedForecast& trusted, Duration age) {
    LeadDemand demand = trusted.demand;
    const auto steps = static_cast<std::size_t>((age + bridge_step - Duration(1)) / bridge_step);
    if (steps == 0 || steps > trusted.growth.size()) return demand;
    const double factor = std::max(trusted.growth[steps - 1], 1.0);
    for (double& quantile : demand.quantiles) quantile *= factor;
    return demand;
}

/// Reacting asks for another size than forecasting, and going there and back costs two changes: a
/// forecast that fails, or is not trusted, for a moment has the newest one that was stand in for it
/// while that is young. One that does harm has not.
void bridge_forecast(DecisionState& state, DecisionInputs& inputs, const ScalingPolicy& policy,
                     Timestamp now) {
    if (inputs.lead_demand && trusts_forecast(policy, inputs)) {
        state.trusted = {now, *inputs.lead_demand, inputs.confidence, growth_of(inputs, now)};
        return;
    }
    if (!state.trusted) return;
    const Duration age = now - state.trusted->at;
    const Duration longest = inputs.lead_demand ? doubted_max : bridged_max;
    if (inputs.forecasts_harm || age > std::min(longest, policy.forecast_fallback_max))
        return state.trusted.reset();
    inputs.lead_demand = grown(*state.trusted, age);
    inputs.confidence = state.trusted->confidence;
    inputs.lead_demand_age = age;
}

void remember_change(DecisionState& state, Replicas current, Replicas desired, Timestamp now) {
    if (desired == current) return;
    state.changes.push_back({now, current, desired});
    state.last_change = now;
}

/// For who reads the decision.
void explain(const Turn& turn, const Heard& heard, Decision& decision, DecisionState& state) {
    decision.mix = mix_of(turn, decision.desired);
    decision.costs = costs_of(turn, decision.desired, decision.mix);
    const RuleStep& decisive = decision.steps[heard.decisive];
    decision.sentence = sentence_of(turn, decision, decisive);
    decision.why_not_fewer = why_not_fewer(turn, decision, decisive);
    // What runs is what an operation asked for last; before the first, what would be asked for.
    const bool is_asked_for = decision.acts && decision.changes();
    if (decision.mix && (is_asked_for || state.mix.empty())) state.mix = decision.mix->counts();
}

Decision decided(const Service& service, DecisionInputs inputs, Timestamp now, DecisionState& state,
                 bool explained) {
    ASSERT(inputs.capacity_per_replica > Demand(0.0));
    drop_unusable(inputs.lead_demand);
    if (!fits(inputs.scenarios, inputs.path)) inputs.scenarios = {};
    for (SignalDemand& signal : inputs.signals) {
        ASSERT(signal.capacity_per_replica > Demand(0.0));
        drop_unusable(signal.lead_demand);
        if (!fits(signal.scenarios, signal.path)) signal.scenarios = {};
    }
    Decision decision;
    decision.id = id_of(service, now);
    decision.service = service.id;
    decision.at = now;
    decision.inputs = std::move(inputs);
    prepare(state, service, decision.inputs, now);
    bridge_forecast(state, decision.inputs, service.policy, now);
    const Turn turn = make_turn(service, decision.inputs, now, state);
    decision.quantile = turn.level;
    decision.demand_planned = turn.planned;
    decision.steps.reserve(rules::wanted_rules.size() + rules::allowed_rules.size());
    Heard heard;
    const Replicas wanted = ask(rules::wanted_rules, turn, turn.current, decision, heard);
    decision.signal = heard.raised_by;
    decision.desired = ask(rules::allowed_rules, turn, wanted, decision, heard);
    ask_mode(turn, decision);
    state.recommendations.push_back({now, wanted});
    if (decision.acts) remember_change(state, turn.current, decision.desired, now);
    if (explained) explain(turn, heard, decision, state);
    return decision;
}

}  // namespace

Decision decide(const Service& service, DecisionInputs inputs, Timestamp now,
                DecisionState& state) {
    return decided(service, std::move(inputs), now, state, true);
}

Decision decide_size(const Service& service, DecisionInputs inputs, Timestamp now,
                     DecisionState& state) {
    return decided(service, std::move(inputs), now, state, false);
}

bool trusts_forecast(const ScalingPolicy& policy, const DecisionInputs& inputs) {
    return trusts(policy, inputs);
}

bool trusts_forecast(const ScalingPolicy& policy, const SignalDemand& signal) {
    return trusts(policy, signal);
}

bool is_fresh(const Point& newest, Duration age, Duration longest) {
    return newest.state == SampleState::present && std::isfinite(newest.value) && age <= longest;
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
