#pragma once
#include <complex>
#include <span>
#include <vector>

namespace forescale {

/// Discrete Fourier transform of n numbers, n any: the coefficients 0 .. n/2, not scaled.
/// cost  O(n log n).
/// source  Bluestein 1970, doi:10.1109/TAU.1970.1162132
[[nodiscard]] std::vector<std::complex<double>> spectrum_of(std::span<const double> values);

/// Autocorrelation at lags 0 .. lag_max, of values whose mean is taken out; 1 at lag 0, and 0
/// everywhere where they do not vary. Every lag is scaled by the number of its pairs.
[[nodiscard]] std::vector<double> autocorrelation(std::span<const double> values,
                                                  std::size_t lag_max);

}  // namespace forescale
