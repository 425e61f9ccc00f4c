#include "simulation/outcome_report.h"

#include "base/json.h"
#include "simulation/policy.h"
#include "simulation/report_page.h"

#include <cmath>

namespace forescale {

namespace embedded {
extern const std::string_view outcome_js;
}  // namespace embedded

namespace {

/// Enough digits for a chart; fewer bytes.
json::value rounded(double value, int digits) {
    if (!std::isfinite(value)) return nullptr;
    return std::strtod(fmt::format("{:.{}g}", value, digits).c_str(), nullptr);
}

json::array numbers(const std::vector<double>& values) {
    json::array array;
    for (const double value : values) array.push_back(rounded(value, 3));
    return array;
}

std::int64_t unix_seconds(Timestamp time) {
    return time.time_since_epoch() / std::chrono::seconds(1);
}

json::value policy_json(const PolicyView& view) {
    json::object changes;
    for (const auto& [reason, count] : view.changes) changes[reason] = count;
    return json::object{{"policy", view.policy},
                        {"ready", numbers(view.ready)},
                        {"short", numbers(view.short_min)},
                        {"day_ready", numbers(view.day_ready)},
                        {"changes", std::move(changes)}};
}

json::value view_json(const OutcomeView& view) {
    json::array policies;
    for (const PolicyView& policy : view.policies) policies.push_back(policy_json(policy));
    return json::object{{"name", view.series},
                        {"from", unix_seconds(view.from)},
                        {"bin_s", view.bin / std::chrono::seconds(1)},
                        {"need", numbers(view.need)},
                        {"day_from", unix_seconds(view.day_from)},
                        {"day_bin_s", view.day_bin / std::chrono::seconds(1)},
                        {"day_need", numbers(view.day_need)},
                        {"policies", std::move(policies)}};
}

json::value outcome_json(const PolicyOutcome& o) {
    return json::object{{"series", o.series},
                        {"policy", o.policy},
                        {"setting", o.setting ? json::value(*o.setting) : json::value()},
                        {"days", rounded(o.days, 6)},
                        {"capacity", rounded(o.capacity_cost, 8)},
                        {"lost", rounded(o.unserved_cost, 8)},
                        {"unserved", rounded(o.unserved, 6)},
                        {"share", rounded(o.unserved_share, 6)},
                        {"short", o.under_provisioned_min},
                        {"actions", rounded(o.actions_per_day, 5)},
                        {"reversals", o.reversals}};
}

json::object kinds_json(const SimulateSettings& settings) {
    json::object kinds;
    for (const auto& [name, kind] : policies()) {
        const auto chosen = settings.settings.find(std::string(name));
        kinds[name] = json::object{
            {"setting", kind.setting_name},
            {"usual", chosen == settings.settings.end() ? kind.usual : chosen->second}};
    }
    return kinds;
}

}  // namespace

std::string outcome_html(const std::vector<PolicyOutcome>& outcomes,
                         const std::vector<OutcomeView>& views, const SimulateSettings& settings) {
    json::array series;
    for (const OutcomeView& view : views) series.push_back(view_json(view));
    json::array rows;
    for (const PolicyOutcome& outcome : outcomes) rows.push_back(outcome_json(outcome));
    const json::object data{{"currency", settings.prices.currency},
                            {"replica_hour", settings.prices.replica_hour},
                            {"unserved_unit", settings.prices.unserved_unit},
                            {"lead_time", format_duration(settings.world.lead_time)},
                            {"frontier", settings.frontier},
                            {"kinds", kinds_json(settings)},
                            {"outcomes", std::move(rows)},
                            {"series", std::move(series)}};
    return report_page("Forescale simulation", data, embedded::outcome_js);
}

}  // namespace forescale
