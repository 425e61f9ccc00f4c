#include "training/boosting.h"

#include "base/rng.h"
#include "training/train_forests.h"
#include "training/xgboost_library.h"

#include <cmath>
#include <cstring>
#include <thread>

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr std::size_t columns = 5;

/// y = step in the first column + product of two others + noise whose size depends on the fourth.
BoostingRows rows_of(std::size_t count, std::uint64_t seed) {
    Rng rng(seed);
    BoostingRows rows{.columns = columns, .values = {}, .targets = {}, .weights = {}};
    for (std::size_t i = 0; i < count; ++i) {
        std::array<float, columns> x{};
        for (float& value : x) value = static_cast<float>(2.0 * rng.uniform() - 1.0);
        const double noise = (rng.uniform() - 0.5) * (x[3] > 0.0F ? 1.0 : 0.1);
        rows.values.insert(rows.values.end(), x.begin(), x.end());
        rows.targets.push_back((x[0] > 0.2F ? 1.0F : 0.0F) + x[1] * x[2] +
                               static_cast<float>(noise));
        rows.weights.push_back(1.0F);
    }
    return rows;
}

std::vector<float> said(const std::vector<boosted::Tree>& trees, const BoostingRows& rows) {
    const boosted::Forest forest(rows.columns, {}, trees);
    std::vector<float> said;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::vector<float> row(rows.row(i).begin(), rows.row(i).end());
        row.push_back(std::numeric_limits<float>::quiet_NaN());
        said.push_back(forest.trees_say(row));
    }
    return said;
}
std::vector<float> zeros(const BoostingRows& rows) {
    return std::vector<float>(rows.size(), 0.0F);
}

TEST(Boosting, LearnsWhatALineCannot) {
    const BoostingRows rows = rows_of(3000, 1);
    const auto trees = grow_trees(rows, zeros(rows), {.leaf_weight_min = 10.0});
    ASSERT_TRUE(trees) << trees.error().message;
    EXPECT_EQ(trees->size(), 100U);
    const BoostingRows fresh = rows_of(1000, 2);
    const std::vector<float> answer = said(*trees, fresh);
    double error = 0.0;
    double before = 0.0;
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        error += static_cast<double>(std::abs(fresh.targets[i] - answer[i]));
        before += static_cast<double>(std::abs(fresh.targets[i]));
    }
    EXPECT_LT(error, 0.45 * before);  // noise alone is a quarter
}

TEST(Boosting, AQuantileCoversItsShare) {
    const BoostingRows rows = rows_of(3000, 3);
    for (const double quantile : {0.1, 0.5, 0.9}) {
        const auto trees = grow_trees(rows, zeros(rows), {.quantile = quantile, .trees = 60});
        ASSERT_TRUE(trees) << trees.error().message;
        const BoostingRows fresh = rows_of(2000, 4);
        const std::vector<float> answer = said(*trees, fresh);
        double below = 0.0;
        for (std::size_t i = 0; i < fresh.size(); ++i) below += fresh.targets[i] < answer[i];
        EXPECT_NEAR(below / static_cast<double>(fresh.size()), quantile, 0.06);
    }
}

TEST(Boosting, SameBitsAgainAndSideBySide) {
    const BoostingRows rows = rows_of(1500, 5);
    const BoostingSettings settings{.trees = 15, .keep_columns = 0.6, .seed = 7};
    std::array<Result<std::vector<boosted::Tree>>, 4> all;
    {
        std::vector<std::jthread> threads;
        for (auto& one : all)
            threads.emplace_back([&] { one = grow_trees(rows, zeros(rows), settings); });
    }
    for (const auto& one : all) {
        ASSERT_TRUE(one) << one.error().message;
        for (std::size_t t = 0; t < one->size(); ++t) {
            ASSERT_EQ((*one)[t].size(), (*all[0])[t].size());
            EXPECT_EQ(std::memcmp((*one)[t].data(), (*all[0])[t].data(),
                                  (*one)[t].size() * sizeof(boosted::Node)),
                      0);
        }
    }
}

TEST(Boosting, RowsThatDoNotFitAreRefused) {
    BoostingRows rows = rows_of(10, 6);
    EXPECT_FALSE(grow_trees(rows, std::vector<float>(9), {}));
    EXPECT_FALSE(grow_trees({}, {}, {}));
    rows.weights.pop_back();
    EXPECT_FALSE(grow_trees(rows, zeros(rows), {}));
}

TEST(Boosting, AConstantGivesTreesThatSayIt) {
    BoostingRows rows = rows_of(200, 8);
    std::ranges::fill(rows.values, 1.0F);
    std::ranges::fill(rows.targets, 3.0F);
    const auto trees = grow_trees(rows, zeros(rows), {});
    ASSERT_TRUE(trees) << trees.error().message;
    EXPECT_NEAR(said(*trees, rows).front(), 3.0F, 0.01F);
}

TEST(WeightedQuantile, IsTheValueAtWhichTheShareIsReached) {
    std::vector<std::pair<float, float>> items{{3.0F, 1.0F}, {1.0F, 1.0F}, {2.0F, 2.0F}};
    EXPECT_EQ(weighted_quantile(items, 0.5), 2.0F);
    EXPECT_EQ(weighted_quantile(items, 0.1), 1.0F);
    EXPECT_EQ(weighted_quantile(items, 0.9), 3.0F);
}

