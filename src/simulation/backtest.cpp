#include "simulation/backtest.h"

#include "prediction/forecaster.h"
#include "simulation/backtest_rows.h"
#include "simulation/parallel.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <set>

namespace forescale {

namespace {
constexpr Duration cadence_min = std::chrono::minutes(15);
constexpr Duration fine_step_min = std::chrono::minutes(1);

/// Windows finer than the grid, as the stream would close them; none where nothing is finer.
std::vector<Window> fine_windows(const Trace& trace, const TraceGrid& grid, Duration step) {
    if (step >= grid.width || grid.width % step != Duration(0)) return {};
    const auto per_step = static_cast<std::size_t>(grid.width / step);
    return trace_windows(trace,
                         {.width = step, .first = grid.first, .count = grid.count * per_step});
}

BacktestSeries prepare(const Trace& trace, const std::vector<Window>& windows) {
    BacktestSeries series;
    series.name = trace.name;
    series.grid = trace_grid(trace);
    for (const Window& window : windows)
        series.demand.push_back(window.present() ? window.mean() : Series::missing);
    series.test_from = (3 * windows.size() + 3) / 4;
    series.cadence = std::max(cadence_min, series.grid.width);
    for (const Duration horizon : headline_horizons)
        if (horizon % series.grid.width == Duration(0)) series.horizons.push_back(horizon);
    return series;
}

bool is_origin(const BacktestSeries& series, std::size_t bucket) {
    const Duration shift = series.grid.first - floor_to(series.grid.first, series.grid.width);
    const Timestamp start = series.grid.start(bucket) - shift;
    return bucket >= series.test_from && start == floor_to(start, series.cadence);
}

/// Keeps what the forecaster says now about targets that will be observed.
void note_forecasts(BacktestSeries& series, std::size_t origin, const Forecaster& forecaster,
                    const ForecastPath& path) {
    if (path.empty()) return;
    for (const Duration horizon : series.horizons) {
        const std::size_t target = origin + static_cast<std::size_t>(horizon / series.grid.width);
        if (target >= series.demand.size() || std::isnan(series.demand[target])) continue;
        series.rows.push_back({.origin = origin,
                               .horizon = horizon,
                               .medians = forecaster.member_medians(horizon),
                               .quantiles = path.at(horizon),
                               .actual = series.demand[target]});
    }
}

/// The whole of one series: every bucket is observed once, in order; what is said is noted in the
/// test part.
BacktestSeries replay(const Trace& trace, const BacktestSettings& settings, const Zone& zone) {
    const std::vector<Window> windows = trace_windows(trace, trace_grid(trace));
    BacktestSeries series = prepare(trace, windows);
    Service service;
    service.id = ServiceId(trace.name);
    service.zone = zone;
    service.fine_step = std::max(fine_step_min, trace.step);
    service.grid_step = series.grid.width;
    const std::vector<Window> fine = fine_windows(trace, series.grid, service.fine_step);
    auto next_fine = fine.begin();
    Forecaster forecaster(service);
    forecaster.adopt(settings.trained);
    forecaster.know(settings.events);
    for (std::size_t i = 0; i < windows.size(); ++i) {
        for (; next_fine != fine.end() && next_fine->end() <= windows[i].end(); ++next_fine)
            forecaster.observe_fine(*next_fine);
        forecaster.observe(windows[i]);
        if (!is_origin(series, i)) continue;
        if (series.members.empty())
            for (const MemberView& member : forecaster.forecast().members)
                series.members.push_back(member.name);
        note_forecasts(series, i, forecaster, forecaster.forecast());
    }
    return series;
}

using Scores = Result<std::vector<BacktestScore>>;

Scores run_one(const Trace& trace, const BacktestSettings& settings, const Zone& zone) {
    const BacktestSeries series = replay(trace, settings, zone);
    if (!settings.out.empty()) TRY_VOID(write_forecasts(series, settings.out));
    return score_series(series);
}

Result<std::vector<Trace>> read_all(const std::vector<std::string>& files) {
    std::vector<Trace> traces;
    std::set<std::string> names;
    for (const std::string& file : files) {
        TRY(Trace trace, read_trace(file));
        if (!names.insert(trace.name).second)
            return fail(Errc::invalid_argument,
                        "{}: another file is named {} too; results are kept by name: rename one",
                        file, trace.name);
        traces.push_back(std::move(trace));
    }
    return traces;
}

}  // namespace

Result<std::vector<BacktestScore>> run_backtest(const std::vector<std::string>& files,
                                                const BacktestSettings& settings,
                                                const std::function<void(double)>& progress) {
    TRY(const Zone zone, load_zone(settings.zone));
    TRY(const std::vector<Trace> traces, read_all(files));
    std::vector<Scores> results(traces.size());
    std::mutex mutex;
    std::size_t finished = 0;
    in_parallel(traces.size(), settings.threads, [&](std::size_t i) {
        results[i] = run_one(traces[i], settings, zone);
        const std::scoped_lock lock(mutex);
        if (progress)
            progress(static_cast<double>(++finished) / static_cast<double>(traces.size()));
    });
    std::vector<BacktestScore> scores;
    for (Scores& result : results) {
        TRY(std::vector<BacktestScore> of_series, std::move(result));
        scores.insert(scores.end(), of_series.begin(), of_series.end());
    }
    if (!settings.out.empty()) TRY_VOID(write_summary(scores, settings.out));
    return scores;
}

}  // namespace forescale
