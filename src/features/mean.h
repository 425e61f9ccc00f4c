#pragma once
#include "base/simd_math.h"

namespace forescale {

/// Mean of the present values; NaN when less than half is present.
[[nodiscard]] inline double mean_of_most(std::span<const double> values) {
    const simd::Present present = simd::sum_present(values);
    const bool are_most = 2.0 * present.count >= static_cast<double>(values.size());
    return are_most ? present.mean() : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace forescale
