#pragma once
#include "models/recurrent/layer.h"

#include <cmath>
#include <vector>

namespace forescale::recurrent {

/// Sequences side by side: [steps][rows][width], steps first.
template <class T>
struct Batch {
    std::size_t steps = 0;
    std::size_t rows = 0;
    std::vector<T> inputs;       ///< [steps][rows][inputs]
    std::vector<T> targets;      ///< [steps][rows][horizons]; NaN: not known
    std::vector<T> weights;      ///< [steps][rows]; 0: not counted
    std::vector<T> states = {};  ///< [rows][hidden] to begin from; empty: zeros
    std::vector<T> cells = {};   ///< the same, LSTM alone
};

/// Forward and backward through time over one batch; keeps its buffers from one to the next.
/// Memory: steps * rows * (2 gates + 3 hidden + outputs) numbers.
/// source  Werbos 1990, doi:10.1109/5.58337; pinball loss: Koenker and Bassett 1978
template <class T>
class Unrolled {
public:
    explicit Unrolled(const Layout& layout, Path path = best_path())
        : of_(layout),
          path_(path),
          transposed_recurrent_(layout.hidden * layout.gates()),
          transposed_head_(layout.hidden * layout.outputs) {}

    /// outputs() [steps][rows][outputs], end_states() and end_cells() [rows][hidden].
    void forward(const T* weights, const Batch<T>& batch);
    [[nodiscard]] std::span<const T> outputs() const { return outputs_; }
    [[nodiscard]] std::span<const T> end_states() const {
        return std::span(states_).last(rows_ * of_.hidden);
    }
    [[nodiscard]] std::span<const T> end_cells() const {
        return std::span(cells_).last(rows_ * of_.hidden);
    }
    /// Sum over what is known of weight * pinball loss, and its gradient by the outputs.
    T loss(const Batch<T>& batch);
    /// After forward() and loss(): adds the gradient by each weight.
    void backward(const T* weights, const Batch<T>& batch, std::span<T> gradient);

private:
    [[nodiscard]] std::size_t count() const { return steps_ * rows_; }
    void transpose(const T* matrix, std::size_t columns, std::vector<T>& to) const {
        for (std::size_t k = 0; k < of_.hidden; ++k)
            for (std::size_t j = 0; j < columns; ++j)
                to[j * of_.hidden + k] = matrix[k * columns + j];
    }
    /// to [height][columns] += the sum over n of a[n][height] * b[n][columns].
    void add_outer(const T* a, std::size_t height, const T* b, std::size_t columns, T* to) {
        multiply_add(Product<T>{.rows = height,
                                .inner = count(),
                                .columns = columns,
                                .a = a,
                                .a_row = 1,
                                .a_column = height,
                                .b = b,
                                .out = to},
                     path_);
    }
    void add_sums(const std::vector<T>& rows, std::size_t columns, T* to) const {
        for (std::size_t n = 0; n < count(); ++n)
            for (std::size_t j = 0; j < columns; ++j) to[j] += rows[n * columns + j];
    }
    void gates_backward(std::size_t at);
    void gru_backward(std::size_t at);
    void lstm_backward(std::size_t at);

