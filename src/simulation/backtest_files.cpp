#include "base/file.h"
#include "base/json.h"
#include "simulation/backtest_report.h"
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

Result<void> write_backtest(const Backtest& backtest, const std::string& folder) {
    TRY_VOID(make_folder(folder));
    TRY_VOID(write_file(folder + "/summary.json", pretty_json(summary_json(backtest))));
    return write_file(folder + "/report.html", report_html(backtest));
}

}  // namespace forescale
