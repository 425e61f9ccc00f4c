#include "base/rng.h"
#include "models/feature_memory.h"
#include "models/registry.h"
#include "models/ridge/normal_equations.h"
#include "models/test_trial.h"

#include <algorithm>
#include <bit>

#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::minutes;

constexpr std::size_t per_day = 288;
const Anchors& anchors = Trial::anchors;

double shape(std::size_t i) {
    return 1.5 +
           std::sin(static_cast<double>(i % per_day) / static_cast<double>(per_day) * 6.283185);
}
struct Case {
    std::string name;
    double scale;
    std::function<double(std::size_t i, Rng& rng)> demand;
};
std::vector<Case> cases() {
    return {
        {"daily", 100.0,
         [](std::size_t i, Rng& rng) { return 100.0 * shape(i) * (0.95 + 0.1 * rng.uniform()); }},
        {"small", 0.17,
         [](std::size_t i, Rng& rng) { return 0.17 * shape(i) * (0.95 + 0.1 * rng.uniform()); }},
        {"zeros", 1.0, [](std::size_t, Rng&) { return 0.0; }},
        {"constant", 7.0, [](std::size_t, Rng&) { return 7.0; }},
        {"gap of 10 h", 100.0,
         [](std::size_t i, Rng&) { return i % 1000 < 120 ? Series::missing : 100.0 * shape(i); }},
        {"steps of 1000x", 1.0,
         [](std::size_t i, Rng& rng) {
             return (i / 500 % 2 == 0 ? 1.0 : 1000.0) * (1.0 + rng.uniform());
         }},
        {"mostly zero", 5.0,
         [](std::size_t, Rng& rng) { return rng.uniform() < 0.9 ? 0.0 : 50.0 * rng.uniform(); }},
    };
}

std::uint64_t bits(double value) {
    return std::bit_cast<std::uint64_t>(value);
}

class EveryModel : public ::testing::TestWithParam<std::string> {};

// Some are made for some demand only, and sleep in the other cases.
TEST_P(EveryModel, SaysDemandOrWhyNot) {
    bool awake = false;
    for (const Case& sample : cases()) {
        Trial run(GetParam(), sample.scale);
        Rng rng(1);
        for (std::size_t i = 0; i < 9 * per_day; ++i) {
            const Answer answer = run.step_with(sample.demand(i, rng));
            if (!answer.asleep_because.empty()) continue;
            ASSERT_EQ(answer.medians.size(), anchors.size());
            for (const double m : answer.medians)
                if (!std::isnan(m)) {
                    awake = true;
                    EXPECT_TRUE(std::isfinite(m) && m >= 0.0)
                        << sample.name << " step " << i << ": " << m;
                }
        }
    }
    EXPECT_TRUE(awake);
}

TEST_P(EveryModel, GoesOnToTheBitAfterACheckpoint) {
    Trial kept(GetParam(), 100.0);
    Trial loaded(GetParam(), 100.0);
    const auto demand = cases().front().demand;
    Rng rng(2);
    std::vector<double> values;
    for (std::size_t i = 0; i < 9 * per_day; ++i) values.push_back(demand(i, rng));
    // An hour without a sample soon after the checkpoint.
    std::fill_n(values.begin() + 8 * per_day + 3, per_day / 24, Series::missing);
    for (std::size_t i = 0; i < 8 * per_day; ++i) {
        kept.step_with(values[i]);
        loaded.step_with(values[i]);
    }
    ArchiveWriter writer;
    kept.model().save(writer);
    const std::string bytes = writer.take();
    ArchiveReader reader(bytes);
    loaded.model().load(reader);
    EXPECT_TRUE(!reader.failed() && reader.at_end());
    for (std::size_t i = 8 * per_day; i < values.size(); ++i) {
        const Answer a = kept.step_with(values[i]);
        const Answer b = loaded.step_with(values[i]);
        ASSERT_EQ(a.asleep_because, b.asleep_because) << "step " << i;
        ASSERT_TRUE(std::ranges::equal(a.medians, b.medians, {}, bits, bits)) << "step " << i;
    }
}

TEST_P(EveryModel, SaysWhatItWaitsForBeforeTheFirstSample) {
    Trial run(GetParam(), 1.0);
    const Answer answer = run.step_with(Series::missing);
    EXPECT_FALSE(answer.asleep_because.empty());
}

