#include "bench/latency.h"
#include "decision/decide.h"

namespace forescale {
namespace {

/// A service in the middle of its day: the size changes every few turns, and the memory of the
/// windows is full.
void decide_one(benchmark::State& state, const std::vector<InstanceType>& types) {
    Service service;
    service.policy.instance_types = types;
    service.id = ServiceId("shop");
    service.capacity_per_replica = Demand(50.0);
    DecisionInputs inputs;
    inputs.capacity.ready = Replicas(20);
    inputs.lead_time = std::chrono::minutes(5);
    inputs.confidence = 0.9;
    inputs.capacity_per_replica = service.capacity_per_replica;
    DecisionState memory;
    Timestamp now(std::chrono::hours(24 * 365 * 50));
    int turn = 0;
    measure_calls(state, [&] {
        const double demand = 1000.0 + 400.0 * ((turn++ / 10) % 3);
        now += std::chrono::seconds(30);
        inputs.newest = {.at = now - std::chrono::minutes(1), .value = demand};
        inputs.newest_age = std::chrono::seconds(30);
        inputs.lead_demand.emplace();
        inputs.lead_demand->from = now;
        inputs.lead_demand->lead = inputs.lead_time;
        for (std::size_t i = 0; i < quantile_levels.size(); ++i)
            inputs.lead_demand->quantiles[i] = demand * (0.8 + 0.4 * quantile_levels[i]);
        const Decision decision = decide(service, inputs, now, memory);
        inputs.capacity.ready = decision.desired;
        benchmark::DoNotOptimize(decision.desired);
    });
}
BENCHMARK_CAPTURE(decide_one, replicas, {})->Name("decide");

const std::vector<InstanceType> four_types{{.name = "small", .weight = 1.0, .price_hour = 1.0},
                                           {.name = "large", .weight = 4.0, .price_hour = 3.6},
                                           {.name = "small-spot",
                                            .weight = 1.0,
                                            .price_hour = 0.35,
                                            .spot = true,
                                            .interruptions_per_hour = 0.02},
                                           {.name = "half-spot",
                                            .weight = 0.5,
                                            .price_hour = 0.2,
                                            .spot = true,
                                            .interruptions_per_hour = 0.01}};
BENCHMARK_CAPTURE(decide_one, types, four_types)->Name("decide_with_types");

}  // namespace
}  // namespace forescale
