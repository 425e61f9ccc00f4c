#include "training/contest.h"

#include "base/archive.h"
#include "base/rng.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr int services = 20;

/// A fleet whose challenger has `ratio` of the champion's errors in the mean; errors of both are
/// correlated, days differ, and the challenger is better by day and worse by night.
class Fleet {
public:
    Fleet(std::uint64_t seed, double ratio) : rng_(seed), ratio_(ratio) {}

    /// Every service has a target an hour; a day has its own luck, which all of them share.
    void day_of(Contest& contest) {
        const double luck = 0.01 * normal();
        for (int hour = 0; hour < 24; ++hour) {
            const double habit = 0.05 * std::sin(2.0 * std::numbers::pi * hour / 24.0);
            for (int s = 0; s < services; ++s) {
                const double shared = normal();
                const double champion = std::abs(0.95 * shared + 0.31 * normal());
                const double challenger = std::abs(0.95 * shared + 0.31 * normal());
                contest.note({.target = at_,
                              .champion = champion,
                              .challenger = ratio_ * challenger * (1.0 + habit + luck)});
            }
            at_ += std::chrono::hours(1);
        }
    }

private:
    double normal() {
        const double u = std::max(rng_.uniform(), 1e-12);
        return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * rng_.uniform());
    }
    Rng rng_;
    double ratio_;
    Timestamp at_{day * 20000};
};

struct Outcomes {
    int better = 0;
    int worse = 0;
    int futile = 0;
    double days = 0.0;  ///< of those that were better, in the mean
};

Outcomes play(int contests, double ratio, ContestSettings settings) {
    Outcomes all;
    for (int i = 0; i < contests; ++i) {
        Fleet fleet(1000 + static_cast<std::uint64_t>(i), ratio);
        Contest contest(settings.margin);
        ContestVerdict verdict = ContestVerdict::open;
        while (verdict == ContestVerdict::open) {
            fleet.day_of(contest);
            verdict = contest.verdict(settings);
        }
        all.better += verdict == ContestVerdict::better ? 1 : 0;
        all.worse += verdict == ContestVerdict::worse ? 1 : 0;
        all.futile += verdict == ContestVerdict::futile ? 1 : 0;
        if (verdict == ContestVerdict::better) all.days += contest.days();
    }
    if (all.better > 0) all.days /= all.better;
    return all;
}

TEST(Contest, OneThatIsNoBetterIsRarelyTakenForBetter) {
    const Outcomes all = play(200, 1.0, {.margin = 0.0, .days_max = 60});
    std::printf(
        "no difference, no margin, looked at daily for 60 days: %d of 200 better, %d worse\n",
        all.better, all.worse);
    EXPECT_LE(all.better, 10);
    EXPECT_LE(all.worse, 10);
}

TEST(Contest, AtTheMarginItIsNotBetterYet) {
    EXPECT_LE(play(200, 0.99, {.margin = 0.01, .days_max = 60}).better, 10);
}

TEST(Contest, ThreePercentBetterIsFoundWithinAMonth) {
    const Outcomes all = play(50, 0.97, {.margin = 0.01, .days_max = 30});
    std::printf("3 %% better: %d of 50 within 30 days, after %.1f days of %d targets\n", all.better,
                all.days, services * 24);
    EXPECT_GE(all.better, 45);
}

TEST(Contest, TenPercentBetterIsFoundWithinTwoWeeks) {
    const Outcomes all = play(50, 0.90, {});
    std::printf("10 %% better: %d of 50 within 14 days, after %.1f days\n", all.better, all.days);
    EXPECT_GE(all.better, 48);
}

TEST(Contest, FivePercentWorseIsRejectedBeforeItIsFutile) {
    const Outcomes all = play(50, 1.05, {});
    EXPECT_EQ(all.better, 0);
    EXPECT_GE(all.worse, 40);
}

TEST(Contest, LossesThatAreNoNumbersAndIncidentsDecideNothing) {
    Contest contest;
    Fleet fleet(3, 1.0);
    for (int i = 0; i < 10; ++i) {
        fleet.day_of(contest);
        contest.note({.target = Timestamp(day * (20000 + i)), .champion = 1e12, .challenger = 1.0});
        contest.note({.target = Timestamp(day * (20000 + i)),
                      .champion = std::numeric_limits<double>::quiet_NaN(),
                      .challenger = 1.0});
    }
    EXPECT_TRUE(std::isfinite(contest.stake_better()));
    EXPECT_TRUE(std::isfinite(contest.ratio()));
    EXPECT_GT(contest.ratio(), 0.9);
}

TEST(Contest, GoesOnToTheBitAfterBeingStored) {
    Contest whole;
    Contest stored;
    Fleet one(5, 0.95);
    Fleet two(5, 0.95);
    for (int i = 0; i < 12; ++i) {
        one.day_of(whole);
        two.day_of(stored);
        const std::string state = save_state(stored, 1);
        stored = Contest();
        ASSERT_TRUE(load_state(stored, state, 1));
    }
    EXPECT_EQ(save_state(whole, 1), save_state(stored, 1));
}

}  // namespace
}  // namespace forescale
