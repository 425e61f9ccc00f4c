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

/// row := row - factor * pivot, from `begin` on.
FORESCALE_INLINE void subtract(double* row, double factor, const double* pivot, std::size_t begin,
                               std::size_t end) {
    for (std::size_t j = begin; j < end; j += four) {
        Four x;
        Four p;
        load(x, row + j);
        load(p, pivot + j);
        x -= factor * p;
        store(row + j, x);
    }
}

/// Up to four pivot rows among themselves. The diagonal is left as its inverse, and zeros before
/// it.
FORESCALE_INLINE bool factor_block(double* matrix, std::size_t from, std::size_t to,
                                   std::size_t end) {
    for (std::size_t k = from; k < to; ++k) {
        double* const pivot = matrix + k * end;
        if (!(pivot[k] > 0.0)) return false;
        const double inverse = 1.0 / std::sqrt(pivot[k]);
        for (std::size_t j = from; j < end; j += four) {
            Four x;
            load(x, pivot + j);
            x *= inverse;
            store(pivot + j, x);
        }
        for (std::size_t i = k + 1; i < to; ++i)
            subtract(matrix + i * end, pivot[i], pivot, from, end);
        std::fill(pivot + from, pivot + k, 0.0);
        pivot[k] = inverse;
    }
    return true;
}

/// What four finished pivot rows take from row i: four subtractions per load and store.
FORESCALE_INLINE void subtract_four(double* matrix, std::size_t from, std::size_t i,
                                    std::size_t end) {
    const double* const p0 = matrix + from * end;
    const double* const p1 = p0 + end;
    const double* const p2 = p1 + end;
    const double* const p3 = p2 + end;
    double* const row = matrix + i * end;
    for (std::size_t j = begin_of<double>(i); j < end; j += four) {
        Four x;
        Four p;
        load(x, row + j);
        load(p, p0 + j);
        x -= p0[i] * p;
        load(p, p1 + j);
        x -= p1[i] * p;
        load(p, p2 + j);
        x -= p2[i] * p;
        load(p, p3 + j);
        x -= p3[i] * p;
        store(row + j, x);
    }
}

/// matrix = U^T * U; U by rows in its place, with the inverse of its diagonal.
FORESCALE_INLINE bool factor(const System& system) {
    const std::size_t end = padded<double>(system.columns);
    for (std::size_t k = 0; k < system.columns; k += four) {
        const std::size_t to = std::min(k + four, system.columns);
        if (!factor_block(system.matrix, k, to, end)) return false;
        for (std::size_t i = to; i < system.columns; ++i) subtract_four(system.matrix, k, i, end);
    }
    return true;
}

FORESCALE_INLINE void substitute(const System& system) {
    const std::size_t end = padded<double>(system.columns);
    double* const x = system.x;
    for (std::size_t k = 0; k < system.columns; ++k) {
        const double* const row = system.matrix + k * end;
        const double found = x[k] * row[k];
        subtract(x, found, row, begin_of<double>(k), end);
        x[k] = found;
    }
    for (std::size_t k = system.columns; k-- > 0;) {
        const double* const row = system.matrix + k * end;
        const std::size_t next = begin_of<double>(k) + four;
        Four sums{};
        for (std::size_t j = next; j < end; j += four) {
            Four u;
            Four known;
            load(u, row + j);
            load(known, x + j);
            sums += u * known;
        }
        double sum = simd::sum_of(sums);
        for (std::size_t j = k + 1; j < std::min(next, system.columns); ++j) sum += row[j] * x[j];
        x[k] = (x[k] - sum) * row[k];
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

double dot(std::span<const float> row, std::span<const double> coefficients, Path path) {
    return path == Path::avx2 ? dot_avx2(row, coefficients) : dot_of(row, coefficients);
}

bool solve(const System& system, Path path) {
    return path == Path::avx2 ? solve_avx2(system) : solve_of(system);
}

}  // namespace forescale::ridge
