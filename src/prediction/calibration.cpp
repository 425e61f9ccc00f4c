#include "prediction/calibration.h"

#include "base/simd_math.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr double scores_half_life_days_near = 10.0;
constexpr double scores_half_life_days_far = 20.0;
constexpr double score_prior = 20.0;  ///< scores that the prior shape counts as
constexpr double score_unit =
    0.1;  ///< scores below this are told apart linearly, above it by ratio
constexpr double score_span = 7.0;  ///< log(1 + 100 / score_unit): larger scores share the last bin
constexpr double beyond = 20.0;     ///< log factor that no width reaches

double squeeze(double score) {
    return std::copysign(std::log1p(std::abs(score) / score_unit), score);
}
double unsqueeze(double u) {
    return std::copysign(score_unit * std::expm1(std::abs(u)), u);
}

/// All at once: twelve calls of expm1 at six horizons would be a fiftieth of a step.
template <std::size_t N>
std::array<double, N> unsqueezed(const std::array<double, N>& places) {
    std::array<double, N> scores{};
    std::ranges::transform(places, scores.begin(), [](double u) { return std::abs(u); });
    simd::exponential(scores);
    for (std::size_t i = 0; i < N; ++i)
        scores[i] = std::copysign(score_unit * (scores[i] - 1.0), places[i]);
    return scores;
}

/// Share of a Laplace distribution with mean absolute value 1 below x: heavier tails than the
/// normal.
double laplace_below(double x) {
    return x < 0.0 ? 0.5 * std::exp(x) : 1.0 - 0.5 * std::exp(-x);
}
/// Log factor that would have put the bound of one side where the target came.
double needed(double error, double bound) {
    if (!(error > 0.0)) return -beyond;
    return bound > 0.0 ? std::clamp(std::log(error / bound), -beyond, beyond) : beyond;
}
}  // namespace

Calibration::Calibration(Duration step, Duration horizon)
    : keep_scores_(keep_per_step(step, horizon <= std::chrono::hours(1)
                                           ? scores_half_life_days_near
                                           : scores_half_life_days_far)),
      size_(step, horizon),
      widen_low_(horizon),
      widen_high_(horizon) {
    for (std::size_t b = 0; b < bins; ++b) {
        const auto edge = [](std::size_t i) {
            return unsqueeze(score_span *
                             (2.0 * static_cast<double>(i) / static_cast<double>(bins) - 1.0));
        };
        counts_[b] = score_prior * (laplace_below(edge(b + 1)) - laplace_below(edge(b)));
    }
}

Calibration::Scores Calibration::scores() const {
    const double total = simd::sum_present(counts_).sum;
    Scores places{};
    double below = 0.0;
    std::size_t b = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const double wanted = quantile_levels[i] * total;
        while (b + 1 < bins && below + counts_[b] < wanted) below += counts_[b++];
        const double inside =
            counts_[b] > 0.0 ? std::clamp((wanted - below) / counts_[b], 0.0, 1.0) : 0.5;
        const double place = (static_cast<double>(b) + inside) / static_cast<double>(bins);
        places[i] = score_span * (2.0 * place - 1.0);
    }
    return unsqueezed(places);
}

Calibration::Interval Calibration::say(const ErrorSigns& signs, double stretch) const {
    Interval interval;
    Said& said = interval.said;
    said.row = size_.row(signs);
    const double scale = size_.of(said.row) * stretch;
    said.scale = static_cast<float>(scale);
    const Scores at = scores();
    said.bound_05 = static_cast<float>(std::min(at.front(), 0.0) * scale);
    said.bound_95 = static_cast<float>(std::max(at[10], 0.0) * scale);
    said.low = widen_low_.said();
    said.high = widen_high_.said();
    interval.offsets = offsets(at, static_cast<double>(said.scale));
    return interval;
}

Offsets Calibration::offsets(const Scores& at, double scale) const {
    const double low = scale * std::exp(widen_low_.log_factor());
    const double high = scale * std::exp(widen_high_.log_factor());
    Offsets offsets{};
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        if (i < median_index) offsets[i] = std::min(at[i], 0.0) * low;
        if (i > median_index) offsets[i] = std::max(at[i], 0.0) * high;
    }
    return offsets;
}

void Calibration::learn(std::size_t slot, double error, const Said& said) {
    for (double& count : counts_) count *= keep_scores_;
    const double score = error / static_cast<double>(said.scale);
    const double u = std::clamp(squeeze(score) / score_span, -1.0, 1.0);
    const auto bin = static_cast<std::size_t>(0.5 * (u + 1.0) * static_cast<double>(bins));
    counts_[std::min(bin, bins - 1)] += 1.0;
    size_.learn(slot, said.row, error);
    widen_low_.learn(said.low, needed(-error, -static_cast<double>(said.bound_05)));
    widen_high_.learn(said.high, needed(error, static_cast<double>(said.bound_95)));
}

}  // namespace forescale
