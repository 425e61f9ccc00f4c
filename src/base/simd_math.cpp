#include "base/simd_math.h"

#include <array>
#include <cstdint>
#include <limits>
#include <numbers>

namespace forescale::simd {

namespace {
/// By 2^n times the Taylor series of the rest, |rest| <= ln 2 / 2.
/// source  Cody and Waite 1980, Software Manual for the Elementary Functions
FORESCALE_INLINE void exponential_of(Four& x) {
    using FourInts = std::int64_t __attribute__((vector_size(32)));
    constexpr double limit = 708.0;     // e^708 is still finite
    constexpr double round = 0x1.8p52;  // adding it leaves the nearest integer
    x = x > limit ? Four{} + limit : x;
    x = x < -limit ? Four{} - limit : x;
    // ln 2 in two parts: the first has few digits, so that n times it is exact.
    constexpr double high = 0x1.62e42fefa38p-1;  // NOLINT(modernize-use-std-numbers)
    constexpr double low = 0x1.ef35793c7673p-45;
    const Four shifted = x * std::numbers::log2e + round;
    const Four whole = shifted - round;
    const Four rest = (x - whole * high) - whole * low;
    Four sum = rest * (1.0 / 6227020800.0) + 1.0 / 479001600.0;
    sum = sum * rest + 1.0 / 39916800.0;
    sum = sum * rest + 1.0 / 3628800.0;
    sum = sum * rest + 1.0 / 362880.0;
    sum = sum * rest + 1.0 / 40320.0;
    sum = sum * rest + 1.0 / 5040.0;
    sum = sum * rest + 1.0 / 720.0;
    sum = sum * rest + 1.0 / 120.0;
    sum = sum * rest + 1.0 / 24.0;
    sum = sum * rest + 1.0 / 6.0;
    sum = sum * rest + 0.5;
    sum = sum * rest * rest + rest + 1.0;
    FourInts bits;
    std::memcpy(&bits, &shifted, sizeof bits);
    const FourInts power = (bits << 52) + 0x3ff0000000000000;
    Four scale;
    std::memcpy(&scale, &power, sizeof scale);
    x = sum * scale;
}

FORESCALE_INLINE void exponentials_of(std::span<double> values) {
    constexpr std::size_t four = lanes<double>;
    Four x;
    std::size_t i = 0;
    for (; i + four <= values.size(); i += four) {
        load(x, values.data() + i);
        exponential_of(x);
        store(values.data() + i, x);
    }
    if (i == values.size()) return;
    std::array<double, four> last{};
    std::memcpy(last.data(), values.data() + i, (values.size() - i) * sizeof(double));
    load(x, last.data());
    exponential_of(x);
    store(last.data(), x);
    std::memcpy(values.data() + i, last.data(), (values.size() - i) * sizeof(double));
}

struct Itself {
    template <class Value>
    FORESCALE_INLINE void operator()(Value&) const {}
};
struct SquaredDistance {
    double middle;
    template <class Value>
    FORESCALE_INLINE void operator()(Value& value) const {
        value -= middle;
        value *= value;
    }
};

template <class Term>
FORESCALE_INLINE Present sum_of_terms(std::span<const double> values, Term term) {
    constexpr double largest = std::numeric_limits<double>::infinity();
    constexpr std::size_t four = lanes<double>;
    constexpr Four zeros{};
    constexpr Four ones{1.0, 1.0, 1.0, 1.0};
    Four sums{};
    Four counts{};
    std::size_t i = 0;
    for (; i + four <= values.size(); i += four) {
        Four value;
        load(value, values.data() + i);
        term(value);
        const auto is_present = value <= largest;
        sums += is_present ? value : zeros;
        counts += is_present ? ones : zeros;
    }
    Present present{.sum = sum_of(sums), .count = sum_of(counts)};
    for (; i < values.size(); ++i) {
        double value = values[i];
        term(value);
        const bool is_present = value <= largest;
        present.sum += is_present ? value : 0.0;
        present.count += is_present ? 1.0 : 0.0;
    }
    return present;
}

FORESCALE_AVX2 void exponential_avx2(std::span<double> values) {
    exponentials_of(values);
}
FORESCALE_AVX2 Present sum_present_avx2(std::span<const double> values) {
    return sum_of_terms(values, Itself{});
}
FORESCALE_AVX2 Present sum_squares_avx2(std::span<const double> values, double middle) {
    return sum_of_terms(values, SquaredDistance{middle});
}
}  // namespace

void exponential(std::span<double> values, Path path) {
    if (path == Path::avx2)
        exponential_avx2(values);
    else
        exponentials_of(values);
}

Present sum_present(std::span<const double> values, Path path) {
    return path == Path::avx2 ? sum_present_avx2(values) : sum_of_terms(values, Itself{});
}

Present sum_squares(std::span<const double> values, double middle, Path path) {
    return path == Path::avx2 ? sum_squares_avx2(values, middle)
                              : sum_of_terms(values, SquaredDistance{middle});
}

}  // namespace forescale::simd
