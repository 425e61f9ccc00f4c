#pragma once
#include "domain/series.h"
#include "features/feature.h"

#include <cmath>
#include <cstddef>
#include <span>

namespace forescale {

/// The history seen from the origin: index 0 is the newest step, 1 the one before. What does not
/// exist, the future included, reads as NaN.
class Past {
public:
    using Steps = std::ptrdiff_t;

    explicit Past(const Series& demand) : values_(demand.values()) {}

    [[nodiscard]] double at(Steps back) const {
        if (back < 0 || back >= size()) return Series::missing;
        return values_[static_cast<std::size_t>(size() - 1 - back)];
    }
    /// Mean of the present ones among `count` steps that end `back` steps ago; NaN without one.
    [[nodiscard]] double mean(Steps back, Steps count) const;
    /// Standard deviation over the newest `count` steps; NaN with fewer than two samples.
    [[nodiscard]] double deviation(Steps count) const;
    /// Mean of the slot and its neighbours within 10 minutes: one sample is too noisy to be a
    /// habit.
    [[nodiscard]] double around(Steps back, Steps radius) const {
        return mean(back - radius, 2 * radius + 1);
    }

private:
    [[nodiscard]] Steps size() const { return static_cast<Steps>(values_.size()); }
    std::span<const double> values_;
};

/// A span of time in steps of the series, at least one.
[[nodiscard]] inline Past::Steps steps_in(const Series& demand, Duration span) {
    return std::max<Past::Steps>(1, span / demand.step());
}
/// Steps on either side of a slot that count as the same time of day.
[[nodiscard]] inline Past::Steps slot_radius(const Series& demand) {
    return std::chrono::minutes(10) / demand.step();
}

}  // namespace forescale
