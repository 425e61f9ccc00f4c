#include "decision/plan.h"

#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::minutes;

/// One stage of 10 min per number, one list per scenario.
PlanStages stages(const std::vector<std::vector<int>>& scenarios) {
    PlanStages out;
    const auto count = static_cast<Duration::rep>(scenarios.front().size());
    for (Duration::rep i = 0; i < count; ++i) out.begins.push_back(minutes(10) * i);
    out.end = minutes(10) * count;
    for (const auto& needed : scenarios) {
        auto& sizes = out.needed.emplace_back();
        for (const int size : needed) sizes.emplace_back(size);
    }
    return out;
}

CapacityPlan plan_of(const std::vector<int>& needed, int current, double change_cost) {
    return plan_capacity(stages({needed}), Replicas(current), change_cost);
}

TEST(CapacityPlan, KeepsWhatIsNeededAgainBeforeGivingBackPays) {
    // 4 of 10 for 20 min are 1.33 replica-hours; down and up again are two changes.
    EXPECT_EQ(plan_of({6, 6, 10, 10, 10}, 10, 0.7).now, Replicas(10));
    EXPECT_EQ(plan_of({6, 6, 10, 10, 10}, 10, 0.6).now, Replicas(6));
}

TEST(CapacityPlan, GivesBackWhatIsNotNeededAgain) {
    const CapacityPlan plan = plan_of({6, 6, 6, 6, 6, 6}, 10, 0.7);
    EXPECT_EQ(plan.now, Replicas(6));
    EXPECT_EQ(plan.until, minutes(60));
}

TEST(CapacityPlan, GivesBackOnceWhereTwiceWouldCostMore) {
    // 8 for one stage and then 4: the first step down saves 2 for 10 min only.
    EXPECT_EQ(plan_of({8, 4, 4, 4, 4, 4}, 10, 0.7).now, Replicas(10));
    EXPECT_EQ(plan_of({8, 4, 4, 4, 4, 4}, 10, 0.2).now, Replicas(8));
}

TEST(CapacityPlan, GrowsInOneStepThroughARamp) {
    EXPECT_EQ(plan_of({5, 6, 7, 7, 7, 7}, 4, 1.0).now, Replicas(7));
    EXPECT_EQ(plan_of({5, 6, 7, 7, 7, 7}, 4, 0.01).now, Replicas(5));
}

TEST(CapacityPlan, FollowsTheNeedWhereChangesAreFree) {
    EXPECT_EQ(plan_of({3, 9, 2}, 5, 0.0).now, Replicas(3));
}

TEST(CapacityPlan, HasNothingToPlanForOneStageWithoutLength) {
    PlanStages one = stages({{7}});
    one.end = Duration(0);
    EXPECT_EQ(plan_capacity(one, Replicas(9), 0.5).now, Replicas(9));
    EXPECT_EQ(plan_capacity(one, Replicas(3), 0.5).now, Replicas(7));
}

TEST(CapacityPlan, KeepsWhatIsLikelyToBeNeededAgain) {
    // Giving 4 back for 50 min saves 3.3 replica-hours, and costs one change; where they are needed
    // again after 10 min, it saves 0.67 and costs two.
    const std::vector<int> returns{6, 10, 10, 10, 10};
    const std::vector<int> stays{6, 6, 6, 6, 6};
    EXPECT_EQ(plan_capacity(stages({returns, returns, returns, stays}), Replicas(10), 1.0).now,
              Replicas(10));
    EXPECT_EQ(plan_capacity(stages({returns, stays, stays, stays}), Replicas(10), 1.0).now,
              Replicas(6));
}

TEST(CapacityPlan, InsuresBetweenWhatScenariosNeed) {
    // In one of two ways 9 are needed later, in the other 7: the first change goes to what both
    // need.
    const CapacityPlan plan =
        plan_capacity(stages({{5, 7, 9, 9, 9}, {5, 7, 7, 7, 7}}), Replicas(4), 0.6);
    EXPECT_EQ(plan.now, Replicas(7));
}

/// Cost of the best sequence of sizes, by trying every size at every stage.
double least_cost(const std::vector<int>& needed, std::size_t at, int size, double change_cost) {
    if (at == needed.size()) return 0.0;
    double least = INFINITY;
    for (int next = needed[at]; next <= 6; ++next)
        least = std::min(least, (next != size ? change_cost : 0.0) + next / 6.0 +
                                    least_cost(needed, at + 1, next, change_cost));
    return least;
}

TEST(CapacityPlan, CostsNoMoreThanTheBestOfAllSequences) {
    std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same cases every time
    std::uniform_int_distribution<int> size(1, 6);
    for (int round = 0; round < 200; ++round) {
        std::vector<int> needed(5);
        for (int& stage : needed) stage = size(random);
        const int current = size(random);
        const double change_cost = 0.1 * size(random);
        const int now = plan_of(needed, current, change_cost).now.value();
        ASSERT_GE(now, needed[0]);
        const double cost = (now != current ? change_cost : 0.0) + now / 6.0 +
                            least_cost(needed, 1, now, change_cost);
        EXPECT_NEAR(cost, least_cost(needed, 0, current, change_cost), 1e-9);
    }
}

}  // namespace
}  // namespace forescale
