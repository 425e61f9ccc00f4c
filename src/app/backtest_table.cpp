#include "app/backtest_table.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr std::size_t name_width_min = 18;
constexpr std::size_t name_width_max = 34;
constexpr double weight_shown_min = 0.03;

/// A dash where there is no number: a ratio to nothing, the coverage of a member without intervals.
std::string cell(double value, int decimals = 3) {
    return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals) : "-";
}
std::string percent(double share, int decimals = 1) {
    return std::isfinite(share) ? fmt::format("{:.{}f} %", share * 100.0, decimals) : "-";
}
std::string interval_cell(const Interval& interval) {
    if (!std::isfinite(interval.low) || !std::isfinite(interval.high)) return "-";
    return fmt::format("{:.3f} .. {:.3f}", interval.low, interval.high);
}
std::string shortened(const std::string& name, std::size_t width) {
    if (name.size() <= width) return name;
    return name.substr(0, width - 2) + "..";
}
std::size_t name_width(const Backtest& backtest) {
    std::size_t width = name_width_min;
    for (const BacktestView& view : backtest.views) width = std::max(width, view.name.size());
    return std::min(width, name_width_max);
}

constexpr auto overall_row = "{:<25} {:>7} {:>16} {:>8} {:>7} {:>8} {:>10} {:>11}\n";

std::string overall_line(const BacktestSummary& summary, const std::string& name) {
    return fmt::format(overall_row, "  " + name, cell(summary.ratio),
                       interval_cell(summary.ratio_95), percent(summary.mape),
                       percent(summary.win_rate, 0), percent(summary.coverage_90),
                       percent(summary.worst_day_90), cell(summary.confidence_rank, 2));
}

std::string name_with_sleep(const BacktestSummary& summary) {
    if (summary.awake > 0.995) return summary.model;
    return fmt::format("{} ({:.0f} %)", summary.model, 100.0 * summary.awake);
}

/// The ensemble again, over the two halves of the series; nothing when one half is empty.
std::string halves(const Backtest& backtest, Duration horizon) {
    std::string lines;
    int found = 0;
    for (const SeriesPart part : {SeriesPart::development, SeriesPart::held_out})
        for (const BacktestSummary& summary : summarise(backtest.scores, part)) {
            if (summary.model != "ensemble" || summary.horizon != horizon) continue;
            ++found;
            lines += overall_line(summary, fmt::format(". {} ({})", name_of(part), summary.series));
        }
    return found == 2 ? lines : "";
}

/// Members that said nothing at any horizon, on any series.
std::vector<std::string> asleep_throughout(const std::vector<BacktestSummary>& summaries) {
    std::map<std::string, double> awake;
    for (const BacktestSummary& summary : summaries) awake[summary.model] += summary.awake;
    std::vector<std::string> asleep;
    for (const auto& [model, share] : awake)
        if (!(share > 0.0)) asleep.push_back(model);
    return asleep;
}

std::string overall_table(const Backtest& backtest) {
    const std::vector<BacktestSummary> summaries = summarise(backtest.scores);
    std::string text;
    Duration horizon{0};
    for (const BacktestSummary& summary : summaries) {
        if (summary.horizon != horizon) {
            horizon = summary.horizon;
            text += '\n' + fmt::format(overall_row, horizon_label(horizon) + " ahead", "error",
                                       "95 % interval", "MAPE", "wins", "covered", "worst day",
                                       "confidence");
        }
        if (!(summary.awake > 0.0)) continue;
        text += overall_line(summary, name_with_sleep(summary));
        if (summary.model == "ensemble") text += halves(backtest, horizon);
    }
    const std::vector<std::string> asleep = asleep_throughout(summaries);
    if (!asleep.empty()) text += fmt::format("\nasleep throughout: {}\n", fmt::join(asleep, ", "));
    return text;
}

std::string series_line(const Backtest& backtest, const BacktestScore& score,
                        const std::string& name, std::size_t width) {
    const BacktestScore* best = backtest.best_member(score.series, score.horizon);
    return fmt::format("  {:<{}} {:>6} {:>8} {:>7} {:>8} {:>8} {:>10}   {:<16} {:>7}\n", name,
                       width, horizon_label(score.horizon), cell(score.wape, 4), cell(score.ratio),
                       percent(score.mape), percent(score.coverage_90), percent(score.worst_day_90),
                       best != nullptr ? best->model : "-",
                       best != nullptr ? cell(score.wape / best->wape) : "-");
}

std::string series_table(const Backtest& backtest) {
    const std::size_t width = name_width(backtest);
    std::string text = fmt::format("\n{:<{}} {:>6} {:>8} {:>7} {:>8} {:>8} {:>10}   {:<16} {:>7}\n",
                                   "per series", width + 2, "ahead", "WAPE", "error", "MAPE",
                                   "covered", "worst day", "best member", "to best");
    std::string series;
    for (const BacktestScore& score : backtest.scores) {
        if (score.model != "ensemble") continue;
        const bool is_first = score.series != series;
        series = score.series;
        text += series_line(backtest, score, is_first ? shortened(series, width) : "", width);
    }
    return text;
}

