#include "models/boosted/forest.h"

#include "models/boosted/test_forests.h"
#include "models/boosted/tree_row.h"
#include "models/test_trial.h"

#include <cmath>

#include <gtest/gtest.h>

namespace forescale {
namespace {

using boosted::Forest;
using boosted::ForestGroup;
using boosted::ForestSet;
using boosted::Node;
using boosted::Tree;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr Duration step = std::chrono::minutes(5);

/// Two columns: x < 1 -> 10; else y < 2 -> 20, else 30. A leaf of its own column leads to itself.
Tree two_splits() {
    return {{1.0F, 0, 1}, {10.0F, 2, 1}, {2.0F, 1, 3}, {20.0F, 2, 3}, {30.0F, 2, 4}};
}
Tree leaf(float value) {
    return {{value, 2, 0}};
}
Forest of(const std::vector<Tree>& trees, boosted::LinearStart start = {}) {
    return Forest(2, std::move(start), trees);
}
float said(const Forest& forest, float x, float y) {
    return forest.trees_say(std::array{x, y, nan});
}

TEST(Forest, EveryRowEndsInItsLeaf) {
    const Forest forest = of({two_splits()});
    EXPECT_EQ(said(forest, 0.5F, 9.0F), 10.0F);
    EXPECT_EQ(said(forest, 1.0F, 1.9F), 20.0F);  // on the threshold is not below it
    EXPECT_EQ(said(forest, 1.5F, 2.0F), 30.0F);
}

TEST(Forest, ALongWalkBesideShortOnes) {
    Tree chain;  // x < 0, 1, 2 ... 39: a walk of 40 splits
    for (std::uint16_t i = 0; i < 40; ++i) {
        const auto left = static_cast<std::uint16_t>(2 * i + 1);
        chain.push_back({static_cast<float>(i), 0, left});
        chain.push_back({static_cast<float>(100 + i), 2, left});
    }
    chain.push_back({7.0F, 2, 80});
    std::vector<Tree> trees(8, leaf(1000.0F));
    trees.push_back(chain);
    trees.push_back(leaf(0.5F));
    const Forest forest = of(trees);
    EXPECT_EQ(said(forest, 38.5F, 0.0F), 8000.0F + 139.0F + 0.5F);
    EXPECT_EQ(said(forest, 1e9F, 0.0F), 8000.0F + 7.0F + 0.5F);
}

TEST(Forest, ManyTreesAreAddedInTheirOrder) {
    std::vector<Tree> trees;
    float expected = 0.0F;
    for (int t = 0; t < 13; ++t) {
        const float value = std::exp(static_cast<float>(t) - 7.0F);
        trees.push_back(leaf(value));
        expected += value;
    }
    EXPECT_EQ(said(of(trees), 0.0F, 0.0F), expected);
}

TEST(Forest, StartsFromALinearSay) {
    const std::array row{3.0F, 4.0F, nan};
    EXPECT_DOUBLE_EQ(of({leaf(1.0F)}, {{2.0F, -1.0F}, 0.25F}).say(row), 0.25 + 1.0 + 6.0 - 4.0);
    EXPECT_DOUBLE_EQ(of({}, {{}, 0.25F}).say(row), 0.25);
}

TEST(Forest, NumbersThatAreNoneStayWithinTheTree) {
    const Forest forest = of({two_splits()});
    EXPECT_EQ(said(forest, nan, nan), 10.0F);
    EXPECT_EQ(said(forest, std::numeric_limits<float>::infinity(), nan), 20.0F);
}

std::string bytes_of(ForestSet set) {
    ArchiveWriter writer;
    writer(set);
    return writer.take();
}
bool is_read(const std::string& bytes, ForestSet& set) {
    ArchiveReader reader(bytes);
    reader(set);
    return !reader.failed() && reader.at_end();
}
ForestSet set_of(const Forest& forest) {
    return {
        .columns_hash = 1,
        .groups = {{.variant = "xgboost", .step = step, .horizons = {12}, .forests = {forest}}}};
}

TEST(ForestSet, ComesBackFromItsBytes) {
    const Forest forest = of(std::vector<Tree>(9, two_splits()), {{2.0F, -1.0F}, 0.25F});
    ForestSet set;
    ASSERT_TRUE(is_read(bytes_of(set_of(forest)), set));
    const ForestGroup* const group = set.find("xgboost", step);
    ASSERT_NE(group, nullptr);
    ASSERT_NE(group->at(12), nullptr);
    const std::array row{1.5F, 2.5F, nan};
    EXPECT_EQ(group->at(12)->say(row), forest.say(row));
    EXPECT_EQ(group->at(3), nullptr);
    EXPECT_EQ(set.find("xgboost", step * 2), nullptr);
    EXPECT_EQ(set.find("other", step), nullptr);
}

TEST(ForestSet, EveryDamageIsRefusedOrHarmless) {
    const Forest forest = of(std::vector<Tree>(3, two_splits()), {{2.0F, -1.0F}, 0.25F});
    const std::string bytes = bytes_of(set_of(forest));
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        ForestSet set;
        EXPECT_FALSE(is_read(bytes.substr(0, cut), set)) << cut;
    }
    int refused = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at)
        for (const int value : {0x00, 0x7f, 0xff}) {
            std::string damaged = bytes;
            damaged[at] = static_cast<char>(value);
            ForestSet set;
            if (!is_read(damaged, set)) {
                ++refused;
                continue;
            }
            for (const ForestGroup& group : set.groups)
                for (const Forest& read : group.forests) {
                    std::vector<float> row(read.columns() + 1, 1.5F);
                    row.back() = nan;
                    EXPECT_TRUE(std::isfinite(read.trees_say(row))) << at;
                }
        }
    EXPECT_GT(refused, 100);
}

