#pragma once
#include "base/rng.h"
#include "training/network_rows.h"
#include "training/recurrent_gradient.h"
#include "training/train_networks.h"

namespace forescale {

/// Weights spread for a start: each column as large as its inputs allow, heads near their quantile.
[[nodiscard]] std::vector<float> first_weights(const recurrent::Layout& layout, Rng& rng);

/// Adam with the gradient clipped by its norm.
class Adam {
public:
    explicit Adam(std::size_t weights) : mean_(weights), square_(weights) {}
    void step(std::span<float> weights, std::span<float> gradient, double rate);

private:
    std::vector<float> mean_, square_;
    double steps_ = 0.0;
};

/// Learns one network from rows.
class NetworkTrainer {
public:
    NetworkTrainer(const recurrent::Layout& layout, std::vector<float> weights);

    /// One pass over the rows in an order of `rng`: stretches of up to five days side by side, each
    /// learned from in sequences of 4 h (48 rows) with the state carried on, as it is in use.
    /// rate_at(share of the pass) is Adam's rate.
    void pass(const NetworkRows& rows, Rng& rng, const std::function<double(double)>& rate_at,
              const Parallel& parallel);
    /// Mean over rows and heads of weight * pinball loss, the state carried through each piece.
    [[nodiscard]] double loss(const NetworkRows& rows) const;
    [[nodiscard]] const std::vector<float>& weights() const { return weights_; }

private:
    using Piece = NetworkRows::Piece;
    /// One stretch as it is walked through.
    struct Lane {
        Piece left{};  ///< rows that are still to come
        std::vector<float> state;
        std::vector<float> cell;
    };
    /// The gradient of the next sequence of every lane, and the lanes' new states.
    struct Shard {
        recurrent::Unrolled<float> unrolled;
        std::vector<float> gradient;
        std::vector<Lane> lanes;
    };
    [[nodiscard]] bool refill(std::vector<Piece>& stretches);
    void learn(const NetworkRows& rows, double rate, const Parallel& parallel);
    void learn(const NetworkRows& rows, Shard& shard) const;
    [[nodiscard]] recurrent::Batch<float> batch_of(const NetworkRows& rows,
                                                   std::span<const Piece> sequences) const;

    recurrent::Layout layout_;
    std::vector<float> weights_;
    Adam adam_;
    /// Lanes are cut into a fixed number of shards, whose gradients are summed in order: how many
    /// threads work on them does not show.
    std::vector<Shard> shards_;
};

}  // namespace forescale
