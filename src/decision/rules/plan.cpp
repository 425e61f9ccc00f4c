#include "decision/plan.h"

#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {
namespace {

constexpr Duration looks_ahead = std::chrono::hours(6);

/// Median demand at an instant, linear between the points of the path; 0 without a path.
double median_at(const std::vector<PathMedian>& path, Timestamp at) {
    if (path.empty()) return 0.0;
    const auto after = std::ranges::lower_bound(path, at, {}, &PathMedian::target);
    if (after == path.begin()) return path.front().demand;
    if (after == path.end()) return path.back().demand;
    const PathMedian& before = *(after - 1);
    const double share = in_seconds(at - before.target) / in_seconds(after->target - before.target);
    return before.demand + share * (after->demand - before.demand);
}

Replicas replicas_of(const Turn& turn, double demand) {
    return replicas_for(Demand(demand), turn.inputs.capacity_per_replica);
}

Replicas bounded(const Turn& turn, Replicas replicas) {
    const ScalingPolicy& policy = turn.policy();
    return std::clamp(replicas, policy.replicas_min,
                      std::max(policy.replicas_min, policy.replicas_max));
}

/// The points of the path that the plan looks at: a replica is asked for a lead time before it is
/// needed.
std::vector<std::size_t> points_ahead(const Turn& turn, PlanStages& stages) {
    std::vector<std::size_t> points;
    for (std::size_t i = 0; i < turn.inputs.path.size(); ++i) {
        const Duration begins = turn.inputs.path[i].target - turn.inputs.lead_time - turn.now;
        if (begins <= Duration(0)) continue;
        if (begins > looks_ahead || stages.begins.size() == plan_stages_max) break;
        stages.begins.push_back(begins);
        points.push_back(i);
    }
    return points;
}

/// What the path needs, times what a scenario makes of it.
template <class Factor>
std::vector<Replicas> needs_of(const Turn& turn, Replicas now,
                               const std::vector<std::size_t>& points, double margin,
                               Factor factor) {
    std::vector<Replicas> needed{now};
    needed.reserve(points.size() + 1);
    for (const std::size_t i : points)
        needed.push_back(
            bounded(turn, replicas_of(turn, turn.inputs.path[i].demand * margin * factor(i))));
    return needed;
}

/// What is needed now, and at each later point of the path in every scenario, with the same margin
/// over demand as now: what is not known yet of later demand will be known in time.
PlanStages stages_of(const Turn& turn, Replicas now) {
    PlanStages stages{.begins = {Duration(0)}, .end = Duration(0), .needed = {}};
    const double median = median_at(turn.inputs.path, turn.now + turn.inputs.lead_time);
    if (!(median > 0.0)) return stages;
    const auto points = points_ahead(turn, stages);
    if (points.empty()) return stages;
    // As long after the last stage began as it began after the one before.
    stages.end = 2 * stages.begins.back() - stages.begins[stages.begins.size() - 2];
    const double held = static_cast<double>(now.value()) /
                        std::max(replicas_of(turn, turn.with_headroom()).value(), 1);
    const double margin = turn.with_headroom() / median * held;
    const PathScenarios& scenarios = turn.inputs.scenarios;
    const std::size_t width = turn.inputs.path.size();
    for (std::size_t s = 0; s < scenarios.count; ++s)
        stages.needed.push_back(needs_of(turn, now, points, margin, [&](std::size_t i) {
            return scenarios.percent[s * width + i] / 100.0;
        }));
    if (stages.needed.empty())
        stages.needed.push_back(
            needs_of(turn, now, points, margin, [](std::size_t) { return 1.0; }));
    return stages;
}

/// What the plan was made over, for a person.
std::string ways(const Turn& turn) {
    const std::size_t count = turn.inputs.scenarios.count;
    return count > 0 ? fmt::format(" over {} ways in which demand may go", count) : "";
}

Verdict shrink(const CapacityPlan& plan, const Turn& turn, Replicas before) {
    if (plan.now <= before) return {before, Reason::steady, {}};
    const Replicas kept = std::min(plan.now, turn.current);
    return {kept, Reason::plan,
            fmt::format("more than {} will be needed again within {}: giving them back costs more "
                        "in changes than it saves{}",
                        before.value(), format_duration(plan.until), ways(turn))};
}

Verdict grow(const CapacityPlan& plan, const Turn& turn, Replicas before) {
    if (plan.now <= before) return {before, Reason::steady, {}};
    return {plan.now, Reason::plan,
            fmt::format("{} will be needed within {}: one change now costs less than two{}",
                        plan.now.value(), format_duration(plan.until), ways(turn))};
}

}  // namespace

/// The next hours as a whole: the sizes that cost least, changes included. It only ever adds to
/// what the rules before it ask for, and never to a fleet that is large enough.
Verdict plan(const Turn& turn, Replicas before) {
    if (before == turn.current || !turn.trusted || !turn.fresh || turn.inputs.path.empty())
        return {before, Reason::steady, {}};
    const PlanStages stages = stages_of(turn, before);
    if (stages.needed.empty()) return {before, Reason::steady, {}};
    const CapacityPlan plan =
        plan_capacity(stages, turn.current, turn.policy().prices.change_replica_hours);
    return before < turn.current ? shrink(plan, turn, before) : grow(plan, turn, before);
}

}  // namespace forescale::rules
