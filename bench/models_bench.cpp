#include "base/rng.h"
#include "bench/latency.h"
#include "models/recurrent/layer.h"

namespace forescale::recurrent {
namespace {

/// One step of a shipped-size network and its heads, at batch 1.
class OneStep {
public:
    OneStep(Cell cell, Path path) : path_(path) {
        layout_ = {.cell = cell, .inputs = 70, .hidden = 48, .outputs = 4 * head_quantiles.size()};
        Rng rng(1);
        const auto fill = [&](std::vector<float>& values, std::size_t count) {
            values.resize(count);
            for (float& value : values) value = static_cast<float>(rng.uniform() - 0.5);
        };
        fill(weights_, layout_.size());
        fill(inputs_, layout_.inputs);
        fill(before_, layout_.hidden);
        fill(cell_before_, layout_.hidden);
        gates_.resize(layout_.gates());
        own_.resize(layout_.gates());
        outputs_.resize(layout_.outputs);
        after_ = before_;
        cell_after_ = cell_before_;
    }
    float operator()() {
        const Weights<float> weights{.layout = layout_, .all = weights_.data()};
        project_inputs(weights, 1, inputs_.data(), gates_.data(), path_);
        advance(weights,
                StepOf<float>{.rows = 1,
                              .before = before_.data(),
                              .cell_before = cell_before_.data(),
                              .gates = gates_.data(),
                              .own = own_.data(),
                              .after = after_.data(),
                              .cell_after = cell_after_.data()},
                path_);
        say(weights, 1, after_.data(), inputs_.data(), outputs_.data(), path_);
        return outputs_.front();
    }

private:
    Path path_;
    Layout layout_;
    std::vector<float> weights_, inputs_, before_, cell_before_, gates_, own_, outputs_, after_,
        cell_after_;
};

void measure(benchmark::State& state, Cell cell, Path path) {
    OneStep step(cell, path);
    measure_calls(state, [&] { benchmark::DoNotOptimize(step()); });
}
BENCHMARK_CAPTURE(measure, gru, Cell::gru, best_path())->Name("network_gru")->Iterations(5000);
BENCHMARK_CAPTURE(measure, lstm, Cell::lstm, best_path())->Name("network_lstm")->Iterations(5000);
BENCHMARK_CAPTURE(measure, baseline, Cell::gru, Path::baseline)
    ->Name("network_gru_without_avx2")
    ->Iterations(5000);

}  // namespace
}  // namespace forescale::recurrent
