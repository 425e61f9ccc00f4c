#include "decision/costs.h"

#include "decision/price.h"
#include "decision/reactive.h"

#include <algorithm>

#include <fmt/format.h>

namespace forescale {
namespace {

double in_hours(Duration span) {
    return in_seconds(span) / 3600.0;
}

/// Without a lead demand, the span that it would have.
Duration span_of(const Turn& turn) {
    const auto& demand = turn.inputs.lead_demand;
    return demand ? demand->lead : turn.inputs.lead_time + turn.service.fine_step;
}

/// Of an hour of the chosen size, and of the ones that are compared with it.
struct Hourly {
    Replicas chosen{0};
    double price = 0.0;          ///< of the chosen size
    double replica_price = 0.0;  ///< of one more or less
    [[nodiscard]] double of(Replicas replicas) const {
        return std::max(price + (replicas - chosen).value() * replica_price, 0.0);
    }
};
Hourly hourly_of(const Turn& turn, const Prices& counted, Replicas chosen,
                 const std::optional<InstanceMix>& mix) {
    const double unit = counted.replica_hour / turn.policy().prices.replica_hour;
    return {.chosen = chosen,
            .price = mix ? mix->price_hour * unit : chosen.value() * counted.replica_hour,
            .replica_price = counted.replica_hour};
}

/// What is not there of what a demand needs.
struct Lacking {
    double probability = 0.0;
    double replicas = 0.0;  ///< expected
    /// The worst demand signal counts.
    void raise(const Lacking& other) {
        probability = std::max(probability, other.probability);
        replicas = std::max(replicas, other.replicas);
    }
};
Lacking lacking_of(const Quantiles& demand, Replicas replicas, Demand one) {
    const double serves = replicas.value() * one.value();
    return {probability_above(demand, serves), expected_above(demand, serves) / one.value()};
}

SizeCost cost_of(const Turn& turn, const DecisionCosts& costs, const Hourly& hourly,
                 Replicas replicas) {
    const Prices& prices = costs.prices;
    SizeCost out{.replicas = replicas};
    out.capacity = hourly.of(replicas) * in_hours(costs.span);
    if (replicas != turn.current) out.change = prices.change_replica_hours * prices.replica_hour;
    if (!turn.inputs.lead_demand) return out;
    const Demand one = turn.inputs.capacity_per_replica;
    Lacking lacking = lacking_of(turn.inputs.lead_demand->quantiles, replicas, one);
    for (const SignalDemand& signal : turn.inputs.signals)
        if (signal.lead_demand)
            lacking.raise(
                lacking_of(signal.lead_demand->quantiles, replicas, signal.capacity_per_replica));
    out.shortfall = lacking.probability;
    out.unserved = lacking.replicas * one.value() * in_seconds(costs.span) * costs.unserved_unit;
    return out;
}

}  // namespace

DecisionCosts costs_of(const Turn& turn, Replicas chosen, const std::optional<InstanceMix>& mix) {
    DecisionCosts costs{.prices = counted_prices(turn.policy().prices), .span = span_of(turn)};
    costs.is_unserved_implied = !(costs.prices.unserved_unit > 0.0);
    costs.unserved_unit =
        unserved_price(costs.prices, turn.level, turn.inputs.capacity_per_replica);
    const Hourly hourly = hourly_of(turn, costs.prices, chosen, mix);
    costs.chosen = cost_of(turn, costs, hourly, chosen);
    costs.one_more = cost_of(turn, costs, hourly, chosen + Replicas(1));
    if (chosen > Replicas(0)) costs.one_fewer = cost_of(turn, costs, hourly, chosen - Replicas(1));
    if (const auto reactive = reactive_alone(turn))
        costs.reactive_alone = cost_of(turn, costs, hourly, *reactive);
    return costs;
}

std::string money_text(double amount, const Prices& prices) {
    return fmt::format("{:.3g} {}", amount,
                       prices.currency.empty() ? "replica-hours" : prices.currency);
}

}  // namespace forescale
