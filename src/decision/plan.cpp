#include "decision/plan.h"

#include "base/assert.h"

#include <algorithm>
#include <array>
#include <limits>

namespace forescale {
namespace {

using Two = double __attribute__((vector_size(16)));

constexpr double never = std::numeric_limits<double>::infinity();

/// When stages begin, in hours from now; the last one is the end.
using Hours = std::array<double, plan_stages_max + 1>;

Hours hours_of(const PlanStages& stages) {
    Hours hours{};
    for (std::size_t i = 0; i < stages.begins.size(); ++i)
        hours.at(i) = in_seconds(stages.begins[i]) / 3600.0;
    hours.at(stages.begins.size()) = in_seconds(stages.end) / 3600.0;
    return hours;
}

/// The sizes worth a look, ascending: what is there, where it suffices, and the largest needs up to
/// each stage. Any other would be more than needed, or be changed when one of these is.
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

/// The stages in four scenarios, and what is best from each of them on.
class Lots {
public:
    /// Of the scenarios from `first` on; where there are fewer than four, the last one stands in.
    Lots(const Hours& hours, const PlanStages& stages, std::size_t first, double change_cost)
        : hours_(hours),
          stages_(stages.begins.size()),
          ways_(std::min(lanes, stages.needed.size() - first)) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const auto& needed = stages.needed[first + std::min(lane, ways_ - 1)];
            ASSERT(needed.size() == stages_);
            for (std::size_t i = 0; i < stages_; ++i)
                needed_[i][lane] = largest_[i][lane] = needed[i].value();
        }
        for (std::size_t i = 1; i < stages_; ++i) raise(largest_[i], largest_[i - 1]);
        rest_[stages_] = Two{};
        for (std::size_t from = stages_; from-- > 1;) set_rest(from, change_cost);
    }

    /// What a size costs that is kept until it does not suffice or is changed, and what is best
    /// after it: the sum over the scenarios.
    [[nodiscard]] double cost(double size) const {
        Two least = Two{} + never;
        for (std::size_t to = 1; to <= stages_; ++to) {
            const Two kept = size * hours_[to] + rest_[to];
            const Two counts = largest_[to - 1] <= size ? kept : Two{} + never;
            least = counts < least ? counts : least;
        }
        double sum = 0.0;
        for (std::size_t lane = 0; lane < ways_; ++lane) sum += least[lane];
        return sum;
    }

    /// At which stage a size is changed next, in each scenario.
    void until(double size, std::vector<std::size_t>& stages) const {
        for (std::size_t lane = 0; lane < ways_; ++lane) {
            double least = never;
            std::size_t best = 0;
            for (std::size_t to = 1; to <= stages_ && largest_[to - 1][lane] <= size; ++to) {
                const double kept = size * hours_[to] + rest_[to][lane];
                if (kept >= least) continue;
                least = kept;
                best = to;
            }
            stages.push_back(best);
        }
    }

private:
    static constexpr std::size_t lanes = 2;

    static void raise(Two& to, const Two& least) { to = to < least ? least : to; }

    /// The cost of the best plan from a stage on, at whose begin the size changes.
    void set_rest(std::size_t from, double change_cost) {
        Two least = Two{} + never;
        Two size{};
        for (std::size_t to = from + 1; to <= stages_; ++to) {
            raise(size, needed_[to - 1]);
            const Two kept = size * (hours_[to] - hours_[from]) + rest_[to];
            least = kept < least ? kept : least;
        }
        rest_[from] = least + change_cost;
    }

    const Hours& hours_;
    std::size_t stages_;
    std::size_t ways_;
    std::array<Two, plan_stages_max> needed_{};
    std::array<Two, plan_stages_max> largest_{};  ///< of the needs up to each stage
    std::array<Two, plan_stages_max + 1> rest_{};
};

/// When a size is changed next, in the median over all scenarios.
Duration until_in_most(const PlanStages& stages, const std::vector<Lots>& lots, Replicas size) {
    std::vector<std::size_t> until;
    until.reserve(stages.needed.size());
    for (const Lots& scenarios : lots) scenarios.until(size.value(), until);
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
    for (std::size_t first = 0; first < stages.needed.size(); first += 2)
        lots.emplace_back(hours, stages, first, change_cost);
    Replicas best = current;
    double least = never;
    for (const Replicas size : candidates(stages, current)) {
        double sum = 0.0;
        for (const Lots& scenarios : lots) sum += scenarios.cost(size.value());
        const double cost =
            sum / static_cast<double>(stages.needed.size()) + (size != current ? change_cost : 0.0);
        // What is there stays where nothing else costs less.
        if (cost > least || (cost == least && size != current)) continue;
        least = cost;
        best = size;
    }
    return {.now = best, .until = until_in_most(stages, lots, best)};
}

}  // namespace forescale
