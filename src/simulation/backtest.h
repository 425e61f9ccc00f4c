#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "domain/event.h"
#include "domain/service.h"
#include "simulation/trace.h"

namespace forescale {

struct BacktestSettings {
    std::string out;                     ///< folder; DIR/<name>/forecasts.csv and DIR/summary.json; empty: scores only
    std::vector<BusinessEvent> events;
    std::string zone = "UTC";
    int threads = 0;                     ///< series side by side; 0: one per core
};

/// Scores of one member at one horizon on one series, as PROTOCOL defines them.
struct BacktestScore {
    std::string series;
    Duration horizon{0};
    std::string model;
    std::int64_t count = 0;
    double wape = 0, mape = 0, smape = 0, mase = 0, bias = 0;
    double ratio = 0;  ///< WAPE over that of seasonal_naive
    double mwql = 0, pinball_90 = 0, pinball_95 = 0, pinball_99 = 0;
    double coverage_80 = 0, coverage_90 = 0, worst_day_90 = 0, width_90 = 0, crossing = 0;
};

/// Runs the production Forecaster over every file with rolling origins. `progress` is called with a share 0..1.
[[nodiscard]] Result<std::vector<BacktestScore>> run_backtest(const std::vector<std::string>& files, const BacktestSettings& settings,
                                                              const std::function<void(double)>& progress);

}  // namespace forescale
