#include "prediction/conformal.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr double share = 0.05;          ///< of targets beyond one side of the central 90 %
constexpr double learning_rate = 0.02;  ///< of the weights, per pinball loss in log factors
constexpr double needed_max = 3.0;
constexpr double log_factor_min = -1.0;
constexpr double log_factor_max = 1.5;
constexpr double keep_near = 0.9976;  ///< a day of targets on a 5 min grid
constexpr double keep_far = 0.9988;
/// Log factor per miss; a hit takes a nineteenth of it back.
constexpr std::array<double, ConformalWidth::speeds> gains_near{0.002, 0.01, 0.05};
constexpr std::array<double, ConformalWidth::speeds> gains_far{0.00005, 0.0004, 0.003};

double pinball(double needed, double said) {
    const double distance = std::clamp(needed, -needed_max, needed_max) - said;
    return distance > 0.0 ? (1.0 - share) * distance : -share * distance;
}
}  // namespace

ConformalWidth::ConformalWidth(Duration horizon)
    : gains_(horizon <= std::chrono::hours(1) ? gains_near : gains_far),
      keep_(horizon <= std::chrono::hours(1) ? keep_near : keep_far) {}

double ConformalWidth::log_factor() const {
    const double least = *std::ranges::min_element(losses_);
    double sum = 0.0;
    double weights = 0.0;
    for (std::size_t i = 0; i < speeds; ++i) {
        const double weight = std::exp(-learning_rate * (losses_[i] - least));
        sum += weight * log_factors_[i];
        weights += weight;
    }
    return sum / weights;
}

ConformalWidth::Widths ConformalWidth::said() const {
    Widths said{};
    std::ranges::transform(log_factors_, said.begin(),
                           [](double factor) { return static_cast<float>(factor); });
    return said;
}

// The loss is of what was said then, so that speed is not rewarded for following errors that come
// in one piece; a miss is counted against what would be said now, which damps the delay.
void ConformalWidth::learn(const Widths& said, double needed) {
    for (std::size_t i = 0; i < speeds; ++i) {
        losses_[i] = losses_[i] * keep_ + pinball(needed, static_cast<double>(said[i]));
        const double miss = needed > log_factors_[i] ? 1.0 : 0.0;
        log_factors_[i] = std::clamp(log_factors_[i] + gains_[i] * (miss - share), log_factor_min,
                                     log_factor_max);
    }
}

}  // namespace forescale
