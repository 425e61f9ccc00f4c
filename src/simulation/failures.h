#pragma once
#include "base/error.h"
#include "base/time.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace forescale {

/// What may fail in a simulated world.
enum class FailingPart : std::uint8_t {
    metrics,     ///< demand is not measured
    target,      ///< changes of size are refused
    forecaster,  ///< the product has no forecast
};

/// A span in which a part fails, or the share of time for which it does.
struct Failure {
    FailingPart part = FailingPart::metrics;
    double share = 0.0;  ///< 0: from .. to
    Timestamp from;
    Timestamp to;
};

/// "metrics=0.02": for 2 % of the time, a quarter of an hour at a time on average;
/// "target=2026-03-01T12:00:00Z/2h": from then on for 2 h.
/// errors  invalid_argument: names what was read and what is expected
[[nodiscard]] Result<Failure> parse_failure(std::string_view text);

struct FailureGrid {
    Timestamp start;
    Duration step;
    std::size_t count;
    std::uint64_t seed;
};
/// Per step, whether the part fails; empty where it never does. The same seed gives the same steps.
[[nodiscard]] std::vector<bool> steps_down(std::span<const Failure> failures, FailingPart part,
                                           const FailureGrid& grid);

}  // namespace forescale
