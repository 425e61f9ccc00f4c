#pragma once
#include "domain/sample.h"

#include <cmath>

namespace forescale {

/// For tests: a step of the grid in which so much was measured; NaN: a gap.
[[nodiscard]] inline Window window_at(Timestamp start, Duration width, double value) {
    Window window{.start = start, .width = width};
    if (std::isnan(value)) return window;
    window.count = 1;
    window.sum = window.min = window.max = window.last = value;
    window.state = SampleState::present;
    return window;
}

}  // namespace forescale
