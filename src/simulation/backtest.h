#pragma once
#include "base/error.h"
#include "domain/event.h"
#include "simulation/backtest_view.h"
#include "simulation/cold_start.h"
#include "simulation/event_windows.h"
#include "simulation/trace.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace forescale {

struct TrainedModels;

struct BacktestSettings {
    std::string out;  ///< folder; DIR/<name>/forecasts.csv, DIR/summary.json and DIR/report.html;
                      ///< empty: scores only
    /// Known in advance; what they do is learned from those that are over. A series whose test part
    /// they or holidays reach is played a second time without them (EventScore).
    std::vector<BusinessEvent> events;
    std::vector<Timestamp> holidays = {};  ///< local midnights, ascending
    std::string zone = "UTC";
    int threads = 0;          ///< series side by side; 0: one per core
    bool cold_start = false;  ///< also replay young services, at about the cost of the whole again
    std::shared_ptr<const TrainedModels> trained = {};  ///< null: members that need it sleep
    /// How often trees are trained on the series' own history so far, as at night; 0: never, those
    /// of `trained` stay. See Retraining.
    Duration retrain = day * 7;
};

/// Scores of one member at one horizon on one series, as docs/backtest.md defines them.
struct BacktestScore {
    std::string series;
    Duration horizon{0};
    std::string model;
    std::int64_t count = 0;
    double wape = 0, mape = 0, smape = 0, mase = 0, bias = 0;
    double ratio = 0;   ///< WAPE over that of seasonal_naive
    Interval ratio_95;  ///< by bootstrap over the days of the test part; NaN below 4 days
    double awake =
        1;  ///< share of the rows that it answered itself; at others the ensemble stands in
    /// Of the ensemble alone: members say one value.
    double mwql = 0, pinball_90 = 0, pinball_95 = 0, pinball_99 = 0;
    double coverage_80 = 0, coverage_90 = 0, worst_day_90 = 0, width_90 = 0, crossing = 0;
    /// Spearman's correlation of 1 - confidence with the relative error: 1 when the confidence
    /// ranks the forecasts as their errors do.
    double confidence_rank = 0;
};

/// "15 min", "1 h", "24 h".
[[nodiscard]] std::string horizon_label(Duration horizon);

/// Which series a row of the summary stands on. Hyper-parameters are chosen on the series whose
/// name has an odd hash (FNV-1a, 64 bit) alone; the others show what they are worth elsewhere.
enum class SeriesPart : std::uint8_t { all, development, held_out };
[[nodiscard]] std::string_view name_of(SeriesPart part);
[[nodiscard]] bool is_of(const std::string& series, SeriesPart part);

/// One model at one horizon over series.
struct BacktestSummary {
    Duration horizon{0};
    std::string model;
    std::int64_t series = 0;  ///< with a ratio
    double ratio = 0;         ///< geometric mean
    Interval ratio_95;        ///< by bootstrap over series; of a single series, over its days
    double mape = 0;          ///< mean over series
    double awake = 1;         ///< mean over series
    /// Share of the duels with the other models, series by series, in which its WAPE is the lower
    /// one; a tie counts half.
    double win_rate = 0;
    /// Of the ensemble alone, else NaN.
    double coverage_90 = 0;      ///< of all forecasts together
    double worst_day_90 = 0;     ///< median over series
    double confidence_rank = 0;  ///< mean over series
};
/// Models ascending in horizon, then in ratio (NaN last).
[[nodiscard]] std::vector<BacktestSummary> summarise(const std::vector<BacktestScore>& scores,
                                                     SeriesPart part = SeriesPart::all);

/// Everything that a backtest found out.
struct Backtest {
    std::vector<BacktestScore> scores;       ///< series in the order of the files
    std::vector<BacktestView> views;         ///< one per series, in the order of the files
    std::vector<ColdStartScore> cold_start;  ///< empty unless asked for
    std::vector<EventScore> events;          ///< of series with an event in their test part

    /// The ensemble's score of one series, and that of its best member that was ever awake; null
    /// where there is none.
    [[nodiscard]] const BacktestScore* ensemble(const std::string& series, Duration horizon) const;
    [[nodiscard]] const BacktestScore* best_member(const std::string& series,
                                                   Duration horizon) const;
};

/// What falls short, one sentence each: series that could not be scored, an ensemble that is over
/// 3 % worse than its best member, coverage of the 90 % interval that is off.
[[nodiscard]] std::vector<std::string> warnings_of(const Backtest& backtest);

/// Runs the production Forecaster over every file with rolling origins. `progress` is called with a
/// share 0..1, from any thread, one call at a time. A row of a member that sleeps at an origin
/// holds the ensemble's value: the product would say that in its place.
/// errors  those of read_trace; not_found: the zone; invalid_argument: two files of one name, a
/// folder that cannot be written
[[nodiscard]] Result<Backtest> run_backtest(const std::vector<std::string>& files,
                                            const BacktestSettings& settings,
                                            const std::function<void(double)>& progress);

}  // namespace forescale