std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const auto& [name, make] : models()) names.emplace_back(name);
    return names;
}
INSTANTIATE_TEST_SUITE_P(Models, EveryModel, ::testing::ValuesIn(names()),
                         [](const auto& of) { return of.param; });

TEST(SeasonalNaive, IsTheNewestObservedValueAWholeNumberOfDaysBeforeTheTarget) {
    Trial run("seasonal_naive", 10.0);
    Rng rng(3);
    std::vector<double> values;
    for (std::size_t i = 0; i < 5 * per_day; ++i) {
        values.push_back(rng.uniform() < 0.3 ? Series::missing : 10.0 + rng.uniform());
        const Answer answer = run.step_with(values.back());
        for (std::size_t a = 0; a < answer.medians.size(); ++a) {
            double expected = Series::missing;
            for (std::size_t back = per_day; back <= i + static_cast<std::size_t>(anchors[a]);
                 back += per_day) {
                const std::size_t source = i + static_cast<std::size_t>(anchors[a]) - back;
                if (source > i || std::isnan(values[source])) continue;
                expected = values[source];
                break;
            }
            if (std::isnan(expected))
                EXPECT_TRUE(std::isnan(answer.medians[a]));
            else
                EXPECT_DOUBLE_EQ(answer.medians[a], expected) << "step " << i << " anchor " << a;
        }
    }
}

TEST(ProfileLevel, ScalesTheUsualDayWhenTheLevelDoubles) {
    Trial run("profile_level", 100.0);
    Answer answer;
    for (std::size_t i = 0; i < 8 * per_day; ++i)
        answer = run.step_with(100.0 * shape(i) * (i % 1500 < 700 ? 1.0 : 2.0));
    const std::size_t last = 8 * per_day - 1;
    const double level = last % 1500 < 700 ? 1.0 : 2.0;
    EXPECT_NEAR(answer.medians[1], 100.0 * shape(last + 12) * level, 20.0);
}

// Where habits are exact there is nothing left to explain.
TEST(Ridge, LearnsTheDayWhereverItIsRegular) {
    Trial run("ridge", 100.0);
    double error = 0.0;
    std::vector<double> said(12, Series::missing);
    for (std::size_t i = 0; i < 14 * per_day; ++i) {
        const double value = 100.0 * shape(i);
        if (i > 10 * per_day) error = std::max(error, std::abs(said[i % 12] - value) / value);
        const Answer answer = run.step_with(value);
        said[i % 12] = answer.asleep_because.empty() ? answer.medians[1] : Series::missing;
    }
    EXPECT_LT(error, 0.02);
}

TEST(Ridge, AnIncidentDoesNotPoisonTheDaysAfterIt) {
    const auto error_after = [](double incident) {
        Trial run("ridge", 100.0);
        Rng rng(4);
        double error = 0.0;
        std::vector<double> said(12, Series::missing);
        for (std::size_t i = 0; i < 14 * per_day; ++i) {
            double value = 100.0 * shape(i) * (0.95 + 0.1 * rng.uniform());
            if (i >= 9 * per_day && i < 9 * per_day + 24) value *= incident;
            if (i > 11 * per_day) error += std::abs(said[i % 12] - value);
            const Answer answer = run.step_with(value);
            said[i % 12] = answer.asleep_because.empty() ? answer.medians[1] : Series::missing;
        }
        return error;
    };
    EXPECT_LT(error_after(30.0), 1.5 * error_after(1.0));
}

TEST(NormalEquations, RecoversTheCoefficients) {
    ridge::NormalEquations<double> equations(3);
    Rng rng(5);
    for (int i = 0; i < 500; ++i) {
        const std::array<double, 3> row{rng.uniform() - 0.5, rng.uniform() - 0.5, 1.0};
        equations.add(row, 2.0 * row[0] - 3.0 * row[1] + 0.5, 1.0, 0.999);
    }
    std::array<double, 3> solution{};
    ASSERT_TRUE(equations.solve(1e-9, solution));
    EXPECT_NEAR(solution[0], 2.0, 1e-3);
    EXPECT_NEAR(solution[1], -3.0, 1e-3);
    EXPECT_NEAR(solution[2], 0.5, 1e-3);
}

TEST(NormalEquations, NotANumberIsRefused) {
    ridge::NormalEquations<double> equations(1);
    equations.add(std::array{std::numeric_limits<double>::quiet_NaN()}, 1.0, 1.0, 1.0);
    std::array<double, 1> solution{};
    EXPECT_FALSE(equations.solve(1e-3, solution));
}

}  // namespace
}  // namespace forescale
