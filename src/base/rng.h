#pragma once
#include <cstdint>

namespace forescale {

/// splitmix64 (Steele, Lea, Flood 2014, doi:10.1145/2714064.2660195): 8 bytes of state, the same
/// numbers everywhere.
class Rng {
public:
    explicit Rng(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    /// Uniform in [0, 1).
    double uniform() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
    /// Uniform in [0, bound); bound > 0.
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(state_);
    }

private:
    std::uint64_t state_;
};

}  // namespace forescale
