#include "base/hash.h"
#include "simulation/backtest.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double worse_than_best_max = 1.03;
constexpr std::size_t names_max = 4;  ///< in one sentence

using Scores = std::vector<const BacktestScore*>;

double mean_of(const Scores& scores, double BacktestScore::* value) {
    double sum = 0.0;
    double count = 0.0;
    for (const BacktestScore* score : scores) {
        if (!std::isfinite(score->*value)) continue;
        sum += score->*value;
        count += 1.0;
    }
    return count > 0.0 ? sum / count : nan;
}
double median_of(const Scores& scores, double BacktestScore::* value) {
    std::vector<double> values;
    for (const BacktestScore* score : scores)
        if (std::isfinite(score->*value)) values.push_back(score->*value);
    return percentile(std::move(values), 50.0);
}
double pooled_coverage(const Scores& scores) {
    double inside = 0.0;
    double count = 0.0;
    for (const BacktestScore* score : scores) {
        inside += score->coverage_90 * static_cast<double>(score->count);
        count += static_cast<double>(score->count);
    }
    return inside / count;
}
std::vector<double> log_ratios(const Scores& scores) {
    std::vector<double> logs;
    for (const BacktestScore* score : scores)
        if (score->ratio > 0.0 && std::isfinite(score->ratio))
            logs.push_back(std::log(score->ratio));
    return logs;
}
double exp_mean(const std::vector<double>& logs, std::span<const std::size_t> chosen) {
    double sum = 0.0;
    for (const std::size_t i : chosen) sum += logs[i];
    return std::exp(sum / static_cast<double>(chosen.size()));
}

/// A single series has no spread over series: its own, over days, stands for it.
Interval interval_of(const Scores& scores, const std::vector<double>& logs) {
    if (scores.size() == 1) return scores.front()->ratio_95;
    return bootstrap_95(logs.size(), 2, [&](std::span<const std::size_t> chosen) {
        return exp_mean(logs, chosen);
    });
}

double win_rate(const Scores& scores, const std::vector<BacktestScore>& all) {
    double won = 0.0;
    double duels = 0.0;
    for (const BacktestScore* mine : scores)
        for (const BacktestScore& other : all) {
            if (other.series != mine->series || other.horizon != mine->horizon ||
                other.model == mine->model || !(other.awake > 0.0))
                continue;
            duels += 1.0;
            if (mine->wape < other.wape)
                won += 1.0;
            else if (!(mine->wape > other.wape))
                won += 0.5;
        }
    return duels > 0.0 ? won / duels : nan;
}

BacktestSummary summary_of(const Scores& scores, const std::vector<BacktestScore>& all) {
    const std::vector<double> logs = log_ratios(scores);
    std::vector<std::size_t> every(logs.size());
    for (std::size_t i = 0; i < every.size(); ++i) every[i] = i;
    BacktestSummary summary;
    summary.horizon = scores.front()->horizon;
    summary.model = scores.front()->model;
    summary.series = static_cast<std::int64_t>(logs.size());
    summary.ratio = logs.empty() ? nan : exp_mean(logs, every);
    summary.ratio_95 = interval_of(scores, logs);
    summary.mape = mean_of(scores, &BacktestScore::mape);
    summary.awake = mean_of(scores, &BacktestScore::awake);
    summary.win_rate = win_rate(scores, all);
    const bool has_intervals = summary.model == "ensemble";
    summary.coverage_90 = has_intervals ? pooled_coverage(scores) : nan;
    summary.worst_day_90 = has_intervals ? median_of(scores, &BacktestScore::worst_day_90) : nan;
    summary.confidence_rank =
        has_intervals ? mean_of(scores, &BacktestScore::confidence_rank) : nan;
    return summary;
}

