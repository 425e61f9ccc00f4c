#include "simulation/backtest_rows.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

constexpr std::size_t days_min = 4;  ///< fewer say nothing about their spread

/// The forecasts of one model at one horizon beside what came.
struct Pairs {
    std::vector<double> forecast;
    std::vector<double> actual;
    std::vector<const BacktestRow*> rows;
};

Pairs pairs_of(const BacktestSeries& series, Duration horizon, std::size_t model) {
    Pairs pairs;
    pairs.rows = series.scored(horizon);
    for (const BacktestRow* row : pairs.rows) {
        pairs.forecast.push_back(series.said(*row, model));
        pairs.actual.push_back(row->actual);
    }
    return pairs;
}

double total_of(const std::vector<double>& actual) {
    double sum = 0.0;
    for (const double a : actual) sum += std::abs(a);
    return sum;
}
double wape(const Pairs& pairs) {
    double sum = 0.0;
    for (std::size_t i = 0; i < pairs.actual.size(); ++i)
        sum += std::abs(pairs.actual[i] - pairs.forecast[i]);
    const double total = total_of(pairs.actual);
    return total > 0.0 ? sum / total : nan;
}

/// Mean absolute one-day difference before the test part.
double mase_scale(const BacktestSeries& series) {
    const auto lag = static_cast<std::size_t>(day / series.grid.width);
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t i = lag; i < series.test_from; ++i) {
        const double change = std::abs(series.demand[i] - series.demand[i - lag]);
        if (std::isnan(change)) continue;
        sum += change;
        count += 1.0;
    }
    return count > 0.0 ? sum / count : nan;
}
double tenth_percentile(const BacktestSeries& series) {
    std::vector<double> present;
    std::ranges::copy_if(series.demand, std::back_inserter(present),
                         [](double v) { return !std::isnan(v); });
    return percentile(std::move(present), 10.0);
}

void score_points(BacktestScore& score, const Pairs& pairs, double low, double scale) {
    double absolute = 0.0;
    double relative = 0.0;
    double relative_count = 0.0;
    double symmetric = 0.0;
    double bias = 0.0;
    for (std::size_t i = 0; i < pairs.actual.size(); ++i) {
        const double actual = pairs.actual[i];
        const double error = std::abs(actual - pairs.forecast[i]);
        const double size = std::abs(actual) + std::abs(pairs.forecast[i]);
        absolute += error;
        bias += pairs.forecast[i] - actual;
        symmetric += size > 0.0 ? 2.0 * error / size : 0.0;
        if (actual <= low) continue;
        relative += error / std::abs(actual);
        relative_count += 1.0;
    }
    const auto count = static_cast<double>(pairs.actual.size());
    score.wape = wape(pairs);
    score.mape = relative_count > 0.0 ? relative / relative_count : nan;
    score.smape = symmetric / count;
    score.mase = scale > 0.0 ? absolute / count / scale : nan;
    const double total = total_of(pairs.actual);
    score.bias = total > 0.0 ? bias / total : nan;
}

double pinball(const Pairs& pairs, std::size_t level) {
    double sum = 0.0;
    for (const BacktestRow* row : pairs.rows) {
        const double error = row->actual - row->quantiles[level];
        sum += std::max(quantile_levels[level] * error, (quantile_levels[level] - 1.0) * error);
    }
    return sum / total_of(pairs.actual);
}
bool is_inside(const BacktestRow& row, std::size_t low, std::size_t high) {
    return row.actual >= row.quantiles[low] && row.actual <= row.quantiles[high];
}
double share_of(const Pairs& pairs, const std::function<bool(const BacktestRow&)>& holds) {
    const auto count =
        std::ranges::count_if(pairs.rows, [&](const BacktestRow* row) { return holds(*row); });
    return static_cast<double>(count) / static_cast<double>(pairs.rows.size());
}
/// Lowest coverage over the UTC days of targets that hold at least half of a full day's rows; NaN
/// when there is none.
double worst_day(const BacktestSeries& series, const Pairs& pairs) {
    std::map<Timestamp, std::pair<double, double>> days;  // inside, all
    for (const BacktestRow* row : pairs.rows) {
        auto& [inside, all] = days[floor_to(series.target(*row), day)];
        inside += row->is_covered() ? 1.0 : 0.0;
        all += 1.0;
    }
    const auto full = static_cast<double>(day / series.cadence);
    double worst = nan;
    for (const auto& [start, counts] : days)
        if (counts.second >= 0.5 * full) worst = std::fmin(worst, counts.first / counts.second);
    return worst;
}

