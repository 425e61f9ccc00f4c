#include "models/recurrent/kernels.h"

#include "base/rng.h"

#include <cstring>
#include <vector>

#include <gtest/gtest.h>

namespace forescale::recurrent {
namespace {

std::vector<float> numbers(std::size_t count, Rng& rng) {
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(4.0 * rng.uniform() - 2.0);
    return values;
}
bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

struct Shape {
    std::size_t rows, inner, columns;
};

// Every size takes another mixture of blocks and rests.
TEST(Kernels, EveryPathGivesTheBitsOfThePlainLoop) {
    Rng rng(1);
    for (const Shape of : {Shape{1, 71, 144}, Shape{1, 48, 192}, Shape{4, 5, 16}, Shape{7, 33, 20},
                           Shape{16, 48, 25}, Shape{3, 1, 7}, Shape{2, 0, 9}}) {
        const std::vector<float> a = numbers(of.rows * of.inner, rng);
        const std::vector<float> b = numbers(of.inner * of.columns, rng);
        const std::vector<float> start = numbers(of.rows * of.columns, rng);
        std::vector<float> plain = start;
        for (std::size_t m = 0; m < of.rows; ++m)
            for (std::size_t k = 0; k < of.inner; ++k)
                for (std::size_t n = 0; n < of.columns; ++n)
                    plain[m * of.columns + n] += a[m * of.inner + k] * b[k * of.columns + n];
        for (const Path path : {Path::baseline, best_path()}) {
            std::vector<float> out = start;
            multiply_add({.rows = of.rows,
                          .inner = of.inner,
                          .columns = of.columns,
                          .a = a.data(),
                          .a_row = of.inner,
                          .a_column = 1,
                          .b = b.data(),
                          .out = out.data()},
                         path);
            EXPECT_TRUE(same_bits(out, plain)) << of.rows << "x" << of.inner << "x" << of.columns;
        }
    }
}

TEST(Kernels, AMatrixMayBeReadAcross) {
    Rng rng(2);
    const std::vector<float> a = numbers(6 * 5, rng);  // [5][6]: its transpose is [6][5]
    const std::vector<float> b = numbers(5 * 17, rng);
    std::vector<float> out(6 * 17);
    multiply_add({.rows = 6,
                  .inner = 5,
                  .columns = 17,
                  .a = a.data(),
                  .a_row = 1,
                  .a_column = 6,
                  .b = b.data(),
                  .out = out.data()},
                 best_path());
    float expected = 0.0F;
    for (std::size_t k = 0; k < 5; ++k) expected += a[k * 6 + 3] * b[k * 17 + 16];
    EXPECT_FLOAT_EQ(out[3 * 17 + 16], expected);
}

TEST(Kernels, ActivationsAreExactEnoughAndTheSameOnEveryPath) {
    std::vector<float> values;
    for (double x = -100.0; x <= 100.0; x += 0.037) values.push_back(static_cast<float>(x));
    for (const float x : {0.0F, -0.0F, 1e-8F, -1e-8F, 1e30F, -1e30F}) values.push_back(x);
    std::vector<float> sigmoids = values;
    std::vector<float> tangents = values;
    sigmoid(sigmoids, Path::baseline);
    hyperbolic_tangent(tangents, Path::baseline);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto x = static_cast<double>(values[i]);
        EXPECT_NEAR(static_cast<double>(sigmoids[i]), 1.0 / (1.0 + std::exp(-x)), 3e-7) << x;
        EXPECT_NEAR(static_cast<double>(tangents[i]), std::tanh(x), 3e-7) << x;
    }
    std::vector<float> fast = values;
    sigmoid(fast, best_path());
    EXPECT_TRUE(same_bits(fast, sigmoids));
    fast = values;
    hyperbolic_tangent(fast, best_path());
    EXPECT_TRUE(same_bits(fast, tangents));
}

}  // namespace
}  // namespace forescale::recurrent
