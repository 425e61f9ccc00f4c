#include "base/rng.h"
#include "bench/latency.h"
#include "decision/decide.h"

#include <cmath>

namespace forescale {
namespace {

/// The instants of a forecast: every 5 min of the first hour, 15 of the second, then every hour.
std::vector<Duration> horizons() {
    std::vector<Duration> all;
    for (int i = 1; i <= 12; ++i) all.push_back(i * std::chrono::minutes(5));
    for (int i = 1; i <= 4; ++i) all.push_back((4 + i) * std::chrono::minutes(15));
    for (int i = 3; i <= 8; ++i) all.push_back(i * std::chrono::hours(1));
    return all;
}

/// The next hours, each of sixteen ways a course of its own.
void look_ahead(DecisionInputs& inputs, double demand, Timestamp now) {
    constexpr std::size_t ways = 16;
    static const std::vector<Duration> ahead = horizons();
    inputs.path.clear();
    for (const Duration horizon : ahead) {
        const double wave = std::sin(in_seconds(horizon) / 3600.0);
        inputs.path.push_back({.target = now + horizon, .demand = demand * (1.0 + 0.3 * wave)});
    }
    if (inputs.scenarios.count == ways) return;
    inputs.scenarios.count = ways;
    Rng rng(1);
    for (std::size_t i = 0; i < ahead.size() * ways; ++i)
        inputs.scenarios.percent.push_back(static_cast<std::uint16_t>(80.0 + 40.0 * rng.uniform()));
}

/// A service in the middle of its day, the memory of its windows full. Its fleet is found too large
/// at every turn, so that every decision would change it and plans the next hours.
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
        look_ahead(inputs, demand, now);
        const Decision decision = decide(service, inputs, now, memory);
        inputs.capacity.ready = decision.desired + Replicas(5);
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
