#include "simulation/backtest_view.h"

#include "domain/series.h"
#include "simulation/backtest_rows.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr float no_weight = std::numeric_limits<float>::quiet_NaN();
constexpr std::int64_t weight_bins_max = 120;
constexpr std::size_t hours_per_part = 24 / day_parts;

using Rows = std::vector<const BacktestRow*>;

std::size_t local_hour(const BacktestSeries& series, const BacktestRow& row) {
    const Timestamp local = series.zone.to_local(series.target(row));
    return static_cast<std::size_t>((local - floor_to(local, day)) / std::chrono::hours(1));
}

/// WAPE of the rows of each group; NaN where nothing was demanded.
template <std::size_t Groups>
std::array<double, Groups> errors_by(const BacktestSeries& series, const Rows& rows,
                                     std::size_t model, std::size_t hours_per_group) {
    std::array<double, Groups> errors{};
    std::array<double, Groups> totals{};
    for (const BacktestRow* row : rows) {
        const std::size_t group = local_hour(series, *row) / hours_per_group;
        errors[group] += std::abs(series.said(*row, model) - row->actual);
        totals[group] += std::abs(row->actual);
    }
    for (std::size_t g = 0; g < Groups; ++g)
        errors[g] = totals[g] > 0.0 ? errors[g] / totals[g] : Series::missing;
    return errors;
}

std::array<double, day_parts> weight_by_part(const BacktestSeries& series, const Rows& rows,
                                             std::size_t member) {
    std::array<double, day_parts> sums{};
    std::array<double, day_parts> counts{};
    for (const BacktestRow* row : rows) {
        const std::size_t part = local_hour(series, *row) / hours_per_part;
        sums[part] += row->weights[member];
        counts[part] += 1.0;
    }
    for (std::size_t p = 0; p < day_parts; ++p)
        sums[p] = counts[p] > 0.0 ? sums[p] / counts[p] : Series::missing;
    return sums;
}

std::vector<DayCoverage> coverage_by_day(const BacktestSeries& series, const Rows& rows) {
    std::vector<DayCoverage> days;
    for (const BacktestRow* row : rows) {
        const Timestamp start = floor_to(series.target(*row), day);
        if (days.empty() || days.back().day != start)
            days.push_back({.day = start, .share = 0.0, .count = 0});
        ++days.back().count;
        days.back().share += row->is_covered() ? 1.0 : 0.0;
    }
    for (DayCoverage& each : days) each.share /= static_cast<double>(each.count);
    return days;
}

std::array<double, quantile_levels.size()> shares_below(const Rows& rows) {
    std::array<double, quantile_levels.size()> below{};
    for (const BacktestRow* row : rows)
        for (std::size_t level = 0; level < below.size(); ++level)
            below[level] += row->actual <= row->quantiles[level] ? 1.0 : 0.0;
    for (double& share : below) share /= static_cast<double>(rows.size());
    return below;
}

/// Whole hours, so that the test part fits into the bins.
Duration weight_step(Duration span) {
    const Duration hour = std::chrono::hours(1);
    return hour * (span / (hour * weight_bins_max) + 1);
}

void fill_weights(HorizonView& view, const Rows& rows, const BacktestSeries& series) {
    const std::size_t members = series.members.size();
    const Timestamp from = series.target(*rows.front());
    view.weights_from = from;
    view.weight_step = weight_step(series.target(*rows.back()) - from);
    const auto bin_of = [&](const BacktestRow& row) {
        return static_cast<std::size_t>((series.target(row) - from) / view.weight_step);
    };
    const std::size_t bins = bin_of(*rows.back()) + 1;
    view.weights.assign(members, std::vector<float>(bins, 0.0F));
    std::vector<float> counts(bins, 0.0F);
    for (const BacktestRow* row : rows) {
        counts[bin_of(*row)] += 1.0F;
        for (std::size_t m = 0; m < members; ++m)
            view.weights[m][bin_of(*row)] += static_cast<float>(row->weights[m]);
    }
    for (std::vector<float>& of_member : view.weights)
        for (std::size_t b = 0; b < bins; ++b)
            of_member[b] = counts[b] > 0.0F ? of_member[b] / counts[b] : no_weight;
}

std::vector<BandPoint> band_of(const BacktestSeries& series, const Rows& rows,
                               std::size_t points_max) {
    std::vector<BandPoint> band;
    const std::size_t skipped = rows.size() - std::min(rows.size(), points_max);
    for (std::size_t i = skipped; i < rows.size(); ++i) {
        const Quantiles& q = rows[i]->quantiles;
        band.push_back({.target = series.target(*rows[i]),
                        .actual = rows[i]->actual,
                        .q05 = q[0],
                        .q25 = quantile_at(q, 0.25),
                        .q50 = q[median_index],
                        .q75 = quantile_at(q, 0.75),
                        .q95 = q[10]});
    }
    return band;
}

HorizonView horizon_view(const BacktestSeries& series, Duration horizon, const Rows& rows,
                         std::size_t band_max) {
    HorizonView view;
    view.horizon = horizon;
    for (std::size_t m = 0; m <= series.members.size(); ++m) {
        view.error_by_hour.push_back(errors_by<24>(series, rows, m, 1));
        view.error_by_part.push_back(errors_by<day_parts>(series, rows, m, hours_per_part));
    }
    for (std::size_t m = 0; m < series.members.size(); ++m)
        view.weight_by_part.push_back(weight_by_part(series, rows, m));
    view.coverage_by_day = coverage_by_day(series, rows);
    view.below = shares_below(rows);
    fill_weights(view, rows, series);
    view.band = band_of(series, rows, band_max);
    return view;
}
}  // namespace

BacktestView view_of(const BacktestSeries& series, std::size_t band_max) {
    BacktestView view;
    view.name = series.name;
    view.first = series.grid.start(0);
    view.test_from = series.grid.start(series.test_from);
    view.last = series.grid.start(series.grid.count - 1);
    view.step = series.grid.width;
    view.members = series.members;
    for (const Duration horizon : series.horizons) {
        const Rows rows = series.scored(horizon);
        if (rows.empty()) continue;
        view.horizons.push_back(horizon_view(series, horizon, rows, band_max));
        for (const BacktestRow* row : rows) view.is_zero = view.is_zero && !(row->actual > 0.0);
    }
    return view;
}

}  // namespace forescale