// What the product evaluates must be what the library trained: the same comparison, the same order
// of sums.
TEST(XgboostLibrary, OurEvaluationHasItsBits) {
    using namespace xgboost_library;
    const BoostingRows rows = rows_of(2000, 9);
    const auto matrix = Matrix::make(rows.values, rows.columns);
    ASSERT_TRUE(matrix) << matrix.error().message;
    const std::array<Parameter, 7> parameters{{{"tree_method", "hist"},
                                               {"grow_policy", "lossguide"},
                                               {"max_leaves", "31"},
                                               {"max_depth", "0"},
                                               {"nthread", "1"},
                                               {"base_score", "0"},
                                               {"verbosity", "0"}}};
    auto booster = Booster::make(*matrix, parameters);
    ASSERT_TRUE(booster) << booster.error().message;
    std::vector<float> first(rows.size());
    std::vector<float> second(rows.size(), 1.0F);
    std::vector<boosted::Tree> trees;
    for (int t = 0; t < 50; ++t) {
        const auto predicted = booster->predict(*matrix);
        for (std::size_t i = 0; i < rows.size(); ++i)
            first[i] = (t == 0 ? 0.0F : (*predicted)[i]) - rows.targets[i];
        auto tree = booster->grow(*matrix, first, second);
        ASSERT_TRUE(tree) << tree.error().message;
        trees.push_back(*std::move(tree));
    }
    const auto expected = booster->predict(*matrix);
    ASSERT_TRUE(expected) << expected.error().message;
    const std::vector<float> ours = said(trees, rows);
    EXPECT_EQ(std::memcmp(ours.data(), expected->data(), ours.size() * sizeof(float)), 0);
}

TEST(XgboostLibrary, SaysWhatIsWrongInsteadOfPrinting) {
    using namespace xgboost_library;
    const std::array values{1.0F, 2.0F};
    const auto matrix = Matrix::make(values, 1);
    ASSERT_TRUE(matrix);
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    const std::array<Parameter, 1> wrong{{{"tree_method", "no_such_method"}}};
    auto booster = Booster::make(*matrix, wrong);
    bool failed = !booster;
    std::string message = failed ? booster.error().message : "";
    if (booster) {
        std::array first{0.0F, 1.0F};
        std::array second{1.0F, 1.0F};
        const auto grown = booster->grow(*matrix, first, second);
        failed = !grown;
        if (!grown) message = grown.error().message;
    }
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_TRUE(failed);
    EXPECT_NE(message.find("no_such_method"), std::string::npos) << message;
}

constexpr Duration step = std::chrono::minutes(30);

TrainingSeries daily(int days, std::uint64_t seed) {
    TrainingSeries series{.service = {}, .demand = Series(step, 60 * 48)};
    Rng rng(seed);
    for (int i = 0; i < days * 48; ++i) {
        const double phase = 2.0 * 3.14159265 * i / 48.0;
        series.demand.append(Timestamp(step * i),
                             100.0 * (1.5 + std::sin(phase)) * (0.9 + 0.2 * rng.uniform()));
    }
    return series;
}

ForestSettings quick() {
    return {.lessons = {}, .boosting = {.trees = 8, .leaf_weight_min = 10.0}};
}

TEST(TrainForests, OneForestPerMemberHorizonAndGrid) {
    const std::vector<TrainingSeries> fleet{daily(20, 1), daily(20, 2)};
    const auto set = train_forests(fleet, quick());
    ASSERT_TRUE(set) << set.error().message;
    const boosted::ForestGroup* const group = set->find("xgboost", step);
    ASSERT_NE(group, nullptr);
    for (const int horizon : {1, 2, 8, 24, 48}) {
        ASSERT_NE(group->at(horizon), nullptr) << horizon;
        EXPECT_EQ(group->at(horizon)->trees(), 8U);
    }
    EXPECT_EQ(set->find("xgboost", std::chrono::minutes(5)), nullptr);
}

TEST(TrainForests, TheSameBitsAgain) {
    const std::vector<TrainingSeries> fleet{daily(20, 1)};
    const auto bytes = [&] {
        auto set = train_forests(fleet, quick());
        ArchiveWriter writer;
        writer(*set);
        return writer.take();
    };
    EXPECT_EQ(bytes(), bytes());
}

TEST(TrainForests, TooLittleHistoryIsAnError) {
    const std::vector<TrainingSeries> fleet{daily(2, 1),
                                            {.service = {}, .demand = Series(step, 10)}};
    const auto set = train_forests(fleet, quick());
    ASSERT_FALSE(set);
    EXPECT_EQ(set.error().code, Errc::invalid_argument);
    EXPECT_FALSE(train_forests({}, quick()));
}

TEST(CollectLessons, AFleetSharesTheRows) {
    const std::vector<TrainingSeries> fleet{daily(40, 1), daily(40, 2), daily(40, 3)};
    std::vector<const TrainingSeries*> members;
    for (const TrainingSeries& series : fleet) members.push_back(&series);
    const auto all = collect_lessons(members, step, {});
    const auto few = collect_lessons(members, step, {.rows_max = 600});
    ASSERT_EQ(all.size(), few.size());
    for (std::size_t a = 0; a < all.size(); ++a) {
        EXPECT_GT(all[a].rows.size(), 5000U);
        EXPECT_NEAR(static_cast<double>(few[a].rows.size()), 600.0, 100.0);
        EXPECT_GE(step * all[a].horizon, std::chrono::minutes(15));
    }
}

}  // namespace
}  // namespace forescale
