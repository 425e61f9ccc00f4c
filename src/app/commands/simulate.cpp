#include "simulation/simulate.h"

#include "app/commands/commands.h"
#include "app/commands/event_file.h"
#include "app/models_file.h"
#include "app/outcome_table.h"
#include "app/progress.h"
#include "base/json.h"
#include "base/log.h"
#include "simulation/policy.h"

#include <charconv>
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
                        {"unserved", o.unserved},
                        {"days", o.days},
                        {"capacity_cost", o.capacity_cost},
                        {"unserved_cost", o.unserved_cost},
                        {"cost_per_day", o.cost_per_day()},
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

Result<WorldSettings> world_of(const SimulateOptions& options) {
    WorldSettings world{.replicas_min = options.replicas_min,
                        .replicas_max = options.replicas_max,
                        .capacity_per_replica = options.capacity,
                        .seed = options.seed};
    TRY(world.lead_time, parse_duration(options.lead_time));
    if (!options.lead_time_p95.empty()) {
        TRY(world.lead_time_p95, parse_duration(options.lead_time_p95));
    }
    for (const std::string& text : options.failures) {
        TRY(Failure failure, parse_failure(text));
        world.failures.push_back(failure);
    }
    TRY_VOID(world.check());
    return world;
}

/// "hpa=0.6".
Result<std::pair<std::string, double>> setting_of(const std::string& text) {
    const auto equals = text.find('=');
    std::pair<std::string, double> setting{text.substr(0, equals), 0.0};
    const char* const end = text.data() + text.size();
    const char* const begin = equals == std::string::npos ? end : text.data() + equals + 1;
    const auto [read_to, error] = std::from_chars(begin, end, setting.second);
    if (error != std::errc{} || read_to != end || !std::isfinite(setting.second))
        return fail(Errc::invalid_argument, "setting '{}': expected POLICY=VALUE, like hpa=0.6",
                    text);
    if (!policies().contains(setting.first))
        return fail(Errc::not_found, "setting '{}': there is no policy '{}'", text, setting.first);
    return setting;
}

Result<std::map<std::string, double>> settings_of(const SimulateOptions& options) {
    std::map<std::string, double> settings;
    for (const auto& [name, kind] : policies())
        if (options.target > 0.0 && kind.setting_name == "target utilization")
            settings[std::string(name)] = options.target;
    for (const std::string& text : options.settings) {
        TRY(const auto setting, setting_of(text));
        settings[setting.first] = setting.second;
    }
    return settings;
}

Result<SimulateSettings> simulation_of(const SimulateOptions& options) {
    SimulateSettings settings{
        .out = options.out,
        .prices = {.currency = options.currency,
                   .replica_hour = options.price,
                   .unserved_unit = options.unserved_price},
        .budget = {.per_day = options.budget_per_day, .per_month = options.budget_per_month},
        .policies = options.policies,
        .frontier = options.frontier,
        .zone = options.zone,
        .threads = options.threads};
    TRY(settings.budget.when_reached, parse_when_reached(options.when_reached));
    TRY(settings.world, world_of(options));
    TRY(settings.settings, settings_of(options));
    TRY(settings.events, read_events(options.events));
    TRY(settings.trained, chosen_models(options.models));
    return settings;
}

}  // namespace

ExitCode simulate_command(const SimulateOptions& options) {
    const auto settings = simulation_of(options);
    if (!settings) return report(settings.error());
    log::configure(
        {.level = log::Level::off});  // what happens inside of a simulated world is its result
    const auto outcomes = [&] {
        Progress progress("simulate");
        return run_simulation(options.files, *settings,
                              [&](double share) { progress.update(share); });
    }();
    if (!outcomes) return report(outcomes.error());
    if (options.json) {
        fmt::print("{}\n", pretty_json(answer(*outcomes, options.frontier)));
        return ExitCode::ok;
    }
    fmt::print("{}", options.frontier ? comparison_table(compare_frontiers(*outcomes))
                                      : outcome_table(*outcomes, settings->prices.currency));
    if (!options.out.empty())
        fmt::print("\nwritten: {0}/report.html, {0}/NAME/decisions.csv{1}\n", options.out,
                   options.frontier ? ", NAME/frontier.csv" : "");
    return ExitCode::ok;
}

}  // namespace forescale
