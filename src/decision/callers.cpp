#include "decision/callers.h"

#include <algorithm>
#include <map>
#include <set>

namespace forescale {
namespace {

/// Numbers of the services that each one calls, and how many call each one.
struct Calls {
    std::vector<std::vector<std::size_t>> called;
    std::vector<std::size_t> callers;
};

Result<Calls> calls_of(const std::vector<const Service*>& services) {
    std::map<ServiceId, std::size_t> number;
    for (std::size_t i = 0; i < services.size(); ++i) number[services[i]->id] = i;
    Calls calls{.called = std::vector<std::vector<std::size_t>>(services.size()),
                .callers = std::vector<std::size_t>(services.size(), 0)};
    for (std::size_t i = 0; i < services.size(); ++i)
        for (const Caller& caller : services[i]->callers) {
            const auto found = number.find(caller.service);
            if (found == number.end())
                return fail(Errc::invalid_argument,
                            "service {}: callers: '{}' is not among services; name one that is",
                            services[i]->id, caller.service);
            calls.called[found->second].push_back(i);
            ++calls.callers[i];
        }
    return calls;
}

/// One circle among the services that are left, as "a -> b -> a": from any of them, backwards.
std::string circle(const std::vector<const Service*>& services, const Calls& calls) {
    std::map<std::size_t, std::size_t> caller_of;
    for (std::size_t i = 0; i < services.size(); ++i)
        for (const std::size_t called : calls.called[i])
            if (calls.callers[i] > 0) caller_of[called] = i;
    std::size_t at = 0;
    while (calls.callers[at] == 0) ++at;
    for (std::size_t steps = 0; steps < services.size(); ++steps) at = caller_of[at];
    std::string text = services[at]->id.str();
    const std::size_t begin = at;
    do {
        at = caller_of[at];
        text = services[at]->id.str() + " -> " + text;
    } while (at != begin);
    return text;
}

/// Whether a rule had something to say, also where a later one had the last word.
bool spoke(const Decision& decision, std::string_view rule) {
    return std::ranges::any_of(decision.steps, [&](const RuleStep& step) {
        return step.rule == rule && !step.detail.empty();
    });
}

/// What a service plans for; nothing where its forecast is not trusted, or stands in for samples
/// that are missing.
std::optional<double> planned(const Decision& decision) {
    const DecisionInputs& inputs = decision.inputs;
    const double sent = inputs.callers ? inputs.callers->demand : 0.0;
    const bool is_trusted = inputs.lead_demand && !inputs.forecasts_harm &&
                            !spoke(decision, "confidence_gate") && !spoke(decision, "missing_data");
    if (is_trusted) return std::max(decision.demand_planned, sent);
    return inputs.callers ? std::optional(sent) : std::nullopt;
}

}  // namespace

Result<std::vector<std::size_t>> callers_first(const std::vector<const Service*>& services) {
    TRY(Calls calls, calls_of(services));
    std::set<std::size_t> ready;
    for (std::size_t i = 0; i < services.size(); ++i)
        if (calls.callers[i] == 0) ready.insert(i);
    std::vector<std::size_t> order;
    while (!ready.empty()) {
        const std::size_t next = *ready.begin();
        ready.erase(ready.begin());
        order.push_back(next);
        for (const std::size_t called : calls.called[next])
            if (--calls.callers[called] == 0) ready.insert(called);
    }
    if (order.size() < services.size())
        return fail(Errc::invalid_argument,
                    "callers: the services call each other in a circle: {}; take one call out",
                    circle(services, calls));
    return order;
}

std::optional<CallersDemand> callers_demand(const Service& service, const DecisionFinder& find) {
    CallersDemand out{.demand = 0.0, .is_whole = true, .detail = {}};
    for (const Caller& caller : service.callers) {
        const Decision* const decision = find(caller.service);
        const auto demand = decision != nullptr ? planned(*decision) : std::nullopt;
        if (!demand) {
            out.is_whole = false;
            continue;
        }
        out.demand += *demand * caller.demand_per_call;
        out.detail += fmt::format("{}{} {:.4g} x {:.4g}", out.detail.empty() ? "" : ", ",
                                  caller.service, *demand, caller.demand_per_call);
    }
    return out.detail.empty() ? std::nullopt : std::optional(std::move(out));
}

}  // namespace forescale
