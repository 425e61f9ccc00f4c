#pragma once
#include "base/simd.h"

#include <cmath>
#include <cstddef>
#include <span>

namespace forescale::recurrent {

using simd::best_path;
using simd::Path;

/// out[m][n] += sum over k, in ascending order, of a[m][k] * b[k][n]. Rows of `b` and of `out` are
/// contiguous and `columns` long; `a` may be read across (a transposed matrix).
template <class T>
struct Product {
    std::size_t rows, inner, columns;
    const T* a;
    std::size_t a_row, a_column;  ///< distance of neighbours in a column, and in a row, of `a`
    const T* b;
    T* out;
};

void multiply_add(const Product<float>& product, Path path);
/// x := 1 / (1 + exp(-x)), within 3e-7
void sigmoid(std::span<float> values, Path path);
/// x := tanh(x), within 3e-7
void hyperbolic_tangent(std::span<float> values, Path path);

// Double precision serves the gradient check alone: plain loops.
inline void multiply_add(const Product<double>& p, Path) {
    for (std::size_t m = 0; m < p.rows; ++m)
        for (std::size_t k = 0; k < p.inner; ++k)
            for (std::size_t n = 0; n < p.columns; ++n)
                p.out[m * p.columns + n] +=
                    p.a[m * p.a_row + k * p.a_column] * p.b[k * p.columns + n];
}
inline void sigmoid(std::span<double> values, Path) {
    for (double& x : values) x = 1.0 / (1.0 + std::exp(-x));
}
inline void hyperbolic_tangent(std::span<double> values, Path) {
    for (double& x : values) x = std::tanh(x);
}

}  // namespace forescale::recurrent
