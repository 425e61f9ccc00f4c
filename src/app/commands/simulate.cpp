#include "simulation/simulate.h"

#include "app/commands/commands.h"
#include "app/commands/event_file.h"
#include "app/models_file.h"
#include "app/outcome_table.h"
#include "app/progress.h"
#include "base/json.h"
#include "base/log.h"

#include <cmath>

namespace forescale {
namespace {

json::value to_json(const PolicyOutcome& o) {
    return json::object{{"series", o.series},
                        {"policy", o.policy},
                        {"setting", o.setting ? json::value(*o.setting) : json::value()},
                        {"under_provisioned_min", o.under_provisioned_min},
                        {"unserved_share", o.unserved_share},
                        {"instance_hours", o.instance_hours},
                        {"of_clairvoyant", o.of_clairvoyant},
                        {"actions_per_day", o.actions_per_day},
                        {"reversals", o.reversals}};
}

json::value to_json(double value) {
    return std::isnan(value) ? json::value() : json::value(value);
}

json::value to_json(const FrontierReading& reading) {
    const char* const bound = reading.bound == Bound::at_most    ? "at most"
                              : reading.bound == Bound::at_least ? "at least"
                                                                 : "exact";
    return json::object{{"value", to_json(reading.value)}, {"bound", bound}};
}

json::value to_json(const PolicyComparison& c) {
    return json::object{{"series", c.series},
                        {"policy", c.policy},
                        {"settings", c.settings},
                        {"hpa_unserved_share", c.hpa_unserved_share},
                        {"cost_of_hpa", to_json(c.cost)},
                        {"cost_of_clairvoyant", c.of_clairvoyant},
                        {"short_minutes_of_hpa", to_json(c.short_minutes)},
                        {"worst_of_hpa", c.against_hpa.worst},
                        {"reaches_hpa", c.against_hpa.reaches},
                        {"below_hpa", c.against_hpa.below()},
                        {"not_below", json::value_from(c.not_below)}};
}

json::value to_json(const ComparisonSummary& s) {
    return json::object{{"policy", s.policy},
                        {"series", s.series},
                        {"served", s.served},
                        {"cost_of_hpa", to_json(s.cost)},
                        {"cost_of_clairvoyant", to_json(s.of_clairvoyant)},
                        {"short_minutes_of_hpa", to_json(s.short_minutes)},
                        {"worst_of_hpa", s.worst_against_hpa},
                        {"below_hpa", s.below_hpa},
                        {"below_all", s.below_all}};
}

template <class Items>
json::array array_of(const Items& items) {
    json::array rows;
    for (const auto& item : items) rows.push_back(to_json(item));
    return rows;
}

json::value answer(const std::vector<PolicyOutcome>& outcomes, bool frontier) {
    if (!frontier) return array_of(outcomes);
    const auto comparisons = compare_frontiers(outcomes);
    return json::object{{"outcomes", array_of(outcomes)},
                        {"comparisons", array_of(comparisons)},
                        {"over_series", array_of(summarize(comparisons))}};
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
                                          .frontier = options.frontier,
                                          .events = *events,
                                          .zone = options.zone,
                                          .trained = *models},
                                         [&](double share) { progress.update(share); });
    if (!outcomes) return report(outcomes.error());
    if (options.json) {
        fmt::print("{}\n", pretty_json(answer(*outcomes, options.frontier)));
        return ExitCode::ok;
    }
    fmt::print("{}", options.frontier ? comparison_table(compare_frontiers(*outcomes))
                                      : outcome_table(*outcomes));
    if (!options.out.empty()) fmt::print("\ndecisions written to {}\n", options.out);
    return ExitCode::ok;
}

}  // namespace forescale
