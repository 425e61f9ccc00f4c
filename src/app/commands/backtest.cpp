#include "simulation/backtest.h"

#include "app/commands/commands.h"
#include "app/commands/event_file.h"
#include "app/models_file.h"
#include "app/progress.h"
#include "base/json.h"

namespace forescale {
namespace {

/// A number, or a dash where there is none: a ratio to nothing, the coverage of a member without
/// intervals.
std::string cell(double value, bool known = true) {
    return known && std::isfinite(value) ? fmt::format("{:.4f}", value) : "-";
}

void print_series(const std::vector<BacktestScore>& scores) {
    constexpr auto row = "{:<32} {:>8} {:<16} {:>8} {:>8} {:>8} {:>8} {:>12} {:>8}\n";
    fmt::print(row, "series", "horizon", "model", "WAPE", "ratio", "MASE", "bias", "covered 90 %",
               "MWQL");
    for (const auto& s : scores) {
        const bool has_intervals = s.model == "ensemble";
        fmt::print(row, s.series, format_duration(s.horizon), s.model, cell(s.wape), cell(s.ratio),
                   cell(s.mase), cell(s.bias), cell(s.coverage_90, has_intervals),
                   cell(s.mwql, has_intervals));
    }
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
    constexpr auto row = "{:>8} {:<16} {:>8} {:>12} {:>14}\n";
    fmt::print(
        "\nOver series: geometric mean of the WAPE ratio to seasonal_naive, coverage by rows\n");
    fmt::print(row, "horizon", "model", "series", "WAPE ratio", "covered 90 %");
    for (const auto& [key, mean] : means)
        fmt::print(row, format_duration(key.first), key.second, mean.series,
                   cell(std::exp(mean.log_ratio / mean.series)),
                   cell(mean.covered / static_cast<double>(mean.rows), key.second == "ensemble"));
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
    const auto models = chosen_models(options.models);
    if (!models) return report(models.error());
    Progress progress("backtest");
    const auto scores = run_backtest(
        options.files,
        {.out = options.out, .events = *events, .zone = options.zone, .trained = *models},
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
