#include "models/ridge/kernels.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace forescale::ridge {

namespace {
using simd::Four;
using simd::lanes;
using simd::load;
using simd::store;

constexpr std::size_t four = lanes<double>;

/// Where the vector begins that a column is in.
template <class Number>
FORESCALE_INLINE std::size_t begin_of(std::size_t column) {
    return column / lanes<Number> * lanes<Number>;
}

template <class Number>
FORESCALE_INLINE void add_row_of(const RowUpdate<Number>& update) {
    using Vector = typename simd::VectorOf<Number>::Type;
    const std::size_t end = padded<Number>(update.columns);
    Number* entry = update.triangle;
    for (std::size_t i = 0; i < update.columns; ++i) {
        const Number factor = update.weight * update.row[i];
        for (std::size_t j = begin_of<Number>(i); j < end; j += lanes<Number>) {
            Vector sums;
            Vector row;
            load(sums, entry);
            load(row, update.row + j);
            sums = update.keep * sums + factor * row;
            store(entry, sums);
            entry += lanes<Number>;
        }
    }
}

template <class Number>
FORESCALE_INLINE void add_four_rows_of(const FourRowsUpdate<Number>& update) {
    using Vector = typename simd::VectorOf<Number>::Type;
    const std::size_t end = padded<Number>(update.columns);
    const Number* const r0 = update.rows;
    const Number* const r1 = r0 + end;
    const Number* const r2 = r1 + end;
    const Number* const r3 = r2 + end;
    const auto [k0, k1, k2, k3] =
        std::array{update.keeps[0], update.keeps[1], update.keeps[2], update.keeps[3]};
    Number* entry = update.triangle;
    for (std::size_t i = 0; i < update.columns; ++i) {
        const Number f0 = update.weights[0] * r0[i];
        const Number f1 = update.weights[1] * r1[i];
        const Number f2 = update.weights[2] * r2[i];
        const Number f3 = update.weights[3] * r3[i];
        for (std::size_t j = begin_of<Number>(i); j < end; j += lanes<Number>) {
            Vector sums;
            Vector row;
            load(sums, entry);
            load(row, r0 + j);
            sums = k0 * sums + f0 * row;
            load(row, r1 + j);
            sums = k1 * sums + f1 * row;
            load(row, r2 + j);
            sums = k2 * sums + f2 * row;
            load(row, r3 + j);
            sums = k3 * sums + f3 * row;
            store(entry, sums);
            entry += lanes<Number>;
        }
    }
}

template <class Number>
FORESCALE_INLINE void spread_of(const Number* triangle, std::size_t columns, double* matrix) {
    const std::size_t end = padded<double>(columns);
    for (std::size_t i = 0; i < columns; ++i) {
        const std::size_t begin = begin_of<Number>(i);
        double* const row = matrix + i * stride_of(columns);
        for (std::size_t j = begin; j < end; j += four) {
            Four x;
            simd::load_wide(x, triangle + (j - begin));
            store(row + j, x);
        }
        triangle += padded<Number>(columns) - begin;
    }
}

FORESCALE_INLINE double dot_of(std::span<const float> row, std::span<const double> coefficients) {
    Four even{};
    Four odd{};
    Four x;
    Four c;
    std::size_t i = 0;
    for (; i + 2 * four <= row.size(); i += 2 * four) {
        simd::load_wide(x, row.data() + i);
        load(c, coefficients.data() + i);
        even += x * c;
        simd::load_wide(x, row.data() + i + four);
        load(c, coefficients.data() + i + four);
        odd += x * c;
    }
    double sum = simd::sum_of(even + odd);
    for (; i < row.size(); ++i) sum += static_cast<double>(row[i]) * coefficients[i];
    return sum;
}

/// Up to four pivot rows among themselves. The diagonal is left as its inverse.
FORESCALE_INLINE bool factor_block(double* matrix, std::size_t from, std::size_t to,
                                   std::size_t stride) {
    for (std::size_t k = from; k < to; ++k) {
        double* const pivot = matrix + k * stride;
        if (!(pivot[k] > 0.0)) return false;
        const double inverse = 1.0 / std::sqrt(pivot[k]);
        std::array<double, four> factors{};
        for (std::size_t i = k + 1; i < to; ++i) factors[i - from] = pivot[i] * inverse;
        for (std::size_t j = from; j < stride; j += four) {
            Four p;
            load(p, pivot + j);
            p *= inverse;
            store(pivot + j, p);
            for (std::size_t i = k + 1; i < to; ++i) {
                Four x;
                load(x, matrix + i * stride + j);
                x -= factors[i - from] * p;
                store(matrix + i * stride + j, x);
            }
        }
        pivot[k] = inverse;
    }
    return true;
}

/// What four finished pivot rows take from row i: four subtractions per load and store. Factors are
/// named, since a loop over them would keep them in memory: 5.5 us per solution and not 3.6.
FORESCALE_INLINE void subtract_four(double* matrix, std::size_t from, std::size_t i,
                                    std::size_t stride) {
    const double* const p0 = matrix + from * stride;
    const double* const p1 = p0 + stride;
    const double* const p2 = p1 + stride;
    const double* const p3 = p2 + stride;
    double* const row = matrix + i * stride;
    const Four f0 = Four{} + p0[i];
    const Four f1 = Four{} + p1[i];
    const Four f2 = Four{} + p2[i];
    const Four f3 = Four{} + p3[i];
    for (std::size_t j = begin_of<double>(i); j < stride; j += four) {
        Four x;
        Four p;
        load(x, row + j);
        load(p, p0 + j);
        x -= f0 * p;
        load(p, p1 + j);
        x -= f1 * p;
        load(p, p2 + j);
        x -= f2 * p;
        load(p, p3 + j);
        x -= f3 * p;
        store(row + j, x);
    }
}

/// matrix = U^T * U; U by rows in its place, with the inverse of its diagonal, and behind it U^-T
/// times the right side.
FORESCALE_INLINE bool factor(const System& system) {
    const std::size_t stride = stride_of(system.columns);
    for (std::size_t k = 0; k < system.columns; k += four) {
        const std::size_t to = std::min(k + four, system.columns);
        if (!factor_block(system.matrix, k, to, stride)) return false;
        for (std::size_t i = to; i < system.columns; ++i)
            subtract_four(system.matrix, k, i, stride);
    }
    return true;
}

/// What is known of the solution, times four rows whose sums do not wait for one another.
FORESCALE_INLINE void sums_of_four(const double* rows, std::size_t stride,
                                   std::span<const double> known, double* sums) {
    Four sum0{};
    Four sum1{};
    Four sum2{};
    Four sum3{};
    for (std::size_t j = 0; j < known.size(); j += four) {
        Four x;
        Four u;
        load(x, known.data() + j);
        load(u, rows + j);
        sum0 += u * x;
        load(u, rows + stride + j);
        sum1 += u * x;
        load(u, rows + 2 * stride + j);
        sum2 += u * x;
        load(u, rows + 3 * stride + j);
        sum3 += u * x;
    }
    sums[0] = simd::sum_of(sum0);
    sums[1] = simd::sum_of(sum1);
    sums[2] = simd::sum_of(sum2);
    sums[3] = simd::sum_of(sum3);
}

/// From the last rows up. Behind the last block, which may have fewer than four, nothing is known.
FORESCALE_INLINE void substitute(const System& system) {
    const std::size_t end = padded<double>(system.columns);
    const std::size_t stride = stride_of(system.columns);
    for (std::size_t begin = end; begin > 0; begin -= four) {
        const std::size_t from = begin - four;
        const std::size_t to = std::min(begin, system.columns);
        std::array<double, four> sums{};
        if (begin < end)
            sums_of_four(system.matrix + from * stride + begin, stride,
                         std::span(system.x + begin, end - begin), sums.data());
        for (std::size_t k = to; k-- > from;) {
            const double* const row = system.matrix + k * stride;
            double rest = row[end] - sums[k - from];
            for (std::size_t j = k + 1; j < to; ++j) rest -= row[j] * system.x[j];
            system.x[k] = rest * row[k];
        }
    }
}

FORESCALE_INLINE bool solve_of(const System& system) {
    if (!factor(system)) return false;
    substitute(system);
    return true;
}

FORESCALE_AVX2 void add_row_avx2(const RowUpdate<float>& update) {
    add_row_of(update);
}
FORESCALE_AVX2 void add_row_avx2(const RowUpdate<double>& update) {
    add_row_of(update);
}
FORESCALE_AVX2 void add_four_rows_avx2(const FourRowsUpdate<float>& update) {
    add_four_rows_of(update);
}
FORESCALE_AVX2 void add_four_rows_avx2(const FourRowsUpdate<double>& update) {
    add_four_rows_of(update);
}
FORESCALE_AVX2 void spread_avx2(const float* triangle, std::size_t columns, double* matrix) {
    spread_of(triangle, columns, matrix);
}
FORESCALE_AVX2 void spread_avx2(const double* triangle, std::size_t columns, double* matrix) {
    spread_of(triangle, columns, matrix);
}
FORESCALE_AVX2 double dot_avx2(std::span<const float> row, std::span<const double> coefficients) {
    return dot_of(row, coefficients);
}
FORESCALE_AVX2 bool solve_avx2(const System& system) {
    return solve_of(system);
}
}  // namespace

