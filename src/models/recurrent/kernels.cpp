#include "models/recurrent/kernels.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <numbers>

namespace forescale::recurrent {

namespace {
using simd::Eight;
using simd::load;
using simd::store;
using EightInts = std::int32_t __attribute__((vector_size(32)));
constexpr std::size_t lanes = simd::lanes<float>;

/// A block of the result stays in registers while the sum runs: Rows x Vectors of eight.
template <std::size_t Rows, std::size_t Vectors>
FORESCALE_INLINE void block(const Product<float>& p, std::size_t m, std::size_t n) {
    // No zeros first: they would keep the block out of the registers, 6.3 us a step and not 4.0.
    using Right = std::array<Eight, Vectors>;
    std::array<Right, Rows> sum;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    for (std::size_t r = 0; r < Rows; ++r)
        for (std::size_t v = 0; v < Vectors; ++v)
            load(sum[r][v], p.out + (m + r) * p.columns + n + v * lanes);
    for (std::size_t k = 0; k < p.inner; ++k) {
        Right right;  // NOLINT(cppcoreguidelines-pro-type-member-init)
        for (std::size_t v = 0; v < Vectors; ++v)
            load(right[v], p.b + k * p.columns + n + v * lanes);
        for (std::size_t r = 0; r < Rows; ++r) {
            const float left = p.a[(m + r) * p.a_row + k * p.a_column];
            for (std::size_t v = 0; v < Vectors; ++v) sum[r][v] += left * right[v];
        }
    }
    for (std::size_t r = 0; r < Rows; ++r)
        for (std::size_t v = 0; v < Vectors; ++v)
            store(p.out + (m + r) * p.columns + n + v * lanes, sum[r][v]);
}

FORESCALE_INLINE void last_columns(const Product<float>& p, std::size_t m, std::size_t from) {
    for (std::size_t n = from; n < p.columns; ++n) {
        float sum = p.out[m * p.columns + n];
        for (std::size_t k = 0; k < p.inner; ++k)
            sum += p.a[m * p.a_row + k * p.a_column] * p.b[k * p.columns + n];
        p.out[m * p.columns + n] = sum;
    }
}

template <std::size_t Rows>
FORESCALE_INLINE void rows_of(const Product<float>& p, std::size_t m) {
    std::size_t n = 0;
    if constexpr (Rows == 1)
        for (; n + 6 * lanes <= p.columns; n += 6 * lanes) block<Rows, 6>(p, m, n);
    for (; n + 2 * lanes <= p.columns; n += 2 * lanes) block<Rows, 2>(p, m, n);
    for (; n + lanes <= p.columns; n += lanes) block<Rows, 1>(p, m, n);
    for (std::size_t r = 0; r < Rows; ++r) last_columns(p, m + r, n);
}

FORESCALE_INLINE void multiply_add_of(const Product<float>& p) {
    std::size_t m = 0;
    for (; m + 4 <= p.rows; m += 4) rows_of<4>(p, m);
    for (; m < p.rows; ++m) rows_of<1>(p, m);
}

/// exp by 2^n times a polynomial of the rest, |rest| <= ln 2 / 2: within 2 units in the last place.
/// source  Cody and Waite 1980, Software Manual for the Elementary Functions
FORESCALE_INLINE void exponential(Eight& x) {
    constexpr float limit = 87.0F;        // e^87 is still finite
    constexpr float round = 12582912.0F;  // 1.5 * 2^23: adding it leaves the nearest integer
    x = x > limit ? Eight{} + limit : x;
    x = x < -limit ? Eight{} - limit : x;
    constexpr float high = 355.0F / 512.0F;  // ln 2 in two parts: the first has few digits
    constexpr auto low = static_cast<float>(std::numbers::ln2 - 355.0 / 512.0);
    const Eight shifted = x * std::numbers::log2e_v<float> + round;
    const Eight whole = shifted - round;
    const Eight rest = (x - whole * high) - whole * low;
    Eight sum = rest * 1.9875691500e-4F + 1.3981999507e-3F;
    sum = sum * rest + 8.3334519073e-3F;
    sum = sum * rest + 4.1665795894e-2F;
    sum = sum * rest + 1.6666665459e-1F;
    sum = sum * rest + 5.0000001201e-1F;
    sum = sum * rest * rest + rest + 1.0F;
    EightInts bits;
    std::memcpy(&bits, &shifted, sizeof bits);
    const EightInts power = (bits << 23) + 0x3f800000;
    Eight scale;
    std::memcpy(&scale, &power, sizeof scale);
    x = sum * scale;
}
FORESCALE_INLINE void sigmoid_of(Eight& x) {
    x = -x;
    exponential(x);
    x = 1.0F / (1.0F + x);
}
FORESCALE_INLINE void tangent_of(Eight& x) {
    x = x * -2.0F;
    exponential(x);
    x = 2.0F / (1.0F + x) - 1.0F;
}

template <class Function>
FORESCALE_INLINE void for_each_eight(std::span<float> values, Function function) {
    Eight x;
    std::size_t i = 0;
    for (; i + lanes <= values.size(); i += lanes) {
        load(x, values.data() + i);
        function(x);
        store(values.data() + i, x);
    }
    if (i == values.size()) return;
    std::array<float, lanes> last{};
    std::memcpy(last.data(), values.data() + i, (values.size() - i) * sizeof(float));
    load(x, last.data());
    function(x);
    store(last.data(), x);
    std::memcpy(values.data() + i, last.data(), (values.size() - i) * sizeof(float));
}

struct Sigmoid {
    FORESCALE_INLINE void operator()(Eight& x) const { sigmoid_of(x); }
};
struct Tangent {
    FORESCALE_INLINE void operator()(Eight& x) const { tangent_of(x); }
};

FORESCALE_AVX2 void multiply_add_avx2(const Product<float>& p) {
    multiply_add_of(p);
}
FORESCALE_AVX2 void sigmoid_avx2(std::span<float> values) {
    for_each_eight(values, Sigmoid{});
}
FORESCALE_AVX2 void tangent_avx2(std::span<float> values) {
    for_each_eight(values, Tangent{});
}
}  // namespace

void multiply_add(const Product<float>& product, Path path) {
    if (path == Path::avx2)
        multiply_add_avx2(product);
    else
        multiply_add_of(product);
}

void sigmoid(std::span<float> values, Path path) {
    if (path == Path::avx2)
        sigmoid_avx2(values);
    else
        for_each_eight(values, Sigmoid{});
}

void hyperbolic_tangent(std::span<float> values, Path path) {
    if (path == Path::avx2)
        tangent_avx2(values);
    else
        for_each_eight(values, Tangent{});
}

}  // namespace forescale::recurrent
