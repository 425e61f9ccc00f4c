#include "bench/latency.h"
#include "bench/traffic.h"
#include "prediction/forecaster.h"
#include "prediction/lead_demand.h"

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
/// of a day are in it.
void forecast(benchmark::State& state) {
    Service service;
    Forecaster forecaster(service);
    Steps steps(service.grid_step);
    for (int i = 0; i < 30 * 288; ++i) forecaster.observe(steps.next());
    measure_calls(state, [&] {
        forecaster.observe(steps.next());
        benchmark::DoNotOptimize(forecaster.forecast().confidence);
    });
}
BENCHMARK(forecast)->Iterations(2 * 288);

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
