#include "training/network_trainer.h"

#include <algorithm>
#include <cmath>

namespace forescale {

using recurrent::Batch;
using recurrent::Layout;

namespace {
constexpr std::size_t sequence_rows = 48;
constexpr std::size_t stretch_rows = 1440;
constexpr std::size_t shard_count = 2;
constexpr std::size_t lanes_per_shard = 16;
constexpr double gradient_norm_max = 1.0;

void spread(std::span<float> weights, double most, Rng& rng) {
    for (float& weight : weights) weight = static_cast<float>(most * (2.0 * rng.uniform() - 1.0));
}
/// Every piece cut into stretches, the first of them at random so that passes differ; in random
/// order.
std::vector<NetworkRows::Piece> stretches_of(const NetworkRows& rows, Rng& rng) {
    std::vector<NetworkRows::Piece> stretches;
    for (const auto& piece : rows.pieces) {
        std::size_t begin = piece.begin;
        std::size_t end = std::min(piece.end, begin + 1 + rng.below(stretch_rows));
        while (begin < piece.end) {
            stretches.push_back({.begin = begin, .end = end});
            begin = end;
            end = std::min(piece.end, begin + stretch_rows);
        }
    }
    for (std::size_t i = stretches.size(); i > 1; --i)
        std::swap(stretches[i - 1], stretches[rng.below(i)]);
    return stretches;
}
}  // namespace

std::vector<float> first_weights(const Layout& of, Rng& rng) {
    std::vector<float> weights(of.size(), 0.0F);
    const std::span<float> all(weights);
    const double inputs = static_cast<double>(of.inputs);
    const double hidden = static_cast<double>(of.hidden);
    spread(all.subspan(of.input(), of.inputs * of.gates()), 1.0 / std::sqrt(inputs), rng);
    spread(all.subspan(of.recurrent(), of.hidden * of.gates()), 1.0 / std::sqrt(hidden), rng);
    spread(all.subspan(of.head_hidden(), of.hidden * of.outputs), 0.3 / std::sqrt(hidden), rng);
    constexpr std::size_t heads = recurrent::head_quantiles.size();
    for (std::size_t o = 0; o < of.outputs; ++o)
        weights[of.head_bias() + o] = 2.0F * (recurrent::head_quantiles[o % heads] - 0.5F);
    // A cell that forgets at first learns slowly to remember: Jozefowicz et al. 2015.
    if (of.cell == recurrent::Cell::lstm)
        std::ranges::fill(all.subspan(of.input_bias() + of.hidden, of.hidden), 1.0F);
    return weights;
}

void Adam::step(std::span<float> weights, std::span<float> gradient, double rate) {
    constexpr double keep_mean = 0.9;
    constexpr double keep_square = 0.99;
    double squares = 0.0;
    for (const float g : gradient) squares += static_cast<double>(g) * static_cast<double>(g);
    const double norm = std::sqrt(squares);
    if (!std::isfinite(norm)) return;
    const auto shrink =
        static_cast<float>(std::min(1.0, gradient_norm_max / std::max(norm, 1e-12)));
    steps_ += 1.0;
    const double unbiased = std::sqrt(1.0 - std::pow(keep_square, steps_));
    const auto size = static_cast<float>(rate * unbiased / (1.0 - std::pow(keep_mean, steps_)));
    const auto floor = static_cast<float>(1e-8 * unbiased);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const float g = gradient[i] * shrink;
        mean_[i] += static_cast<float>(1.0 - keep_mean) * (g - mean_[i]);
        square_[i] += static_cast<float>(1.0 - keep_square) * (g * g - square_[i]);
        weights[i] -= size * mean_[i] / (std::sqrt(square_[i]) + floor);
    }
}

NetworkTrainer::NetworkTrainer(const Layout& layout, std::vector<float> weights)
    : layout_(layout), weights_(std::move(weights)), adam_(weights_.size()) {
    for (std::size_t s = 0; s < shard_count; ++s)
        shards_.push_back({.unrolled = recurrent::Unrolled<float>(layout),
                           .gradient = std::vector<float>(weights_.size()),
                           .lanes = std::vector<Lane>(lanes_per_shard)});
}

void NetworkTrainer::pass(const NetworkRows& rows, Rng& rng,
                          const std::function<double(double)>& rate_at, const Parallel& parallel) {
    std::vector<Piece> stretches = stretches_of(rows, rng);
    const auto total = static_cast<double>(stretches.size());
    while (refill(stretches))
        learn(rows, rate_at(1.0 - static_cast<double>(stretches.size()) / total), parallel);
}

