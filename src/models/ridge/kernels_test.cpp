#include "models/ridge/kernels.h"

#include "base/archive.h"
#include "base/rng.h"
#include "models/ridge/normal_equations.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace forescale::ridge {
namespace {

template <class Number>
bool same_bits(const std::vector<Number>& a, const std::vector<Number>& b) {
    return std::memcmp(a.data(), b.data(), a.size() * sizeof(Number)) == 0;
}

template <class Number>
std::vector<Number> random_row(std::size_t columns, Rng& rng) {
    std::vector<Number> row(padded<Number>(columns), Number{0});
    for (std::size_t i = 0; i < columns; ++i) row[i] = static_cast<Number>(rng.uniform() - 0.5);
    return row;
}

template <class Number>
std::vector<Number> triangle_of(std::size_t columns, int rows, Path path) {
    Rng rng(columns);
    std::vector<Number> triangle(triangle_size<Number>(columns));
    for (int i = 0; i < rows; ++i) {
        const std::vector<Number> row = random_row<Number>(columns, rng);
        add_row({.columns = columns,
                 .row = row.data(),
                 .weight = static_cast<Number>(rng.uniform()),
                 .keep = Number{0.75},
                 .triangle = triangle.data()},
                path);
    }
    return triangle;
}

TEST(RidgeKernels, EveryPathGivesTheSameBits) {
    for (std::size_t columns = 1; columns <= 57; ++columns) {
        EXPECT_TRUE(same_bits(triangle_of<float>(columns, 9, Path::baseline),
                              triangle_of<float>(columns, 9, best_path())));
        EXPECT_TRUE(same_bits(triangle_of<double>(columns, 9, Path::baseline),
                              triangle_of<double>(columns, 9, best_path())));
    }
}

/// The first four rows of triangle_of(), at once.
template <class Number>
std::vector<Number> triangle_of_four(std::size_t columns, Path path) {
    Rng rng(columns);
    std::vector<Number> rows;
    std::vector<Number> weights;
    for (int i = 0; i < 4; ++i) {
        const std::vector<Number> row = random_row<Number>(columns, rng);
        rows.insert(rows.end(), row.begin(), row.end());
        weights.push_back(static_cast<Number>(rng.uniform()));
    }
    const std::vector<Number> keeps(4, Number{0.75});
    std::vector<Number> triangle(triangle_size<Number>(columns));
    add_four_rows({.columns = columns,
                   .rows = rows.data(),
                   .weights = weights.data(),
                   .keeps = keeps.data(),
                   .triangle = triangle.data()},
                  path);
    return triangle;
}

TEST(RidgeKernels, FourRowsAtOnceGiveTheBitsOfOneByOne) {
    for (std::size_t columns = 1; columns <= 57; ++columns)
        for (const Path path : {Path::baseline, best_path()}) {
            EXPECT_TRUE(same_bits(triangle_of_four<float>(columns, path),
                                  triangle_of<float>(columns, 4, Path::baseline)));
            EXPECT_TRUE(same_bits(triangle_of_four<double>(columns, path),
                                  triangle_of<double>(columns, 4, Path::baseline)));
        }
}

/// Every entry as the definition says, in double.
template <class Number>
void expect_plain_sums(std::size_t columns, int rows, double tolerance) {
    Rng rng(columns);
    std::vector<double> full(columns * columns);
    for (int r = 0; r < rows; ++r) {
        const std::vector<Number> row = random_row<Number>(columns, rng);
        const auto weight = static_cast<double>(static_cast<Number>(rng.uniform()));
        for (std::size_t i = 0; i < columns; ++i)
            for (std::size_t j = 0; j < columns; ++j)
                full[i * columns + j] =
                    0.75 * full[i * columns + j] +
                    weight * static_cast<double>(row[i]) * static_cast<double>(row[j]);
    }
    const std::vector<Number> triangle = triangle_of<Number>(columns, rows, best_path());
    auto entry = triangle.begin();
    for (std::size_t i = 0; i < columns; ++i) {
        const std::size_t begin = i / simd::lanes<Number> * simd::lanes<Number>;
        for (std::size_t j = begin; j < padded<Number>(columns); ++j, ++entry) {
            const double plain = j < columns ? full[i * columns + j] : 0.0;
            EXPECT_NEAR(static_cast<double>(*entry), plain, tolerance) << i << ' ' << j;
        }
    }
    EXPECT_TRUE(entry == triangle.end());
}

TEST(RidgeKernels, AddRowIsTheFadingSumOfProducts) {
    for (std::size_t columns = 1; columns <= 37; ++columns) {
        expect_plain_sums<float>(columns, 9, 1e-6);
        expect_plain_sums<double>(columns, 9, 1e-14);
    }
}

double wanted(std::size_t column) {
    return static_cast<double>(column % 5) - 1.5;
}

/// A positive definite system whose solution is wanted(). What a solver must not read is NaN.
std::vector<double> system_of(std::size_t columns) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    Rng rng(columns);
    std::vector<double> full(columns * columns);
    for (int r = 0; r < 80; ++r) {
        const std::vector<double> row = random_row<double>(columns, rng);
        for (std::size_t i = 0; i < columns; ++i)
            for (std::size_t j = 0; j < columns; ++j) full[i * columns + j] += row[i] * row[j];
    }
    for (std::size_t i = 0; i < columns; ++i) full[i * columns + i] += 0.1;
    const std::size_t stride = stride_of(columns);
    std::vector<double> rows(columns * stride, nan);
    for (std::size_t i = 0; i < columns; ++i) {
        double* const row = rows.data() + i * stride;
        std::fill(row + columns, row + stride, 0.0);
        for (std::size_t j = 0; j < columns; ++j) {
            if (j >= i) row[j] = full[i * columns + j];
            row[padded<double>(columns)] += full[i * columns + j] * wanted(j);
        }
    }
    return rows;
}

