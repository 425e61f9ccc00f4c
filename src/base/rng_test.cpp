#include "base/rng.h"

#include "base/archive.h"

#include <gtest/gtest.h>

namespace forescale {
namespace {

// Reference values of splitmix64 with seed 1234567, as published with its C source.
TEST(Rng, GivesTheNumbersOfSplitmix64) {
    Rng rng(1234567);
    for (const std::uint64_t expected :
         {6457827717110365317U, 3203168211198807973U, 9817491932198370423U, 4593380528125082431U,
          16408922859458223821U})
        EXPECT_EQ(rng.next(), expected);
}

TEST(Rng, UniformStaysInItsIntervalAroundItsMean) {
    Rng rng(3);
    double sum = 0;
    constexpr int rounds = 100'000;
    for (int i = 0; i < rounds; ++i) {
        const double x = rng.uniform();
        ASSERT_GE(x, 0.0);
        ASSERT_LT(x, 1.0);
        sum += x;
    }
    EXPECT_NEAR(sum / rounds, 0.5, 0.005);
}

TEST(Rng, BelowReachesEveryValue) {
    Rng rng(4);
    std::array<int, 6> counts{};
    for (int i = 0; i < 6000; ++i) ++counts.at(rng.below(6));
    for (const int count : counts) EXPECT_GT(count, 800);
}

TEST(Rng, GoesOnWhereItWasStored) {
    Rng rng(5);
    rng.next();
    const auto state = save_state(rng, 1);
    Rng copy(0);
    ASSERT_TRUE(load_state(copy, state, 1));
    EXPECT_EQ(copy.next(), rng.next());
}

}  // namespace
}  // namespace forescale
