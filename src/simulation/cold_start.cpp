#include "simulation/cold_start.h"

#include "prediction/forecaster.h"
#include "simulation/backtest_rows.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
using std::chrono::hours;

constexpr int dates = 6;
constexpr int origins_per_date = 4;
constexpr Duration origin_distance = hours(2);
/// Up to here a forecaster of its own is made for every origin; beyond, one sees all origins of a
/// date, and is at most 6 h older than its age says.
constexpr Duration exact_age_max = hours(24);

/// What was said at one origin about one target, by age.
struct Trial {
    const BacktestRow* whole = nullptr;  ///< with the whole past
    std::map<Duration, Quantiles> by_age;
};

/// First bucket of each run of origins: evenly spread over the test part, each at another part of
/// the day.
std::vector<std::size_t> first_origins(const BacktestSeries& series) {
    const Timestamp from = series.grid.start(series.test_from);
    const Timestamp until =
        series.grid.start(series.grid.count - 1) - day - origin_distance * origins_per_date;
    std::vector<std::size_t> found;
    for (int date = 0; date < dates; ++date) {
        const Timestamp about = from + (until - from) * date / dates;
        const Timestamp at = floor_to(about, day) + day + hours(24 / dates) * date;
        if (at <= until)
            found.push_back(static_cast<std::size_t>((at - series.grid.first) / series.grid.width));
    }
    return found;
}

class ColdStart {
public:
    ColdStart(const BacktestSeries& series, const std::vector<Window>& windows,
              const std::vector<Window>& fine, const std::function<Forecaster()>& fresh)
        : series_(series), windows_(windows), fine_(fine), fresh_(fresh) {
        for (const BacktestRow& row : series.rows) trials_[{row.origin, row.horizon}].whole = &row;
    }

    void replay_age(std::size_t first_origin, Duration age) {
        const auto steps = static_cast<std::size_t>(age / series_.grid.width);
        const auto apart = static_cast<std::size_t>(origin_distance / series_.grid.width);
        if (steps == 0 || first_origin + 1 < steps) return;
        const bool is_exact = age <= exact_age_max;
        std::optional<Forecaster> forecaster;
        std::size_t next = 0;
        for (std::size_t k = 0; k < origins_per_date; ++k) {
            const std::size_t origin = first_origin + k * apart;
            if (is_exact || !forecaster) {
                forecaster.emplace(fresh_());
                next = origin + 1 - steps;
            }
            for (; next <= origin; ++next) observe(*forecaster, next);
            note(origin, age, *forecaster);
        }
    }

    [[nodiscard]] std::vector<ColdStartScore> scores() const;

private:
    void observe(Forecaster& forecaster, std::size_t bucket) const {
        const Window& window = windows_[bucket];
        auto next = std::ranges::lower_bound(fine_, window.start, {}, &Window::start);
        for (; next != fine_.end() && next->end() <= window.end(); ++next)
            forecaster.observe_fine(*next);
        forecaster.observe(window);
    }
    void note(std::size_t origin, Duration age, const Forecaster& forecaster) {
        const ForecastPath& path = forecaster.forecast();
        if (path.empty()) return;
        for (const Duration horizon : series_.horizons)
            trials_[{origin, horizon}].by_age[age] = path.at(horizon);
    }
    [[nodiscard]] std::vector<const Trial*> comparable(Duration horizon) const;
    [[nodiscard]] ColdStartScore score(const std::vector<const Trial*>& trials, Duration horizon,
                                       Duration age) const;

    const BacktestSeries& series_;
    const std::vector<Window>& windows_;
    const std::vector<Window>& fine_;
    const std::function<Forecaster()>& fresh_;
    std::map<std::pair<std::size_t, Duration>, Trial> trials_;
};

/// Trials that every age has, and the naive forecasts too.
std::vector<const Trial*> ColdStart::comparable(Duration horizon) const {
    const std::size_t naive = series_.member("seasonal_naive");
    std::size_t ages = 0;
    for (const auto& [key, trial] : trials_) ages = std::max(ages, trial.by_age.size());
    std::vector<const Trial*> found;
    if (ages == 0) return found;
    for (const auto& [key, trial] : trials_)
        if (key.second == horizon && trial.whole != nullptr && trial.by_age.size() == ages &&
            !std::isnan(trial.whole->medians[naive]))
            found.push_back(&trial);
    return found;
}