void add_row(const RowUpdate<float>& update, Path path) {
    if (path == Path::avx2)
        add_row_avx2(update);
    else
        add_row_of(update);
}
void add_row(const RowUpdate<double>& update, Path path) {
    if (path == Path::avx2)
        add_row_avx2(update);
    else
        add_row_of(update);
}

void add_four_rows(const FourRowsUpdate<float>& update, Path path) {
    if (path == Path::avx2)
        add_four_rows_avx2(update);
    else
        add_four_rows_of(update);
}
void add_four_rows(const FourRowsUpdate<double>& update, Path path) {
    if (path == Path::avx2)
        add_four_rows_avx2(update);
    else
        add_four_rows_of(update);
}

void spread(const float* triangle, std::size_t columns, double* matrix, Path path) {
    if (path == Path::avx2)
        spread_avx2(triangle, columns, matrix);
    else
        spread_of(triangle, columns, matrix);
}
void spread(const double* triangle, std::size_t columns, double* matrix, Path path) {
    if (path == Path::avx2)
        spread_avx2(triangle, columns, matrix);
    else
        spread_of(triangle, columns, matrix);
}

double dot(std::span<const float> row, std::span<const double> coefficients, Path path) {
    return path == Path::avx2 ? dot_avx2(row, coefficients) : dot_of(row, coefficients);
}

bool solve(const System& system, Path path) {
    return path == Path::avx2 ? solve_avx2(system) : solve_of(system);
}

}  // namespace forescale::ridge