    Layout of_;
    Path path_;
    std::size_t steps_ = 0;
    std::size_t rows_ = 0;
    std::vector<T> states_;   ///< [steps + 1][rows][hidden]
    std::vector<T> cells_;    ///< the same, LSTM alone
    std::vector<T> gates_;    ///< [steps][rows][gates]; backward(): by the gates' inputs
    std::vector<T> own_;      ///< [steps][rows][gates]; backward(): by what the state gives
    std::vector<T> outputs_;  ///< [steps][rows][outputs]
    std::vector<T> by_outputs_;
    std::vector<T> by_states_;  ///< [steps + 1][rows][hidden]
    std::vector<T> by_cell_;    ///< [rows][hidden]
    std::vector<T> transposed_recurrent_;
    std::vector<T> transposed_head_;
};

template <class T>
void Unrolled<T>::forward(const T* weights, const Batch<T>& batch) {
    steps_ = batch.steps;
    rows_ = batch.rows;
    const std::size_t width = rows_ * of_.hidden;
    states_.assign((steps_ + 1) * width, T{});
    cells_.assign((steps_ + 1) * width, T{});
    std::ranges::copy(batch.states, states_.begin());
    std::ranges::copy(batch.cells, cells_.begin());
    gates_.resize(count() * of_.gates());
    own_.resize(count() * of_.gates());
    outputs_.resize(count() * of_.outputs);
    const Weights<T> all{.layout = of_, .all = weights};
    project_inputs(all, count(), batch.inputs.data(), gates_.data(), path_);
    for (std::size_t t = 0; t < steps_; ++t)
        advance(all,
                StepOf<T>{.rows = rows_,
                          .before = states_.data() + t * width,
                          .cell_before = cells_.data() + t * width,
                          .gates = gates_.data() + t * rows_ * of_.gates(),
                          .own = own_.data() + t * rows_ * of_.gates(),
                          .after = states_.data() + (t + 1) * width,
                          .cell_after = cells_.data() + (t + 1) * width},
                path_);
    say(all, count(), states_.data() + width, batch.inputs.data(), outputs_.data(), path_);
}

template <class T>
T Unrolled<T>::loss(const Batch<T>& batch) {
    by_outputs_.assign(outputs_.size(), T{});
    constexpr std::size_t heads = head_quantiles.size();
    T sum{};
    for (std::size_t n = 0; n < count(); ++n)
        for (std::size_t o = 0; o < of_.outputs; ++o) {
            const T target = batch.targets[n * (of_.outputs / heads) + o / heads];
            if (std::isnan(target)) continue;
            const T quantile = static_cast<T>(head_quantiles[o % heads]);
            const T error = target - outputs_[n * of_.outputs + o];
            const T slope = error > T{} ? quantile : quantile - T{1};
            sum += batch.weights[n] * slope * error;
            by_outputs_[n * of_.outputs + o] = -batch.weights[n] * slope;
        }
    return sum;
}

template <class T>
void Unrolled<T>::backward(const T* weights, const Batch<T>& batch, std::span<T> gradient) {
    const std::size_t width = rows_ * of_.hidden;
    transpose(weights + of_.recurrent(), of_.gates(), transposed_recurrent_);
    transpose(weights + of_.head_hidden(), of_.outputs, transposed_head_);
    by_states_.assign((steps_ + 1) * width, T{});
    by_cell_.assign(width, T{});
    multiply_add(Product<T>{.rows = count(),
                            .inner = of_.outputs,
                            .columns = of_.hidden,
                            .a = by_outputs_.data(),
                            .a_row = of_.outputs,
                            .a_column = 1,
                            .b = transposed_head_.data(),
                            .out = by_states_.data() + width},
                 path_);
    for (std::size_t t = steps_; t-- > 0;) gates_backward(t);
    add_outer(batch.inputs.data(), of_.inputs, gates_.data(), of_.gates(),
              gradient.data() + of_.input());
    add_sums(gates_, of_.gates(), gradient.data() + of_.input_bias());
    add_outer(states_.data(), of_.hidden, own_.data(), of_.gates(),
              gradient.data() + of_.recurrent());
    add_sums(own_, of_.gates(), gradient.data() + of_.recurrent_bias());
    add_outer(states_.data() + width, of_.hidden, by_outputs_.data(), of_.outputs,
              gradient.data() + of_.head_hidden());
    add_outer(batch.inputs.data(), of_.inputs, by_outputs_.data(), of_.outputs,
              gradient.data() + of_.head_input());
    add_sums(by_outputs_, of_.outputs, gradient.data() + of_.head_bias());
}

template <class T>
void Unrolled<T>::gates_backward(std::size_t at) {
    if (of_.cell == Cell::gru)
        gru_backward(at);
    else
        lstm_backward(at);
    multiply_add(Product<T>{.rows = rows_,
                            .inner = of_.gates(),
                            .columns = of_.hidden,
                            .a = own_.data() + at * rows_ * of_.gates(),
                            .a_row = of_.gates(),
                            .a_column = 1,
                            .b = transposed_recurrent_.data(),
                            .out = by_states_.data() + at * rows_ * of_.hidden},
                 path_);
}

template <class T>
void Unrolled<T>::gru_backward(std::size_t at) {
    const std::size_t hidden = of_.hidden;
    for (std::size_t r = at * rows_; r < (at + 1) * rows_; ++r) {
        T* const gates = gates_.data() + r * 3 * hidden;
        T* const own = own_.data() + r * 3 * hidden;
        const T* const before = states_.data() + r * hidden;
        const T* const by_after = by_states_.data() + (r + rows_) * hidden;
        T* const by_before = by_states_.data() + r * hidden;
        for (std::size_t j = 0; j < hidden; ++j) {
            const T z = gates[j];
            const T reset = gates[hidden + j];
            const T n = gates[2 * hidden + j];
            const T by_n = by_after[j] * (T{1} - z) * (T{1} - n * n);
            by_before[j] += by_after[j] * z;
            gates[j] = own[j] = by_after[j] * (before[j] - n) * z * (T{1} - z);
            gates[hidden + j] = own[hidden + j] =
                by_n * own[2 * hidden + j] * reset * (T{1} - reset);
            gates[2 * hidden + j] = by_n;
            own[2 * hidden + j] = by_n * reset;
        }
    }
}

template <class T>
void Unrolled<T>::lstm_backward(std::size_t at) {
    const std::size_t hidden = of_.hidden;
    for (std::size_t r = at * rows_; r < (at + 1) * rows_; ++r) {
        T* const gates = gates_.data() + r * 4 * hidden;
        T* const own = own_.data() + r * 4 * hidden;
        const T* const before = cells_.data() + r * hidden;
        const T* const by_after = by_states_.data() + (r + rows_) * hidden;
        T* const by_cell = by_cell_.data() + (r - at * rows_) * hidden;
        for (std::size_t j = 0; j < hidden; ++j) {
            const T in = gates[j];
            const T forget = gates[hidden + j];
            const T out = gates[2 * hidden + j];
            const T g = gates[3 * hidden + j];
            const T squashed = own[j];
            const T by = by_cell[j] + by_after[j] * out * (T{1} - squashed * squashed);
            by_cell[j] = by * forget;
            gates[j] = by * g * in * (T{1} - in);
            gates[hidden + j] = by * before[j] * forget * (T{1} - forget);
            gates[2 * hidden + j] = by_after[j] * squashed * out * (T{1} - out);
            gates[3 * hidden + j] = by * in * (T{1} - g * g);
        }
        std::copy(gates, gates + 4 * hidden, own);
    }
}

}  // namespace forescale::recurrent
