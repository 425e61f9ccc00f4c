#include "training/recurrent_gradient.h"

#include "base/rng.h"

#include <gtest/gtest.h>

namespace forescale::recurrent {
namespace {

/// A small network in double precision with random weights, inputs and targets, some of them
/// missing.
struct Sample {
    Layout layout;
    Batch<double> batch;
    std::vector<double> weights;

    explicit Sample(Cell cell) {
        Rng rng(7);
        const auto random = [&rng](double most) { return most * (2.0 * rng.uniform() - 1.0); };
        layout = {.cell = cell, .inputs = 5, .hidden = 6, .outputs = 2 * head_quantiles.size()};
        batch.steps = 9;
        batch.rows = 3;
        for (std::size_t i = 0; i < 27 * 5; ++i) batch.inputs.push_back(random(1.5));
        for (std::size_t i = 0; i < 27 * 2; ++i)
            batch.targets.push_back(i % 7 == 3 ? std::nan("") : random(2.0));
        for (std::size_t i = 0; i < 27; ++i) batch.weights.push_back(i % 5 == 0 ? 0.0 : 0.7);
        for (std::size_t i = 0; i < 3 * 6; ++i) batch.states.push_back(random(0.8));
        if (cell == Cell::lstm)
            for (std::size_t i = 0; i < 3 * 6; ++i) batch.cells.push_back(random(0.8));
        for (std::size_t i = 0; i < layout.size(); ++i) weights.push_back(random(0.6));
    }
    [[nodiscard]] double loss(const std::vector<double>& at) const {
        Unrolled<double> unrolled(layout);
        unrolled.forward(at.data(), batch);
        return unrolled.loss(batch);
    }
};

class Gradient : public ::testing::TestWithParam<Cell> {};

// The loss is linear between its kinks, so a difference of 1e-6 meets one so rarely that every
// weight can be checked.
TEST_P(Gradient, IsThatOfCentralDifferencesInDoublePrecision) {
    const Sample sample(GetParam());
    Unrolled<double> unrolled(sample.layout);
    unrolled.forward(sample.weights.data(), sample.batch);
    unrolled.loss(sample.batch);
    std::vector<double> gradient(sample.layout.size());
    unrolled.backward(sample.weights.data(), sample.batch, gradient);
    constexpr double apart = 1e-6;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        std::vector<double> moved = sample.weights;
        moved[i] += apart;
        const double above = sample.loss(moved);
        moved[i] -= 2.0 * apart;
        const double slope = (above - sample.loss(moved)) / (2.0 * apart);
        EXPECT_NEAR(gradient[i], slope, 1e-7 * std::max(1.0, std::abs(slope))) << "weight " << i;
    }
}

TEST_P(Gradient, SinglePrecisionFollowsDouble) {
    const Sample sample(GetParam());
    const auto narrow = [](const std::vector<double>& from) {
        return std::vector<float>(from.begin(), from.end());
    };
    const Batch<float> batch{.steps = sample.batch.steps,
                             .rows = sample.batch.rows,
                             .inputs = narrow(sample.batch.inputs),
                             .targets = narrow(sample.batch.targets),
                             .weights = narrow(sample.batch.weights),
                             .states = narrow(sample.batch.states),
                             .cells = narrow(sample.batch.cells)};
    const std::vector<float> weights = narrow(sample.weights);
    Unrolled<float> single(sample.layout);
    Unrolled<double> exact(sample.layout);
    std::vector<float> gradient(weights.size());
    std::vector<double> expected(weights.size());
    single.forward(weights.data(), batch);
    EXPECT_NEAR(static_cast<double>(single.loss(batch)), sample.loss(sample.weights), 1e-4);
    single.backward(weights.data(), batch, gradient);
    exact.forward(sample.weights.data(), sample.batch);
    exact.loss(sample.batch);
    exact.backward(sample.weights.data(), sample.batch, expected);
    for (std::size_t i = 0; i < gradient.size(); ++i)
        EXPECT_NEAR(static_cast<double>(gradient[i]), expected[i], 2e-5) << "weight " << i;
}

TEST_P(Gradient, IsTheSameOnEveryPath) {
    const Sample sample(GetParam());
    std::vector<std::vector<float>> gradients;
    const std::vector<float> weights(sample.weights.begin(), sample.weights.end());
    const Batch<float> batch{
        .steps = sample.batch.steps,
        .rows = sample.batch.rows,
        .inputs = std::vector<float>(sample.batch.inputs.begin(), sample.batch.inputs.end()),
        .targets = std::vector<float>(sample.batch.targets.begin(), sample.batch.targets.end()),
        .weights = std::vector<float>(sample.batch.weights.begin(), sample.batch.weights.end())};
    for (const Path path : {Path::baseline, best_path()}) {
        Unrolled<float> unrolled(sample.layout, path);
        unrolled.forward(weights.data(), batch);
        unrolled.loss(batch);
        unrolled.backward(weights.data(), batch, gradients.emplace_back(weights.size()));
    }
    EXPECT_EQ(gradients.front(), gradients.back());
}

INSTANTIATE_TEST_SUITE_P(Cells, Gradient, ::testing::Values(Cell::gru, Cell::lstm),
                         [](const auto& of) { return std::string(name_of(of.param)); });

}  // namespace
}  // namespace forescale::recurrent
