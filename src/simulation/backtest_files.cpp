#include "base/file.h"
#include "base/json.h"
#include "simulation/backtest_rows.h"

#include <cmath>
#include <filesystem>

namespace forescale {

namespace {
Result<void> make_folder(const std::string& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return fail(Errc::invalid_argument, "cannot make the folder {}: {}; choose another --out",
                    folder, error.message());
    return {};
}

void append_row(std::string& text, const std::string& head, std::string_view model,
                const std::string& quantiles, double actual) {
    fmt::format_to(std::back_inserter(text), "{},{},{},{:.9g}\n", head, model, quantiles, actual);
}
/// A member says a median only: the other levels stay empty.
std::string median_only(double median) {
    return fmt::format(",,,,,{:.9g},,,,,,", median);
}
std::string all_levels(const Quantiles& quantiles) {
    std::string text;
    for (const double q : quantiles)
        fmt::format_to(std::back_inserter(text), "{}{:.9g}", text.empty() ? "" : ",", q);
    return text;
}

json::value number(double value) {
    return std::isnan(value) ? json::value(nullptr) : json::value(value);
}

json::object to_json(const BacktestScore& score) {
    json::object object{
        {"series", score.series},     {"horizon_s", score.horizon.count() / 1000},
        {"model", score.model},       {"count", score.count},
        {"wape", number(score.wape)}, {"ratio_to_seasonal_naive", number(score.ratio)},
        {"mape", number(score.mape)}, {"smape", number(score.smape)},
        {"mase", number(score.mase)}, {"bias", number(score.bias)}};
    if (score.model != "ensemble") return object;
    object["mwql"] = number(score.mwql);
    object["pinball_90"] = number(score.pinball_90);
    object["pinball_95"] = number(score.pinball_95);
    object["pinball_99"] = number(score.pinball_99);
    object["coverage_80"] = number(score.coverage_80);
    object["coverage_90"] = number(score.coverage_90);
    object["worst_day_90"] = number(score.worst_day_90);
    object["width_90"] = number(score.width_90);
    object["crossing"] = number(score.crossing);
    return object;
}
}  // namespace

Result<void> write_forecasts(const BacktestSeries& series, const std::string& folder) {
    TRY_VOID(make_folder(folder + "/" + series.name));
    std::string text =
        "origin,horizon_s,target,model,q05,q10,q20,q30,q40,q50,q60,q70,q80,q90,q95,q99,actual\n";
    for (const BacktestRow& row : series.rows) {
        const Timestamp origin = series.grid.start(row.origin);
        const std::string head =
            fmt::format("{},{},{}", format_timestamp(origin), row.horizon.count() / 1000,
                        format_timestamp(origin + row.horizon));
        append_row(text, head, "ensemble", all_levels(row.quantiles), row.actual);
        for (std::size_t m = 0; m < series.members.size(); ++m) {
            const double median =
                std::isnan(row.medians[m]) ? row.quantiles[median_index] : row.medians[m];
            append_row(text, head, series.members[m], median_only(median), row.actual);
        }
    }
    return write_file(folder + "/" + series.name + "/forecasts.csv", text);
}

Result<void> write_summary(const std::vector<BacktestScore>& scores, const std::string& folder) {
    TRY_VOID(make_folder(folder));
    json::array series;
    for (const BacktestScore& score : scores) series.push_back(to_json(score));
    json::array over_series;
    for (const BacktestSummary& summary : summarise(scores)) {
        json::object object{{"horizon_s", summary.horizon.count() / 1000},
                            {"model", summary.model},
                            {"series", summary.series},
                            {"ratio_to_seasonal_naive", number(summary.ratio)}};
        if (summary.model == "ensemble") object["coverage_90"] = number(summary.coverage_90);
        over_series.push_back(std::move(object));
    }
    const json::value document =
        json::object{{"over_series", std::move(over_series)}, {"scores", std::move(series)}};
    return write_file(folder + "/summary.json", pretty_json(document));
}

}  // namespace forescale
