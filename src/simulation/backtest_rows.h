#pragma once
#include "domain/forecast.h"
#include "simulation/backtest.h"

#include <string>
#include <vector>

namespace forescale {

/// What was said at one origin about one target, and what came.
struct BacktestRow {
    std::size_t origin = 0;  ///< bucket
    Duration horizon{0};
    std::vector<double> medians;  ///< per member; NaN while asleep
    Quantiles quantiles{};        ///< of the ensemble
    double actual = 0.0;
};

/// Everything that is said about one series, and what its scores need.
struct BacktestSeries {
    std::string name;
    TraceGrid grid;
    std::vector<double> demand;        ///< per bucket, NaN where missing
    std::vector<std::string> members;  ///< in the order of BacktestRow::medians
    std::vector<Duration> horizons;    ///< headline horizons that the grid has
    std::size_t test_from = 0;         ///< first bucket of the test part
    Duration cadence{0};               ///< distance of origins
    std::vector<BacktestRow>
        rows;  ///< ascending in origin, then horizon; targets without a sample are left out
};

/// Scores of every member and of the ensemble at every horizon.
[[nodiscard]] std::vector<BacktestScore> score_series(const BacktestSeries& series);

/// DIR/<name>/forecasts.csv of PROTOCOL. errors  as write_file
[[nodiscard]] Result<void> write_forecasts(const BacktestSeries& series, const std::string& folder);
/// DIR/summary.json: all scores, and over series. errors  as write_file
[[nodiscard]] Result<void> write_summary(const std::vector<BacktestScore>& scores,
                                         const std::string& folder);

}  // namespace forescale
