#include "simulation/worlds/checks.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace forescale::worlds::checks {
namespace {

constexpr double rounding_noise = 1e-6;

/// Replica-hours from `begin` on, of the sizes that the turns saw: each until the next one.
double replica_hours(const std::vector<Made>& made, Timestamp begin) {
    double sum = 0.0;
    for (std::size_t i = 1; i < made.size(); ++i) {
        const Timestamp from = std::max(made[i - 1].at, begin);
        if (made[i].at > from) sum += made[i - 1].current * in_seconds(made[i].at - from) / 3600.0;
    }
    return sum;
}

Timestamp midnight(const Service& service, std::chrono::year_month_day date) {
    const std::chrono::sys_days local(date);
    return service.zone.from_local(local, Zone::Twice::first);
}

/// What a day and a month have cost by now, added up again.
struct Added {
    double day = 0.0;
    double month = 0.0;
};
Added add_up(const ServiceTurn& turn) {
    const std::chrono::year_month_day today =
        std::chrono::floor<std::chrono::days>(turn.service.zone.to_local(turn.made.at));
    const auto first = today.year() / today.month() / 1;
    return {replica_hours(turn.record.made, midnight(turn.service, today)),
            replica_hours(turn.record.made, midnight(turn.service, first))};
}

bool differ(double a, double b) {
    return std::abs(a - b) > rounding_noise * std::max(1.0, std::abs(b));
}

bool is_spent(double spent, double limit) {
    return limit > 0.0 && spent > limit * (1.0 + rounding_noise);
}

/// The parts of a price that are known are amounts, and a probability is one.
bool is_sound(const SizeCost& cost) {
    const auto is_amount = [](double value) { return std::isfinite(value) && value >= 0.0; };
    return is_amount(cost.capacity) && is_amount(cost.change) &&
           is_amount(cost.unserved.value_or(0.0)) && is_amount(cost.shortfall.value_or(0.0)) &&
           cost.shortfall.value_or(0.0) <= 1.0 &&
           cost.unserved.has_value() == cost.shortfall.has_value();
}

/// More replicas leave no more unserved.
bool is_no_worse(const SizeCost& more, const SizeCost& fewer) {
    return more.unserved.value_or(0.0) <=
               fewer.unserved.value_or(0.0) * (1.0 + rounding_noise) + 1e-12 &&
           more.shortfall.value_or(0.0) <= fewer.shortfall.value_or(0.0) + 1e-12;
}

}  // namespace

/// Once the money is spent, growing is for the measured load alone, where the operator says so.
Finding budget_is_kept(const ServiceTurn& turn) {
    const Budget& budget = turn.service.policy.budget;
    const Added spent = add_up(turn);
    const bool is_reached =
        is_spent(spent.day, budget.per_day) || is_spent(spent.month, budget.per_month);
    if (!is_reached || budget.when_reached == WhenReached::warn) return std::nullopt;
    const int needed = std::max(needed_now(turn).value_or(0), least_now(turn));
    if (turn.made.desired <= std::max(turn.made.current, needed)) return std::nullopt;
    return fmt::format("scaled up from {} to {} after the budget was spent, {} are needed now",
                       turn.made.current, turn.made.desired, needed);
}

Finding decisions_are_priced(const ServiceTurn& turn) {
    const auto& costs = turn.decision.costs;
    if (!costs) return "the decision is not priced";
    if (costs->chosen.replicas != turn.decision.desired)
        return fmt::format("{} replicas are priced, {} are asked for",
                           costs->chosen.replicas.value(), turn.decision.desired.value());
    if (!is_sound(costs->chosen) || !is_sound(costs->one_more) ||
        (costs->one_fewer && !is_sound(*costs->one_fewer)) ||
        (costs->reactive_alone && !is_sound(*costs->reactive_alone)))
        return "a price is no amount of money, or a probability none";
    if (!is_no_worse(costs->one_more, costs->chosen) ||
        (costs->one_fewer && !is_no_worse(costs->chosen, *costs->one_fewer)))
        return "more replicas are said to leave more unserved";
    if (costs->chosen.unserved.has_value() != turn.decision.inputs.lead_demand.has_value())
        return "unserved demand is priced without a lead demand, or is not with one";
    return std::nullopt;
}

/// What is said to be spent is what the sizes that were there come to: over midnights, deaths and
/// turns in which the target did not answer.
Finding spending_is_true(const ServiceTurn& turn) {
    const auto& services = turn.world.life->pipeline.services();
    const auto state =
        std::ranges::find(services, turn.service.id, [](const auto& one) { return one->id(); });
    const auto said = (*state)->turn().ledger.spending();
    if (!said) return "a size was seen, and nothing is said of what it costs";
    const Added added = add_up(turn);
    if (differ(said->day.spent, added.day))
        return fmt::format("{} are said to be spent on this day, it is {}", said->day.spent,
                           added.day);
    if (differ(said->month.spent, added.month))
        return fmt::format("{} are said to be spent in this month, it is {}", said->month.spent,
                           added.month);
    return std::nullopt;
}

}  // namespace forescale::worlds::checks
