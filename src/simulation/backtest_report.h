#pragma once
#include "base/json.h"
#include "simulation/backtest.h"

#include <string>

namespace forescale {

/// Points of a forecast band that a series keeps for the report: a week of origins every 15 min.
constexpr std::size_t band_max = 672;

/// Everything that DIR/summary.json holds, and what `--output json` prints. What has no value is
/// null.
///   over_series  per horizon and model: horizon_s, model, series (how many),
///                ratio_to_seasonal_naive (geometric mean), ratio_95 [low, high], mape (mean),
///                awake, win_rate; of the ensemble also coverage_90 (pooled), worst_day_90
///                (median), confidence_rank (mean)
///   parts        the same for the series that hyper-parameters were chosen on ("development") and
///                for the others ("held out"), of the ensemble alone, with `part`
///   scores       per series, horizon and model: what docs/backtest.md defines, ratio_95, awake;
///                of the ensemble also best_member and ratio_to_best_member
///   day_parts    per series and horizon: six parts of 4 h of the local day, `weights` per member
///                and `wape` per model in each
///   cold_start   per series, horizon and age_s (null: everything): ratio_to_seasonal_naive,
///                ratio_to_last_value, coverage_90, count
///   cold_start_over_series  the same over series
///   event_windows  per series and horizon, where events or holidays are given: windows, count,
///                wape, wape_without (them being known), cut (share of the error), cut_95,
///                coverage_90, coverage_90_without
///   event_windows_over_series  the same over series
///   warnings     what falls short, one sentence each
[[nodiscard]] json::object summary_json(const Backtest& backtest);

/// The report as one page that loads nothing: its style, its script and its data are inside. Bands
/// are thinned out so that it stays below 3 MB for 16 series, and below 6 MB for any number.
[[nodiscard]] std::string report_html(const Backtest& backtest);

/// DIR/summary.json and DIR/report.html.
/// errors  invalid_argument: the folder cannot be made; as write_file
[[nodiscard]] Result<void> write_backtest(const Backtest& backtest, const std::string& folder);

}  // namespace forescale
