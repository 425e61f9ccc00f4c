#include "features/spectrum.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

namespace forescale {

namespace {
using Complex = std::complex<double>;
constexpr double log_mean_of_exponential = -0.5772156649;  ///< of ln(x), x exponential with mean 1
constexpr double chance = 1e-3;                            ///< of any line in a series of noise

/// Fast Fourier transform in place, radix 2; the size is a power of two.
/// source  Cooley and Tukey 1965, doi:10.1090/S0025-5718-1965-0178586-1
void transform(std::vector<Complex>& values) {
    const std::size_t n = values.size();
    for (std::size_t i = 1, j = 0; i < n; ++i) {
        std::size_t bit = n / 2;
        for (; (j & bit) != 0; bit /= 2) j ^= bit;
        j ^= bit;
        if (i < j) std::swap(values[i], values[j]);
    }
    std::vector<Complex> turns(n / 2);
    for (std::size_t k = 0; k < n / 2; ++k)
        turns[k] = std::polar(
            1.0, -2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n));
    for (std::size_t half = 1; half < n; half *= 2) {
        const std::size_t stride = n / (2 * half);
        for (std::size_t start = 0; start < n; start += 2 * half)
            for (std::size_t k = 0; k < half; ++k) {
                Complex& a = values[start + k];
                Complex& b = values[start + k + half];
                const Complex& turn = turns[k * stride];
                // By hand: the operator checks for infinities, which costs more than the product.
                const Complex c(b.real() * turn.real() - b.imag() * turn.imag(),
                                b.real() * turn.imag() + b.imag() * turn.real());
                b = a - c;
                a += c;
            }
    }
}

/// Power per frequency of the differenced, tapered values, padded with zeros so that lags up to a
/// third of them do not wrap around.
std::vector<Complex> power_of(std::span<const double> values) {
    std::vector<Complex> padded(std::bit_ceil(values.size() + values.size() / 3));
    for (std::size_t i = 1; i < values.size(); ++i) {
        const double change = values[i] - values[i - 1];
        const double turn =
            2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(values.size());
        padded[i] = std::isnan(change) ? 0.0 : change * 0.5 * (1.0 - std::cos(turn));
    }
    transform(padded);
    for (Complex& value : padded) value = std::norm(value);
    return padded;
}

std::vector<double> logs_of(std::span<const Complex> power) {
    constexpr double tiny = 1e-30;
    std::vector<double> logs(power.size() / 2 + 1);
    for (std::size_t k = 0; k < logs.size(); ++k) logs[k] = std::log(power[k].real() + tiny);
    return logs;
}

/// What noise would show around each frequency: mean log power, over a third of the frequency to
/// both sides, at most 40 lines.
class Background {
public:
    explicit Background(std::span<const double> power) : sums_(power.size() + 1) {
        for (std::size_t k = 0; k < power.size(); ++k) sums_[k + 1] = sums_[k] + power[k];
    }
    [[nodiscard]] double at(std::size_t k) const {
        const std::size_t reach = std::clamp<std::size_t>(k / 3, 4, 40);
        const std::size_t from = k > reach ? k - reach : 1;
        const std::size_t to = std::min(k + reach + 1, sums_.size() - 1);
        return (sums_[to] - sums_[from]) / static_cast<double>(to - from) - log_mean_of_exponential;
    }

private:
    std::vector<double> sums_;
};

/// Where between its neighbours a peak lies: vertex of the parabola, in lines.
double vertex(double before, double peak, double after) {
    const double bend = before - 2.0 * peak + after;
    return bend < 0.0 ? std::clamp(0.5 * (before - after) / bend, -0.5, 0.5) : 0.0;
}

std::vector<SpectralLine> lines_of(std::span<const double> power) {
    const Background background(power);
    const double ratio_min = std::log(static_cast<double>(power.size()) / chance);
    std::vector<SpectralLine> lines;
    for (std::size_t k = 2; k + 1 < power.size(); ++k) {
        if (power[k] <= power[k - 1] || power[k] < power[k + 1]) continue;
        const double ratio = std::exp(power[k] - background.at(k));
        if (ratio < ratio_min) continue;
        const double at = static_cast<double>(k) + vertex(power[k - 1], power[k], power[k + 1]);
        const auto size = static_cast<double>(2 * (power.size() - 1));
        lines.push_back({.period = size / at, .ratio = ratio});
    }
    std::ranges::stable_sort(lines, std::ranges::greater{}, &SpectralLine::ratio);
    return lines;
}

double first_high_lag(std::vector<Complex> power, std::size_t lag_max) {
    transform(power);  // of the power: the autocorrelation, up to a factor
    constexpr double is_high = 0.8;
    std::size_t from = 1;  // past what a sample has in common with itself a little later
    while (from <= lag_max && power[from].real() > 0.0) ++from;
    from = std::max<std::size_t>(from, 3);
    double highest = 0.0;
    for (std::size_t k = from; k <= lag_max; ++k) highest = std::max(highest, power[k].real());
    if (highest <= 0.0) return 0.0;
    std::size_t best = from;
    while (power[best].real() < is_high * highest) ++best;
    for (std::size_t k = best; k <= lag_max && power[k].real() >= is_high * highest; ++k)
        if (power[k].real() > power[best].real()) best = k;
    return static_cast<double>(best);
}
}  // namespace

Spectrum spectrum_of(std::span<const double> values, std::size_t lines_max) {
    constexpr std::size_t values_min = 16;
    if (values.size() < values_min) return {};
    std::vector<Complex> power = power_of(values);
    Spectrum spectrum{.lines = lines_of(logs_of(power)), .lag = 0.0};
    if (spectrum.lines.size() > lines_max) spectrum.lines.resize(lines_max);
    spectrum.lag = first_high_lag(std::move(power), values.size() / 3);
    return spectrum;
}

}  // namespace forescale
