#include "simulation/policies/holt_winters_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forescale {

void HoltWinters::learn(double demand) {
    const std::size_t index = learned_++;
    if (season_.empty()) {
        first_.push_back(demand);
        if (first_.size() == season_steps_) begin();
        return;
    }
    double& season = season_[index % season_steps_];
    const double before = level_ + trend_;
    const double seen = std::isfinite(demand) ? demand : before + season;
    const double level = smoothing_.level * (seen - season) + (1.0 - smoothing_.level) * before;
    trend_ = smoothing_.trend * (level - level_) + (1.0 - smoothing_.trend) * trend_;
    season += smoothing_.season * (seen - before - season);
    level_ = level;
}

void HoltWinters::begin() {
    double sum = 0.0;
    int count = 0;
    for (const double demand : first_)
        if (std::isfinite(demand)) {
            sum += demand;
            ++count;
        }
    level_ = count > 0 ? sum / count : 0.0;
    for (const double demand : first_)
        season_.push_back(std::isfinite(demand) ? demand - level_ : 0.0);
    first_.clear();
}

double HoltWinters::expected(std::size_t index) const {
    if (season_.empty() || index < learned_) return std::numeric_limits<double>::quiet_NaN();
    const auto steps = static_cast<double>(index - learned_ + 1);
    return std::max(level_ + steps * trend_ + season_[index % season_steps_], 0.0);
}

}  // namespace forescale
