#include "simulation/backtest.h"

#include "prediction/event_uplift.h"
#include "prediction/forecaster.h"
#include "simulation/backtest_report.h"
#include "simulation/backtest_rows.h"
#include "simulation/parallel.h"
#include "simulation/retraining.h"

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

BacktestSeries prepare(const Trace& trace, const std::vector<Window>& windows, const Zone& zone) {
    BacktestSeries series;
    series.name = trace.name;
    series.zone = zone;
    series.grid = trace_grid(trace);
    for (const Window& window : windows)
        series.demand.push_back(window.present() ? window.mean() : Series::missing);
    series.test_from = test_begin(windows.size());
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
                               .weights = forecaster.member_weights(horizon),
                               .quantiles = path.at(horizon),
                               .confidence = path.confidence,
                               .actual = series.demand[target]});
    }
}

Service service_of(const Trace& trace, const TraceGrid& grid, const Zone& zone,
                   const std::vector<Timestamp>& holidays) {
    Service service;
    service.id = ServiceId(trace.name);
    service.zone = zone;
    service.holidays = holidays;
    service.fine_step = std::max(fine_step_min, trace.step);
    service.grid_step = grid.width;
    return service;
}

/// Adds up what all series have done, and says it now and then.
class Work {
public:
    Work(std::size_t total, const std::function<void(double)>& progress)
        : total_(std::max<std::size_t>(total, 1)), progress_(progress) {}
    void add(std::size_t done) {
        const std::scoped_lock lock(mutex_);
        done_ += done;
        if (progress_)
            progress_(std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_)));
    }

private:
    std::mutex mutex_;
    std::size_t done_ = 0;
    std::size_t total_;
    const std::function<void(double)>& progress_;
};
constexpr std::size_t steps_per_progress = 256;

/// One series, and everything that is needed to replay it.
struct Replay {
    const Trace& trace;
    const BacktestSettings& settings;
    TraceGrid grid;
    std::vector<Window> windows;
    Service service;
    std::vector<Window> fine;

    Replay(const Trace& replayed, const BacktestSettings& with, const Zone& zone)
        : trace(replayed),
          settings(with),
          grid(trace_grid(replayed)),
          windows(trace_windows(replayed, grid)),
          service(service_of(replayed, grid, zone, with.holidays)),
          fine(fine_windows(replayed, grid, service.fine_step)) {}

    /// A forecaster that has seen nothing.
    [[nodiscard]] Forecaster fresh() const {
        Forecaster forecaster(service);
        forecaster.adopt(settings.trained);
        forecaster.know(settings.events);
        return forecaster;
    }
};

/// The whole of one series: every bucket is observed once, in order; what is said is noted in the
/// test part.
BacktestSeries play(const Replay& replay, Work& work) {
    BacktestSeries series = prepare(replay.trace, replay.windows, replay.service.zone);
    Forecaster forecaster = replay.fresh();
    Retraining retraining(replay.service, replay.settings.retrain, replay.settings.trained);
    auto next_fine = replay.fine.begin();
    for (std::size_t i = 0; i < replay.windows.size(); ++i) {
        const Window& window = replay.windows[i];
        for (; next_fine != replay.fine.end() && next_fine->end() <= window.end(); ++next_fine) {
            retraining.observe_fine(without_events(*next_fine, forecaster));
            forecaster.observe_fine(*next_fine);
        }
        forecaster.observe(window);
        if (auto trained = retraining.observe(without_events(window, forecaster)))
            forecaster.adopt(std::move(trained));
        if (i % steps_per_progress == 0) work.add(steps_per_progress);
        if (!is_origin(series, i)) continue;
        if (series.members.empty())
            for (const MemberView& member : forecaster.forecast().members)
                series.members.push_back(member.name);
        note_forecasts(series, i, forecaster, forecaster.forecast());
    }
    return series;
}

/// What is kept of one series once its rows are written.
struct Outcome {
    std::vector<BacktestScore> scores;
    BacktestView view;
    std::vector<ColdStartScore> cold_start;
    std::vector<EventScore> events;
};

std::vector<EventScore> events_of(const BacktestSeries& series, const Replay& replay, Work& work) {
    const EventWindows windows(replay.settings.events, replay.settings.holidays, series.zone);
    if (!windows.reach_test_part(series.grid)) return {};
    BacktestSettings without = replay.settings;
    without.events.clear();
    without.holidays.clear();
    const Replay blind(replay.trace, without, series.zone);
    return score_events(series, play(blind, work), windows);
}

Result<Outcome> run_one(const Replay& replay, Work& work) {
    const BacktestSeries series = play(replay, work);
    if (!replay.settings.out.empty()) TRY_VOID(write_forecasts(series, replay.settings.out));
    Outcome outcome{.scores = score_series(series),
                    .view = view_of(series, band_max),
                    .cold_start = {},
                    .events = events_of(series, replay, work)};
    if (!replay.settings.cold_start) return outcome;
    outcome.cold_start =
        score_cold_start(series, replay.windows, replay.fine, [&replay] { return replay.fresh(); });
    work.add(replay.windows.size());
    return outcome;
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

std::size_t steps_of(const std::vector<Trace>& traces, const BacktestSettings& settings,
                     const Zone& zone) {
    const EventWindows windows(settings.events, settings.holidays, zone);
    std::size_t steps = 0;
    for (const Trace& trace : traces) {
        const TraceGrid grid = trace_grid(trace);
        const std::size_t plays =
            1U + (settings.cold_start ? 1U : 0U) + (windows.reach_test_part(grid) ? 1U : 0U);
        steps += plays * grid.count;
    }
    return steps;
}

template <class T>
void append(std::vector<T>& to, std::vector<T> more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}
}  // namespace

Result<Backtest> run_backtest(const std::vector<std::string>& files,
                              const BacktestSettings& settings,
                              const std::function<void(double)>& progress) {
    TRY(const Zone zone, load_zone(settings.zone));
    TRY(const std::vector<Trace> traces, read_all(files));
    std::vector<Result<Outcome>> outcomes(traces.size());
    Work work(steps_of(traces, settings, zone), progress);
    in_parallel(traces.size(), settings.threads, [&](std::size_t i) {
        outcomes[i] = run_one(Replay(traces[i], settings, zone), work);
    });
    Backtest backtest;
    for (Result<Outcome>& outcome : outcomes) {
        TRY(Outcome of_series, std::move(outcome));
        append(backtest.scores, std::move(of_series.scores));
        append(backtest.cold_start, std::move(of_series.cold_start));
        append(backtest.events, std::move(of_series.events));
        backtest.views.push_back(std::move(of_series.view));
    }
    if (!settings.out.empty()) TRY_VOID(write_backtest(backtest, settings.out));
    if (progress) progress(1.0);
    return backtest;
}

}  // namespace forescale
