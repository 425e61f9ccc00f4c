// Prints one batch of a small network of each cell: weights, inputs, outputs, loss and gradients,
// for torch_check.py to compute again.
#include "base/rng.h"
#include "training/recurrent_gradient.h"

#include <cmath>

#include <fmt/core.h>

namespace forescale::recurrent {
namespace {

constexpr std::size_t steps = 25;
constexpr std::size_t rows = 4;
constexpr std::size_t horizons = 3;

std::vector<float> random(std::size_t count, double most, Rng& rng) {
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(most * (2.0 * rng.uniform() - 1.0));
    return values;
}
void print(std::string_view name, std::span<const float> values) {
    fmt::print("{}", name);
    for (const float value : values) fmt::print(" {:.9g}", value);
    fmt::print("\n");
}

void dump(Cell cell) {
    Rng rng(11);
    const Layout layout{
        .cell = cell, .inputs = 19, .hidden = 16, .outputs = horizons * head_quantiles.size()};
    const std::vector<float> weights = random(layout.size(), 0.4, rng);
    Batch<float> batch;
    batch.steps = steps;
    batch.rows = rows;
    batch.inputs = random(steps * rows * layout.inputs, 2.0, rng);
    batch.targets = random(steps * rows * horizons, 3.0, rng);
    for (std::size_t i = 0; i < batch.targets.size(); i += 9) batch.targets[i] = std::nanf("");
    batch.weights = random(steps * rows, 1.0, rng);
    for (float& weight : batch.weights) weight = std::abs(weight);
    batch.states = random(rows * layout.hidden, 0.9, rng);
    if (cell == Cell::lstm) batch.cells = random(rows * layout.hidden, 0.9, rng);
    Unrolled<float> unrolled(layout);
    unrolled.forward(weights.data(), batch);
    const float loss = unrolled.loss(batch);
    std::vector<float> gradient(weights.size());
    unrolled.backward(weights.data(), batch, gradient);
    fmt::print("network {} {} {} {} {} {}\n", name_of(cell), layout.inputs, layout.hidden,
               layout.outputs, steps, rows);
    print("quantiles", head_quantiles);
    print("weights", weights);
    print("inputs", batch.inputs);
    print("targets", batch.targets);
    print("row_weights", batch.weights);
    print("states", batch.states);
    print("cells", batch.cells);
    print("outputs", unrolled.outputs());
    print("loss", std::array{loss});
    print("gradient", gradient);
}

}  // namespace
}  // namespace forescale::recurrent

int main() {
    for (const auto cell : {forescale::recurrent::Cell::gru, forescale::recurrent::Cell::lstm})
        forescale::recurrent::dump(cell);
}
