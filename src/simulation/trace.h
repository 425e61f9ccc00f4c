#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "domain/sample.h"

namespace forescale {

/// A recorded series, as `backtest` and `simulate` read it: strictly ascending, on its own step.
struct Trace {
    std::string name;           ///< the file's name without its endings
    Duration step{0};           ///< most frequent distance of two samples
    std::vector<Point> points;  ///< present points only
};

/// errors  not_found, invalid_argument (names file, line, what was read and what was expected), corrupt
[[nodiscard]] Result<Trace> read_trace(const std::string& path);

/// Percentile 0..100 of the values, linear between ranks over all samples (numpy's default).
[[nodiscard]] double percentile(std::vector<double> values, double percent);

}  // namespace forescale
