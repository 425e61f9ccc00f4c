#include "bench/latency.h"
#include "decision/decide.h"

namespace forescale {
namespace {

/// A service in the middle of its day: the size changes every few turns, and the memory of the
/// windows is full.
void decide_one(benchmark::State& state) {
    Service service;
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
BENCHMARK(decide_one)->Name("decide");

}  // namespace
}  // namespace forescale
