#pragma once
// A kernel is written once, on the vector types below, as a FORESCALE_INLINE template, and compiled
// twice: as it is, and within a function marked FORESCALE_AVX2. Vectors are 32 bytes: one register
// with AVX2 and two without, with the same operations in the same order on every element, so that
// the bits do not depend on the machine.
#include <cstddef>
#include <cstring>

#define FORESCALE_INLINE [[gnu::always_inline]] inline
#if defined(__x86_64__)
#define FORESCALE_AVX2 __attribute__((target("avx2")))
#else
#define FORESCALE_AVX2
#endif

namespace forescale::simd {

/// Which instructions a kernel uses.
enum class Path : unsigned char { baseline, avx2 };
/// The fastest one that this processor has.
[[nodiscard]] Path best_path();

using Four = double __attribute__((vector_size(32)));
using Eight = float __attribute__((vector_size(32)));

template <class Number>
struct VectorOf;
template <>
struct VectorOf<double> {
    using Type = Four;
};
template <>
struct VectorOf<float> {
    using Type = Eight;
};
template <class Number>
inline constexpr std::size_t lanes = 32 / sizeof(Number);

// By reference: a vector as an argument would have another calling convention on each path.
template <class Vector, class Number>
FORESCALE_INLINE void load(Vector& to, const Number* from) {
    std::memcpy(&to, from, sizeof to);
}
template <class Vector, class Number>
FORESCALE_INLINE void store(Number* to, const Vector& from) {
    std::memcpy(to, &from, sizeof from);
}
/// Four floats as doubles.
FORESCALE_INLINE void load_wide(Four& to, const float* from) {
    using FourFloats = float __attribute__((vector_size(16)));
    FourFloats narrow;
    load(narrow, from);
    to = __builtin_convertvector(narrow, Four);
}
FORESCALE_INLINE void load_wide(Four& to, const double* from) {
    load(to, from);
}
/// In a fixed order.
FORESCALE_INLINE double sum_of(const Four& x) {
    return (x[0] + x[2]) + (x[1] + x[3]);
}

}  // namespace forescale::simd
