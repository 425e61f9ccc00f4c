#include "prediction/error_size.h"

#include <algorithm>

namespace forescale {

namespace {
constexpr double half_life_days_near = 10.0;
constexpr double half_life_days_far = 20.0;
constexpr double recent_half_life_days = 0.25;
constexpr double hour_half_life_days = 0.03;
constexpr double keep_slot =
    0.98;  ///< per target in the slot: six a day on a 5 min grid, about 6 days
constexpr double size_prior = 0.5;    ///< log levels: a factor of 1.6, before any error is known
constexpr double prior_count = 12.0;  ///< targets that the prior size counts as
constexpr double hour_count = 3.0;    ///< targets that the usual size counts as within an hour
constexpr double size_min = 1e-9;
constexpr double penalty = 100.0;  ///< targets that the first powers count as
constexpr double power_max = 1.2;
constexpr double factor_max = 3.0;  ///< log of what all signs together may make of the usual size
constexpr double damping = 0.1;     ///< of the usual value, so that zeros have logarithms
constexpr Duration solve_every = std::chrono::minutes(30);
constexpr std::array<double, ErrorSize::columns> first_powers{0.0, 0.5, 0.5, 0.0, 0.2, 0.0};

double log_ratio(double value, double usual) {
    return std::log((value + damping * usual + size_min) / ((1.0 + damping) * usual + size_min));
}
}  // namespace

ErrorSize::ErrorSize(Duration step, Duration horizon)
    : keep_(keep_per_step(
          step, horizon <= std::chrono::hours(1) ? half_life_days_near : half_life_days_far)),
      keep_recent_(keep_per_step(step, recent_half_life_days)),
      keep_hour_(keep_per_step(step, hour_half_life_days)),
      solve_every_(static_cast<std::uint64_t>(std::max<Duration::rep>(1, solve_every / step))),
      powers_(first_powers) {}

double ErrorSize::usual() const {
    return std::max(all_.towards(size_prior, prior_count), size_min);
}

double ErrorSize::unrest() const {
    return log_ratio(hour_.towards(usual(), hour_count), usual());
}

ErrorSize::Row ErrorSize::row(const ErrorSigns& signs) const {
    const double size = usual();
    const auto relative = [&](const FadingMean& mean) {
        return std::log(std::max(mean.towards(size, prior_count), size_min) / size);
    };
    const auto against = [](double value, const FadingMean& mean) {
        if (std::isnan(value) || !(mean.count > 0.0)) return 0.0F;
        return static_cast<float>(log_ratio(value, mean.value()));
    };
    return {1.0F,
            static_cast<float>(relative(slots_[signs.slot])),
            static_cast<float>(relative(recent_)),
            against(signs.disagreement, disagreement_),
            static_cast<float>(signs.unrest),
            against(signs.spread, spread_)};
}

double ErrorSize::of(const Row& row) const {
    double factor = 0.0;
    for (std::size_t i = 1; i < columns; ++i) factor += powers_[i] * static_cast<double>(row[i]);
    return std::max(usual() * std::exp(std::clamp(factor, -factor_max, factor_max)), size_min);
}

void ErrorSize::note_signs(const ErrorSigns& signs) {
    if (!std::isnan(signs.disagreement)) disagreement_.add(signs.disagreement, keep_);
    if (!std::isnan(signs.spread)) spread_.add(signs.spread, keep_);
}

void ErrorSize::learn(std::size_t slot, const Row& row, double error) {
    const double size = std::abs(error);
    slots_[slot].add(size, keep_slot);
    recent_.add(size, keep_recent_);
    hour_.add(size, keep_hour_);
    all_.add(size, keep_);
    // The log of an exact hit is no news about the size: from a twentieth of the usual on all count
    // alike.
    const double target = std::log((size + 0.05 * usual()) / usual());
    for (std::size_t i = 0; i < columns; ++i) {
        const auto of_i = static_cast<double>(row[i]);
        for (std::size_t j = 0; j <= i; ++j) {
            double& product = gram_[i * columns + j];
            product = product * keep_ + of_i * static_cast<double>(row[j]);
        }
        moments_[i] = moments_[i] * keep_ + of_i * target;
    }
    if (targets_++ % solve_every_ == 0) solve();
}

// Cholesky of the Gram matrix and the penalty, which draws every power to its first value.
void ErrorSize::solve() {
    std::array<double, columns * columns> factor = gram_;
    std::array<double, columns> x = moments_;
    for (std::size_t i = 0; i < columns; ++i) {
        const double pull = i == 0 ? 1e-3 : penalty;
        factor[i * columns + i] += pull;
        x[i] += pull * first_powers[i];
    }
    for (std::size_t i = 0; i < columns; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = factor[i * columns + j];
            for (std::size_t k = 0; k < j; ++k)
                sum -= factor[i * columns + k] * factor[j * columns + k];
            factor[i * columns + j] =
                i == j ? std::sqrt(std::max(sum, size_min)) : sum / factor[j * columns + j];
        }
        for (std::size_t k = 0; k < i; ++k) x[i] -= factor[i * columns + k] * x[k];
        x[i] /= factor[i * columns + i];
    }
    for (std::size_t i = columns; i-- > 0;) {
        for (std::size_t k = i + 1; k < columns; ++k) x[i] -= factor[k * columns + i] * x[k];
        x[i] /= factor[i * columns + i];
    }
    for (std::size_t i = 1; i < columns; ++i) powers_[i] = std::clamp(x[i], 0.0, power_max);
}

}  // namespace forescale
