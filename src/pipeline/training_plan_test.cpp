#include "pipeline/training_plan.h"

#include "base/archive.h"
#include "base/rng.h"

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr Timestamp begin{day * 20000};

/// A fleet in which every version has its own mean error.
class Fleet {
public:
    explicit Fleet(ModelPlan& plan) : plan_(plan) {}
    std::map<std::string, double> error{{"", 1.0}, {"a", 1.0}, {"b", 1.0}, {"c", 1.0}};
    TrialRules rules;
    Timestamp now = begin;

    void days(int count) {
        for (int hour = 0; hour < count * 24; ++hour) {
            for (int s = 0; s < 20; ++s) {
                const ServiceId id(fmt::format("service-{}", s));
                const ModelChoice choice = plan_.choice(id);
                if (choice.shadow.empty()) continue;
                plan_.note(choice.live, {.target = now,
                                         .champion = error[choice.live] * luck(),
                                         .challenger = error[choice.shadow] * luck()});
            }
            now += std::chrono::hours(1);
            plan_.judge(rules, now);
        }
    }

private:
    double luck() { return 0.5 + rng_.uniform(); }
    ModelPlan& plan_;
    Rng rng_{7};
};

std::vector<std::string> kinds(const ModelPlan& plan) {
    std::vector<std::string> out;
    for (const ModelTransition& t : plan.transitions()) out.push_back(t.kind + " " + t.version);
    return out;
}
using Kinds = std::vector<std::string>;

TEST(ModelPlan, TheFirstVersionServesAtOnceAndTheNextIsTried) {
    ModelPlan plan;
    plan.ship("", begin);
    EXPECT_TRUE(plan.offer("a", {}, begin));
    EXPECT_EQ(plan.choice(ServiceId("shop")), (ModelChoice{.live = "a", .shadow = ""}));
    EXPECT_FALSE(plan.offer("a", {}, begin)) << "it serves already";
    EXPECT_TRUE(plan.offer("b", {}, begin));
    EXPECT_FALSE(plan.offer("c", {}, begin)) << "one question at a time";
    EXPECT_EQ(kinds(plan), (Kinds{"first a", "trial b"}));
}

TEST(ModelPlan, AShareOfServicesUsesTheContenderWhileItIsOnTrial) {
    ModelPlan plan;
    plan.ship("a", begin);
    ASSERT_TRUE(plan.offer("b", {.ab_share = 0.2}, begin));
    int live = 0;
    for (int s = 0; s < 2000; ++s) {
        const ModelChoice choice = plan.choice(ServiceId(fmt::format("service-{}", s)));
        EXPECT_NE(choice.live, choice.shadow);
        live += choice.live == "b" ? 1 : 0;
    }
    EXPECT_NEAR(live, 400, 60);
}

TEST(ModelPlan, ABetterVersionIsPromotedWatchedAndKept) {
    ModelPlan plan;
    plan.ship("a", begin);
    Fleet fleet(plan);
    fleet.error["b"] = 0.9;
    ASSERT_TRUE(plan.offer("b", fleet.rules, begin));
    fleet.days(21);
    EXPECT_EQ(plan.champion(), "b");
    EXPECT_EQ(plan.previous(), "a");
    fleet.days(21);
    EXPECT_EQ(plan.phase(), ModelPhase::settled);
    EXPECT_EQ(kinds(plan), (Kinds{"shipped a", "trial b", "promoted b", "kept b"}));
}

TEST(ModelPlan, OneThatTurnsWorseIsRolledBack) {
    ModelPlan plan;
    plan.ship("a", begin);
    Fleet fleet(plan);
    fleet.rules.watch_days = 21;
    fleet.error["b"] = 0.9;
    ASSERT_TRUE(plan.offer("b", fleet.rules, begin));
    while (plan.phase() == ModelPhase::trial) fleet.days(1);
    ASSERT_EQ(plan.champion(), "b");
    fleet.error["b"] = 1.2;
    fleet.days(21);
    EXPECT_EQ(plan.champion(), "a");
    EXPECT_EQ(kinds(plan), (Kinds{"shipped a", "trial b", "promoted b", "rolled_back b"}));
}

TEST(ModelPlan, WorseOnesAndEqualOnesAreRejected) {
    for (const double error : {1.3, 1.0}) {
        ModelPlan plan;
        plan.ship("a", begin);
        Fleet fleet(plan);
        fleet.error["b"] = error;
        ASSERT_TRUE(plan.offer("b", fleet.rules, begin));
        fleet.days(23);
        EXPECT_EQ(plan.champion(), "a");
        EXPECT_EQ(kinds(plan), (Kinds{"shipped a", "trial b", "rejected b"})) << error;
    }
}

TEST(ModelPlan, ANewShippedVersionReplacesAShippedOneOnly) {
    ModelPlan plan;
    plan.ship("a", begin);
    plan.ship("b", begin);
    EXPECT_EQ(plan.champion(), "b");
    plan.ship("b", begin);
    EXPECT_EQ(plan.transitions_count(), 2U) << "nothing happened";
    Fleet fleet(plan);
    fleet.error["c"] = 0.8;
    ASSERT_TRUE(plan.offer("c", fleet.rules, begin));
    fleet.days(42);
    ASSERT_EQ(plan.champion(), "c");
    plan.ship("a", begin);
    EXPECT_EQ(plan.champion(), "c") << "it was trained here";
}

TEST(ModelPlan, AVersionWhoseFileIsGoneServesNobody) {
    ModelPlan plan;
    plan.ship("a", begin);
    ASSERT_TRUE(plan.offer("b", {}, begin));
    plan.lose("b", begin);
    EXPECT_EQ(plan.phase(), ModelPhase::settled);
    Fleet fleet(plan);
    fleet.error["c"] = 0.8;
    ASSERT_TRUE(plan.offer("c", fleet.rules, begin));
    while (plan.phase() == ModelPhase::trial) fleet.days(1);
    ASSERT_EQ(plan.champion(), "c");
    plan.lose("c", fleet.now);
    EXPECT_EQ(plan.champion(), "a");
}

TEST(ModelPlan, GoesOnToTheBitAfterBeingStored) {
    ModelPlan whole;
    ModelPlan stored;
    Fleet one(whole);
    Fleet two(stored);
    one.error["b"] = two.error["b"] = 0.95;
    for (ModelPlan* plan : {&whole, &stored}) {
        plan->ship("a", begin);
        ASSERT_TRUE(plan->offer("b", one.rules, begin));
    }
    for (int i = 0; i < 15; ++i) {
        one.days(1);
        two.days(1);
        const std::string state = save_state(stored, ModelPlan::layout);
        stored = ModelPlan();
        ASSERT_TRUE(load_state(stored, state, ModelPlan::layout));
    }
    EXPECT_EQ(save_state(whole, ModelPlan::layout), save_state(stored, ModelPlan::layout));
}

}  // namespace
}  // namespace forescale
