#include "decision/plan.h"

#include "decision/rules/rules.h"

#include <array>

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

/// What is needed now, and at each later point of the path, with the same margin over its median as
/// now: what is not known yet of later demand will be known in time. A replica is asked for a lead
/// time before it is needed.
class Stages {
public:
    Stages(const Turn& turn, Replicas now) : lead_(turn.inputs.lead_time) {
        add(Duration(0), now);
        const std::vector<PathMedian>& path = turn.inputs.path;
        const double median = median_at(path, turn.now + lead_);
        if (!(median > 0.0)) return;
        const double margin = turn.with_headroom() / median;
        const double held = static_cast<double>(now.value()) /
                            std::max(replicas_of(turn, turn.with_headroom()).value(), 1);
        for (const PathMedian& point : path) {
            const Duration begins = point.target - lead_ - turn.now;
            if (begins <= Duration(0)) continue;
            if (begins > looks_ahead || count_ == stages_.size()) break;
            add(begins, bounded(turn, replicas_of(turn, point.demand * margin * held)));
        }
    }
    [[nodiscard]] std::span<const PlanStage> all() const {
        return std::span(stages_).first(count_);
    }
    /// As long after the last stage began as it began after the one before.
    [[nodiscard]] Duration end() const {
        const Duration last = stages_[count_ - 1].begins;
        return count_ > 1 ? 2 * last - stages_[count_ - 2].begins : Duration(0);
    }

private:
    static Replicas replicas_of(const Turn& turn, double demand) {
        return replicas_for(Demand(demand), turn.inputs.capacity_per_replica);
    }
    static Replicas bounded(const Turn& turn, Replicas replicas) {
        const ScalingPolicy& policy = turn.policy();
        return std::clamp(replicas, policy.replicas_min,
                          std::max(policy.replicas_min, policy.replicas_max));
    }
    void add(Duration begins, Replicas needed) { stages_[count_++] = {begins, needed}; }

    Duration lead_;
    std::array<PlanStage, 40> stages_{};
    std::size_t count_ = 0;
};

Verdict shrink(const CapacityPlan& plan, const Turn& turn, Replicas before) {
    if (plan.now <= before) return {before, Reason::steady, {}};
    const Replicas kept = std::min(plan.now, turn.current);
    return {kept, Reason::plan,
            fmt::format("more than {} will be needed again within {}: giving them back costs more "
                        "in changes than it saves",
                        before.value(), format_duration(plan.until))};
}

Verdict grow(const CapacityPlan& plan, Replicas before) {
    if (plan.now <= before) return {before, Reason::steady, {}};
    return {plan.now, Reason::plan,
            fmt::format("{} will be needed within {}: one change now costs less than two",
                        plan.now.value(), format_duration(plan.until))};
}

}  // namespace

/// The next hours as a whole: the sizes that cost least, changes included. It only ever adds to
/// what the rules before it ask for, never to a fleet that is large enough, and nothing once the
/// budget is spent.
Verdict plan(const Turn& turn, Replicas before) {
    if (before == turn.current || turn.bars_growth() || !turn.trusted || !turn.fresh ||
        turn.inputs.path.empty())
        return {before, Reason::steady, {}};
    const Stages stages(turn, before);
    if (stages.all().size() < 2) return {before, Reason::steady, {}};
    const CapacityPlan plan = plan_capacity(stages.all(), stages.end(), turn.current,
                                            turn.policy().prices.change_replica_hours);
    return before < turn.current ? shrink(plan, turn, before) : grow(plan, before);
}

}  // namespace forescale::rules
