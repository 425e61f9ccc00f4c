#include "simulation/policies/holt_winters.h"

#include "simulation/policies/policies.h"
#include "simulation/policies/predictive_hpa.h"

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

namespace {

/// PHPA leaves the factors to its user. Its documented example, 0.9 for all three, costs 2.5 times
/// what HPA does at equal unserved demand on the traces of the bench; these were the best of five
/// sets that were tried on the very same traces (0.90 of HPA's cost), as a patient user would find.
constexpr Smoothing tuned{.level = 0.9, .trend = 0.0, .season = 0.1};

}  // namespace

PolicyKind holt_winters_kind() {
    return {.make =
                [](const PolicyWorld& world, std::span<const double> settings) {
                    const auto season = static_cast<std::size_t>(std::chrono::days(1) /
                                                                 PeerForecast::bucket_width(world));
                    auto forecast = std::make_shared<PeerForecast>(
                        world, world.lead_time, std::make_unique<HoltWinters>(season, tuned));
                    std::vector<std::unique_ptr<Policy>> made;
                    for (const double target : settings)
                        made.push_back(std::make_unique<PredictiveHpa>(
                            world, target, ForecastAs::replicas, forecast));
                    return made;
                },
            .setting_name = target_setting,
            .usual = usual_target,
            .settings = target_settings()};
}

}  // namespace forescale
