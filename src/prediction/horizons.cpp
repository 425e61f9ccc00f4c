#include "prediction/horizons.h"

#include <algorithm>

namespace forescale {

namespace {
using std::chrono::hours;
using std::chrono::minutes;

/// Keeps ascending multiples of the step; the first step is always one of them.
std::vector<int> in_steps(const std::vector<Duration>& horizons, Duration step) {
    std::vector<int> steps{1};
    for (const Duration horizon : horizons)
        if (horizon % step == Duration(0)) steps.push_back(static_cast<int>(horizon / step));
    std::ranges::sort(steps);
    steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
    std::erase(steps, 0);
    return steps;
}
}  // namespace

Anchors anchor_steps(Duration step) {
    return in_steps({minutes(5), minutes(15), hours(1), hours(4), hours(12), hours(24)}, step);
}

std::vector<int> path_steps(Duration step) {
    std::vector<Duration> horizons;
    for (Duration h = minutes(5); h <= hours(1); h += minutes(5)) horizons.push_back(h);
    for (Duration h = minutes(75); h <= hours(2); h += minutes(15)) horizons.push_back(h);
    for (Duration h = hours(3); h <= hours(24); h += hours(1)) horizons.push_back(h);
    return in_steps(horizons, step);
}

}  // namespace forescale
