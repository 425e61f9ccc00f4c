#pragma once
#include "pipeline/pipeline.h"

#include <chrono>

namespace forescale {

/// What one turn gathers on its way.
struct Pipeline::Turn {
    Timestamp at;
    double cpu_began = 0.0;  ///< seconds of this thread
    Batch batch{};
    std::vector<Acting> acting{};
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
};

}  // namespace forescale
