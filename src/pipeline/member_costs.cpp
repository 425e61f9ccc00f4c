#include "pipeline/member_costs.h"

#include "prediction/guard.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <numeric>

#include <fmt/format.h>

namespace forescale {
namespace {

using std::chrono::nanoseconds;

nanoseconds wall_time() {
    return std::chrono::steady_clock::now().time_since_epoch();
}
nanoseconds processor_time() {
    std::timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

double in_milliseconds(nanoseconds time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

bool is_at_rest(const MemberView& member) {
    return member.asleep && member.asleep_because.starts_with("slow");
}

/// Mean without the dearest; 0 while there are too few to say.
double usual(const std::deque<double>& costs) {
    if (costs.size() < MemberCosts::steps_kept) return 0.0;
    std::vector<double> sorted(costs.begin(), costs.end());
    std::ranges::sort(sorted);
    sorted.resize(sorted.size() - MemberCosts::fits_forgiven);
    return std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size());
}

}  // namespace

CostClocks cost_clocks() {
    return {.wall = wall_time, .processor = processor_time};
}

std::vector<MemberCosts::Slow> MemberCosts::note(const std::vector<MemberView>& members,
                                                 std::span<const nanoseconds> took,
                                                 Duration step_max) {
    milliseconds_.resize(took.size());
    const auto allowed = static_cast<double>(step_max.count());
    std::vector<Slow> slow;
    for (std::size_t m = 0; m < took.size() && m < members.size(); ++m) {
        auto& costs = milliseconds_[m];
        if (is_at_rest(members[m])) {
            costs.clear();
            continue;
        }
        costs.push_back(in_milliseconds(took[m]));
        if (costs.size() > steps_kept) costs.pop_front();
        const bool is_far_off = costs.back() > single_step_factor * allowed;
        const double cost = is_far_off ? costs.back() : usual(costs);
        if (cost <= allowed || is_baseline(members[m].name)) continue;
        slow.push_back({.member = members[m].name,
                        .why = fmt::format("slow: {:.4g} ms {}, at most {} ms are allowed", cost,
                                           is_far_off ? "in one step" : "a step",
                                           is_far_off ? single_step_factor * allowed : allowed)});
        costs.clear();
    }
    return slow;
}

}  // namespace forescale
