#include "decision/rules/rules.h"

#include <algorithm>

#include <fmt/format.h>

namespace forescale::rules {
namespace {

std::string_view consequence(WhenReached when) {
    switch (when) {
        case WhenReached::warn:
            return "which is only said";
        case WhenReached::no_growth:
            return "so that only what the measured load needs is added";
        case WhenReached::least:
            return "so that only what the measured load needs is kept";
    }
    return "";
}

std::string detail(const Turn& turn) {
    const Spending& spending = *turn.inputs.spending;
    const bool of_day = spending.day.is_reached();
    const SpendingSpan& span = of_day ? spending.day : spending.month;
    return fmt::format("the budget of {:.6g} {} a {} is spent until {}, {}", span.limit,
                       spending.currency, of_day ? "day" : "month", format_timestamp(span.ends),
                       consequence(turn.policy().budget.when_reached));
}

/// The most that is left of `before`.
Replicas most_of(const Turn& turn, Replicas before) {
    const bool shrinks = turn.policy().budget.when_reached == WhenReached::least && turn.fresh &&
                         std::ranges::all_of(turn.signals, &SignalNeed::fresh);
    if (!shrinks) return turn.grown_to(before, turn.floor);
    return std::min(before, std::max(turn.floor, turn.policy().replicas_min));
}

Verdict held_to(const Turn& turn, Replicas before, Replicas most) {
    if (most == before) return {before, Reason::steady, {}};
    return {most, Reason::budget, detail(turn)};
}

}  // namespace

/// Once the money of the day or the month is spent, what is wanted is what the operator said then:
/// the same as before (warn), nothing that only a forecast asks for (no_growth), or nothing but
/// what the measured load needs (least), which stabilization lets happen over its window. Without a
/// fresh sample nothing is taken away.
Verdict budget(const Turn& turn, Replicas before) {
    if (!turn.inputs.spending || !turn.inputs.spending->is_reached())
        return {before, Reason::steady, {}};
    if (turn.bars_growth()) return held_to(turn, before, most_of(turn, before));
    return {before, Reason::steady, detail(turn)};
}

/// Callers that will send more are a forecast too.
Verdict budget_growth(const Turn& turn, Replicas before) {
    if (!turn.bars_growth()) return {before, Reason::steady, {}};
    return held_to(turn, before, turn.grown_to(before, turn.floor));
}

}  // namespace forescale::rules
