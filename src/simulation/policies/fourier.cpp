#include "simulation/policies/fourier.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>

namespace forescale {
namespace {

using Complex = std::complex<double>;

/// e^(i * angle * k / n); k is taken modulo the period first, so that large k lose no digits.
Complex turn(double turns) {
    const double angle = 2.0 * std::numbers::pi * turns;
    return {std::cos(angle), std::sin(angle)};
}

void reorder_by_reversed_bits(std::vector<Complex>& values) {
    std::size_t j = 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
        std::size_t bit = values.size() / 2;
        for (; (j & bit) != 0; bit /= 2) j ^= bit;
        j ^= bit;
        if (i < j) std::swap(values[i], values[j]);
    }
}

/// In place; the size is a power of two. sign -1: forward; 1: backward, not scaled.
void transform(std::vector<Complex>& values, double sign) {
    reorder_by_reversed_bits(values);
    for (std::size_t width = 2; width <= values.size(); width *= 2) {
        std::vector<Complex> turns(width / 2);
        for (std::size_t k = 0; k < turns.size(); ++k)
            turns[k] = turn(sign * static_cast<double>(k) / static_cast<double>(width));
        for (std::size_t first = 0; first < values.size(); first += width)
            for (std::size_t k = 0; k < width / 2; ++k) {
                const Complex a = values[first + k];
                const Complex b = values[first + k + width / 2] * turns[k];
                values[first + k] = a + b;
                values[first + k + width / 2] = a - b;
            }
    }
}

}  // namespace

std::vector<Complex> spectrum_of(std::span<const double> values) {
    const std::size_t n = values.size();
    const std::size_t padded = std::bit_ceil(std::max<std::size_t>(2 * n, 1));
    // k^2 / 2n turns, k^2 modulo 2n: exact for every n of a history.
    const auto chirp = [n](std::size_t k) {
        return turn(static_cast<double>(k * k % (2 * n)) / static_cast<double>(2 * n));
    };
    std::vector<Complex> signal(padded);
    std::vector<Complex> filter(padded);
    for (std::size_t k = 0; k < n; ++k) {
        signal[k] = values[k] * std::conj(chirp(k));
        filter[k] = chirp(k);
        if (k > 0) filter[padded - k] = chirp(k);
    }
    transform(signal, -1.0);
    transform(filter, -1.0);
    for (std::size_t k = 0; k < padded; ++k) signal[k] *= filter[k];
    transform(signal, 1.0);
    std::vector<Complex> spectrum;
    for (std::size_t k = 0; n > 0 && k <= n / 2; ++k)
        spectrum.push_back(signal[k] / static_cast<double>(padded) * std::conj(chirp(k)));
    return spectrum;
}

std::vector<double> autocorrelation(std::span<const double> values, std::size_t lag_max) {
    const std::size_t n = values.size();
    std::vector<double> lags(lag_max + 1, 0.0);
    if (n == 0) return lags;
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(n);
    std::vector<Complex> padded(std::bit_ceil(2 * n));
    for (std::size_t i = 0; i < n; ++i) padded[i] = values[i] - mean;
    transform(padded, -1.0);
    for (Complex& c : padded) c = std::norm(c);
    transform(padded, 1.0);
    const double variance = padded[0].real() / static_cast<double>(n);
    const double noise = 1e-12 * (mean * mean + 1e-300) * static_cast<double>(padded.size());
    if (!(variance > noise)) return lags;
    for (std::size_t lag = 0; lag <= lag_max && lag < n; ++lag)
        lags[lag] = padded[lag].real() / static_cast<double>(n - lag) / variance;
    return lags;
}

}  // namespace forescale
