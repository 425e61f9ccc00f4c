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
    if (after->target == at) return after->demand;
    const PathMedian& before = *(after - 1);
    const double share = in_seconds(at - before.target) / in_seconds(after->target - before.target);
    return before.demand + share * (after->demand - before.demand);
}

/// One demand over the next hours: its median times the margin that is planned for now, in
/// replicas, in each of the ways in which it may go.
class Course {
public:
    Course(const std::vector<PathMedian>& path, const PathScenarios& scenarios, Timestamp from,
           double planned, Demand one)
        : path_(path), scenarios_(scenarios), now_(replicas_for(Demand(planned), one)), one_(one) {
        const double median = median_at(path, from);
        if (median > 0.0) margin_ = planned / median;
    }
    [[nodiscard]] bool is_known() const { return margin_ > 0.0; }
    [[nodiscard]] Replicas now() const { return now_; }
    /// At an instant, with that many times the margin.
    [[nodiscard]] Replicas need(Timestamp at, std::size_t scenario, double held) const {
        return replicas_for(Demand(median_at(path_, at) * factor(at, scenario) * margin_ * held),
                            one_);
    }

private:
    /// Of the point of the path at that instant, or the next one.
    [[nodiscard]] double factor(Timestamp at, std::size_t scenario) const {
        if (scenarios_.count == 0) return 1.0;
        const auto next = std::ranges::lower_bound(path_, at, {}, &PathMedian::target);
        const auto point =
            std::min(static_cast<std::size_t>(next - path_.begin()), path_.size() - 1);
        return scenarios_.percent[scenario % scenarios_.count * path_.size() + point] / 100.0;
    }

    const std::vector<PathMedian>& path_;
    const PathScenarios& scenarios_;
    Replicas now_;
    Demand one_;
    double margin_ = 0.0;
};

/// The service's own demand, and the signals whose forecasts are good enough to plan with; empty
/// where its own is not.
std::vector<Course> courses_of(const Turn& turn) {
    const Timestamp ready = turn.now + turn.inputs.lead_time;
    std::vector<Course> courses{{turn.inputs.path, turn.inputs.scenarios, ready,
                                 turn.with_headroom(), turn.inputs.capacity_per_replica}};
    if (!courses.front().is_known()) return {};
    for (const SignalNeed& need : turn.signals) {
        if (!need.trusted || !need.fresh || need.signal->path.empty()) continue;
        const Course course(need.signal->path, need.signal->scenarios, ready,
                            need.planned * (1.0 + turn.policy().headroom),
                            need.signal->capacity_per_replica);
        if (course.is_known()) courses.push_back(course);
    }
    return courses;
}

Replicas bounded(const Turn& turn, Replicas replicas) {
    const ScalingPolicy& policy = turn.policy();
    return std::clamp(replicas, policy.replicas_min,
                      std::max(policy.replicas_min, policy.replicas_max));
}

/// When the stages of the plan begin: now, and a lead time before each point of the path, when a
/// replica has to be asked for.
PlanStages begin_stages(const Turn& turn) {
    PlanStages stages{.begins = {Duration(0)}, .end = Duration(0), .needed = {}};
    for (const PathMedian& point : turn.inputs.path) {
        const Duration begins = point.target - turn.inputs.lead_time - turn.now;
        if (begins <= Duration(0)) continue;
        if (begins > looks_ahead || stages.begins.size() == plan_stages_max) break;
        stages.begins.push_back(begins);
    }
    // As long after the last stage began as it began after the one before.
    const std::size_t count = stages.begins.size();
    if (count > 1) stages.end = 2 * stages.begins[count - 1] - stages.begins[count - 2];
    return stages;
}

/// What is needed now, and at each later point of the path in every scenario, with the same margin
/// over demand as now: what is not known yet of later demand will be known in time. Of several
/// demand signals the one that needs most then counts.
PlanStages stages_of(const Turn& turn, Replicas now) {
    const std::vector<Course> courses = courses_of(turn);
    PlanStages stages = begin_stages(turn);
    if (courses.empty() || stages.begins.size() < 2) return stages;
    Replicas planned(0);
    for (const Course& course : courses) planned = std::max(planned, course.now());
    const double held = static_cast<double>(now.value()) / std::max(planned.value(), 1);
    for (std::size_t s = 0; s < std::max<std::size_t>(turn.inputs.scenarios.count, 1); ++s) {
        auto& needed = stages.needed.emplace_back(1, now);
        for (std::size_t i = 1; i < stages.begins.size(); ++i) {
            const Timestamp at = turn.now + turn.inputs.lead_time + stages.begins[i];
            Replicas most(0);
            for (const Course& course : courses) most = std::max(most, course.need(at, s, held));
            needed.push_back(bounded(turn, most));
        }
    }
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
/// what the rules before it ask for, never to a fleet that is large enough, and nothing once the
/// budget is spent.
Verdict plan(const Turn& turn, Replicas before) {
    if (before == turn.current || turn.bars_growth() || !turn.trusted || !turn.fresh ||
        turn.inputs.path.empty())
        return {before, Reason::steady, {}};
    const PlanStages stages = stages_of(turn, before);
    if (stages.needed.empty()) return {before, Reason::steady, {}};
    const CapacityPlan plan =
        plan_capacity(stages, turn.current, turn.policy().prices.change_replica_hours);
    return before < turn.current ? shrink(plan, turn, before) : grow(plan, turn, before);
}

}  // namespace forescale::rules
