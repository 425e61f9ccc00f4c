#include "simulation/backtest_rows.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The forecasts of one model at one horizon beside what came.
struct Pairs {
    std::vector<double> forecast;
    std::vector<double> actual;
    std::vector<const BacktestRow*> rows;
};

/// Rows without a seasonal naive forecast have no yardstick and are not scored.
Pairs pairs_of(const BacktestSeries& series, Duration horizon, std::size_t model) {
    const auto naive = static_cast<std::size_t>(
        std::ranges::find(series.members, "seasonal_naive") - series.members.begin());
    Pairs pairs;
    for (const BacktestRow& row : series.rows) {
        if (row.horizon != horizon || std::isnan(row.medians[naive])) continue;
        const bool is_member = model < row.medians.size() && !std::isnan(row.medians[model]);
        pairs.forecast.push_back(is_member ? row.medians[model] : row.quantiles[median_index]);
        pairs.actual.push_back(row.actual);
        pairs.rows.push_back(&row);
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
    double absolute = 0.0, relative = 0.0, relative_count = 0.0, symmetric = 0.0, bias = 0.0;
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
        auto& [inside, all] = days[floor_to(series.grid.start(row->origin) + row->horizon, day)];
        inside += is_inside(*row, 0, 10) ? 1.0 : 0.0;
        all += 1.0;
    }
    const double full = static_cast<double>(day / series.cadence);
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
    score.coverage_90 =
        share_of(pairs, [](const BacktestRow& row) { return is_inside(row, 0, 10); });
    score.worst_day_90 = worst_day(series, pairs);
    double width = 0.0;
    for (const BacktestRow* row : pairs.rows) width += row->quantiles[10] - row->quantiles[0];
    score.width_90 = width / total_of(pairs.actual);
    score.crossing = share_of(
        pairs, [](const BacktestRow& row) { return !std::ranges::is_sorted(row.quantiles); });
}
}  // namespace

std::vector<BacktestScore> score_series(const BacktestSeries& series) {
    const double low = tenth_percentile(series);
    const double scale = mase_scale(series);
    std::vector<BacktestScore> scores;
    for (const Duration horizon : series.horizons) {
        const auto naive = static_cast<std::size_t>(
            std::ranges::find(series.members, "seasonal_naive") - series.members.begin());
        const double naive_wape = wape(pairs_of(series, horizon, naive));
        for (std::size_t m = 0; m <= series.members.size(); ++m) {
            const bool is_ensemble = m == series.members.size();
            const Pairs pairs = pairs_of(series, horizon, m);
            if (pairs.actual.empty()) continue;
            BacktestScore score;
            score.series = series.name;
            score.horizon = horizon;
            score.model = is_ensemble ? "ensemble" : series.members[m];
            score.count = static_cast<std::int64_t>(pairs.actual.size());
            score_points(score, pairs, low, scale);
            score.ratio = naive_wape > 0.0 ? score.wape / naive_wape : nan;
            if (is_ensemble) score_intervals(score, series, pairs);
            scores.push_back(score);
        }
    }
    return scores;
}

std::vector<BacktestSummary> summarise(const std::vector<BacktestScore>& scores) {
    struct Sums {
        double log_ratio = 0, ratios = 0, inside = 0, count = 0;
        std::int64_t series = 0;
    };
    std::map<std::pair<Duration, std::string>, Sums> groups;
    for (const BacktestScore& score : scores) {
        Sums& sums = groups[{score.horizon, score.model}];
        ++sums.series;
        sums.inside += score.coverage_90 * static_cast<double>(score.count);
        sums.count += static_cast<double>(score.count);
        if (!(score.ratio > 0.0)) continue;
        sums.log_ratio += std::log(score.ratio);
        sums.ratios += 1.0;
    }
    std::vector<BacktestSummary> summary;
    for (const auto& [key, sums] : groups)
        summary.push_back(
            {.horizon = key.first,
             .model = key.second,
             .series = sums.series,
             .ratio = sums.ratios > 0.0 ? std::exp(sums.log_ratio / sums.ratios) : nan,
             .coverage_90 = key.second == "ensemble" ? sums.inside / sums.count : nan});
    return summary;
}

}  // namespace forescale
