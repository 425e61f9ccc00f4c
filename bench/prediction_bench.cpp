#include "base/file.h"
#include "base/rng.h"
#include "bench/latency.h"
#include "bench/traffic.h"
#include "models/boosted/forest.h"
#include "prediction/forecaster.h"
#include "prediction/lead_demand.h"
#include "training/bundle.h"

namespace forescale {
namespace {

/// One step after another of the traffic, as windows of `width`.
class Steps {
public:
    explicit Steps(Duration width) : width_(width) {}

    Window next() {
        Window window;
        window.start = at_;
        window.width = width_;
        window.count = 1;
        window.sum = window.min = window.max = window.last = traffic_at(at_);
        window.state = SampleState::present;
        at_ += width_;
        return window;
    }

private:
    Duration width_;
    Timestamp at_ = traffic_start;
};

/// Learning from a step and making the whole path from it, after 30 days of history. The solutions
/// of a day are in it. Without `trained`, networks and trees sleep.
void forecast_with(benchmark::State& state, std::shared_ptr<const TrainedModels> trained) {
    Service service;
    Forecaster forecaster(service);
    forecaster.adopt(std::move(trained));
    Steps steps(service.grid_step);
    for (int i = 0; i < 30 * 288; ++i) forecaster.observe(steps.next());
    measure_calls(state, [&] {
        forecaster.observe(steps.next());
        benchmark::DoNotOptimize(forecaster.forecast().confidence);
    });
}
void forecast(benchmark::State& state) {
    forecast_with(state, nullptr);
}
BENCHMARK(forecast)->Iterations(2 * 288);

/// The models that are shipped; null when they cannot be read.
std::shared_ptr<const TrainedModels> shipped_models() {
    const auto bytes = read_file(FORESCALE_TRAINED);
    if (!bytes) return nullptr;
    auto bundle = read_bundle(*bytes, FORESCALE_TRAINED);
    return bundle ? std::make_shared<const TrainedModels>(std::move(bundle->models)) : nullptr;
}

void forecast_trained(benchmark::State& state) {
    auto trained = shipped_models();
    if (!trained) return state.SkipWithError("cannot read " FORESCALE_TRAINED);
    forecast_with(state, std::move(trained));
}
BENCHMARK(forecast_trained)->Iterations(2 * 288);

/// The lead demand of one minute, after 14 days.
void lead_demand(benchmark::State& state) {
    Service service;
    LeadDemandModel model(service, std::chrono::minutes(5));
    Steps steps(service.fine_step);
    for (int i = 0; i < 14 * 1440; ++i) model.observe(steps.next());
    const ForecastPath path;
    measure_calls(state, [&] {
        model.observe(steps.next());
        benchmark::DoNotOptimize(model.forecast(path));
    });
}
BENCHMARK(lead_demand)->Iterations(1440);

/// A tree of 31 leaves that splits random columns at random places, breadth first.
boosted::Tree random_tree(Rng& rng, std::size_t columns) {
    constexpr std::size_t splits = 30;
    boosted::Tree tree;
    for (std::size_t i = 0; i < 2 * splits + 1; ++i) {
        const bool is_split = i < splits;
        tree.push_back(
            {.threshold = static_cast<float>(rng.uniform()),
             .column = static_cast<std::uint16_t>(is_split ? rng.below(columns) : columns),
             .left = static_cast<std::uint16_t>(is_split ? 2 * i + 1 : i)});
    }
    return tree;
}

/// What 100 trees say about one row: one horizon of one member. Rows differ, so that no walk is
/// guessed.
void forest(benchmark::State& state) {
    constexpr std::size_t columns = 45;
    constexpr std::size_t rows = 1024;
    Rng rng(1);
    std::vector<boosted::Tree> trees;
    for (int t = 0; t < 100; ++t) trees.push_back(random_tree(rng, columns));
    const boosted::Forest all(columns, {}, trees);
    std::vector<float> values(rows * (columns + 1));
    for (float& value : values) value = static_cast<float>(rng.uniform());
    std::size_t next = 0;
    for ([[maybe_unused]] auto _ : state) {
        const auto row = std::span(values).subspan((next++ % rows) * (columns + 1), columns + 1);
        benchmark::DoNotOptimize(all.trees_say(row));
    }
}
BENCHMARK(forest);

/// What a checkpoint of one service costs.
void save(benchmark::State& state) {
    Service service;
    Forecaster forecaster(service);
    Steps steps(service.grid_step);
    for (int i = 0; i < 30 * 288; ++i) forecaster.observe(steps.next());
    std::size_t bytes = 0;
    measure_calls(state, [&] { bytes = forecaster.save().size(); });
    state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(save)->Name("forecaster_save");

}  // namespace
}  // namespace forescale
