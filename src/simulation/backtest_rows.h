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
    std::vector<double> weights;  ///< per member, sum 1; 0 while asleep
    Quantiles quantiles{};        ///< of the ensemble
    double confidence = 0.0;      ///< of the path
    double actual = 0.0;

    [[nodiscard]] bool is_covered() const {  ///< by the central 90 %
        return actual >= quantiles.front() && actual <= quantiles[quantile_levels.size() - 2];
    }
};

/// First bucket of the test part of a series of so many.
[[nodiscard]] constexpr std::size_t test_begin(std::size_t buckets) {
    return (3 * buckets + 3) / 4;
}

/// Everything that is said about one series, and what its scores need.
struct BacktestSeries {
    std::string name;
    Zone zone;
    TraceGrid grid;
    std::vector<double> demand;        ///< per bucket, NaN where missing
    std::vector<std::string> members;  ///< in the order of BacktestRow::medians
    std::vector<Duration> horizons;    ///< headline horizons that the grid has
    std::size_t test_from = 0;         ///< first bucket of the test part
    Duration cadence{0};               ///< distance of origins
    std::vector<BacktestRow>
        rows;  ///< ascending in origin, then horizon; targets without a sample are left out

    [[nodiscard]] Timestamp target(const BacktestRow& row) const {
        return grid.start(row.origin) + row.horizon;
    }
    /// Place of a member in BacktestRow::medians; members.size() when there is none of that name.
    [[nodiscard]] std::size_t member(std::string_view called) const {
        return static_cast<std::size_t>(std::ranges::find(members, called) - members.begin());
    }
    /// What a model said: the ensemble (model == members.size()), and whatever sleeps, by the
    /// ensemble's median.
    [[nodiscard]] double said(const BacktestRow& row, std::size_t model) const {
        const bool is_awake = model < row.medians.size() && !std::isnan(row.medians[model]);
        return is_awake ? row.medians[model] : row.quantiles[median_index];
    }
    /// The rows of a horizon that are scored: without a seasonal naive forecast there is no
    /// yardstick.
    [[nodiscard]] std::vector<const BacktestRow*> scored(Duration horizon) const;
};

/// Scores of every member and of the ensemble at every horizon. Empty when no row can be scored.
[[nodiscard]] std::vector<BacktestScore> score_series(const BacktestSeries& series);

/// DIR/<name>/forecasts.csv.
/// errors  as write_file
[[nodiscard]] Result<void> write_forecasts(const BacktestSeries& series, const std::string& folder);

}  // namespace forescale
