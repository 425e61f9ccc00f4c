#include "base/error.h"

#include "base/assert.h"
#include "base/quantity.h"

#include <gtest/gtest.h>

namespace forescale {
namespace {

Result<int> half(int number) {
    if (number % 2 != 0)
        return fail(Errc::invalid_argument, "cannot halve {}; give an even number", number);
    return number / 2;
}

Result<int> quarter(int number) {
    TRY(const int once, half(number));
    TRY(const int twice, half(once));
    return twice;
}

Result<void> check_quarter(int number) {
    TRY_VOID(quarter(number));
    return {};
}

TEST(Try, GivesTheValueOrReturnsTheError) {
    EXPECT_EQ(quarter(8), 2);
    const auto failed = quarter(6);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Errc::invalid_argument);
    EXPECT_EQ(failed.error().message, "cannot halve 3; give an even number");
    EXPECT_TRUE(check_quarter(4));
    EXPECT_FALSE(check_quarter(3));
}

TEST(Try, WorksWithTypesThatOnlyMove) {
    const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); };
    const auto use = [&]() -> Result<int> {
        TRY(const auto pointer, make());
        return *pointer;
    };
    EXPECT_EQ(use(), 7);
}

TEST(Errc, OnlyUnavailableIsWorthAnotherTry) {
    for (const auto code : {Errc::invalid_argument, Errc::not_found, Errc::unavailable,
                            Errc::conflict, Errc::corrupt}) {
        EXPECT_EQ(is_retryable(code), code == Errc::unavailable);
        EXPECT_NE(to_string(code), "unknown");
    }
}

TEST(Assert, AbortsAndNamesTheInvariant) {
    const int two = 2;
    ASSERT(two == 2);
    EXPECT_DEATH(ASSERT(two == 3), "broken invariant 'two == 3' in .*error_test.cpp");
}

TEST(Quantity, CountsInItsOwnUnit) {
    EXPECT_EQ(Replicas(3) + Replicas(4), Replicas(7));
    EXPECT_EQ(Replicas(3) - Replicas(4), Replicas(-1));
    EXPECT_EQ(Replicas(3) * 2, Replicas(6));
    EXPECT_DOUBLE_EQ(Demand(30.0) / Demand(20.0), 1.5);
    EXPECT_LT(Replicas(3), Replicas(4));
    EXPECT_EQ(Replicas{}.value(), 0);
    static_assert(!std::is_convertible_v<int, Replicas> &&
                  !std::is_convertible_v<Replicas, Demand>);
}

}  // namespace
}  // namespace forescale