using PartMeans = std::array<double, day_parts>;

/// Mean over the series that have the horizon, part by part.
class MeanByPart {
public:
    void add(const PartMeans& values) {
        for (std::size_t p = 0; p < day_parts; ++p) {
            if (!std::isfinite(values[p])) continue;
            sums_[p] += values[p];
            counts_[p] += 1.0;
        }
    }
    [[nodiscard]] PartMeans mean() const {
        PartMeans means{};
        for (std::size_t p = 0; p < day_parts; ++p)
            means[p] = counts_[p] > 0.0 ? sums_[p] / counts_[p] : std::nan("");
        return means;
    }

private:
    PartMeans sums_{};
    PartMeans counts_{};
};

struct DayParts {
    std::map<std::string, MeanByPart> weights;
    MeanByPart log_ratio;  ///< of the ensemble's error to that of seasonal_naive
};

std::map<Duration, DayParts> day_parts_of(const Backtest& backtest) {
    std::map<Duration, DayParts> found;
    for (const BacktestView& view : backtest.views)
        for (const HorizonView& horizon : view.horizons) {
            DayParts& parts = found[horizon.horizon];
            for (std::size_t m = 0; m < view.members.size(); ++m)
                parts.weights[view.members[m]].add(horizon.weight_by_part[m]);
            const auto naive = static_cast<std::size_t>(
                std::ranges::find(view.members, "seasonal_naive") - view.members.begin());
            PartMeans logs{};
            for (std::size_t p = 0; p < day_parts; ++p)
                logs[p] =
                    std::log(horizon.error_by_part.back()[p] / horizon.error_by_part[naive][p]);
            parts.log_ratio.add(logs);
        }
    return found;
}

std::string part_line(const std::string& name, const PartMeans& values, double unit, int decimals) {
    std::string line = fmt::format("  {:<20}", name);
    for (const double value : values) line += fmt::format(" {:>8}", cell(value * unit, decimals));
    return line + '\n';
}

/// Of the parts that have any.
double largest(const PartMeans& values) {
    double found = 0.0;
    for (const double value : values) found = std::fmax(found, value);
    return found;
}

std::string weight_lines(const DayParts& parts) {
    std::vector<std::pair<std::string, PartMeans>> shown;
    PartMeans others{};
    for (const auto& [member, means] : parts.weights) {
        const PartMeans mean = means.mean();
        if (largest(mean) >= weight_shown_min)
            shown.emplace_back(member, mean);
        else
            for (std::size_t p = 0; p < day_parts; ++p) others[p] += mean[p];
    }
    const auto total = [](const auto& row) {
        double sum = 0.0;
        for (const double weight : row.second) sum += std::isfinite(weight) ? weight : 0.0;
        return -sum;
    };
    std::ranges::stable_sort(shown, {}, total);
    std::string text;
    for (const auto& [member, mean] : shown) text += part_line(member, mean, 100.0, 0);
    if (largest(others) >= 0.005) text += part_line("others", others, 100.0, 0);
    return text;
}

std::string day_part_table(const Backtest& backtest) {
    std::string text =
        "\nWho carried which part of the day (mean weight in %, by the wall clock of the target)\n";
    for (const auto& [horizon, parts] : day_parts_of(backtest)) {
        text += fmt::format("{:<22}", horizon_label(horizon) + " ahead");
        for (std::size_t p = 0; p < day_parts; ++p)
            text += fmt::format(" {:>8}", fmt::format("{:02}-{:02} h", p * 4, p * 4 + 4));
        text += '\n' + weight_lines(parts);
        PartMeans ratio = parts.log_ratio.mean();
        for (double& value : ratio) value = std::exp(value);
        text += part_line("error", ratio, 1.0, 3);
    }
    return text;
}

std::string age_label(Duration age) {
    if (age == Duration(0)) return "everything";
    const auto hours = age / std::chrono::hours(1);
    if (hours == 168) return "1 week";
    if (hours % 24 == 0) return fmt::format("{} day{}", hours / 24, hours == 24 ? "" : "s");
    return fmt::format("{} hour{}", hours, hours == 1 ? "" : "s");
}

std::string cold_start_table(const Backtest& backtest) {
    if (backtest.cold_start.empty()) return "";
    std::map<Duration, std::map<Duration, ColdStartSummary>> by_age;  // then by horizon
    std::vector<Duration> horizons;
    for (const ColdStartSummary& summary : summarise(backtest.cold_start)) {
        by_age[summary.age][summary.horizon] = summary;
        if (std::ranges::find(horizons, summary.horizon) == horizons.end())
            horizons.push_back(summary.horizon);
    }
    std::string text =
        "\nCold start: a service that appeared this long ago (error against the seasonal_naive "
        "that "
        "knows the\nwhole past; against last_value; share inside the 90 % interval)\n";
    text += fmt::format("{:<14}", "history");
    for (const Duration horizon : horizons)
        text += fmt::format("   {:>24}", horizon_label(horizon) + " ahead");
    text += fmt::format("\n{:<14}", "");
    for (std::size_t h = 0; h < horizons.size(); ++h)
        text += fmt::format("   {:>8} {:>6} {:>8}", "error", "last", "covered");
    text += '\n';
    for (const Duration age : cold_start_ages()) {
        if (!by_age.contains(age)) continue;
        text += fmt::format("  {:<12}", age_label(age));
        for (const Duration horizon : horizons) {
            const ColdStartSummary& s = by_age[age][horizon];
            text += fmt::format("   {:>8} {:>6} {:>8}", cell(s.ratio), cell(s.ratio_last, 2),
                                percent(s.coverage_90, 0));
        }
        text += '\n';
    }
    return text;
}

