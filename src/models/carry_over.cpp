#include "models/carry_over.h"

#include "domain/series.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>

namespace forescale {

namespace {
constexpr double half_life_days = 10.0;
/// Log levels: below this an error is no reason for a larger weight.
constexpr double error_floor = 0.02;
/// Of the prior, in the unit of the weighted sums: a day of deviations of 0.1 outweighs it.
constexpr double prior_weight = 4.0;
/// Neighbouring targets say nearly the same; a quarter of the memory and time is enough.
constexpr Duration kept_every = std::chrono::minutes(15);

CarryOver::Deviations bounded(CarryOver::Deviations deviations) {
    for (double& d : deviations)
        d = std::clamp(d, -CarryOver::deviation_max, CarryOver::deviation_max);
    return deviations;
}

std::uint64_t stride_of(Duration step, int horizon) {
    const auto stride = static_cast<int>(std::max<Duration::rep>(1, kept_every / step));
    return horizon % stride == 0 ? static_cast<std::uint64_t>(stride) : 1;
}
}  // namespace

void Gaps::note(double gap, Duration step) {
    if (std::isnan(gap)) return;
    const double keep =
        std::exp2(-static_cast<double>(step.count()) / static_cast<double>(half_life.count()));
    newest = gap;
    of_hours = keep * of_hours + (1.0 - keep) * gap;
}

void Gaps::move(double by) {
    newest += by;
    of_hours += by;
}

double Gaps::near_share(Duration horizon) {
    const double hours =
        static_cast<double>(horizon.count()) / static_cast<double>(half_life.count());
    return std::exp2(-hours / 4.0);
}

CarryOver::CarryOver(Duration step, int horizon, const Deviations& prior)
    : stride_(stride_of(step, horizon)),
      forget_(std::exp2(-static_cast<double>(step.count()) * static_cast<double>(stride_) /
                        (half_life_days * static_cast<double>(day.count())))),
      prior_(prior),
      shares_(prior),
      pending_(static_cast<std::size_t>(horizon) / stride_,
               Pending{.base = std::numeric_limits<float>::quiet_NaN()}) {}

double CarryOver::say(double base, const Deviations& unbounded) const {
    const Deviations deviations = bounded(unbounded);
    double sum = 0.0;
    double largest = 0.0;
    for (std::size_t j = 0; j < columns; ++j) {
        sum += shares_[j] * deviations[j];
        largest = std::max(largest, std::abs(deviations[j]));
    }
    return base + std::clamp(sum, -largest, largest);
}

void CarryOver::note(double base, const Deviations& unbounded) {
    const Deviations deviations = bounded(unbounded);
    if (is_kept()) {
        Pending& now = slot();
        now.base = static_cast<float>(base);
        for (std::size_t j = 0; j < columns; ++j)
            now.deviations[j] = static_cast<float>(deviations[j]);
    }
    ++steps_;
}

void CarryOver::forget_noted() {
    for (Pending& noted : pending_) noted.base = std::numeric_limits<float>::quiet_NaN();
}

void CarryOver::learn(double level) {
    if (!is_kept()) return;
    const Pending& then = slot();
    if (std::isfinite(level - static_cast<double>(then.base))) learn(then, level);
}

void CarryOver::learn(const Pending& then, double level) {
    Deviations x{};
    std::ranges::copy(then.deviations, x.begin());
    const double base = static_cast<double>(then.base);
    const double weight = 1.0 / std::max(std::abs(level - say(base, x)), error_floor);
    for (std::size_t i = 0; i < columns; ++i) {
        for (std::size_t j = 0; j < columns; ++j) {
            double& entry = gram_[i * columns + j];
            entry = forget_ * entry + weight * x[i] * x[j];
        }
        moments_[i] = forget_ * moments_[i] +
                      weight * x[i] * std::clamp(level - base, -deviation_max, deviation_max);
    }
    solve();
}

void CarryOver::solve() {
    constexpr int n = columns;
    using Matrix = Eigen::Matrix<double, n, n>;
    using Vector = Eigen::Matrix<double, n, 1>;
    const Matrix gram = Eigen::Map<const Matrix>(gram_.data()) + prior_weight * Matrix::Identity();
    const Vector moments = Eigen::Map<const Vector>(moments_.data()) +
                           prior_weight * Eigen::Map<const Vector>(prior_.data());
    const Vector solution = gram.llt().solve(moments);
    if (solution.allFinite()) std::ranges::copy(solution, shares_.begin());
}

}  // namespace forescale