/// Gives every lane at its end the next stretch; false: nothing is left anywhere.
bool NetworkTrainer::refill(std::vector<Piece>& stretches) {
    bool any = false;
    for (Shard& shard : shards_)
        for (Lane& lane : shard.lanes) {
            if (lane.left.begin == lane.left.end && !stretches.empty()) {
                lane.left = stretches.back();
                stretches.pop_back();
                lane.state.assign(layout_.hidden, 0.0F);
                lane.cell.assign(layout_.hidden, 0.0F);
            }
            any = any || lane.left.begin < lane.left.end;
        }
    return any;
}

void NetworkTrainer::learn(const NetworkRows& rows, double rate, const Parallel& parallel) {
    std::size_t count = 0;
    for (const Shard& shard : shards_)
        for (const Lane& lane : shard.lanes)
            count += std::min(sequence_rows, lane.left.end - lane.left.begin);
    parallel(shards_.size(), [&](std::size_t s) { learn(rows, shards_[s]); });
    std::vector<float>& sum = shards_.front().gradient;
    const float share = 1.0F / static_cast<float>(count * layout_.outputs);
    for (std::size_t i = 0; i < sum.size(); ++i) {
        for (std::size_t s = 1; s < shards_.size(); ++s) sum[i] += shards_[s].gradient[i];
        sum[i] *= share;
    }
    adam_.step(weights_, sum, rate);
}

void NetworkTrainer::learn(const NetworkRows& rows, Shard& shard) const {
    std::ranges::fill(shard.gradient, 0.0F);
    std::vector<Lane*> lanes;
    std::vector<Piece> sequences;
    std::vector<float> states;
    std::vector<float> cells;
    for (Lane& lane : shard.lanes) {
        const std::size_t length = std::min(sequence_rows, lane.left.end - lane.left.begin);
        if (length == 0) continue;
        lanes.push_back(&lane);
        sequences.push_back({.begin = lane.left.begin, .end = lane.left.begin + length});
        states.insert(states.end(), lane.state.begin(), lane.state.end());
        cells.insert(cells.end(), lane.cell.begin(), lane.cell.end());
        lane.left.begin += length;
    }
    if (sequences.empty()) return;
    Batch<float> batch = batch_of(rows, sequences);
    batch.states = std::move(states);
    batch.cells = std::move(cells);
    shard.unrolled.forward(weights_.data(), batch);
    shard.unrolled.loss(batch);
    for (std::size_t r = 0; r < lanes.size(); ++r) {
        const auto at = [&](std::span<const float> all) {
            const auto one = all.subspan(r * layout_.hidden, layout_.hidden);
            return std::vector<float>(one.begin(), one.end());
        };
        lanes[r]->state = at(shard.unrolled.end_states());
        lanes[r]->cell = at(shard.unrolled.end_cells());
    }
    shard.unrolled.backward(weights_.data(), batch, shard.gradient);
}

Batch<float> NetworkTrainer::batch_of(const NetworkRows& rows,
                                      std::span<const Piece> sequences) const {
    Batch<float> batch{
        .steps = 0, .rows = sequences.size(), .inputs = {}, .targets = {}, .weights = {}};
    for (const Piece& sequence : sequences)
        batch.steps = std::max(batch.steps, sequence.end - sequence.begin);
    const std::size_t horizons = layout_.outputs / recurrent::head_quantiles.size();
    const std::size_t count = batch.steps * batch.rows;
    batch.inputs.assign(count * layout_.inputs, 0.0F);
    batch.targets.assign(count * horizons, std::numeric_limits<float>::quiet_NaN());
    batch.weights.assign(count, 0.0F);
    for (std::size_t r = 0; r < sequences.size(); ++r)
        for (std::size_t t = 0; t < sequences[r].end - sequences[r].begin; ++t) {
            const std::size_t from = sequences[r].begin + t;
            const std::size_t to = t * batch.rows + r;
            std::copy_n(rows.inputs.begin() + static_cast<std::ptrdiff_t>(from * layout_.inputs),
                        layout_.inputs,
                        batch.inputs.begin() + static_cast<std::ptrdiff_t>(to * layout_.inputs));
            std::copy_n(rows.targets.begin() + static_cast<std::ptrdiff_t>(from * horizons),
                        horizons,
                        batch.targets.begin() + static_cast<std::ptrdiff_t>(to * horizons));
            batch.weights[to] = rows.weights[from];
        }
    return batch;
}

double NetworkTrainer::loss(const NetworkRows& rows) const {
    recurrent::Unrolled<float> unrolled(layout_);
    double sum = 0.0;
    for (const Piece& piece : rows.pieces) {
        const Batch<float> batch = batch_of(rows, std::span(&piece, 1));
        unrolled.forward(weights_.data(), batch);
        sum += static_cast<double>(unrolled.loss(batch));
    }
    return sum / static_cast<double>(std::max<std::size_t>(1, rows.size()) * layout_.outputs);
}

}  // namespace forescale
