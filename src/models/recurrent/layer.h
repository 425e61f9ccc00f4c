#pragma once
#include "models/recurrent/kernels.h"
#include "models/recurrent/network.h"

#include <algorithm>
#include <vector>

namespace forescale::recurrent {

/// One step of a recurrent layer for `rows` sequences side by side. Everything is [rows][width];
/// the gates keep their values after the activation, which the gradient needs.
template <class T>
struct StepOf {
    std::size_t rows;
    const T* before;       ///< [hidden] state before
    const T* cell_before;  ///< [hidden] LSTM alone
    T* gates;              ///< [gates] in: what the inputs give, biases included; out: activations
    T* own;                ///< [gates] scratch: what the state before gives
    T* after;              ///< [hidden]
    T* cell_after;         ///< [hidden] LSTM alone
};

/// Weights with their shape.
template <class T>
struct Weights {
    Layout layout;
    const T* all;

    [[nodiscard]] const T* at(std::size_t offset) const { return all + offset; }
};

template <class T>
void fill_rows(std::size_t rows, std::span<const T> row, T* to) {
    for (std::size_t r = 0; r < rows; ++r)
        for (const T value : row) *to++ = value;
}

/// gates := inputs * input + input_bias, for many steps at once.
template <class T>
void project_inputs(const Weights<T>& weights, std::size_t rows, const T* inputs, T* gates,
                    Path path) {
    const Layout& of = weights.layout;
    fill_rows(rows, std::span(weights.at(of.input_bias()), of.gates()), gates);
    multiply_add(Product<T>{.rows = rows,
                            .inner = of.inputs,
                            .columns = of.gates(),
                            .a = inputs,
                            .a_row = of.inputs,
                            .a_column = 1,
                            .b = weights.at(of.input()),
                            .out = gates},
                 path);
}

/// Gates in the order update z, reset r, new n; the reset gate acts on the product, as in cuDNN.
/// source  Cho et al. 2014, arXiv:1406.1078
template <class T>
void gru_step(std::size_t hidden, const StepOf<T>& step, Path path) {
    for (std::size_t r = 0; r < step.rows; ++r) {
        T* const gates = step.gates + r * 3 * hidden;
        const T* const own = step.own + r * 3 * hidden;
        for (std::size_t j = 0; j < 2 * hidden; ++j) gates[j] += own[j];
        sigmoid(std::span(gates, 2 * hidden), path);
        for (std::size_t j = 0; j < hidden; ++j)
            gates[2 * hidden + j] += gates[hidden + j] * own[2 * hidden + j];
        hyperbolic_tangent(std::span(gates + 2 * hidden, hidden), path);
        const T* const before = step.before + r * hidden;
        T* const after = step.after + r * hidden;
        for (std::size_t j = 0; j < hidden; ++j)
            after[j] = gates[2 * hidden + j] + gates[j] * (before[j] - gates[2 * hidden + j]);
    }
}

/// Gates in the order input i, forget f, output o, new g. `own` keeps tanh of the cell afterwards.
/// source  Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735; Gers et al. 2000
template <class T>
void lstm_step(std::size_t hidden, const StepOf<T>& step, Path path) {
    for (std::size_t r = 0; r < step.rows; ++r) {
        T* const gates = step.gates + r * 4 * hidden;
        T* const own = step.own + r * 4 * hidden;
        for (std::size_t j = 0; j < 4 * hidden; ++j) gates[j] += own[j];
        sigmoid(std::span(gates, 3 * hidden), path);
        hyperbolic_tangent(std::span(gates + 3 * hidden, hidden), path);
        const T* const before = step.cell_before + r * hidden;
        T* const after = step.cell_after + r * hidden;
        for (std::size_t j = 0; j < hidden; ++j)
            own[j] = after[j] = gates[hidden + j] * before[j] + gates[j] * gates[3 * hidden + j];
        hyperbolic_tangent(std::span(own, hidden), path);
        for (std::size_t j = 0; j < hidden; ++j)
            step.after[r * hidden + j] = gates[2 * hidden + j] * own[j];
    }
}

template <class T>
void advance(const Weights<T>& weights, const StepOf<T>& step, Path path) {
    const Layout& of = weights.layout;
    fill_rows(step.rows, std::span(weights.at(of.recurrent_bias()), of.gates()), step.own);
    multiply_add(Product<T>{.rows = step.rows,
                            .inner = of.hidden,
                            .columns = of.gates(),
                            .a = step.before,
                            .a_row = of.hidden,
                            .a_column = 1,
                            .b = weights.at(of.recurrent()),
                            .out = step.own},
                 path);
    if (of.cell == Cell::gru)
        gru_step(of.hidden, step, path);
    else
        lstm_step(of.hidden, step, path);
}

/// outputs [rows][outputs] := head_bias + state * head_hidden + inputs * head_input.
template <class T>
void say(const Weights<T>& weights, std::size_t rows, const T* state, const T* inputs, T* outputs,
         Path path) {
    const Layout& of = weights.layout;
    fill_rows(rows, std::span(weights.at(of.head_bias()), of.outputs), outputs);
    multiply_add(Product<T>{.rows = rows,
                            .inner = of.hidden,
                            .columns = of.outputs,
                            .a = state,
                            .a_row = of.hidden,
                            .a_column = 1,
                            .b = weights.at(of.head_hidden()),
                            .out = outputs},
                 path);
    multiply_add(Product<T>{.rows = rows,
                            .inner = of.inputs,
                            .columns = of.outputs,
                            .a = inputs,
                            .a_row = of.inputs,
                            .a_column = 1,
                            .b = weights.at(of.head_input()),
                            .out = outputs},
                 path);
}

}  // namespace forescale::recurrent
