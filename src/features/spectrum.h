#pragma once
#include <span>
#include <vector>

namespace forescale {

/// A line of a periodogram.
struct SpectralLine {
    double period = 0.0;  ///< in samples
    double ratio = 0.0;  ///< power over that of its neighbourhood; noise alone: exponential, mean 1
};

/// What in a series may be a period.
struct Spectrum {
    std::vector<SpectralLine> lines;  ///< highest ratio first
    /// Lag in samples at which the autocorrelation has its first peak of 0.8 of its highest one; 0:
    /// none. Finds the period of short pulses, whose power is spread over many harmonics.
    double lag = 0.0;
};

/// Lines that noise of any smooth spectrum would show once in a thousand series, at most
/// `lines_max`, and the lag. The values are differenced and tapered (Hann); NaN reads as no change.
/// O(n log n).
[[nodiscard]] Spectrum spectrum_of(std::span<const double> values, std::size_t lines_max);

}  // namespace forescale
