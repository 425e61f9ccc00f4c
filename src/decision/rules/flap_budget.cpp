#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {
namespace {

/// A change against the one before it, sooner than this, is a reversal.
constexpr Duration reversal_within = std::chrono::minutes(30);

bool reverses(const SizeChange& before, bool up, Timestamp at) {
    return (before.to > before.from) != up && at - before.at <= reversal_within;
}

struct Counts {
    int changes = 0;
    int reversals = 0;
};

/// Of the last 24 h.
Counts count(const Turn& turn) {
    Counts counts;
    const SizeChange* before = nullptr;
    for (const SizeChange& change : turn.state.changes) {
        const bool counts_now = change.at > turn.now - day;
        if (counts_now) ++counts.changes;
        if (counts_now && before != nullptr &&
            reverses(*before, change.to > change.from, change.at))
            ++counts.reversals;
        before = &change;
    }
    return counts;
}

Verdict held(const Turn& turn, Replicas before, std::string detail) {
    const Replicas allowed = turn.grown_to(before, std::max(turn.floor, turn.planned_need()));
    if (before > turn.current && allowed == before) return {before, Reason::steady, {}};
    return {before > turn.current ? allowed : turn.current, Reason::flap_budget, std::move(detail)};
}

}  // namespace

/// Each change costs warm caches and a rollout: when those of a day are used up, the size only
/// grows, and only as far as the measured load or the planned demand need it without headroom.
Verdict flap_budget(const Turn& turn, Replicas before) {
    const FlapBudget& budget = turn.policy().flap_budget;
    if (!budget.is_set() || before == turn.current) return {before, Reason::steady, {}};
    const Counts counts = count(turn);
    if (budget.changes_per_day > 0 && counts.changes >= budget.changes_per_day)
        return held(turn, before,
                    fmt::format("{} changes within a day use up the flap budget of {}",
                                counts.changes, budget.changes_per_day));
    const bool reversal = !turn.state.changes.empty() &&
                          reverses(turn.state.changes.back(), before > turn.current, turn.now);
    if (budget.reversals_per_day > 0 && reversal && counts.reversals >= budget.reversals_per_day)
        return held(turn, before,
                    fmt::format("{} reversals within a day use up the flap budget of {}",
                                counts.reversals, budget.reversals_per_day));
    return {before, Reason::steady, {}};
}

}  // namespace forescale::rules
