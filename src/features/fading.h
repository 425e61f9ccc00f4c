#pragma once
#include "base/time.h"

#include <cmath>

namespace forescale {

/// What a number keeps of its weight per step when it halves within `half_life_days`.
[[nodiscard]] inline double keep_per_step(Duration step, double half_life_days) {
    return std::exp2(-static_cast<double>(step.count()) /
                     (half_life_days * static_cast<double>(day.count())));
}

/// A mean that forgets.
struct FadingMean {
    double sum = 0.0;
    double count = 0.0;

    void add(double value, double keep) {
        sum = sum * keep + value;
        count = count * keep + 1.0;
    }
    /// The mean, drawn towards `prior` as if that had been seen `weight` times.
    [[nodiscard]] double towards(double prior, double weight) const {
        return (sum + prior * weight) / (count + weight);
    }
    [[nodiscard]] double value() const { return sum / count; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(sum, count);
    }
};

}  // namespace forescale