struct Sums {
    double error = 0, naive = 0, last = 0, inside = 0;
    void add(const BacktestRow& row, const Quantiles& said, double naive_said, double last_said) {
        error += std::abs(said[median_index] - row.actual);
        naive += std::abs(naive_said - row.actual);
        last += std::abs(last_said - row.actual);
        inside += row.actual >= said[0] && row.actual <= said[10] ? 1.0 : 0.0;
    }
};

ColdStartScore ColdStart::score(const std::vector<const Trial*>& trials, Duration horizon,
                                Duration age) const {
    const std::size_t naive = series_.member("seasonal_naive");
    const std::size_t last = series_.member("last_value");
    Sums sums;
    for (const Trial* trial : trials)
        sums.add(*trial->whole, age > Duration(0) ? trial->by_age.at(age) : trial->whole->quantiles,
                 series_.said(*trial->whole, naive), series_.said(*trial->whole, last));
    return {.series = series_.name,
            .horizon = horizon,
            .age = age,
            .count = static_cast<std::int64_t>(trials.size()),
            .ratio = sums.naive > 0.0 ? sums.error / sums.naive : Series::missing,
            .ratio_last = sums.last > 0.0 ? sums.error / sums.last : Series::missing,
            .coverage_90 = sums.inside / static_cast<double>(trials.size())};
}

std::vector<ColdStartScore> ColdStart::scores() const {
    std::vector<ColdStartScore> found;
    for (const Duration horizon : series_.horizons) {
        const std::vector<const Trial*> trials = comparable(horizon);
        if (trials.empty()) continue;
        for (const Duration age : cold_start_ages())
            if (age == Duration(0) || trials.front()->by_age.contains(age))
                found.push_back(score(trials, horizon, age));
    }
    return found;
}
}  // namespace

const std::vector<Duration>& cold_start_ages() {
    static const std::vector<Duration> ages{hours(1),  hours(6),   hours(24),
                                            hours(72), hours(168), Duration(0)};
    return ages;
}

std::vector<ColdStartScore> score_cold_start(const BacktestSeries& series,
                                             const std::vector<Window>& windows,
                                             const std::vector<Window>& fine,
                                             const std::function<Forecaster()>& fresh) {
    ColdStart cold_start(series, windows, fine, fresh);
    for (const std::size_t origin : first_origins(series))
        for (const Duration age : cold_start_ages())
            if (age > Duration(0)) cold_start.replay_age(origin, age);
    return cold_start.scores();
}

std::vector<ColdStartSummary> summarise(const std::vector<ColdStartScore>& scores) {
    struct Group {
        double log_ratio = 0, log_last = 0, series = 0, inside = 0, count = 0;
    };
    std::map<std::pair<Duration, Duration>, Group> groups;
    for (const ColdStartScore& score : scores) {
        if (!(score.ratio > 0.0) || !(score.ratio_last > 0.0)) continue;
        Group& group =
            groups[{score.horizon, score.age > Duration(0) ? score.age : Duration::max()}];
        group.log_ratio += std::log(score.ratio);
        group.log_last += std::log(score.ratio_last);
        group.series += 1.0;
        group.inside += score.coverage_90 * static_cast<double>(score.count);
        group.count += static_cast<double>(score.count);
    }
    std::vector<ColdStartSummary> summaries;
    summaries.reserve(groups.size());
    for (const auto& [key, group] : groups)
        summaries.push_back({.horizon = key.first,
                             .age = key.second < Duration::max() ? key.second : Duration(0),
                             .series = static_cast<std::int64_t>(group.series),
                             .ratio = std::exp(group.log_ratio / group.series),
                             .ratio_last = std::exp(group.log_last / group.series),
                             .coverage_90 = group.inside / group.count});
    return summaries;
}

}  // namespace forescale
