#pragma once
#include "models/sibling/shape_library.h"

#include <cmath>
#include <numbers>

namespace forescale::sibling {

/// Three weeks for tests: a wave with its peak at noon, one with quiet weekends, and a flat one.
[[nodiscard]] inline ShapeLibrary three_shapes() {
    ShapeLibrary library;
    library.shapes.resize(3);
    for (std::size_t h = 0; h < hours_of_week; ++h) {
        const double turn = 2.0 * std::numbers::pi * (static_cast<double>(h % 24) - 12.0) / 24.0;
        const double wave = std::cos(turn);
        const bool weekend = h >= 120;
        library.shapes[0].log_ratios.push_back(static_cast<float>(0.8 * wave));
        library.shapes[1].log_ratios.push_back(static_cast<float>(weekend ? -1.5 : 0.4 + wave));
        library.shapes[2].log_ratios.push_back(0.0F);
    }
    return library;
}

}  // namespace forescale::sibling
