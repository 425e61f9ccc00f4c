#include "decision/plan.h"

#include "base/assert.h"

#include <algorithm>
#include <array>
#include <limits>

namespace forescale {
namespace {

constexpr std::size_t stages_max = 40;

/// The stages, and what is best from each of them on.
class Lots {
public:
    Lots(std::span<const PlanStage> stages, Duration end, double change_cost)
        : stages_(stages.first(std::min(stages.size(), stages_max))),
          end_(stages.size() > stages_max ? stages[stages_max].begins : end),
          change_cost_(change_cost) {
        rest_[count()] = 0.0;
        for (std::size_t from = count(); from-- > 1;) rest_[from] = least_from(from);
    }

    [[nodiscard]] std::size_t count() const { return stages_.size(); }
    [[nodiscard]] Replicas needed(std::size_t stage) const { return stages_[stage].needed; }
    [[nodiscard]] Duration begins(std::size_t stage) const {
        return stage < count() ? stages_[stage].begins : end_;
    }
    /// Of keeping a size through the stages [from, to), and of what is best after them.
    [[nodiscard]] double cost(Replicas size, std::size_t from, std::size_t to) const {
        return size.value() * in_seconds(begins(to) - begins(from)) / 3600.0 + rest_[to];
    }

private:
    /// Of the best plan from a stage on, at whose begin the size changes.
    [[nodiscard]] double least_from(std::size_t from) const {
        double least = std::numeric_limits<double>::infinity();
        Replicas size(0);
        for (std::size_t to = from + 1; to <= count(); ++to) {
            size = std::max(size, needed(to - 1));
            least = std::min(least, cost(size, from, to));
        }
        return change_cost_ + least;
    }

    std::span<const PlanStage> stages_;
    Duration end_;
    double change_cost_;
    std::array<double, stages_max + 1> rest_{};
};

}  // namespace

CapacityPlan plan_capacity(std::span<const PlanStage> stages, Duration end, Replicas current,
                           double change_cost) {
    ASSERT(!stages.empty());
    const Lots lots(stages, end, change_cost);
    CapacityPlan best{.now = stages.front().needed, .until = end};
    double least = std::numeric_limits<double>::infinity();
    const auto offer = [&](Replicas size, std::size_t to, double cost) {
        if (cost >= least) return;
        least = cost;
        best = {.now = size, .until = lots.begins(to)};
    };
    Replicas size(0);
    for (std::size_t to = 1; to <= lots.count(); ++to) {
        size = std::max(size, lots.needed(to - 1));
        if (size <= current) offer(current, to, lots.cost(current, 0, to));
        offer(size, to, change_cost + lots.cost(size, 0, to));
    }
    return best;
}

}  // namespace forescale
