#pragma once
#include "domain/series.h"

#include <vector>

namespace forescale {

/// A period after which demand repeats itself.
struct Season {
    Duration period{0};
    double strength = 0.0;  ///< share 0..1 of the variance that repeats

    template <class Archive>
    void fields(Archive& archive) {
        archive(period, strength);
    }
};

/// The seasons of a history that are significant, strongest first; none in noise, in a constant, or
/// in less than two periods.
[[nodiscard]] std::vector<Season> find_seasons(const Series& demand);

}  // namespace forescale
