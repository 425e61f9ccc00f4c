#pragma once
#include "base/simd.h"

#include <span>

namespace forescale::ridge {

using simd::best_path;
using simd::Path;

/// The upper triangle of a symmetric matrix by rows, for whole vectors: a row begins at the first
/// column of the vector that its diagonal is in and ends at padded(columns). What lies left of the
/// diagonal repeats what is above it; what lies beyond the columns is zero.
template <class Number>
[[nodiscard]] constexpr std::size_t padded(std::size_t columns) {
    return (columns + simd::lanes<Number> - 1) / simd::lanes<Number> * simd::lanes<Number>;
}
template <class Number>
[[nodiscard]] constexpr std::size_t triangle_size(std::size_t columns) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < columns; ++i)
        size += padded<Number>(columns) - i / simd::lanes<Number> * simd::lanes<Number>;
    return size;
}

/// triangle := keep * triangle + weight * row * row^T; `row` is padded with zeros.
template <class Number>
struct RowUpdate {
    std::size_t columns;
    const Number* row;
    Number weight;
    Number keep;
    Number* triangle;
};
void add_row(const RowUpdate<float>& update, Path path);
void add_row(const RowUpdate<double>& update, Path path);

/// Four times add_row(), with the same bits, in one walk over the triangle: a service has half a
/// megabyte of them, which each step would otherwise bring through the caches.
template <class Number>
struct FourRowsUpdate {
    std::size_t columns;
    const Number* rows;     ///< [4][padded(columns)]
    const Number* weights;  ///< [4]
    const Number* keeps;    ///< [4]
    Number* triangle;
};
void add_four_rows(const FourRowsUpdate<float>& update, Path path);
void add_four_rows(const FourRowsUpdate<double>& update, Path path);

/// Sum of products of a row with coefficients, of one length.
[[nodiscard]] double dot(std::span<const float> row, std::span<const double> coefficients,
                         Path path);

/// A positive definite system by upper rows of stride_of(columns), from the vector on that the
/// diagonal is in; the right side stands behind the columns, at padded<double>(columns). Solved by
/// Cholesky, which overwrites the rows. Every element is made by the same operations in the same
/// order on each path.
struct System {
    std::size_t columns;
    double* matrix;
    double* x;  ///< [padded<double>(columns)] out; what lies beyond the columns must be zero
};
[[nodiscard]] constexpr std::size_t stride_of(std::size_t columns) {
    return padded<double>(columns) + simd::lanes<double>;
}
/// The triangle as rows of a system.
void spread(const float* triangle, std::size_t columns, double* matrix, Path path);
void spread(const double* triangle, std::size_t columns, double* matrix, Path path);
/// False when a pivot is not positive.
[[nodiscard]] bool solve(const System& system, Path path);

}  // namespace forescale::ridge
