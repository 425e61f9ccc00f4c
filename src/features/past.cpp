#include "features/past.h"

#include "base/simd_math.h"

namespace forescale {

double Past::mean(Steps back, Steps count) const {
    const Steps newest = size() - std::max<Steps>(back, 0);
    const Steps oldest = std::max<Steps>(size() - back - count, 0);
    if (oldest >= newest) return Series::missing;
    const auto seen = values_.subspan(static_cast<std::size_t>(oldest),
                                      static_cast<std::size_t>(newest - oldest));
    return simd::sum_present(seen).mean();
}

double Past::deviation(Steps count) const {
    const auto seen = values_.last(static_cast<std::size_t>(std::min(count, size())));
    const simd::Present present = simd::sum_squares(seen, mean(0, count));
    return present.count > 1.0 ? std::sqrt(present.mean()) : Series::missing;
}

}  // namespace forescale
