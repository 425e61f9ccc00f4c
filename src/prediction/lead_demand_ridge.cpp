#include "prediction/lead_demand_ridge.h"

#include "base/assert.h"

#include <cmath>

namespace forescale {
namespace {

constexpr double growth_max =
    1e100;  // far below the largest double, so that a sum of squares of weights cannot overflow

std::size_t row_of(std::size_t row) {
    return row * (row + 1) / 2;
}

/// Cholesky of a lower triangle in place. False when the matrix is not positive definite.
bool factor(std::vector<double>& lower, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        double* const row = lower.data() + row_of(i);
        for (std::size_t j = 0; j <= i; ++j) {
            const double* const other = lower.data() + row_of(j);
            double sum = row[j];
            for (std::size_t k = 0; k < j; ++k) sum -= row[k] * other[k];
            if (j < i)
                row[j] = sum / other[j];
            else if (!(sum > 0.0) || !std::isfinite(sum))
                return false;
            else
                row[j] = std::sqrt(sum);
        }
    }
    return true;
}

/// Solves lower * lower^T * x = x in place.
void substitute(const std::vector<double>& lower, std::vector<double>& x) {
    const std::size_t n = x.size();
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < i; ++k) x[i] -= lower[row_of(i) + k] * x[k];
        x[i] /= lower[row_of(i) + i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k) x[i] -= lower[row_of(k) + i] * x[k];
        x[i] /= lower[row_of(i) + i];
    }
}

}  // namespace

ForgettingRidge::ForgettingRidge(std::size_t columns, double half_life, double prior)
    : columns_(columns),
      step_growth_(std::exp2(1.0 / half_life)),
      prior_(prior),
      gram_(row_of(columns), 0.0),
      moment_(columns, 0.0),
      coefficients_(columns, 0.0) {
    ASSERT(columns > 0 && half_life > 0.0);
}

void ForgettingRidge::learn(std::span<const double> features, double target, double weight) {
    ASSERT(features.size() == columns_);
    growth_ *= step_growth_;
    if (growth_ > growth_max) rescale(1.0 / growth_);
    const double scaled = weight * growth_;
    samples_ += scaled;
    double* entry = gram_.data();
    for (std::size_t i = 0; i < columns_; ++i) {
        const double factor = scaled * features[i];
        moment_[i] += factor * target;
        for (std::size_t j = 0; j <= i; ++j) *entry++ += factor * features[j];
    }
}

void ForgettingRidge::solve() {
    if (!(samples_ > 0.0)) return;
    std::vector<double> lower = gram_;
    const double share = prior_ / samples();
    for (std::size_t i = 0; i < columns_; ++i) {
        double& diagonal = lower[row_of(i) + i];
        // A column that never moved has a zero diagonal: it gets a coefficient of 0 instead of a
        // singular system.
        diagonal += i == 0 ? samples_ * 1e-9 : share * diagonal + samples_ * 1e-9;
    }
    if (!factor(lower, columns_)) return;
    std::vector<double> solution = moment_;
    substitute(lower, solution);
    for (const double value : solution)
        if (!std::isfinite(value)) return;
    coefficients_ = std::move(solution);
}

double ForgettingRidge::predict(std::span<const double> features) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < columns_; ++i) sum += coefficients_[i] * features[i];
    return sum;
}

void ForgettingRidge::discount(double share) {
    const double growth = growth_;
    rescale(share);
    growth_ = growth;
}

void ForgettingRidge::rescale(double factor) {
    for (double& value : gram_) value *= factor;
    for (double& value : moment_) value *= factor;
    samples_ *= factor;
    growth_ *= factor;
}

}  // namespace forescale
