#include "simulation/simulate.h"

#include "app/commands/commands.h"
#include "app/commands/event_file.h"
#include "app/models_file.h"
#include "app/outcome_table.h"
#include "app/progress.h"
#include "base/json.h"
#include "base/log.h"

namespace forescale {
namespace {

json::value to_json(const PolicyOutcome& o) {
    return json::object{{"series", o.series},
                        {"policy", o.policy},
                        {"under_provisioned_min", o.under_provisioned_min},
                        {"unserved_share", o.unserved_share},
                        {"instance_hours", o.instance_hours},
                        {"of_clairvoyant", o.of_clairvoyant},
                        {"actions_per_day", o.actions_per_day},
                        {"reversals", o.reversals}};
}

}  // namespace

ExitCode simulate_command(const SimulateOptions& options) {
    const auto lead_time = parse_duration(options.lead_time);
    if (!lead_time) return report(lead_time.error());
    const auto events = read_events(options.events);
    if (!events) return report(events.error());
    const auto models = chosen_models(options.models);
    if (!models) return report(models.error());
    log::configure(
        {.level = log::Level::error});  // what happens inside of a simulated world is its result
    Progress progress("simulate");
    const auto outcomes = run_simulation(options.files,
                                         {.out = options.out,
                                          .lead_time = *lead_time,
                                          .policies = options.policies,
                                          .events = *events,
                                          .zone = options.zone,
                                          .trained = *models},
                                         [&](double share) { progress.update(share); });
    if (!outcomes) return report(outcomes.error());
    if (options.json) {
        json::array rows;
        for (const auto& outcome : *outcomes) rows.push_back(to_json(outcome));
        fmt::print("{}\n", pretty_json(rows));
        return ExitCode::ok;
    }
    fmt::print("{}", outcome_table(*outcomes));
    if (!options.out.empty()) fmt::print("\ndecisions written to {}\n", options.out);
    return ExitCode::ok;
}

}  // namespace forescale
