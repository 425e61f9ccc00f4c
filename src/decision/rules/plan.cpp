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
    [[nodiscard]] std::size_t scenarios() const { return scenarios_.count; }

    /// Raises the needs of each scenario to what this demand needs at these instants, with that
    /// many times the margin. The first instant is now, and is left as it is.
    void raise(std::vector<std::vector<Replicas>>& needed, std::span<const Timestamp> instants,
               double held) const {
        for (std::size_t i = 1; i < instants.size(); ++i) {
            const double demand = median_at(path_, instants[i]) * margin_ * held;
            const std::size_t point = point_at(instants[i]);
            for (std::size_t s = 0; s < needed.size(); ++s)
                needed[s][i] =
                    std::max(needed[s][i], replicas_for(Demand(demand * factor(s, point)), one_));
        }
    }

private:
    /// The point of the path at that instant, or the next one.
    [[nodiscard]] std::size_t point_at(Timestamp at) const {
        const auto next = std::ranges::lower_bound(path_, at, {}, &PathMedian::target);
        return std::min(static_cast<std::size_t>(next - path_.begin()), path_.size() - 1);
    }
    [[nodiscard]] double factor(std::size_t scenario, std::size_t point) const {
        if (scenarios_.count == 0) return 1.0;
        return scenarios_.percent[scenario % scenarios_.count * path_.size() + point] / 100.0;
    }

    const std::vector<PathMedian>& path_;
    const PathScenarios& scenarios_;
    Replicas now_;
    Demand one_;
    double margin_ = 0.0;
};

/// The service's own demand, and the signals whose forecasts are good enough to plan with. What the
/// others need now counts as needed at every stage.
struct Courses {
    std::vector<Course> known;  ///< empty where its own is not known
    Replicas unplanned{0};
};
Courses courses_of(const Turn& turn) {
    const Timestamp ready = turn.now + turn.inputs.lead_time;
    Courses courses;
    courses.known.emplace_back(turn.inputs.path, turn.inputs.scenarios, ready, turn.with_headroom(),
                               turn.inputs.capacity_per_replica);
    if (!courses.known.front().is_known()) return {};
    for (const SignalNeed& need : turn.signals) {
        const Course course(need.signal->path, need.signal->scenarios, ready,
                            need.planned * (1.0 + turn.policy().headroom),
                            need.signal->capacity_per_replica);
        if (need.trusted && need.fresh && course.is_known())
            courses.known.push_back(course);
        else
            courses.unplanned = std::max({courses.unplanned, need.needed, need.floor});
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

/// The ways that the plan is made over: the most that any demand has, or the medians alone.
std::size_t ways_of(const std::vector<Course>& courses) {
    std::size_t most = 1;
    for (const Course& course : courses) most = std::max(most, course.scenarios());
    return most;
}

/// How much more, or less, than the planned need is asked for now: rules before this one held it.
/// What only an unplanned signal asks for says nothing of the others.
double held_of(const Courses& courses, Replicas now) {
    Replicas planned(0);
    for (const Course& course : courses.known) planned = std::max(planned, course.now());
    const double held = static_cast<double>(now.value()) / std::max(planned.value(), 1);
    return now <= courses.unplanned ? std::min(held, 1.0) : held;
}

/// What is needed now, and at each later point of the path in every scenario, with the same margin
/// over demand as now: what is not known yet of later demand will be known in time. Of several
/// demand signals the one that needs most then counts.
PlanStages stages_of(const Turn& turn, Replicas now) {
    const Courses courses = courses_of(turn);
    PlanStages stages = begin_stages(turn);
    if (courses.known.empty() || stages.begins.size() < 2) return stages;
    std::vector<Timestamp> instants;
    instants.reserve(stages.begins.size());
    for (const Duration begins : stages.begins)
        instants.push_back(turn.now + turn.inputs.lead_time + begins);
    stages.needed.assign(ways_of(courses.known),
                         std::vector<Replicas>(instants.size(), courses.unplanned));
    for (auto& needed : stages.needed) needed.front() = now;
    for (const Course& course : courses.known)
        course.raise(stages.needed, instants, held_of(courses, now));
    for (auto& needed : stages.needed)
        for (Replicas& stage : std::span(needed).subspan(1)) stage = bounded(turn, stage);
    return stages;
}

/// What the plan was made over, for a person.
std::string ways(const PlanStages& stages) {
    const std::size_t count = stages.needed.size();
    return count > 1 ? fmt::format(" over {} ways in which demand may go", count) : "";
}

Verdict shrink(const CapacityPlan& plan, const Turn& turn, const PlanStages& stages,
               Replicas before) {
    if (plan.now <= before) return {before, Reason::steady, {}};
    const Replicas kept = std::min(plan.now, turn.current);
    return {kept, Reason::plan,
            fmt::format("more than {} will be needed again within {}: giving them back costs more "
                        "in changes than it saves{}",
                        before.value(), format_duration(plan.until), ways(stages))};
}

Verdict grow(const CapacityPlan& plan, const PlanStages& stages, Replicas before) {
    if (plan.now <= before) return {before, Reason::steady, {}};
    return {plan.now, Reason::plan,
            fmt::format("{} will be needed within {}: one change now costs less than two{}",
                        plan.now.value(), format_duration(plan.until), ways(stages))};
}

}  // namespace

/// The next hours as a whole: the sizes that cost least, changes included. It only ever adds to
/// what the rules before it ask for, never to a fleet that is large enough, and nothing once the
/// budget is spent.
Verdict plan(const Turn& turn, Replicas before) {
    // An earlier forecast that stands in has no path of its own.
    if (before == turn.current || turn.bars_growth() || !turn.trusted || !turn.fresh ||
        turn.is_bridged() || turn.inputs.path.empty())
        return {before, Reason::steady, {}};
    const PlanStages stages = stages_of(turn, before);
    if (stages.needed.empty()) return {before, Reason::steady, {}};
    const CapacityPlan plan =
        plan_capacity(stages, turn.current, turn.policy().prices.change_replica_hours);
    return before < turn.current ? shrink(plan, turn, stages, before) : grow(plan, stages, before);
}

}  // namespace forescale::rules