void score_intervals(BacktestScore& score, const BacktestSeries& series, const Pairs& pairs) {
    constexpr std::array<std::size_t, 9> deciles{1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (const std::size_t level : deciles)
        score.mwql += 2.0 * pinball(pairs, level) / static_cast<double>(deciles.size());
    score.pinball_90 = pinball(pairs, 9);
    score.pinball_95 = pinball(pairs, 10);
    score.pinball_99 = pinball(pairs, 11);
    score.coverage_80 =
        share_of(pairs, [](const BacktestRow& row) { return is_inside(row, 1, 9); });
    score.coverage_90 = share_of(pairs, [](const BacktestRow& row) { return row.is_covered(); });
    score.worst_day_90 = worst_day(series, pairs);
    double width = 0.0;
    for (const BacktestRow* row : pairs.rows) width += row->quantiles[10] - row->quantiles[0];
    score.width_90 = width / total_of(pairs.actual);
    score.crossing = share_of(
        pairs, [](const BacktestRow& row) { return !std::ranges::is_sorted(row.quantiles); });
}

/// Sums of absolute errors per UTC day of the target, in time order.
std::vector<double> errors_by_day(const BacktestSeries& series, const Pairs& pairs) {
    std::map<Timestamp, double> days;
    for (std::size_t i = 0; i < pairs.rows.size(); ++i)
        days[floor_to(series.target(*pairs.rows[i]), day)] +=
            std::abs(pairs.actual[i] - pairs.forecast[i]);
    std::vector<double> sums;
    sums.reserve(days.size());
    for (const auto& [start, sum] : days) sums.push_back(sum);
    return sums;
}
/// The spread of the ratio over days: neighbouring forecasts err alike, days hardly do.
Interval ratio_interval(const std::vector<double>& errors, const std::vector<double>& naive) {
    return bootstrap_95(errors.size(), days_min, [&](std::span<const std::size_t> days) {
        double above = 0.0;
        double below = 0.0;
        for (const std::size_t d : days) {
            above += errors[d];
            below += naive[d];
        }
        return below > 0.0 ? above / below : nan;
    });
}

double awake_share(const Pairs& pairs, std::size_t model) {
    return share_of(pairs, [model](const BacktestRow& row) {
        return model >= row.medians.size() || !std::isnan(row.medians[model]);
    });
}

/// The error is taken relative to forecast and actual, as the confidence speaks of a relative
/// width.
double confidence_rank(const Pairs& pairs) {
    std::vector<double> doubt;
    std::vector<double> error;
    for (std::size_t i = 0; i < pairs.rows.size(); ++i) {
        const double size = std::abs(pairs.actual[i]) + std::abs(pairs.forecast[i]);
        doubt.push_back(1.0 - pairs.rows[i]->confidence);
        error.push_back(size > 0.0 ? std::abs(pairs.actual[i] - pairs.forecast[i]) / size : 0.0);
    }
    return rank_correlation(doubt, error);
}

/// What is the same for all models of a series at a horizon.
struct Yardstick {
    double low = nan;    ///< actuals above it count for MAPE
    double scale = nan;  ///< of MASE
    double wape = nan;   ///< of seasonal_naive
    std::vector<double> by_day;
};

BacktestScore score_model(const BacktestSeries& series, Duration horizon, std::size_t model,
                          const Yardstick& yardstick) {
    const bool is_ensemble = model == series.members.size();
    const Pairs pairs = pairs_of(series, horizon, model);
    BacktestScore score;
    score.series = series.name;
    score.horizon = horizon;
    score.model = is_ensemble ? "ensemble" : series.members[model];
    score.count = static_cast<std::int64_t>(pairs.actual.size());
    score_points(score, pairs, yardstick.low, yardstick.scale);
    score.ratio = yardstick.wape > 0.0 ? score.wape / yardstick.wape : nan;
    score.ratio_95 = ratio_interval(errors_by_day(series, pairs), yardstick.by_day);
    score.awake = awake_share(pairs, model);
    if (!is_ensemble) return score;
    score_intervals(score, series, pairs);
    score.confidence_rank = confidence_rank(pairs);
    return score;
}
}  // namespace

std::vector<const BacktestRow*> BacktestSeries::scored(Duration horizon) const {
    const std::size_t naive = member("seasonal_naive");
    std::vector<const BacktestRow*> found;
    for (const BacktestRow& row : rows)
        if (row.horizon == horizon && !std::isnan(row.medians[naive])) found.push_back(&row);
    return found;
}

std::vector<BacktestScore> score_series(const BacktestSeries& series) {
    Yardstick yardstick{
        .low = tenth_percentile(series), .scale = mase_scale(series), .wape = nan, .by_day = {}};
    std::vector<BacktestScore> scores;
    for (const Duration horizon : series.horizons) {
        const Pairs naive = pairs_of(series, horizon, series.member("seasonal_naive"));
        if (naive.rows.empty()) continue;
        yardstick.wape = wape(naive);
        yardstick.by_day = errors_by_day(series, naive);
        for (std::size_t m = 0; m <= series.members.size(); ++m)
            scores.push_back(score_model(series, horizon, m, yardstick));
    }
    return scores;
}

}  // namespace forescale