std::string listed(const std::vector<std::string>& names) {
    const std::size_t shown = std::min(names.size(), names_max);
    std::string text = fmt::format(
        "{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
    if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
    return text;
}
std::string percent(double share) {
    return fmt::format("{:.1f} %", share * 100.0);
}

/// Bounds within which the coverage of all 90 % intervals together is as it should be.
std::pair<double, double> coverage_bounds(Duration horizon) {
    if (horizon > std::chrono::hours(4)) return {0.87, 0.93};
    return {0.88, 0.92};
}
constexpr double series_coverage_min = 0.80;

void warn_of_unscored(std::vector<std::string>& warnings, const Backtest& backtest) {
    for (const BacktestView& view : backtest.views) {
        if (view.horizons.empty())
            warnings.push_back(fmt::format(
                "{}: nothing to score: a series needs over a day before its last quarter, and "
                "samples in it; this one is {} long",
                view.name, format_duration(view.last - view.first)));
        else if (view.is_zero)
            warnings.push_back(fmt::format(
                "{}: every value of the test part is 0, so no error is relative to anything",
                view.name));
    }
}

void warn_of_coverage(std::vector<std::string>& warnings, const Backtest& backtest,
                      const BacktestSummary& overall) {
    const auto [low, high] = coverage_bounds(overall.horizon);
    if (overall.coverage_90 < low || overall.coverage_90 > high)
        warnings.push_back(
            fmt::format("{}: {} of all actual values lie in their 90 % interval; {} to {} is good",
                        horizon_label(overall.horizon), percent(overall.coverage_90), percent(low),
                        percent(high)));
    std::vector<std::string> below;
    for (const BacktestScore& score : backtest.scores)
        if (score.model == "ensemble" && score.horizon == overall.horizon &&
            score.coverage_90 < series_coverage_min)
            below.push_back(fmt::format("{} ({})", score.series, percent(score.coverage_90)));
    if (!below.empty())
        warnings.push_back(fmt::format("{}: the 90 % interval holds less than 80 % on {}",
                                       horizon_label(overall.horizon), listed(below)));
}

void warn_of_members(std::vector<std::string>& warnings, const Backtest& backtest,
                     Duration horizon) {
    std::vector<std::string> worse;
    for (const BacktestView& view : backtest.views) {
        const BacktestScore* ensemble = backtest.ensemble(view.name, horizon);
        const BacktestScore* best = backtest.best_member(view.name, horizon);
        if (ensemble == nullptr || best == nullptr ||
            !(ensemble->wape > worse_than_best_max * best->wape))
            continue;
        worse.push_back(fmt::format("{} ({:+.1f} % against {})", view.name,
                                    (ensemble->wape / best->wape - 1.0) * 100.0, best->model));
    }
    if (!worse.empty())
        warnings.push_back(
            fmt::format("{}: the ensemble is over 3 % worse than its best member on {}",
                        horizon_label(horizon), listed(worse)));
}

void warn_of_events(std::vector<std::string>& warnings, const Backtest& backtest,
                    Duration horizon) {
    std::vector<std::string> worse;
    for (const EventScore& score : backtest.events)
        if (score.horizon == horizon && score.ratio > 1.0)
            worse.push_back(fmt::format("{} (by {})", score.series, percent(score.ratio - 1.0)));
    if (!worse.empty())
        warnings.push_back(
            fmt::format("{}: in the windows of events the error is larger with them known on {}",
                        horizon_label(horizon), listed(worse)));
}
}  // namespace

std::string horizon_label(Duration horizon) {
    if (horizon % std::chrono::hours(1) == Duration(0))
        return fmt::format("{} h", horizon / std::chrono::hours(1));
    return fmt::format("{} min", horizon / std::chrono::minutes(1));
}

std::string_view name_of(SeriesPart part) {
    switch (part) {
        case SeriesPart::development:
            return "development";
        case SeriesPart::held_out:
            return "held out";
        case SeriesPart::all:
            break;
    }
    return "all";
}

bool is_of(const std::string& series, SeriesPart part) {
    const bool is_odd = fnv1a(series) % 2 == 1;
    return part == SeriesPart::all || is_odd == (part == SeriesPart::development);
}

std::vector<BacktestSummary> summarise(const std::vector<BacktestScore>& scores, SeriesPart part) {
    std::map<std::pair<Duration, std::string>, Scores> groups;
    for (const BacktestScore& score : scores)
        if (is_of(score.series, part)) groups[{score.horizon, score.model}].push_back(&score);
    std::vector<BacktestSummary> summaries;
    summaries.reserve(groups.size());
    for (const auto& [key, group] : groups) summaries.push_back(summary_of(group, scores));
    const auto rank = [](const BacktestSummary& s) {
        return std::tuple(s.horizon, std::isnan(s.ratio) ? HUGE_VAL : s.ratio, !(s.awake > 0.0));
    };
    std::ranges::stable_sort(summaries, {}, rank);
    return summaries;
}

const BacktestScore* Backtest::ensemble(const std::string& series, Duration horizon) const {
    const auto found = std::ranges::find_if(scores, [&](const BacktestScore& score) {
        return score.series == series && score.horizon == horizon && score.model == "ensemble";
    });
    return found == scores.end() ? nullptr : &*found;
}

const BacktestScore* Backtest::best_member(const std::string& series, Duration horizon) const {
    const BacktestScore* best = nullptr;
    for (const BacktestScore& score : scores) {
        if (score.series != series || score.horizon != horizon || score.model == "ensemble" ||
            !(score.awake > 0.0))
            continue;
        if (best == nullptr || score.wape < best->wape) best = &score;
    }
    return best;
}

std::vector<std::string> warnings_of(const Backtest& backtest) {
    std::vector<std::string> warnings;
    warn_of_unscored(warnings, backtest);
    for (const BacktestSummary& overall : summarise(backtest.scores)) {
        if (overall.model != "ensemble") continue;
        warn_of_members(warnings, backtest, overall.horizon);
        warn_of_coverage(warnings, backtest, overall);
        warn_of_events(warnings, backtest, overall.horizon);
    }
    return warnings;
}

}  // namespace forescale
