#include "api/live.h"

#include "api/fleet_json.h"
#include "decision/decide.h"

namespace forescale {
namespace {

json::object service_json(const ServiceView& view, Timestamp now) {
    const bool known = view.newest.at != Timestamp{};
    const bool present = known && view.newest.state == SampleState::present;
    const auto used = utilization(view);
    return {{"service", view.service.id.str()},
            {"demand", present ? json::value(view.newest.value) : json::value(nullptr)},
            {"state", known ? to_string(view.newest.state) : std::string_view("missing")},
            {"stale", now - view.newest.at - view.service.sample_step > stale_after(view.service)},
            {"ready", view.capacity.ready.value()},
            {"pending", view.capacity.pending.value()},
            {"desired", (view.decision ? view.decision->desired : view.capacity.total()).value()},
            {"reason",
             view.decision ? json::value(to_string(view.decision->reason)) : json::value(nullptr)},
            {"ground", driver_of(view)},
            {"risk", view.risk},
            {"confidence", view.path ? json::value(view.path->confidence) : json::value(nullptr)},
            {"utilization", used ? json::value(*used) : json::value(nullptr)}};
}

}  // namespace

std::string turn_event_json(const FleetView& view) {
    json::array services;
    services.reserve(view.services.size());
    for (const auto& service : view.services) services.push_back(service_json(service, view.at));
    return compact_json(json::object{{"at", time_json(view.at)},
                                     {"turn", view.turn},
                                     {"health", to_string(overall_health(view))},
                                     {"alerts", view.alerts.size()},
                                     {"services", std::move(services)}});
}

}  // namespace forescale
