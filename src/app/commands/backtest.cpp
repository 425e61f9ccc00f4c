#include "simulation/backtest.h"

#include "app/commands/commands.h"
#include "app/commands/event_file.h"
#include "app/progress.h"
#include "base/json.h"

namespace forescale {
namespace {

void print_series(const std::vector<BacktestScore>& scores) {
    fmt::print("{:<32} {:>8} {:<16} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}\n", "series", "horizon",
               "model", "WAPE", "ratio", "MASE", "bias", "cov 90", "MWQL");
    for (const auto& s : scores)
        fmt::print("{:<32} {:>8} {:<16} {:>8.4f} {:>8.3f} {:>8.3f} {:>+8.4f} {:>8.3f} {:>8.4f}\n",
                   s.series, format_duration(s.horizon), s.model, s.wape, s.ratio, s.mase, s.bias,
                   s.coverage_90, s.mwql);
}

struct Mean {
    double log_ratio = 0;
    double covered = 0;
    std::int64_t rows = 0;
    int series = 0;
};

/// Over series: geometric mean of the WAPE ratio to the daily seasonal naive, and coverage weighted
/// by rows.
void print_means(const std::vector<BacktestScore>& scores) {
    std::map<std::pair<Duration, std::string>, Mean> means;
    for (const auto& s : scores) {
        if (!(s.ratio > 0)) continue;
        auto& mean = means[{s.horizon, s.model}];
        mean.log_ratio += std::log(s.ratio);
        mean.covered += s.coverage_90 * static_cast<double>(s.count);
        mean.rows += s.count;
        mean.series += 1;
    }
    fmt::print("\n{:>8} {:<16} {:>8} {:>14} {:>10}\n", "horizon", "model", "series", "WAPE ratio",
               "cov 90");
    for (const auto& [key, mean] : means)
        fmt::print("{:>8} {:<16} {:>8} {:>14.3f} {:>10.3f}\n", format_duration(key.first),
                   key.second, mean.series, std::exp(mean.log_ratio / mean.series),
                   mean.covered / static_cast<double>(mean.rows));
}

json::value to_json(const BacktestScore& s) {
    return json::object{{"series", s.series},
                        {"horizon_s", in_seconds(s.horizon)},
                        {"model", s.model},
                        {"count", s.count},
                        {"wape", s.wape},
                        {"mape", s.mape},
                        {"smape", s.smape},
                        {"mase", s.mase},
                        {"bias", s.bias},
                        {"ratio", s.ratio},
                        {"mwql", s.mwql},
                        {"coverage_80", s.coverage_80},
                        {"coverage_90", s.coverage_90},
                        {"worst_day_90", s.worst_day_90},
                        {"width_90", s.width_90},
                        {"crossing", s.crossing}};
}

}  // namespace

ExitCode backtest_command(const BacktestOptions& options) {
    const auto events = read_events(options.events);
    if (!events) return report(events.error());
    Progress progress("backtest");
    const auto scores =
        run_backtest(options.files, {.out = options.out, .events = *events, .zone = options.zone},
                     [&](double share) { progress.update(share); });
    if (!scores) return report(scores.error());
    if (scores->empty())
        return report({Errc::invalid_argument,
                       "no file has a target to score: a series needs more than a day before its "
                       "last quarter"});
    if (options.json) {
        json::array rows;
        for (const auto& score : *scores) rows.push_back(to_json(score));
        fmt::print("{}\n", pretty_json(rows));
        return ExitCode::ok;
    }
    print_series(*scores);
    print_means(*scores);
    if (!options.out.empty()) fmt::print("\nforecasts and summary written to {}\n", options.out);
    return ExitCode::ok;
}

}  // namespace forescale