TEST(ForestSet, ChildrenBehindTheEndOrBeforeTheirParentAreRefused) {
    const auto refuses = [](const Node& root) {
        std::string bytes = bytes_of(set_of(of({two_splits()})));
        ArchiveWriter good;
        Node first = two_splits()[0];
        good(first);
        const std::string from = good.take();
        ArchiveWriter bad;
        Node other = root;
        bad(other);
        bytes.replace(bytes.find(from), from.size(), bad.take());
        ForestSet set;
        return !is_read(bytes, set);
    };
    EXPECT_TRUE(refuses({1.0F, 0, 4}));  // the right child would be node 5 of 5
    EXPECT_TRUE(refuses({1.0F, 0, 0}));  // a walk without end
    EXPECT_TRUE(refuses({1.0F, 3, 1}));  // a column behind the row
    EXPECT_TRUE(refuses({nan, 0, 1}));
    EXPECT_FALSE(refuses({1.5F, 1, 1}));
}

TEST(TreeRow, HoldsTheColumnsInOrderAndEndsInNaN) {
    std::vector<float> origin(feature_columns(FeatureOf::origin));
    std::vector<float> target(feature_columns(FeatureOf::target));
    for (std::size_t i = 0; i < origin.size(); ++i) origin[i] = static_cast<float>(i + 1);
    for (std::size_t i = 0; i < target.size(); ++i) target[i] = static_cast<float>(1000 + i);
    std::vector<float> row(boosted::tree_columns() + 1);
    boosted::tree_row(origin, target, row);
    EXPECT_EQ(row.front(), 1.0F);
    EXPECT_TRUE(std::isnan(row.back()));
    const auto gap = row[boosted::tree_column("habit_gap")];
    const auto change = row[boosted::tree_column("profile_change")];
    EXPECT_EQ(row[boosted::tree_columns() - boosted::tree_sums()], gap + change);
    EXPECT_GE(change, 1000.0F);
}

TEST(Boosted, SleepsWithoutTreesForItsGrid) {
    Trial run("xgboost", 100.0);
    run.trained = std::make_shared<TrainedModels>();
    EXPECT_EQ(run.step_with(100.0).asleep_because, "no trees trained yet");
    auto other = std::make_shared<TrainedModels>();
    other->forests = boosted::small_forests(std::chrono::minutes(30), {1});
    run.trained = other;
    EXPECT_EQ(run.step_with(100.0).asleep_because, "no trees for steps of 5m");
    other = std::make_shared<TrainedModels>();
    other->forests = boosted::small_forests(step, {12});
    other->forests.columns_hash ^= 1U;
    run.trained = other;
    EXPECT_EQ(run.step_with(100.0).asleep_because, "trees of another list of features");
}

TEST(Boosted, SaysWhatTheTreesAddToTheNewestLevel) {
    Trial run("xgboost", 100.0);
    auto trained = std::make_shared<TrainedModels>();
    trained->forests = boosted::small_forests(step, {12, 288});
    run.trained = trained;
    Answer answer;
    for (int i = 0; i < 20; ++i) answer = run.step_with(100.0);
    ASSERT_TRUE(answer.asleep_because.empty());
    EXPECT_TRUE(std::isnan(answer.medians[0]));
    EXPECT_NEAR(answer.medians[1], 100.0 * std::expm1(std::log(2.0) - 0.1), 1e-4);
}

}  // namespace
}  // namespace forescale
