#include "base/retry.h"

#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(RetryPolicy, StopsAfterItsAttemptsAndAtErrorsThatStay) {
    const RetryPolicy policy{.attempts_max = 3};
    EXPECT_TRUE(policy.allows(1, Errc::unavailable));
    EXPECT_TRUE(policy.allows(3, Errc::unavailable));
    EXPECT_FALSE(policy.allows(4, Errc::unavailable));
    EXPECT_FALSE(policy.allows(1, Errc::invalid_argument));
    EXPECT_FALSE(policy.allows(1, Errc::corrupt));
}

TEST(RetryPolicy, DelayDoublesUpToItsBoundWithJitterInTheUpperHalf) {
    const RetryPolicy policy{
        .attempts_max = 100, .delay_first = milliseconds(200), .delay_max = seconds(5)};
    Rng rng(1);
    for (int round = 0; round < 1000; ++round) {
        Duration whole = milliseconds(200);
        for (int attempt = 1; attempt <= 100; ++attempt) {
            const auto delay = policy.delay_after(attempt, rng);
            ASSERT_GE(delay, whole / 2) << attempt;
            ASSERT_LE(delay, whole) << attempt;
            whole = std::min<Duration>(whole * 2, seconds(5));
        }
    }
}

TEST(RetryPolicy, SameSeedSameDelaysAndOtherSeedOthers) {
    const RetryPolicy policy;
    const auto delays = [&](std::uint64_t seed) {
        Rng rng(seed);
        std::vector<Duration> out;
        for (int attempt = 1; attempt <= 8; ++attempt)
            out.push_back(policy.delay_after(attempt, rng));
        return out;
    };
    EXPECT_EQ(delays(5), delays(5));
    EXPECT_NE(delays(5), delays(6));
}

TEST(RetryPolicy, HugeBoundsDoNotOverflow) {
    const RetryPolicy policy{.attempts_max = 1000,
                             .delay_first = std::chrono::hours(1'000'000) / 3,
                             .delay_max = std::chrono::hours(1'000'000)};
    Rng rng(1);
    EXPECT_LE(policy.delay_after(1000, rng), policy.delay_max);
    EXPECT_GE(policy.delay_after(1000, rng), policy.delay_max / 2);
}

}  // namespace
}  // namespace forescale
