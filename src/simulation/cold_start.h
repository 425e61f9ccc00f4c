#pragma once
#include "simulation/backtest_statistics.h"
#include "simulation/trace.h"

#include <functional>
#include <string>
#include <vector>

namespace forescale {

struct BacktestSeries;
class Forecaster;

/// How well a service is forecast that was first seen so long ago, on one series.
struct ColdStartScore {
    std::string series;
    Duration horizon{0};
    Duration age{0};  ///< 0: everything before the origin
    std::int64_t count = 0;
    double ratio = 0;       ///< WAPE over that of seasonal_naive, which knows the whole past
    double ratio_last = 0;  ///< WAPE over that of last_value
    double coverage_90 = 0;
};

/// The ages that are tried, ascending; 0 (everything) last.
[[nodiscard]] const std::vector<Duration>& cold_start_ages();

/// Replays the last hours, days or week before several origins of the test part with forecasters
/// that know nothing else. Six dates evenly spread over the test part, each at another part of the
/// day, four origins two hours apart at each. Every age is scored on the same targets.
/// series  with its rows: what the whole past gives is taken from them
/// fresh  makes a forecaster that has seen nothing
/// cost  about 27,000 steps of a forecaster
[[nodiscard]] std::vector<ColdStartScore> score_cold_start(
    const BacktestSeries& series, const std::vector<Window>& windows,
    const std::vector<Window>& fine, const std::function<Forecaster()>& fresh);

/// Over series.
struct ColdStartSummary {
    Duration horizon{0};
    Duration age{0};
    std::int64_t series = 0;
    double ratio = 0, ratio_last = 0;  ///< geometric means
    double coverage_90 = 0;            ///< of all forecasts together
};
/// Ascending in horizon, then in age, everything last.
[[nodiscard]] std::vector<ColdStartSummary> summarise(const std::vector<ColdStartScore>& scores);

}  // namespace forescale
