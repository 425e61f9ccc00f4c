#include "prediction/demand_scale.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr Duration window = day * 7;
constexpr double change_early = 2.0;  ///< in the first day: little is learned yet
constexpr double change_later =
    16.0;  ///< after it: only a change of the world is worth a new start

/// Median of the positive samples of the last week; 0 when there is none.
double usual_level(const Series& demand) {
    const auto values = demand.values();
    const auto count = std::min(values.size(), static_cast<std::size_t>(window / demand.step()));
    std::vector<double> positive;
    for (const double value : values.last(count))
        if (value > 0.0) positive.push_back(value);
    if (positive.empty()) return 0.0;
    const auto middle = positive.begin() + static_cast<std::ptrdiff_t>(positive.size() / 2);
    std::nth_element(positive.begin(), middle, positive.end());
    return *middle;
}
}  // namespace

bool DemandScale::is_due(Duration step) const {
    const auto steps = [&](Duration span) {
        return static_cast<std::uint64_t>(std::max<Duration::rep>(1, span / step));
    };
    if (!is_chosen_ || steps_ % steps(day) == 0) return true;
    return steps_ == steps(std::chrono::hours(1)) || steps_ == steps(std::chrono::hours(6));
}

bool DemandScale::review(const Series& demand) {
    if (std::isnan(demand.values().back()) && !is_chosen_) return false;
    ++steps_;
    if (!is_due(demand.step())) return false;
    const double level = usual_level(demand);
    if (level <= 0.0) return false;
    const double factor = steps_ * demand.step() <= day ? change_early : change_later;
    const bool is_close = level < value_ * factor && value_ < level * factor;
    if (is_chosen_ && is_close) return false;
    value_ = level;
    is_chosen_ = true;
    return true;
}

}  // namespace forescale
