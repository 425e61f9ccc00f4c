#include "prediction/calibration.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr double scores_half_life_days = 10.0;
constexpr double recent_half_life_days = 0.25;
constexpr double keep_slot =
    0.98;  ///< per target in the slot: six a day on a 5 min grid, about 6 days
constexpr double scale_prior = 0.5;   ///< log levels: a factor of 1.6, before any error is known
constexpr double prior_count = 12.0;  ///< targets that the prior scale counts as
constexpr double slot_prior = 12.0;   ///< targets that the mean of all slots counts as within one
constexpr double scale_min = 1e-9;
constexpr double score_prior = 20.0;  ///< scores that the prior shape counts as
constexpr double score_unit =
    0.1;  ///< scores below this are told apart linearly, above it by ratio
constexpr double score_span = 7.0;  ///< log(1 + 100 / score_unit): larger scores share the last bin
constexpr double widen_min = -1.0;
constexpr double widen_max = 1.5;

double squeeze(double score) {
    return std::copysign(std::log1p(std::abs(score) / score_unit), score);
}
double unsqueeze(double u) {
    return std::copysign(score_unit * std::expm1(std::abs(u)), u);
}

/// Share of a Laplace distribution with mean absolute value 1 below x: heavier tails than the
/// normal.
double laplace_below(double x) {
    return x < 0.0 ? 0.5 * std::exp(x) : 1.0 - 0.5 * std::exp(-x);
}
double fading(Duration step, double days) {
    return std::exp2(-static_cast<double>(step.count()) /
                     (days * static_cast<double>(day.count())));
}
}  // namespace

Calibration::Calibration(Duration step, Duration horizon)
    : keep_scores_(fading(step, scores_half_life_days)),
      keep_recent_(fading(step, recent_half_life_days)),
      gain_(horizon <= std::chrono::hours(1) ? 0.02 : 0.005) {
    for (std::size_t b = 0; b < bins; ++b) {
        const auto edge = [](std::size_t i) {
            return unsqueeze(score_span *
                             (2.0 * static_cast<double>(i) / static_cast<double>(bins) - 1.0));
        };
        counts_[b] = score_prior * (laplace_below(edge(b + 1)) - laplace_below(edge(b)));
    }
}

double Calibration::scale(std::size_t slot) const {
    const double usual = all_.towards(scale_prior, prior_count);
    const double of_slot = slots_[slot].towards(usual, slot_prior);
    const double of_late = recent_.towards(usual, prior_count);
    return std::max(std::sqrt(of_slot * of_late), scale_min);
}

double Calibration::score_at(double level) const {
    double total = 0.0;
    for (const double count : counts_) total += count;
    double below = 0.0;
    std::size_t b = 0;
    while (b + 1 < bins && below + counts_[b] < level * total) below += counts_[b++];
    const double inside =
        counts_[b] > 0.0 ? std::clamp((level * total - below) / counts_[b], 0.0, 1.0) : 0.5;
    return unsqueeze(score_span *
                     (2.0 * (static_cast<double>(b) + inside) / static_cast<double>(bins) - 1.0));
}

Offsets Calibration::offsets(double scale) const {
    Offsets offsets{};
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        const double score = score_at(quantile_levels[i]);
        if (i < median_index) offsets[i] = std::min(score, 0.0) * scale * std::exp(widen_low_);
        if (i > median_index) offsets[i] = std::max(score, 0.0) * scale * std::exp(widen_high_);
    }
    return offsets;
}

void Calibration::learn(std::size_t slot, double error, double scale, double offset_05,
                        double offset_95) {
    for (double& count : counts_) count *= keep_scores_;
    const double u = std::clamp(squeeze(error / scale) / score_span, -1.0, 1.0);
    const auto bin = static_cast<std::size_t>(0.5 * (u + 1.0) * static_cast<double>(bins));
    counts_[std::min(bin, bins - 1)] += 1.0;
    slots_[slot].add(std::abs(error), keep_slot);
    recent_.add(std::abs(error), keep_recent_);
    all_.add(std::abs(error), keep_scores_);
    widen_low_ =
        std::clamp(widen_low_ + gain_ * ((error < offset_05 ? 1.0 : 0.0) - quantile_levels[0]),
                   widen_min, widen_max);
    widen_high_ =
        std::clamp(widen_high_ + gain_ * ((error > offset_95 ? 1.0 : 0.0) - quantile_levels[0]),
                   widen_min, widen_max);
}

}  // namespace forescale
