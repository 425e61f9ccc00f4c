#include "models/recurrent/recurrent.h"

#include "models/recurrent/layer.h"
#include "models/recurrent/own_head.h"
#include "models/recurrent/test_networks.h"
#include "models/test_trial.h"

#include <cstring>

#include <gtest/gtest.h>

namespace forescale::recurrent {
namespace {

std::shared_ptr<const TrainedModels> trained_with(NetworkSet networks) {
    auto trained = std::make_shared<TrainedModels>();
    trained->networks = std::move(networks);
    return trained;
}
double swinging(int i) {
    return 100.0 * (1.5 + std::sin(i * 0.0218)) * (1.0 + 0.02 * std::sin(i * 1.7));
}

class Member : public ::testing::TestWithParam<std::string> {};

TEST_P(Member, SleepsWithoutANetworkForTheGridStep) {
    Trial run(GetParam(), 100.0);
    run.trained = std::make_shared<const TrainedModels>();
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(run.step_with(swinging(i)).asleep_because, "no trained network for steps of 5m");
    run.trained = trained_with(random_networks(std::chrono::minutes(30), {1, 2}));
    EXPECT_EQ(run.step_with(1.0).asleep_because, "no trained network for steps of 5m");
}

TEST_P(Member, AnswersWhereItHasHeadsAndNowhereElse) {
    Trial run(GetParam(), 100.0);
    run.trained = trained_with(random_networks(Trial::step, {1, 12}));
    Answer answer;
    int asleep = 0;
    for (int i = 0; i < 400; ++i) {
        answer = run.step_with(swinging(i));
        asleep += answer.asleep_because.empty() ? 0 : 1;
    }
    EXPECT_LE(asleep, 15);  // twelve changes of 15 min
    ASSERT_EQ(answer.medians.size(), 3U);
    EXPECT_TRUE(answer.medians[0] > 0.0 && answer.medians[1] > 0.0);
    EXPECT_TRUE(std::isnan(answer.medians[2]));
    EXPECT_TRUE(answer.spreads[0] >= 0.0 && answer.spreads[1] >= 0.0);
    EXPECT_TRUE(std::isnan(answer.spreads[2]));
}

TEST_P(Member, SaysTheSameInEveryUnitOfDemand) {
    Trial large(GetParam(), 100.0);
    Trial small(GetParam(), 0.125);
    large.trained = small.trained = trained_with(random_networks(Trial::step, {1, 12}));
    for (int i = 0; i < 400; ++i) {
        const Answer one = large.step_with(swinging(i));
        const Answer other = small.step_with(swinging(i) / 800.0);
        ASSERT_EQ(one.asleep_because, other.asleep_because);
        if (!one.asleep_because.empty()) continue;
        EXPECT_NEAR(one.medians[1], 800.0 * other.medians[1], 1e-3 * one.medians[1]);
        EXPECT_NEAR(one.spreads[1], other.spreads[1], 1e-5);
    }
}

// What was carried through a gap would speak of another time.
TEST_P(Member, AGapOrANewNetworkStartsTheStateAnew) {
    const auto trained = trained_with(random_networks(Trial::step, {1, 12}));
    const auto other = trained_with(random_networks(Trial::step, {1, 12}, 2));
    Trial steady(GetParam(), 100.0);
    Trial changed(GetParam(), 100.0);
    steady.trained = changed.trained = trained;
    for (int i = 0; i < 100; ++i) {
        steady.step_with(swinging(i));
        changed.step_with(swinging(i));
    }
    changed.trained = other;
    steady.step_with(swinging(100));
    changed.step_with(swinging(100));
    changed.trained = trained;
    const Answer kept = steady.step_with(swinging(101));
    const Answer anew = changed.step_with(swinging(101));
    EXPECT_GT(std::abs(kept.medians[1] - anew.medians[1]), 0.0);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(steady.step_with(Series::missing).asleep_because.empty(), i < 6);
        changed.step_with(Series::missing);
    }
    EXPECT_DOUBLE_EQ(steady.step_with(swinging(112)).medians[1],
                     changed.step_with(swinging(112)).medians[1]);
}

TEST_P(Member, AStateOfAnotherShapeIsNotUsed) {
    Trial run(GetParam(), 100.0);
    run.trained = trained_with(random_networks(Trial::step, {1, 12}));
    for (int i = 0; i < 50; ++i) run.step_with(swinging(i));
    ArchiveWriter writer;
    std::uint64_t network = run.trained->networks.networks[GetParam() == "gru" ? 0 : 1].id;
    std::vector<float> short_state(3, 1.0F);
    writer(network, short_state, short_state);
    const std::string bytes = writer.take();
    ArchiveReader reader(bytes);
    run.model().load(reader);
    EXPECT_TRUE(std::isfinite(run.step_with(swinging(50)).medians[0]));
}

INSTANTIATE_TEST_SUITE_P(Cells, Member, ::testing::Values("gru", "lstm"),
                         [](const auto& of) { return of.param; });

// The network knows nothing; the service has its own way of going on.
TEST_P(Member, TheServicesOwnHeadsLearnWhatTheNetworkMisses) {
    Trial run(GetParam(), 100.0);
    run.trained = trained_with(random_networks(Trial::step, {1, 12}));
    std::vector<double> said(12, Series::missing);
    double early = 0.0;
    double late = 0.0;
    for (int i = 0; i < 8 * 288; ++i) {
        const double value = swinging(i);
        double& then = said[static_cast<std::size_t>(i % 12)];
        if (!std::isnan(then)) {
            if (i < 288) early += std::abs(then - value);
            if (i >= 7 * 288) late += std::abs(then - value);
        }
        const Answer answer = run.step_with(value);
        then = answer.asleep_because.empty() ? answer.medians[1] : Series::missing;
    }
    EXPECT_LT(late, 0.5 * early);
}

TEST(OwnHead, SpeaksOnlyWhileItIsTheBetterOne) {
    OwnHead head(2, 0.99);
    Rng rng(3);
    const auto columns = [&] {
        return std::array{static_cast<float>(2.0 * rng.uniform() - 1.0), 1.0F};
    };
    for (int i = 0; i < 300; ++i) {
        const auto row = columns();
        head.learn(row, 2.0 * static_cast<double>(row[0]) + 0.3, 1.0);
        if (i == 100) head.solve();
    }
    EXPECT_NEAR(head.correction(std::array{0.5F, 1.0F}), 1.3, 0.1);
    for (int i = 0; i < 2000; ++i) head.learn(columns(), 0.0, 1.0);  // the network is right now
    EXPECT_DOUBLE_EQ(head.correction(std::array{0.5F, 1.0F}), 0.0);
}

// A state that never forgets would drift; one step against the formula written out.
TEST(Layer, AStepOfOneUnitIsTheFormula) {
    const Layout layout{.cell = Cell::gru, .inputs = 1, .hidden = 1, .outputs = 1};
    std::vector<double> w(layout.size());
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = 0.1 * static_cast<double>(i + 1);
    const double x = 0.7;
    const double h = -0.3;
    std::vector<double> gates(3), own(3), after(1);
    const Weights<double> weights{.layout = layout, .all = w.data()};
    project_inputs(weights, 1, &x, gates.data(), Path::baseline);
    advance(weights,
            StepOf<double>{.rows = 1,
                           .before = &h,
                           .cell_before = nullptr,
                           .gates = gates.data(),
                           .own = own.data(),
                           .after = after.data(),
                           .cell_after = nullptr},
            Path::baseline);
    const auto gate = [&](std::size_t g) { return w[g] * x + w[3 + g]; };
    const auto from_state = [&](std::size_t g) { return w[6 + g] * h + w[9 + g]; };
    const auto sigma = [](double v) { return 1.0 / (1.0 + std::exp(-v)); };
    const double z = sigma(gate(0) + from_state(0));
    const double r = sigma(gate(1) + from_state(1));
    const double n = std::tanh(gate(2) + r * from_state(2));
    EXPECT_NEAR(after[0], (1.0 - z) * n + z * h, 1e-12);
}

}  // namespace
}  // namespace forescale::recurrent
