#include "simulation/backtest.h"

#include "app/backtest_table.h"
#include "app/commands/commands.h"
#include "app/commands/event_file.h"
#include "app/holidays.h"
#include "app/models_file.h"
#include "app/progress.h"
#include "simulation/backtest_report.h"

namespace forescale {

ExitCode backtest_command(const BacktestOptions& options) {
    const auto events = read_events(options.events);
    if (!events) return report(events.error());
    const auto holidays = usual_holidays(options.country, options.holidays);
    if (!holidays) return report(holidays.error());
    const auto models = chosen_models(options.models);
    if (!models) return report(models.error());
    const auto retrain = parse_duration(options.retrain);
    if (!retrain) return report(retrain.error());
    const BacktestSettings settings{.out = options.out,
                                    .events = *events,
                                    .holidays = *holidays,
                                    .zone = options.zone,
                                    .threads = options.threads,
                                    .cold_start = options.cold_start,
                                    .trained = *models,
                                    .retrain = *retrain};
    const auto backtest = [&] {
        Progress progress("backtest");
        return run_backtest(options.files, settings, [&](double share) { progress.update(share); });
    }();
    if (!backtest) return report(backtest.error());
    if (backtest->scores.empty())
        return report({Errc::invalid_argument,
                       "no file has a target to score: a series needs more than a day before its "
                       "last quarter"});
    if (options.json) {
        fmt::print("{}\n", pretty_json(summary_json(*backtest)));
        return ExitCode::ok;
    }
    fmt::print("{}", backtest_table(*backtest));
    if (options.members) fmt::print("{}", member_table(*backtest));
    if (!options.out.empty())
        fmt::print("\nwritten: {0}/report.html, {0}/summary.json, {0}/NAME/forecasts.csv\n",
                   options.out);
    return ExitCode::ok;
}

}  // namespace forescale