TEST(RidgeKernels, SolvesEverySizeAlikeOnEveryPath) {
    for (std::size_t columns = 1; columns <= 57; ++columns) {
        const auto solved = [&](Path path) {
            std::vector<double> rows = system_of(columns);
            std::vector<double> x(padded<double>(columns));
            EXPECT_TRUE(solve({.columns = columns, .matrix = rows.data(), .x = x.data()}, path));
            return x;
        };
        const std::vector<double> plain = solved(Path::baseline);
        for (std::size_t i = 0; i < columns; ++i) EXPECT_NEAR(plain[i], wanted(i), 1e-10);
        EXPECT_TRUE(same_bits(plain, solved(best_path()))) << columns;
    }
}

TEST(RidgeKernels, AMatrixThatIsNotPositiveIsRefused) {
    std::vector<double> rows = system_of(9);
    rows[6 * stride_of(9) + 6] = -1.0;
    std::vector<double> x(padded<double>(9));
    EXPECT_FALSE(solve({.columns = 9, .matrix = rows.data(), .x = x.data()}, best_path()));
}

TEST(RidgeKernels, ATriangleSpreadsToRows) {
    for (std::size_t columns = 1; columns <= 20; ++columns) {
        const std::vector<float> triangle = triangle_of<float>(columns, 3, Path::baseline);
        std::vector<double> plain(columns * stride_of(columns));
        std::vector<double> fast = plain;
        spread(triangle.data(), columns, plain.data(), Path::baseline);
        spread(triangle.data(), columns, fast.data(), best_path());
        EXPECT_TRUE(same_bits(plain, fast));
        const auto last =
            static_cast<double>(triangle[triangle.size() - padded<float>(columns) + columns - 1]);
        EXPECT_DOUBLE_EQ(plain[(columns - 1) * stride_of(columns) + columns - 1], last);
    }
}

TEST(RidgeKernels, DotIsTheSumOfProducts) {
    Rng rng(3);
    for (std::size_t size = 0; size < 60; ++size) {
        std::vector<float> row(size);
        std::vector<double> coefficients(size);
        double sum = 0.0;
        for (std::size_t i = 0; i < size; ++i) {
            row[i] = static_cast<float>(rng.uniform());
            coefficients[i] = rng.uniform() - 0.5;
            sum += static_cast<double>(row[i]) * coefficients[i];
        }
        const std::vector<double> plain{dot(row, coefficients, Path::baseline)};
        EXPECT_NEAR(plain.front(), sum, 1e-12);
        EXPECT_TRUE(same_bits(plain, {dot(row, coefficients, best_path())}));
    }
}

// Rows that wait are taken in wherever a state is stored or solved; when that is leaves no trace.
TEST(NormalEquations, WhenTheyAreStoredDoesNotMatter) {
    constexpr std::size_t columns = 11;
    const auto state_of = [](NormalEquations<float>& equations) {
        ArchiveWriter writer;
        writer(equations);
        return writer.take();
    };
    NormalEquations<float> calm(columns);
    NormalEquations<float> stored(columns);
    Rng rng(3);
    for (int step = 0; step < 23; ++step) {
        const std::vector<float> row = random_row<float>(columns, rng);
        const double weight = rng.uniform();
        calm.add(std::span(row).first(columns), 1.0, weight, 0.9);
        stored.add(std::span(row).first(columns), 1.0, weight, 0.9);
        if (step % 3 == 0) {
            const std::string state = state_of(stored);
            stored = NormalEquations<float>(columns);
            ArchiveReader reader(state);
            reader(stored);
            ASSERT_FALSE(reader.failed());
        }
    }
    EXPECT_EQ(state_of(calm), state_of(stored));
}

// Three weeks of steps that fade within days: what floats lose must not reach the coefficients.
TEST(NormalEquations, FloatsAreExactEnough) {
    constexpr std::size_t columns = 20;
    NormalEquations<float> narrow(columns);
    NormalEquations<double> wide(columns);
    Rng rng(7);
    for (int step = 0; step < 21 * 288; ++step) {
        std::vector<float> row(columns);
        for (std::size_t i = 0; i < columns; ++i)  // neighbours are nearly alike
            row[i] = static_cast<float>(i % 2 == 1 ? 0.99 * static_cast<double>(row[i - 1]) +
                                                         0.1 * (rng.uniform() - 0.5)
                                                   : rng.uniform() - 0.5);
        const double y = static_cast<double>(row[3]) - 0.5 * static_cast<double>(row[8]);
        const std::vector<double> same(row.begin(), row.end());
        const double weight = 0.5 + rng.uniform();
        narrow.add(row, y, weight, 0.9995);
        wide.add(same, y, weight, 0.9995);
    }
    std::vector<double> of_narrow(columns);
    std::vector<double> of_wide(columns);
    ASSERT_TRUE(narrow.solve(1e-3, of_narrow));
    ASSERT_TRUE(wide.solve(1e-3, of_wide));
    for (std::size_t i = 0; i < columns; ++i) EXPECT_NEAR(of_narrow[i], of_wide[i], 1e-3) << i;
}

}  // namespace
}  // namespace forescale::ridge
