#include "simulation/policies/fft_model.h"

#include "simulation/policies/fourier.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace forescale {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double correlation_min = 0.5;  // at the lag of a period, for it to be one
constexpr double power_share_min = 0.1;  // of the variance, in the harmonics of a period
constexpr double clip_low = 0.001;       // quantiles that the history is clipped to
constexpr double clip_high = 0.999;

/// One way to rebuild a period: from how many of its largest waves, and how much is put on top.
struct Candidate {
    std::size_t waves;
    double margin;
};
constexpr std::array<Candidate, 8> candidates{
    {{10, 0.01}, {10, 0.05}, {10, 0.1}, {10, 0.2}, {50, 0.01}, {50, 0.05}, {50, 0.1}, {50, 0.2}}};

double quantile_of(std::vector<double> values, double level) {
    const auto rank =
        static_cast<std::ptrdiff_t>(level * static_cast<double>(values.size() - 1) + 0.5);
    std::ranges::nth_element(values, values.begin() + rank);
    return values[static_cast<std::size_t>(rank)];
}

void clip(std::vector<double>& values) {
    const double low = quantile_of(values, clip_low);
    const double high = quantile_of(values, clip_high);
    for (double& value : values) value = std::clamp(value, low, high);
}

/// Does the signal repeat after `period`: is it correlated with itself there, more than half a
/// period away, and do the harmonics hold a good part of its power?
bool repeats(std::span<const double> values, const std::vector<double>& correlation,
             std::size_t period) {
    if (values.size() < 2 * period) return false;
    if (correlation[period] < correlation_min || correlation[period] <= correlation[period / 2])
        return false;
    // Over whole periods the harmonics are exact: every `whole`-th coefficient.
    const std::size_t whole = values.size() / period;
    const auto spectrum = spectrum_of(values.last(whole * period));
    double all = 0.0;
    double harmonic = 0.0;
    for (std::size_t k = 1; k < spectrum.size(); ++k) {
        all += std::norm(spectrum[k]);
        if (k % whole == 0) harmonic += std::norm(spectrum[k]);
    }
    return harmonic > power_share_min * all;
}

/// The last period, from its `waves` largest waves and its mean.
std::vector<double> rebuilt(std::span<const double> period, std::size_t waves) {
    const auto spectrum = spectrum_of(period);
    std::vector<std::size_t> order;
    for (std::size_t k = 1; k < spectrum.size(); ++k) order.push_back(k);
    const std::size_t kept = std::min(waves, order.size());
    std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(kept),
                              [&](std::size_t a, std::size_t b) {
                                  return std::norm(spectrum[a]) > std::norm(spectrum[b]);
                              });
    const auto n = static_cast<double>(period.size());
    std::vector<double> out(period.size(), spectrum[0].real() / n);
    for (std::size_t w = 0; w < kept; ++w) {
        const std::size_t k = order[w];
        const bool is_alone = 2 * k == period.size();
        const double scale = (is_alone ? 1.0 : 2.0) / n;
        for (std::size_t i = 0; i < out.size(); ++i) {
            const double angle =
                2.0 * std::numbers::pi * static_cast<double>(k * i % out.size()) / n;
            out[i] += scale *
                      (spectrum[k].real() * std::cos(angle) - spectrum[k].imag() * std::sin(angle));
        }
    }
    return out;
}

std::vector<double> with_margin(std::vector<double> period, double margin) {
    for (double& value : period) value = std::max(value * (1.0 + margin), 0.0);
    return period;
}

double squared_error(const std::vector<double>& said, std::span<const double> was) {
    double sum = 0.0;
    for (std::size_t i = 0; i < was.size(); ++i) sum += (said[i] - was[i]) * (said[i] - was[i]);
    return sum;
}

/// The candidate that foretold the last period best from the one before.
Candidate best_of(std::span<const double> values, std::size_t period) {
    const auto last = values.last(period);
    const auto before = values.last(2 * period).first(period);
    Candidate best = candidates.front();
    double least = std::numeric_limits<double>::infinity();
    for (const Candidate& candidate : candidates) {
        const double error =
            squared_error(with_margin(rebuilt(before, candidate.waves), candidate.margin), last);
        if (error < least) {
            least = error;
            best = candidate;
        }
    }
    return best;
}

}  // namespace

FftModel::FftModel(Duration width) : width_(width) {}

void FftModel::learn(double demand) {
    ++learned_;
    if (std::isfinite(demand)) {
        take(demand);
        missing_ = 0;
    } else {
        ++missing_;
    }
    if (learned_ - fitted_ >= steps(std::chrono::hours(12)) || period_.empty()) refit();
}

/// A short hole is bridged, a long one starts the history anew.
void FftModel::take(double demand) {
    if (width_ * static_cast<Duration::rep>(missing_) > std::chrono::hours(1)) history_.clear();
    const double before = history_.empty() ? demand : history_.back();
    const auto whole = static_cast<double>(missing_ + 1);
    for (std::size_t i = 1; i <= missing_ && !history_.empty(); ++i)
        history_.push_back(before + (demand - before) * static_cast<double>(i) / whole);
    history_.push_back(demand);
    while (history_.size() > steps(std::chrono::days(15))) history_.pop_front();
}

void FftModel::refit() {
    if (history_.size() < steps(std::chrono::days(2))) return;
    if (learned_ % steps(std::chrono::hours(1)) != 0) return;  // while nothing repeats
    fitted_ = learned_;
    period_.clear();
    std::vector<double> values(history_.begin(), history_.end());
    clip(values);
    const std::size_t of_day = steps(std::chrono::days(1));
    const std::size_t of_week = steps(std::chrono::days(7));
    const auto correlation = autocorrelation(values, std::min(of_week, values.size() / 2));
    const bool daily = repeats(values, correlation, of_day);
    const bool weekly = repeats(values, correlation, of_week) &&
                        (!daily || correlation[of_week] > correlation[of_day]);
    if (!daily && !weekly) return;
    const std::size_t length = weekly ? of_week : of_day;
    const Candidate best = best_of(values, length);
    period_ = with_margin(rebuilt(std::span(values).last(length), best.waves), best.margin);
    period_from_ = learned_ - missing_ - length;
}

double FftModel::expected(std::size_t index) const {
    if (period_.empty() || index < period_from_) return none;
    return period_[(index - period_from_) % period_.size()];
}

}  // namespace forescale