constexpr auto event_row = "{:<{}} {:>6} {:>8} {:>10} {:>9} {:>9} {:>8} {:>18} {:>8}\n";

std::string event_line(const EventScore& score, const std::string& name, std::size_t width) {
    const Interval& ratio = score.ratio_95;
    const std::string spread = std::isfinite(ratio.low)
                                   ? fmt::format("{:.0f} % .. {:.0f} %", 100.0 * (1.0 - ratio.high),
                                                 100.0 * (1.0 - ratio.low))
                                   : "-";
    return fmt::format(event_row, "  " + name, width + 2, horizon_label(score.horizon),
                       score.windows, score.count, cell(score.wape_without, 4), cell(score.wape, 4),
                       percent(1.0 - score.ratio), spread, percent(score.coverage_90));
}

std::string event_table(const Backtest& backtest) {
    if (backtest.events.empty()) return "";
    const std::size_t width = name_width(backtest);
    std::string text =
        "\nEvent windows: targets that events or holidays reach, 3 h before to 4 h after (WAPE of "
        "the ensemble,\nwithout and with them known; the share of the error that knowing them "
        "cut)\n";
    text += fmt::format(event_row, "per series", width + 2, "ahead", "windows", "forecasts",
                        "without", "with", "cut", "95 % interval", "covered");
    std::string series;
    for (const EventScore& score : backtest.events) {
        const bool is_first = score.series != series;
        series = score.series;
        text += event_line(score, is_first ? shortened(series, width) : "", width);
    }
    if (backtest.views.size() == 1) return text;
    for (const EventSummary& s : summarise(backtest.events))
        text += fmt::format(event_row, fmt::format("  {} series", s.series), width + 2,
                            horizon_label(s.horizon), s.windows, s.count, "", "",
                            percent(1.0 - s.ratio), "", percent(s.coverage_90));
    return text;
}

std::string heading(const Backtest& backtest) {
    std::int64_t forecasts = 0;
    for (const BacktestScore& score : backtest.scores)
        if (score.model == "ensemble") forecasts += score.count;
    const std::size_t series = backtest.views.size();
    const std::string who =
        series == 1 ? backtest.views.front().name : fmt::format("{} series", series);
    return fmt::format(
        "{}: {} forecasts of the last quarter scored\n"
        "  error       WAPE relative to the same time yesterday (seasonal_naive = 1){}\n"
        "  95 %        interval of the error, by bootstrap over {}\n"
        "  wins        share of the duels with the other models that it won\n"
        "  covered     share of actual values inside the 90 % interval; worst day: {} worst\n"
        "  confidence  rank correlation of 1 - confidence with the error\n"
        "  NAME (n %)  a member that slept; the ensemble stood in for it at the other forecasts\n",
        who, forecasts, series == 1 ? "" : ", geometric mean over series",
        series == 1 ? "days" : "series",
        series == 1 ? "of its days the" : "median of each series\'");
}
}  // namespace

std::string backtest_table(const Backtest& backtest) {
    std::string text = heading(backtest) + overall_table(backtest) + series_table(backtest) +
                       day_part_table(backtest) + event_table(backtest) +
                       cold_start_table(backtest);
    const std::vector<std::string> warnings = warnings_of(backtest);
    if (!warnings.empty()) text += "\nfalls short\n";
    for (const std::string& warning : warnings) text += fmt::format("  {}\n", warning);
    return text;
}

std::string member_table(const Backtest& backtest) {
    const std::size_t width = name_width(backtest);
    std::string text =
        fmt::format("\n{:<{}} {:>6} {:<16} {:>8} {:>7} {:>16} {:>8} {:>7} {:>7} {:>8} {:>6}\n",
                    "every model", width, "ahead", "model", "WAPE", "error", "95 % interval",
                    "MAPE", "sMAPE", "MASE", "bias", "awake");
    for (const BacktestScore& s : backtest.scores)
        text +=
            fmt::format("{:<{}} {:>6} {:<16} {:>8} {:>7} {:>16} {:>8} {:>7} {:>7} {:>8} {:>6}\n",
                        shortened(s.series, width), width, horizon_label(s.horizon), s.model,
                        cell(s.wape, 4), cell(s.ratio), interval_cell(s.ratio_95), percent(s.mape),
                        cell(s.smape), cell(s.mase), cell(s.bias, 4), percent(s.awake, 0));
    return text;
}

}  // namespace forescale
