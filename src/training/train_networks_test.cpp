#include "training/train_networks.h"

#include "base/archive.h"
#include "base/rng.h"
#include "training/augment.h"
#include "training/network_rows.h"

#include <atomic>
#include <cmath>
#include <thread>

#include <gtest/gtest.h>

namespace forescale {
namespace {

using recurrent::Cell;
using std::chrono::minutes;

/// A day that swings, around which the level wanders and comes back: the next steps can be known
/// better than "as now".
TrainingSeries wandering(int days, std::uint64_t seed, Duration step = minutes(5)) {
    const auto per_day = static_cast<std::size_t>(day / step);
    const std::size_t count = static_cast<std::size_t>(days) * per_day;
    TrainingSeries series{.service = {}, .demand = Series(step, count)};
    Rng rng(seed);
    double off = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        off = 0.8 * off + 0.2 * (rng.uniform() - 0.5);
        const double turn = 6.283 * static_cast<double>(i) / static_cast<double>(per_day);
        series.demand.append(Timestamp(step * static_cast<int>(i)),
                             100.0 * (1.5 + std::sin(turn)) * std::exp(off));
    }
    return series;
}
NetworkSettings quick(Cell cell) {
    return {.cells = {cell}, .hidden = 8, .epochs = 3, .rate = 1e-2, .copies = 0, .rows_max = 6000};
}
std::string bytes_of(TrainedNetworks& trained) {
    return save_state(trained.networks, 1);
}

class TrainNetworks : public ::testing::TestWithParam<Cell> {};

TEST_P(TrainNetworks, LearnsWhatAsNowDoesNotKnow) {
    const std::vector<TrainingSeries> series{wandering(14, 1), wandering(12, 2)};
    const TrainedNetworks trained = train_networks(series, quick(GetParam()));
    ASSERT_EQ(trained.scores.size(), 1U);
    const NetworkScore& score = trained.scores.front();
    EXPECT_EQ(score.series, 2U);
    EXPECT_LT(score.loss_after, 0.75 * score.loss_of_last);
    EXPECT_LT(score.loss_after, score.loss_before);
    const recurrent::Network* const network = trained.networks.find(GetParam(), minutes(5));
    ASSERT_NE(network, nullptr);
    EXPECT_TRUE(network->is_sound());
    EXPECT_EQ(network->horizons, (std::vector{1, 2, 3, 12}));
    EXPECT_EQ(network->looks, (std::vector{1, 3, 12}));
}

TEST_P(TrainNetworks, GivesTheSameBitsAgainHoweverManyThreadsWork) {
    const std::vector<TrainingSeries> series{wandering(9, 1), wandering(8, 2)};
    NetworkSettings settings = quick(GetParam());
    settings.copies = 1;
    TrainedNetworks one = train_networks(series, settings);
    settings.parallel = [](std::size_t count, const std::function<void(std::size_t)>& work) {
        std::atomic<std::size_t> next = 0;
        std::vector<std::jthread> threads;
        for (int t = 0; t < 3; ++t)
            threads.emplace_back([&] {
                for (std::size_t i = next++; i < count; i = next++) work(i);
            });
    };
    TrainedNetworks many = train_networks(series, settings);
    EXPECT_EQ(bytes_of(one), bytes_of(many));
    settings.seed = 2;
    TrainedNetworks other = train_networks(series, settings);
    EXPECT_NE(bytes_of(one), bytes_of(other));
}

TEST_P(TrainNetworks, FineTuningStartsFromWhatIsKnownAndMakesItNoWorse) {
    const std::vector<TrainingSeries> fleet{wandering(10, 1)};
    const TrainedNetworks first = train_networks(fleet, quick(GetParam()));
    NetworkSettings settings = NetworkSettings::fine_tuning(first.networks, 5);
    settings.cells = {GetParam()};
    settings.rows_max = 3000;
    const TrainedNetworks second = train_networks(fleet, settings);
    ASSERT_EQ(second.scores.size(), 1U);
    EXPECT_EQ(second.networks.networks.front().hidden, 8U);
    EXPECT_DOUBLE_EQ(second.scores.front().loss_before, first.scores.front().loss_after);
    EXPECT_LE(second.scores.front().loss_after, second.scores.front().loss_before);
}

INSTANTIATE_TEST_SUITE_P(Cells, TrainNetworks, ::testing::Values(Cell::gru, Cell::lstm),
                         [](const auto& of) { return std::string(recurrent::name_of(of.param)); });

TEST(TrainNetworksOnLittle, NothingComesOfNothing) {
    TrainingSeries empty{.service = {}, .demand = Series(minutes(5), 10)};
    TrainingSeries young = wandering(3, 1);
    TrainingSeries silent{.service = {}, .demand = Series(minutes(5), 5000)};
    for (int i = 0; i < 5000; ++i) silent.demand.append(Timestamp(minutes(5) * i), Series::missing);
    const std::vector<TrainingSeries> series{empty, young, silent};
    EXPECT_TRUE(train_networks(series, quick(Cell::gru)).networks.empty());
    EXPECT_TRUE(train_networks({}, quick(Cell::gru)).networks.empty());
}

TEST(TrainNetworksOnLittle, WhatTheStartKnowsStaysWhereNothingIsLearned) {
    const std::vector<TrainingSeries> fleet{wandering(9, 1)};
    const TrainedNetworks first = train_networks(fleet, quick(Cell::gru));
    const TrainedNetworks second =
        train_networks({}, NetworkSettings::fine_tuning(first.networks, 1));
    ASSERT_EQ(second.networks.networks.size(), 1U);
    EXPECT_EQ(second.networks.networks.front().id, first.networks.networks.front().id);
}

TEST(TrainNetworksOnLittle, AGridStepThatTheStartDoesNotKnowIsLearnedFromScratch) {
    const std::vector<TrainingSeries> fleet{wandering(9, 1)};
    const TrainedNetworks first = train_networks(fleet, quick(Cell::gru));
    NetworkSettings settings = NetworkSettings::fine_tuning(first.networks, 1);
    settings.cells = {Cell::gru};
    settings.hidden = 8;
    settings.rows_max = 2000;
    const std::vector<TrainingSeries> coarse{wandering(40, 2, minutes(30))};
    const TrainedNetworks second = train_networks(coarse, settings);
    ASSERT_EQ(second.scores.size(), 1U);
    EXPECT_LT(second.scores.front().loss_after, 0.9 * second.scores.front().loss_of_last);
    EXPECT_EQ(second.networks.networks.size(), 2U);
}

TEST(TrainNetworksOnLittle, ConstantAndZeroSeriesTrainToFiniteWeights) {
    std::vector<TrainingSeries> series;
    for (const double value : {0.0, 7.0}) {
        series.push_back({.service = {}, .demand = Series(minutes(5), 3000)});
        for (int i = 0; i < 3000; ++i)
            series.back().demand.append(Timestamp(minutes(5) * i), value);
    }
    const TrainedNetworks trained = train_networks(series, quick(Cell::lstm));
    ASSERT_EQ(trained.networks.networks.size(), 1U);
    EXPECT_TRUE(trained.networks.networks.front().is_sound());
}

TEST(TrainNetworksOnLittle, EveryGridStepHasItsOwnNetwork) {
    const std::vector<TrainingSeries> series{wandering(8, 1), wandering(30, 2, minutes(30))};
    NetworkSettings settings = quick(Cell::gru);
    settings.epochs = 1;
    const TrainedNetworks trained = train_networks(series, settings);
    ASSERT_EQ(trained.networks.networks.size(), 2U);
    const recurrent::Network* const coarse = trained.networks.find(Cell::gru, minutes(30));
    ASSERT_NE(coarse, nullptr);
    EXPECT_EQ(coarse->horizons, (std::vector{1, 2}));
}

TEST(NetworkRows, TargetsAreTheChangesThatCameInUnitsOfTheUsualOne) {
    TrainingSeries series = wandering(8, 3);
    const NetworkView view = network_view(minutes(5));
    const NetworkRows rows = network_rows(series, view, 2000, 2100);
    ASSERT_EQ(rows.size(), 100U);
    ASSERT_EQ(rows.pieces.size(), 1U);
    // Ratios of changes are free of the unit.
    const auto level = [&](std::size_t i) { return std::log1p(series.demand.values()[i] / 100.0); };
    const double one = level(2051) - level(2050);
    const double hour = level(2062) - level(2050);
    EXPECT_NEAR(static_cast<double>(rows.targets[50 * 4 + 3] / rows.targets[50 * 4]), hour / one,
                0.2 * std::abs(hour / one));
    for (const float value : rows.inputs) EXPECT_TRUE(std::isfinite(value));
    for (const float weight : rows.weights) EXPECT_TRUE(weight >= 0.2F && weight <= 4.0F);
}

TEST(NetworkRows, AGapCutsThemIntoPieces) {
    TrainingSeries series = wandering(8, 3);
    TrainingSeries holey{.service = {}, .demand = Series(minutes(5), 8 * 288)};
    for (std::size_t i = 0; i < 8 * 288; ++i)
        holey.demand.append(Timestamp(minutes(5) * static_cast<int>(i)),
                            i >= 2040 && i < 2060 ? Series::missing : series.demand.values()[i]);
    const NetworkRows rows = network_rows(holey, network_view(minutes(5)), 2000, 2100);
    ASSERT_EQ(rows.pieces.size(), 2U);
    EXPECT_EQ(rows.pieces[0].end, rows.pieces[1].begin);
    EXPECT_TRUE(std::isnan(rows.targets[39 * 4]));  // the step after the last sample
}

TEST(Altered, IsAnotherSeriesOfTheSameLengthForTheSameSeed) {
    const TrainingSeries series = wandering(8, 3);
    Rng rng(5);
    bool differs = false;
    for (int i = 0; i < 20; ++i) {
        Rng same = rng;
        const TrainingSeries one = altered(series, rng);
        const TrainingSeries two = altered(series, same);
        ASSERT_EQ(one.demand.size(), series.demand.size());
        EXPECT_EQ(one.demand.newest(), two.demand.newest());
        for (std::size_t k = 0; k < one.demand.size(); ++k) {
            const double a = one.demand.values()[k];
            EXPECT_TRUE(std::isnan(a) || (std::isfinite(a) && a >= 0.0));
            EXPECT_TRUE(std::isnan(a) || a - two.demand.values()[k] == 0.0);
            differs = differs || std::abs(a - series.demand.values()[k]) > 0.0;
        }
    }
    EXPECT_TRUE(differs);
}

TEST(NetworkSet, AFileWithAbsurdSizesIsRefused) {
    const std::vector<TrainingSeries> fleet{wandering(8, 1)};
    NetworkSettings settings = quick(Cell::gru);
    settings.epochs = 1;
    const TrainedNetworks trained = train_networks(fleet, settings);
    const auto loads = [](recurrent::NetworkSet set) {
        const std::string sealed = save_state(set, 1);
        recurrent::NetworkSet loaded;
        return load_state(loaded, sealed, 1).has_value();
    };
    EXPECT_TRUE(loads(trained.networks));
    const auto broken = [&](const std::function<void(recurrent::Network&)>& spoil) {
        recurrent::NetworkSet set = trained.networks;
        spoil(set.networks.front());
        set.networks.front().id = set.networks.front().fingerprint();
        return loads(set);
    };
    EXPECT_FALSE(broken([](auto& n) { n.hidden = 0; }));
    EXPECT_FALSE(broken([](auto& n) { n.hidden = 4'000'000'000; }));
    EXPECT_FALSE(broken([](auto& n) { n.horizons = {3, 1}; }));
    EXPECT_FALSE(broken([](auto& n) { n.horizons.clear(); }));
    EXPECT_FALSE(broken([](auto& n) { n.looks = {-1}; }));
    EXPECT_FALSE(broken([](auto& n) { n.inputs_id += 1; }));
    EXPECT_FALSE(broken([](auto& n) { n.weights.pop_back(); }));
    EXPECT_FALSE(broken([](auto& n) { n.weights[5] = std::nanf(""); }));
    EXPECT_FALSE(broken([](auto& n) { n.cell = static_cast<Cell>(7); }));
    EXPECT_FALSE(broken([](auto& n) { n.step = Duration(0); }));
    recurrent::NetworkSet other_id = trained.networks;
    other_id.networks.front().weights[3] += 1.0F;
    EXPECT_FALSE(loads(other_id));
}

}  // namespace
}  // namespace forescale
