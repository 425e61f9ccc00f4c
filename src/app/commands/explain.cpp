#include "app/commands/commands.h"
#include "app/commands/stored.h"
#include "base/json.h"
#include "decision/price.h"
#include "storage/decision_json.h"

namespace forescale {
namespace {

Result<Decision> wanted(Store& store, const ExplainOptions& options) {
    if (!options.id.empty()) return store.decision(options.id);
    if (options.service.empty())
        return fail(Errc::invalid_argument,
                    "which decision? give its id, or --service NAME (and --at TIME)");
    Page page{.service = ServiceId(options.service), .since = {}, .before = {}, .rows_max = 1};
    if (!options.at.empty()) {
        TRY(const auto at, parse_timestamp(options.at));
        page.before = at + Duration(1);
    }
    TRY(auto decisions, store.decisions(page));
    if (decisions.empty())
        return fail(Errc::not_found,
                    "no decision of service '{}'{} is stored; `forescale explain` reads the "
                    "database of --store or --config",
                    options.service, options.at.empty() ? "" : " at or before " + options.at);
    return std::move(decisions.front());
}

void print_inputs(const Decision& decision) {
    const auto& in = decision.inputs;
    fmt::print("\nInputs\n");
    fmt::print("  capacity       {} ready, {} pending; one replica serves {:.6g}\n",
               in.capacity.ready.value(), in.capacity.pending.value(),
               in.capacity_per_replica.value());
    if (in.newest.state == SampleState::present)
        fmt::print("  newest sample  {:.6g}, {} old\n", in.newest.value,
                   format_duration(in.newest_age));
    else
        fmt::print("  newest sample  {}\n", to_string(in.newest.state));
    if (in.capacity_evidence) fmt::print("  capacity of 1  {}\n", in.capacity_evidence->detail);
    fmt::print("  lead time      {}\n  confidence     {:.2f}\n", format_duration(in.lead_time),
               in.confidence);
    if (in.lead_demand_age > Duration(0))
        fmt::print("  lead demand    of {} ago: none could be trusted since\n",
                   format_duration(in.lead_demand_age));
    if (in.lead_demand)
        fmt::print(
            "  lead demand    {:.6g} at 50 %, {:.6g} at 90 %, {:.6g} at 99 %; planned for {:.6g} "
            "at {:.4g} %\n",
            in.lead_demand->quantiles.at(median_index), quantile_at(in.lead_demand->quantiles, 0.9),
            quantile_at(in.lead_demand->quantiles, 0.99), decision.demand_planned,
            decision.quantile * 100);
}

void print_mix(const InstanceMix& mix) {
    fmt::print(
        "\nInstances: {:.6g} an hour, capacity of {:.6g} replicas; {:.3g} % of it spot, the loss "
        "of "
        "which is expected to cost {:.3g} an hour\n",
        mix.price_hour, mix.replicas, mix.spot_share * 100.0, mix.risk_hour);
    for (const MixPart& part : mix.parts)
        fmt::print("  {:<18} {:>4} of {:.6g} replicas at {:.6g} an hour each{}\n", part.type,
                   part.count, part.weight, part.price_hour, part.spot ? ", spot" : "");
}

double planned_of(const SignalDemand& signal, double level) {
    return signal.lead_demand ? demand_at(signal.lead_demand->quantiles, level) : 0.0;
}

void print_signals(const Decision& decision) {
    if (decision.inputs.signals.empty()) return;
    fmt::print("\nOther demand signals\n");
    for (const SignalDemand& signal : decision.inputs.signals) {
        const bool is_known = signal.newest.state == SampleState::present;
        fmt::print("{} {:<18} newest {}, planned for {}; one replica serves {:.6g}\n",
                   signal.name == decision.signal ? " *" : "  ", signal.name,
                   is_known ? fmt::format("{:.6g}", signal.newest.value)
                            : std::string(to_string(signal.newest.state)),
                   signal.lead_demand ? fmt::format("{:.6g}", planned_of(signal, decision.quantile))
                                      : "nothing: no forecast yet",
                   signal.capacity_per_replica.value());
    }
}

/// The demand that needs most, as the chart shows it.
struct Charted {
    std::string name;
    double planned = 0.0;
    double per_replica = 0.0;
};
Charted charted(const Decision& decision) {
    for (const SignalDemand& signal : decision.inputs.signals)
        if (signal.name == decision.signal && signal.lead_demand)
            return {"signal " + signal.name, planned_of(signal, decision.quantile),
                    signal.capacity_per_replica.value()};
    return {"demand", decision.demand_planned, decision.inputs.capacity_per_replica.value()};
}

std::string amount(std::optional<double> value) {
    return value ? fmt::format("{:.3g}", *value) : "not known";
}

void print_cost(const char* name, const SizeCost& cost) {
    const std::string risk =
        cost.shortfall ? fmt::format("{:.3g} %", *cost.shortfall * 100) : std::string("not known");
    fmt::print("  {:<15} {:>8} {:>12.3g} {:>12} {:>12.3g} {:>12} {:>14}\n", name,
               cost.replicas.value(), cost.capacity, amount(cost.unserved), cost.change,
               amount(cost.total()), risk);
}

void print_costs(const Decision& decision) {
    if (!decision.costs) return;  // it was recorded before decisions were priced
    const DecisionCosts& costs = *decision.costs;
    const Prices& prices = costs.prices;
    fmt::print("\nIn money ({}), over the next {}\n",
               prices.currency.empty() ? "replica-hours" : prices.currency,
               format_duration(costs.span));
    fmt::print("  {:<15} {:>8} {:>12} {:>12} {:>12} {:>12} {:>14}\n", "", "replicas", "capacity",
               "not served", "change", "total", "falls short");
    print_cost("chosen", costs.chosen);
    if (costs.one_fewer) print_cost("one fewer", *costs.one_fewer);
    print_cost("one more", costs.one_more);
    if (costs.reactive_alone) print_cost("reactive alone", *costs.reactive_alone);
    fmt::print(
        "  at {:.6g} a replica-hour, {:.3g} a unit of demand not served for a second{}, {:.3g} a "
        "change\n",
        prices.replica_hour, costs.unserved_unit,
        costs.is_unserved_implied ? " (what the level of risk amounts to)" : "",
        prices.change_replica_hours * prices.replica_hour);
}

/// Where the planned demand lies between what some sizes serve: one row per size, a bar as long as
/// its capacity.
void print_chart(const Decision& decision) {
    const auto [name, planned, per_replica] = charted(decision);
    if (!(per_replica > 0)) return;
    const int from = std::max(1, decision.desired.value() - 2);
    const int to = decision.desired.value() + 2;
    constexpr double width = 50;
    fmt::print("\nCapacity against the {} planned for ({:.6g})\n", name, planned);
    for (int replicas = from; replicas <= to; ++replicas) {
        const auto bar = static_cast<std::size_t>(width * replicas / to);
        fmt::print("  {:>4} {} {:<50} {:.6g}\n", replicas,
                   replicas == decision.desired.value() ? '*' : ' ', std::string(bar, '='),
                   replicas * per_replica);
    }
    const auto mark =
        static_cast<std::size_t>(std::clamp(width * planned / (to * per_replica), 0.0, width));
    fmt::print("  demand {:>{}}\n", '^', mark + 1);
}

void print_text(const Decision& decision) {
    fmt::print("{}\n{}\n\nDecision {} of {} at {}\n  {} -> {} replicas, reason {}\n",
               decision.sentence, decision.why_not_fewer, decision.id, decision.service,
               format_timestamp(decision.at), decision.inputs.capacity.total().value(),
               decision.desired.value(), to_string(decision.reason));
    print_costs(decision);
    print_inputs(decision);
    print_signals(decision);
    fmt::print("\nRules, in order\n");
    for (const auto& step : decision.steps)
        fmt::print("  {:<18} {:>4} -> {:<4} {}\n", step.rule, step.before.value(),
                   step.after.value(), step.detail);
    fmt::print("\nMembers of the forecast\n");
    for (const auto& member : decision.inputs.members)
        fmt::print("  {:<18} {:>5.1f} % {}\n", member.name, member.weight * 100,
                   member.asleep ? "asleep: " + member.asleep_because : "");
    if (decision.mix) print_mix(*decision.mix);
    print_chart(decision);
}

}  // namespace

ExitCode explain_command(const ExplainOptions& options) {
    auto store = open_stored(options.store);
    if (!store) return report(store.error());
    const auto decision = wanted(**store, options);
    if (!decision) return report(decision.error());
    if (options.json)
        fmt::print("{}\n", decision_to_json(*decision));
    else
        print_text(*decision);
    return ExitCode::ok;
}

}  // namespace forescale
