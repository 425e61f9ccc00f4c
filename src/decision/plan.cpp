#include "decision/plan.h"

#include "base/assert.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>

namespace forescale {
namespace {

/// What a size costs that is kept from now until `until`, with what is best after it.
struct Kept {
    double cost = std::numeric_limits<double>::infinity();
    Duration until{0};
};

/// The stages in one scenario, and what is best from each of them on.
class Lots {
public:
    Lots(const PlanStages& stages, std::span<const Replicas> needed, double change_cost)
        : stages_(stages), needed_(needed), change_cost_(change_cost) {
        rest_[needed.size()] = 0.0;
        for (std::size_t from = needed.size(); from-- > 1;) rest_[from] = least_from(from);
    }

    /// Of a size that is needed now, or more, until it does not suffice or is changed.
    [[nodiscard]] Kept keep(Replicas size) const {
        Kept best;
        for (std::size_t to = 1; to <= needed_.size() && needed_[to - 1] <= size; ++to)
            if (const double with_rest = cost(size, 0, to); with_rest < best.cost)
                best = {.cost = with_rest, .until = begins(to)};
        return best;
    }

private:
    [[nodiscard]] Duration begins(std::size_t stage) const {
        return stage < needed_.size() ? stages_.begins[stage] : stages_.end;
    }
    /// Of keeping a size through the stages [from, to), and of what is best after them.
    [[nodiscard]] double cost(Replicas size, std::size_t from, std::size_t to) const {
        return size.value() * in_seconds(begins(to) - begins(from)) / 3600.0 + rest_[to];
    }
    /// Of the best plan from a stage on, at whose begin the size changes.
    [[nodiscard]] double least_from(std::size_t from) const {
        double least = std::numeric_limits<double>::infinity();
        Replicas size(0);
        for (std::size_t to = from + 1; to <= needed_.size(); ++to) {
            size = std::max(size, needed_[to - 1]);
            least = std::min(least, cost(size, from, to));
        }
        return change_cost_ + least;
    }

    const PlanStages& stages_;
    std::span<const Replicas> needed_;
    double change_cost_;
    std::array<double, plan_stages_max + 1> rest_{};
};

/// The sizes worth a look: what is there, where it suffices, and the largest needs up to each
/// stage. Any other would be more than needed, or be changed when one of these is.
std::vector<Replicas> candidates(const PlanStages& stages, Replicas current) {
    std::vector<Replicas> sizes;
    for (const auto& needed : stages.needed) {
        Replicas largest(0);
        for (const Replicas stage : needed) {
            if (stage <= largest) continue;
            largest = stage;
            sizes.push_back(largest);
        }
    }
    if (current >= stages.needed.front().front()) sizes.push_back(current);
    std::ranges::sort(sizes);
    const auto [repeated, end] = std::ranges::unique(sizes);
    sizes.erase(repeated, end);
    return sizes;
}

/// Of one size now, over all scenarios: the mean cost, and the median of when it is changed.
Kept keep_in_all(const std::vector<Lots>& lots, Replicas size) {
    double sum = 0.0;
    std::vector<Duration> until;
    until.reserve(lots.size());
    for (const Lots& scenario : lots) {
        const Kept kept = scenario.keep(size);
        sum += kept.cost;
        until.push_back(kept.until);
    }
    const auto middle = until.begin() + static_cast<std::ptrdiff_t>(until.size() / 2);
    std::ranges::nth_element(until, middle);
    return {.cost = sum / static_cast<double>(lots.size()), .until = *middle};
}

}  // namespace

CapacityPlan plan_capacity(const PlanStages& stages, Replicas current, double change_cost) {
    ASSERT(!stages.needed.empty() && !stages.begins.empty() &&
           stages.begins.size() <= plan_stages_max);
    std::vector<Lots> lots;
    lots.reserve(stages.needed.size());
    for (const auto& needed : stages.needed) {
        ASSERT(needed.size() == stages.begins.size());
        lots.emplace_back(stages, needed, change_cost);
    }
    CapacityPlan best;
    double least = std::numeric_limits<double>::infinity();
    const auto offer = [&](Replicas size) {
        const Kept kept = keep_in_all(lots, size);
        const double cost = kept.cost + (size != current ? change_cost : 0.0);
        // What is there stays where nothing else costs less.
        if (cost > least || (cost == least && size != current)) return;
        least = cost;
        best = {.now = size, .until = kept.until};
    };
    for (const Replicas size : candidates(stages, current)) offer(size);
    return best;
}

}  // namespace forescale
