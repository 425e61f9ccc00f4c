#include "prediction/stacking.h"

#include "features/fading.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr double half_life_days = 8.0;
/// In squared mean errors: targets at which members differ by that much. Those of a day ahead come
/// in long runs of like errors.
constexpr double penalty_near = 100.0;
constexpr double penalty_far = 1000.0;
constexpr double difference_max = 5.0;  ///< in mean errors: one broken member must not decide
constexpr double weight_max = 3.0;      ///< of a target that was met exactly
constexpr double errors_max = 500.0;    ///< targets that the mean error is of
constexpr Duration solve_every = std::chrono::minutes(30);
}  // namespace

Stacking::Stacking(std::size_t members, Duration step, Duration horizon)
    : keep_(keep_per_step(step, half_life_days)),
      penalty_(horizon <= std::chrono::hours(1) ? penalty_near : penalty_far),
      solve_every_(static_cast<std::uint64_t>(std::max<Duration::rep>(1, solve_every / step))),
      equations_(members),
      coefficients_(members, 0.0) {}

double Stacking::difference(double median, double pool) const {
    if (std::isnan(median) || !(error_mean_ > 0.0)) return 0.0;
    return std::clamp((median - pool) / error_mean_, -difference_max, difference_max);
}

double Stacking::correct(std::span<const double> medians, double pool) const {
    double sum = 0.0;
    for (std::size_t m = 0; m < medians.size(); ++m)
        sum += coefficients_[m] * difference(medians[m], pool);
    return std::max(pool + error_mean_ * sum, 0.0);
}

void Stacking::learn(std::span<const double> medians, double pool, double actual) {
    const double error = std::abs(actual - correct(medians, pool));
    error_mean_ +=
        (error - error_mean_) / std::min(static_cast<double>(targets_) + 1.0, errors_max);
    const double weight = error > 0.0 ? std::min(error_mean_ / error, weight_max) : weight_max;
    std::vector<double> differences(medians.size());
    std::ranges::transform(medians, differences.begin(),
                           [&](double median) { return difference(median, pool); });
    equations_.add(differences, difference(actual, pool), weight, keep_);
    if (targets_++ % solve_every_ != 0) return;
    std::vector<double> solution(coefficients_.size());
    if (equations_.solve_with_absolute(penalty_, solution)) coefficients_ = std::move(solution);
}

}  // namespace forescale
