#include "base/file.h"
#include "base/log.h"
#include "bench/traffic.h"
#include "simulation/parallel.h"
#include "simulation/policy.h"
#include "simulation/world.h"
#include "training/bundle.h"

#include <atomic>

#include <benchmark/benchmark.h>

namespace forescale {
namespace {

constexpr Duration step = std::chrono::minutes(5);

/// The models that are shipped; null when they cannot be read.
std::shared_ptr<const TrainedModels> shipped_models() {
    const auto bytes = read_file(FORESCALE_TRAINED);
    if (!bytes) return nullptr;
    auto bundle = read_bundle(*bytes, FORESCALE_TRAINED);
    return bundle ? std::make_shared<const TrainedModels>(std::move(bundle->models)) : nullptr;
}

/// Traffic at 5 min; every service has its peak at another hour.
Result<World> world_of(Duration span, int service) {
    Trace trace{.name = fmt::format("service-{:04}", service), .step = step, .points = {}};
    const Duration shift = std::chrono::minutes(35) * service;
    for (Timestamp at = traffic_start; at < traffic_start + span; at += step)
        trace.points.push_back({at, traffic_at(at + shift), SampleState::present});
    return make_world(trace, {});
}

/// The real turn at the start of every step; false: the world is none.
bool replay(Duration span, int service, const std::shared_ptr<const TrainedModels>& trained) {
    const auto world = world_of(span, service);
    if (!world) return false;
    PolicyWorld view = world->view();
    view.trained = trained;
    const PolicyKind& kind = policies().at("forescale");
    const auto policy = kind.make(view, std::array{kind.usual});
    return play(*world, *policy.front()).size() == world->steps();
}

void log_errors_only() {
    log::Settings settings;
    settings.level = log::Level::error;
    log::configure(settings);
}

/// 60 days of one service, a turn every 5 min, with all members.
void simulate_60_days(benchmark::State& state) {
    const auto trained = shipped_models();
    if (!trained) return state.SkipWithError("cannot read " FORESCALE_TRAINED);
    log_errors_only();
    for ([[maybe_unused]] auto _ : state)
        if (!replay(60 * day, 0, trained)) return state.SkipWithError("no world");
}
BENCHMARK(simulate_60_days)->Iterations(1)->Unit(benchmark::kSecond);

/// 7 days of 50 services on every core: a twentieth of a fleet of 1,000. Services do not know of
/// each other, and each is forgotten when it was played, so that a fleet takes twenty times as long
/// and no more memory.
void simulate_50_services(benchmark::State& state) {
    const auto trained = shipped_models();
    if (!trained) return state.SkipWithError("cannot read " FORESCALE_TRAINED);
    log_errors_only();
    std::atomic<bool> good = true;
    for ([[maybe_unused]] auto _ : state)
        in_parallel(50, 0, [&](std::size_t i) {
            if (!replay(7 * day, static_cast<int>(i), trained)) good = false;
        });
    if (!good) state.SkipWithError("no world");
}
BENCHMARK(simulate_50_services)->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);

}  // namespace
}  // namespace forescale
