#pragma once
#include "base/error.h"
#include "domain/event.h"
#include "domain/service.h"
#include "simulation/trace.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace forescale {

struct TrainedModels;

struct BacktestSettings {
    std::string out;  ///< folder; DIR/<name>/forecasts.csv and DIR/summary.json; empty: scores only
    std::vector<BusinessEvent>
        events;  ///< applied to the ensemble where they state an uplift, as the product does
    std::string zone = "UTC";
    int threads = 0;  ///< series side by side; 0: one per core
    std::shared_ptr<const TrainedModels> trained = {};  ///< null: members that need it sleep
};

/// Scores of one member at one horizon on one series, as PROTOCOL defines them.
struct BacktestScore {
    std::string series;
    Duration horizon{0};
    std::string model;
    std::int64_t count = 0;
    double wape = 0, mape = 0, smape = 0, mase = 0, bias = 0;
    double ratio = 0;  ///< WAPE over that of seasonal_naive
    /// Of the ensemble alone: members say one value.
    double mwql = 0, pinball_90 = 0, pinball_95 = 0, pinball_99 = 0;
    double coverage_80 = 0, coverage_90 = 0, worst_day_90 = 0, width_90 = 0, crossing = 0;
};

/// Over series: what the summary shows.
struct BacktestSummary {
    Duration horizon{0};
    std::string model;
    std::int64_t series = 0;
    double ratio = 0;        ///< geometric mean
    double coverage_90 = 0;  ///< of all forecasts together; NaN for members
};
[[nodiscard]] std::vector<BacktestSummary> summarise(const std::vector<BacktestScore>& scores);

/// Runs the production Forecaster over every file with rolling origins. `progress` is called with a
/// share 0..1, from any thread, one call at a time. A row of a member that sleeps at an origin
/// holds the ensemble's value: the product would say that in its place. errors  those of
/// read_trace; not_found: the zone; invalid_argument: two files of one name, a folder that cannot
/// be written
[[nodiscard]] Result<std::vector<BacktestScore>> run_backtest(
    const std::vector<std::string>& files, const BacktestSettings& settings,
    const std::function<void(double)>& progress);

}  // namespace forescale
