#include "base/rng.h"
#include "base/simd_math.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

namespace forescale::simd {
namespace {

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    return std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

TEST(Simd, ExponentialIsExactAndTheSameOnEveryPath) {
    std::vector<double> values;
    for (int i = -22'000; i <= 22'000; ++i) values.push_back(0.03217 * i);
    for (const double x : {0.0, -0.0, 1e-300, -1e-17, 0.5 * std::numbers::ln2}) values.push_back(x);
    std::vector<double> plain = values;
    exponential(plain, Path::baseline);
    for (std::size_t i = 0; i < values.size(); ++i)
        EXPECT_NEAR(plain[i] / std::exp(values[i]), 1.0, 4.5e-16) << values[i];
    std::vector<double> fast = values;
    exponential(fast, best_path());
    EXPECT_TRUE(same_bits(fast, plain));
}

// A demand of zero has the level zero, and must come back as zero.
TEST(Simd, ExponentialOfZeroIsOne) {
    std::vector<double> zeros(7, 0.0);
    exponential(zeros);
    for (const double one : zeros) EXPECT_DOUBLE_EQ(one, 1.0);
}

TEST(Simd, ExponentialHasBounds) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    std::vector<double> values{infinity, 1e9, -1e9, -infinity,
                               std::numeric_limits<double>::quiet_NaN()};
    exponential(values);
    EXPECT_TRUE(std::isfinite(values[0]) && values[0] > 1e307);
    EXPECT_DOUBLE_EQ(values[1], values[0]);
    EXPECT_TRUE(values[2] >= 0.0 && values[2] < 1e-307);
    EXPECT_DOUBLE_EQ(values[3], values[2]);
    EXPECT_TRUE(std::isnan(values[4]));
}

TEST(Simd, SumsLeaveOutWhatIsMissing) {
    Rng rng(1);
    for (std::size_t size = 0; size < 40; ++size) {
        std::vector<double> values(size);
        double sum = 0.0;
        double count = 0.0;
        double squares = 0.0;
        for (double& value : values) {
            value = rng.uniform() < 0.3 ? std::numeric_limits<double>::quiet_NaN() : rng.uniform();
            if (std::isnan(value)) continue;
            sum += value;
            squares += (value - 0.25) * (value - 0.25);
            count += 1.0;
        }
        const Present present = sum_present(values);
        EXPECT_NEAR(present.sum, sum, 1e-12);
        EXPECT_NEAR(present.count, count, 0.0);
        EXPECT_NEAR(sum_squares(values, 0.25).sum, squares, 1e-12);
        const Present plain = sum_present(values, Path::baseline);
        EXPECT_TRUE(same_bits({plain.sum, plain.count}, {present.sum, present.count})) << size;
    }
}

}  // namespace
}  // namespace forescale::simd
