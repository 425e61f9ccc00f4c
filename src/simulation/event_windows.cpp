#include "simulation/event_windows.h"

#include "base/assert.h"
#include "prediction/event_curve.h"
#include "simulation/backtest_rows.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace forescale {

namespace {
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t windows_min = 4;  ///< fewer say nothing about their spread

/// Sums over the targets of one window, or of several.
struct Sums {
    double error = 0.0, error_without = 0.0;
    double actual = 0.0;
    double inside = 0.0, inside_without = 0.0;
    std::int64_t count = 0;
    void add(const BacktestRow& with, const BacktestRow& without) {
        error += std::abs(with.quantiles[median_index] - with.actual);
        error_without += std::abs(without.quantiles[median_index] - with.actual);
        actual += std::abs(with.actual);
        inside += with.is_covered() ? 1.0 : 0.0;
        inside_without += without.is_covered() ? 1.0 : 0.0;
        ++count;
    }
    void add(const Sums& other) {
        error += other.error;
        error_without += other.error_without;
        actual += other.actual;
        inside += other.inside;
        inside_without += other.inside_without;
        count += other.count;
    }
    [[nodiscard]] double ratio() const { return error_without > 0.0 ? error / error_without : nan; }
};

EventScore score_of(const std::vector<Sums>& by_window) {
    Sums all;
    for (const Sums& sums : by_window) all.add(sums);
    const auto count = static_cast<double>(all.count);
    EventScore score;
    score.windows = static_cast<std::int64_t>(by_window.size());
    score.count = all.count;
    score.wape = all.actual > 0.0 ? all.error / all.actual : nan;
    score.wape_without = all.actual > 0.0 ? all.error_without / all.actual : nan;
    score.ratio = all.ratio();
    score.coverage_90 = all.inside / count;
    score.coverage_90_without = all.inside_without / count;
    score.ratio_95 =
        bootstrap_95(by_window.size(), windows_min, [&](std::span<const std::size_t> drawn) {
            Sums sums;
            for (const std::size_t w : drawn) sums.add(by_window[w]);
            return sums.ratio();
        });
    return score;
}
}  // namespace

EventWindows::EventWindows(std::span<const BusinessEvent> events,
                           std::span<const Timestamp> holidays, const Zone& zone) {
    std::vector<Window> all;
    for (const BusinessEvent& event : events)
        if (!event.cancelled) all.push_back({reach_begin(event), reach_end(event)});
    for (const Timestamp midnight : holidays) {
        const BusinessEvent event = holiday_event(midnight, zone);
        all.push_back({reach_begin(event), reach_end(event)});
    }
    std::ranges::sort(all, {}, &Window::from);
    for (const Window& window : all) {
        if (!windows_.empty() && window.from <= windows_.back().until)
            windows_.back().until = std::max(windows_.back().until, window.until);
        else
            windows_.push_back(window);
    }
}

std::optional<std::size_t> EventWindows::at(Timestamp time) const {
    const auto after = std::ranges::upper_bound(windows_, time, {}, &Window::from);
    if (after == windows_.begin() || time >= std::prev(after)->until) return std::nullopt;
    return static_cast<std::size_t>(std::prev(after) - windows_.begin());
}

bool EventWindows::reach_test_part(const TraceGrid& grid) const {
    for (std::size_t i = test_begin(grid.count); i < grid.count; ++i)
        if (at(grid.start(i))) return true;
    return false;
}

std::vector<EventScore> score_events(const BacktestSeries& series, const BacktestSeries& without,
                                     const EventWindows& windows) {
    // Both were asked at the same origins for the same targets.
    ASSERT(series.rows.size() == without.rows.size());
    const std::size_t naive = series.member("seasonal_naive");
    std::map<Duration, std::map<std::size_t, Sums>> by_horizon;
    for (std::size_t i = 0; i < series.rows.size(); ++i) {
        const BacktestRow& row = series.rows[i];
        const auto window = windows.at(series.target(row));
        if (window && !std::isnan(row.medians[naive]))
            by_horizon[row.horizon][*window].add(row, without.rows[i]);
    }
    std::vector<EventScore> scores;
    for (const auto& [horizon, by_window] : by_horizon) {
        std::vector<Sums> sums;
        for (const auto& [window, of_window] : by_window) sums.push_back(of_window);
        scores.push_back(score_of(sums));
        scores.back().series = series.name;
        scores.back().horizon = horizon;
    }
    return scores;
}

std::vector<EventSummary> summarise(const std::vector<EventScore>& scores) {
    std::map<Duration, EventSummary> by_horizon;
    for (const EventScore& score : scores) {
        if (!(score.ratio > 0.0)) continue;
        const auto count = static_cast<double>(score.count);
        EventSummary& summary = by_horizon[score.horizon];
        summary.horizon = score.horizon;
        summary.series += 1;
        summary.windows += score.windows;
        summary.count += score.count;
        summary.ratio += std::log(score.ratio);
        summary.coverage_90 += score.coverage_90 * count;
        summary.coverage_90_without += score.coverage_90_without * count;
    }
    std::vector<EventSummary> summaries;
    for (auto& [horizon, summary] : by_horizon) {
        summary.ratio = std::exp(summary.ratio / static_cast<double>(summary.series));
        summary.coverage_90 /= static_cast<double>(summary.count);
        summary.coverage_90_without /= static_cast<double>(summary.count);
        summaries.push_back(summary);
    }
    return summaries;
}

}  // namespace forescale
