#pragma once
#include "base/rng.h"
#include "base/time.h"

#include <cmath>
#include <numbers>

namespace forescale {

constexpr Timestamp traffic_start{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};

/// Demand with a day, a week and 5 % noise: what most series look like. The same at every call.
[[nodiscard]] inline double traffic_at(Timestamp at) {
    const double days = in_seconds(at - traffic_start) / in_seconds(day);
    const double shape = 1.0 + 0.6 * std::sin(2.0 * std::numbers::pi * days) +
                         0.2 * std::sin(2.0 * std::numbers::pi * days / 7.0);
    Rng noise(static_cast<std::uint64_t>(at.time_since_epoch().count()));
    return 1000.0 * shape * (1.0 + 0.1 * (noise.uniform() - 0.5));
}

}  // namespace forescale
