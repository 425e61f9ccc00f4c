#include "decision/plan.h"

#include "base/assert.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>

namespace forescale {
namespace {

/// What a size costs that is kept from now until a stage begins, with what is best after it.
struct Kept {
    double cost = std::numeric_limits<double>::infinity();
    std::size_t until = 0;
};

/// When stages begin, in hours from now; the last one is the end.
using Hours = std::array<double, plan_stages_max + 1>;

Hours hours_of(const PlanStages& stages) {
    Hours hours{};
    for (std::size_t i = 0; i < stages.begins.size(); ++i)
        hours.at(i) = in_seconds(stages.begins[i]) / 3600.0;
    hours.at(stages.begins.size()) = in_seconds(stages.end) / 3600.0;
    return hours;
}

/// The stages in one scenario, and what is best from each of them on.
class Lots {
public:
    Lots(const Hours& hours, std::span<const Replicas> needed, double change_cost)
        : hours_(hours), needed_(needed), change_cost_(change_cost) {
        rest_[needed.size()] = 0.0;
        for (std::size_t from = needed.size(); from-- > 1;) rest_[from] = least_from(from);
    }

    /// Of a size that is needed now, or more, until it does not suffice or is changed.
    [[nodiscard]] Kept keep(Replicas size) const {
        Kept best;
        for (std::size_t to = 1; to <= needed_.size() && needed_[to - 1] <= size; ++to)
            if (const double with_rest = cost(size, 0, to); with_rest < best.cost)
                best = {.cost = with_rest, .until = to};
        return best;
    }

private:
    /// Of keeping a size through the stages [from, to), and of what is best after them.
    [[nodiscard]] double cost(Replicas size, std::size_t from, std::size_t to) const {
        return size.value() * (hours_[to] - hours_[from]) + rest_[to];
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

    const Hours& hours_;
    std::span<const Replicas> needed_;
    double change_cost_;
    std::array<double, plan_stages_max + 1> rest_;
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

/// Of one size now, in the mean over all scenarios.
double cost_in_all(const std::vector<Lots>& lots, Replicas size) {
    double sum = 0.0;
    for (const Lots& scenario : lots) sum += scenario.keep(size).cost;
    return sum / static_cast<double>(lots.size());
}

/// When a size is changed next, in the median over all scenarios.
Duration until_in_most(const PlanStages& stages, const std::vector<Lots>& lots, Replicas size) {
    std::vector<std::size_t> until;
    until.reserve(lots.size());
    for (const Lots& scenario : lots) until.push_back(scenario.keep(size).until);
    const auto middle = until.begin() + static_cast<std::ptrdiff_t>(until.size() / 2);
    std::ranges::nth_element(until, middle);
    return *middle < stages.begins.size() ? stages.begins[*middle] : stages.end;
}

}  // namespace

CapacityPlan plan_capacity(const PlanStages& stages, Replicas current, double change_cost) {
    ASSERT(!stages.needed.empty() && !stages.begins.empty() &&
           stages.begins.size() <= plan_stages_max);
    const Hours hours = hours_of(stages);
    std::vector<Lots> lots;
    lots.reserve(stages.needed.size());
    for (const auto& needed : stages.needed) {
        ASSERT(needed.size() == stages.begins.size());
        lots.emplace_back(hours, needed, change_cost);
    }
    Replicas best = current;
    double least = std::numeric_limits<double>::infinity();
    for (const Replicas size : candidates(stages, current)) {
        const double cost = cost_in_all(lots, size) + (size != current ? change_cost : 0.0);
        // What is there stays where nothing else costs less.
        if (cost > least || (cost == least && size != current)) continue;
        least = cost;
        best = size;
    }
    return {.now = best, .until = until_in_most(stages, lots, best)};
}

}  // namespace forescale
