#include "base/rng.h"
#include "models/feature_memory.h"
#include "models/trained.h"
#include "prediction/aggregation.h"
#include "prediction/calibration.h"
#include "prediction/confidence.h"
#include "prediction/demand_scale.h"
#include "prediction/guard.h"
#include "prediction/horizons.h"
#include "prediction/members.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Duration step = minutes(5);
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(Horizons, AreDenseNearAndHourlyFar) {
    const std::vector<int> steps = path_steps(step);
    EXPECT_EQ(steps.size(), 12U + 4U + 22U);
    EXPECT_EQ(steps.front(), 1);
    EXPECT_EQ(steps.back(), 288);
    EXPECT_EQ(anchor_steps(step), (Anchors{1, 3, 12, 48, 144, 288}));
}

TEST(Horizons, CoarserGridKeepsTheMultiplesThatExist) {
    EXPECT_EQ(anchor_steps(minutes(30)), (Anchors{1, 2, 8, 24, 48}));
    EXPECT_EQ(path_steps(minutes(30)).front(), 1);
    EXPECT_EQ(path_steps(minutes(30)).back(), 48);
    EXPECT_EQ(anchor_steps(hours(1)), (Anchors{1, 4, 12, 24}));
}

std::vector<std::string_view> names(std::size_t count) {
    const std::vector<std::string_view> all{"a", "b", "c", "d", "e", "f", "g", "h"};
    return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)};
}
void learn(Aggregation& aggregation, std::span<const double> medians, double actual) {
    const Aggregation::Combined said = aggregation.combine(medians, 0);
    aggregation.learn({.medians = medians,
                       .heard = said.heard,
                       .by_regret = said.by_regret,
                       .by_error = said.by_error,
                       .actual = actual,
                       .part = 0});
}

TEST(Aggregation, TrustGoesToTheBestMember) {
    Aggregation aggregation(names(3), step, hours(1));
    Rng rng(1);
    for (int i = 0; i < 600; ++i) {
        const double actual = 100.0 + 20.0 * rng.uniform();
        const std::array<double, 3> said{actual + 1.0, 60.0 + 80.0 * rng.uniform(), 300.0};
        learn(aggregation, said, actual);
    }
    const auto combined = aggregation.combine(std::array{100.0, 120.0, 300.0}, 0);
    EXPECT_GT(combined.weights[0], 0.9);
    EXPECT_NEAR(combined.weights[0] + combined.weights[1] + combined.weights[2], 1.0, 1e-12);
}

TEST(Aggregation, FollowsAChangeOfTheBestMember) {
    Aggregation aggregation(names(2), step, hours(1));
    for (int i = 0; i < 288 * 13; ++i) {
        const bool early = i < 288 * 8;
        const std::array<double, 2> said{early ? 100.0 : 150.0, early ? 150.0 : 100.0};
        learn(aggregation, said, 100.0);
    }
    const auto combined = aggregation.combine(std::array{150.0, 100.0}, 0);
    EXPECT_GT(combined.weights[1], combined.weights[0]);
}

TEST(Aggregation, SleepingMembersHaveNoWeightAndLoseNothing) {
    Aggregation aggregation(names(3), step, hours(24));
    for (int i = 0; i < 500; ++i) {
        const std::array<double, 3> said{100.0, 130.0, nan};
        learn(aggregation, said, 100.0);
    }
    const auto two = aggregation.combine(std::array{100.0, 130.0, nan}, 0);
    EXPECT_DOUBLE_EQ(two.weights[2], 0.0);
    EXPECT_LT(two.value, 110.0);
    EXPECT_TRUE(std::isnan(aggregation.combine(std::array{nan, nan, nan}, 0).value));
    EXPECT_DOUBLE_EQ(aggregation.combine(std::array{nan, nan, 5.0}, 0).value, 5.0);
}

TEST(Aggregation, ManyWeakMembersDoNotDragTheBestDown) {
    for (const Duration horizon : {Duration(minutes(15)), Duration(hours(24))}) {
        Aggregation aggregation(names(8), step, horizon);
        Rng rng(9);
        double error = 0.0;
        double error_of_best = 0.0;
        for (int i = 0; i < 288 * 10; ++i) {
            const double actual = 100.0 + 20.0 * rng.uniform();
            std::array<double, 8> said{};
            said[0] = actual + 4.0 * (rng.uniform() - 0.5);
            for (std::size_t m = 1; m < said.size(); ++m)
                said[m] = 100.0 + 15.0 * static_cast<double>(m) * (rng.uniform() + 0.5);
            if (i > 288 * 3) {
                error += std::abs(aggregation.combine(said, 0).value - actual);
                error_of_best += std::abs(said[0] - actual);
            }
            learn(aggregation, said, actual);
        }
        EXPECT_LT(error, 1.03 * error_of_best) << horizon.count();
    }
}

TEST(Guard, WhoHasSpokenForQuietHoursIsNoYardstickForTheWholeWeek) {
    const std::vector<std::string_view> members{"seasonal_naive", "steady", "new"};
    Guard guard(members, step, hours(24));
    for (int i = 0; i < 3 * 288; ++i) guard.learn(std::array{10.0, 8.0, nan});
    for (int i = 0; i < 48; ++i) guard.learn(std::array{1.0, 0.8, 0.9});
    for (std::size_t m = 0; m < members.size(); ++m) EXPECT_FALSE(guard.sleeps(m)) << members[m];
    EXPECT_NEAR(guard.error(2, 1.0, 0.0) / guard.error(0, 1.0, 0.0), 0.9, 1e-9);
}

TEST(Guard, PutsToSleepWhoIsWorseThanTheNaiveAndWakesItUpAgain) {
    const std::vector<std::string_view> members{"bad", "good", "seasonal_naive"};
    Guard guard(members, step, hours(1));
    const auto see = [&](double error_of_bad, int days) {
        for (int i = 0; i < 288 * days; ++i) guard.learn(std::array{error_of_bad, 6.0, 10.0});
    };
    see(20.0, 1);
    EXPECT_TRUE(guard.sleeps(0));
    EXPECT_EQ(guard.because(0), "2 times the error of seasonal_naive");
    EXPECT_FALSE(guard.sleeps(1));
    const std::vector<double> heard = guard.heard(std::array{1.0, 2.0, 3.0});
    EXPECT_TRUE(std::isnan(heard[0]));
    EXPECT_DOUBLE_EQ(heard[1], 2.0);
    see(13.0, 20);  // between the bounds: nothing changes
    EXPECT_TRUE(guard.sleeps(0));
    see(9.0, 20);
    EXPECT_FALSE(guard.sleeps(0));
    see(13.0, 20);
    EXPECT_FALSE(guard.sleeps(0));
}

TEST(Guard, HearsAllWhenNobodyWouldBeLeft) {
    const std::vector<std::string_view> members{"bad", "seasonal_naive"};
    Guard guard(members, step, hours(1));
    for (int i = 0; i < 288; ++i) guard.learn(std::array{30.0, 10.0});
    EXPECT_DOUBLE_EQ(guard.heard(std::array{7.0, nan})[0], 7.0);
}

TEST(Aggregation, ExactMembersAreFine) {
    Aggregation aggregation(names(2), step, hours(1));
    for (int i = 0; i < 100; ++i) learn(aggregation, std::array{0.0, 0.0}, 0.0);
    EXPECT_DOUBLE_EQ(aggregation.combine(std::array{0.0, 0.0}, 0).value, 0.0);
}

/// Share of errors inside the 90 % interval, when the size of the error depends on the half hour.
double coverage_of(Duration horizon, const std::function<double(std::size_t slot, int i)>& size) {
    Calibration calibration(step, horizon);
    Rng rng(2);
    const auto delay = static_cast<std::size_t>(horizon / step);
    struct Given {
        Calibration::Said said;
        Offsets offsets;
    };
    std::vector<Given> given;
    double inside = 0.0;
    double count = 0.0;
    for (int i = 0; i < 288 * 40; ++i) {
        const std::size_t slot = static_cast<std::size_t>(i) / 6 % 48;
        if (given.size() >= delay) {
            const auto& [said, offsets] = given[given.size() - delay];
            const double error =
                (rng.uniform() + rng.uniform() + rng.uniform() - 1.5) * size(slot, i);
            calibration.learn(slot, error, said);
            if (i > 288 * 20) {
                inside += error >= offsets[0] && error <= offsets[10] ? 1.0 : 0.0;
                count += 1.0;
            }
        }
        const std::size_t target_slot = (static_cast<std::size_t>(i) + delay) / 6 % 48;
        const auto [said, offsets] = calibration.say({.slot = target_slot}, 1.0);
        given.push_back({said, offsets});
    }
    return inside / count;
}

TEST(Calibration, CoversWhatItSays) {
    EXPECT_NEAR(coverage_of(hours(1), [](std::size_t, int) { return 0.1; }), 0.9, 0.02);
    EXPECT_NEAR(coverage_of(hours(24), [](std::size_t, int) { return 0.1; }), 0.9, 0.02);
    EXPECT_NEAR(
        coverage_of(hours(24), [](std::size_t slot, int) { return slot < 16 ? 0.02 : 0.2; }), 0.9,
        0.02);
    EXPECT_NEAR(coverage_of(hours(1), [](std::size_t, int i) { return i < 288 * 21 ? 0.1 : 0.3; }),
                0.9, 0.02);
}

TEST(Calibration, IsWideBeforeAnythingIsKnownAndNeverCrosses) {
    Calibration calibration(step, hours(1));
    const Offsets first = calibration.say({}, 1.0).offsets;
    EXPECT_LT(first.front(), -0.5);
    EXPECT_GT(first[10], 0.5);
    Rng rng(3);
    for (int i = 0; i < 2000; ++i) {
        const auto [said, offsets] = calibration.say({}, 1.0);
        EXPECT_TRUE(std::ranges::is_sorted(offsets));
        EXPECT_DOUBLE_EQ(offsets[median_index], 0.0);
        calibration.learn(
            0, std::pow(10.0, 4.0 * rng.uniform()) * (rng.uniform() < 0.9 ? 1e-3 : -1.0), said);
    }
}

TEST(Calibration, IsAsymmetricWhereErrorsAre) {
    Calibration calibration(step, hours(1));
    Rng rng(4);
    for (int i = 0; i < 3000; ++i) {
        const Calibration::Said said = calibration.say({}, 1.0).said;
        const double error = rng.uniform() < 0.5 ? -0.01 * rng.uniform() : 0.3 * rng.uniform();
        calibration.learn(0, error, said);
    }
    const Offsets offsets = calibration.say({}, 1.0).offsets;
    EXPECT_GT(offsets[10], -5.0 * offsets[0]);
}

TEST(Confidence, IsTheExpectedAccuracy) {
    Quantiles sure{};
    sure.fill(10.0);
    EXPECT_DOUBLE_EQ(confidence_of(sure), 1.0);
    Quantiles zero{};
    EXPECT_DOUBLE_EQ(confidence_of(zero), 1.0);
    zero.back() = 5.0;
    EXPECT_LT(confidence_of(zero), 1.0);
    Quantiles even{};  // uniform on 0..20: E|y - 10| / 10 = 0.5
    for (std::size_t i = 0; i < even.size(); ++i) even[i] = 20.0 * quantile_levels[i];
    EXPECT_NEAR(confidence_of(even), 0.5, 0.02);
}

TEST(Confidence, IsCalibratedAndMonotoneByBins) {
    Rng rng(5);
    std::array<double, 5> said{}, came{}, count{};
    for (int i = 0; i < 20'000; ++i) {
        const double width = 0.05 + 0.9 * rng.uniform();  // demand uniform on 100 * (1 -+ width)
        Quantiles quantiles{};
        for (std::size_t q = 0; q < quantiles.size(); ++q)
            quantiles[q] = 100.0 * (1.0 + width * (2.0 * quantile_levels[q] - 1.0));
        const double confidence = confidence_of(quantiles);
        const auto bin =
            std::min<std::size_t>(static_cast<std::size_t>((confidence - 0.5) * 10.0), 4);
        said[bin] += confidence;
        came[bin] += accuracy_of(quantiles[median_index],
                                 100.0 * (1.0 + width * (2.0 * rng.uniform() - 1.0)));
        count[bin] += 1.0;
    }
    for (std::size_t b = 0; b < said.size(); ++b) {
        ASSERT_GT(count[b], 100.0);
        EXPECT_NEAR(said[b] / count[b], came[b] / count[b], 0.02);
        if (b > 0) {
            EXPECT_GT(came[b] / count[b], came[b - 1] / count[b - 1]);
        }
    }
}

TEST(DemandScale, IsChosenEarlyAndRarelyChanged) {
    DemandScale scale;
    Series demand(step, 288 * 29);
    int changes = 0;
    Timestamp at{};
    for (int i = 0; i < 288 * 20; ++i, at += step) {
        demand.append(at, i < 288 * 10 ? 50.0 : 150.0);
        changes += scale.review(demand) ? 1 : 0;
    }
    EXPECT_EQ(changes, 1);
    EXPECT_DOUBLE_EQ(scale.value(), 50.0);
    for (int i = 0; i < 288 * 8; ++i, at += step) {
        demand.append(at, 0.05);
        changes += scale.review(demand) ? 1 : 0;
    }
    EXPECT_EQ(changes, 2);
    EXPECT_DOUBLE_EQ(scale.value(), 0.05);
}

TEST(DemandScale, OfNothingButZerosStaysAsItIs) {
    DemandScale scale;
    Series demand(step, 288);
    for (int i = 0; i < 600; ++i) {
        demand.append(Timestamp(step * i), i % 3 == 0 ? Series::missing : 0.0);
        EXPECT_FALSE(scale.review(demand));
    }
    EXPECT_GT(scale.value(), 0.0);
}

class Fixed final : public Model {
public:
    explicit Fixed(double value) : value_(value) {}
    Answer step(const Moment& moment) override {
        return {.medians = std::vector<double>(moment.anchors.size(), value_),
                .asleep_because = {}};
    }
    void save(ArchiveWriter&) override {}
    void load(ArchiveReader&) override {}

private:
    double value_;
};

/// Answers with how many steps it has seen.
class Counting final : public Model {
public:
    Answer step(const Moment& moment) override {
        ++steps_;
        return {.medians = std::vector<double>(moment.anchors.size(), steps_),
                .asleep_because = {}};
    }
    void save(ArchiveWriter& archive) override { archive(steps_); }
    void load(ArchiveReader& archive) override { archive(steps_); }

private:
    double steps_ = 0.0;
};

/// A service whose only demand is 3.
struct Steady {
    Series demand{step, 10};
    Zone utc;
    std::vector<Timestamp> holidays;
    FeatureContext context{.demand = demand, .zone = utc, .holidays = holidays};
    Anchors anchors{1};
    FeatureMemory memory{anchors};
    TrainedModels trained;

    Steady() { demand.append(Timestamp{}, 3.0); }
    [[nodiscard]] Moment moment() const {
        return {.context = context,
                .anchors = anchors,
                .level_now = 1.0,
                .origin = {},
                .targets = {},
                .lessons = {},
                .memory = memory,
                .rollup = demand,
                .seasons = {},
                .trained = trained};
    }
};

const ModelRegistry& two_that_count() {
    static const auto make = [](const ModelSettings&) -> std::unique_ptr<Model> {
        return std::make_unique<Counting>();
    };
    static const ModelRegistry registry{{"quick", make}, {"slow", make}};
    return registry;
}

TEST(Members, OneThatRestsCostsNothingAndBeginsAnewAfterADay) {
    const Steady steady;
    Members members({.step = step, .seed = 0}, two_that_count());
    for (int i = 0; i < 5; ++i) members.step(steady.moment(), 1000.0);
    members.rest(1, "slow: 12 ms a step");
    EXPECT_DOUBLE_EQ(members.medians(0)[1], 5.0) << "what it has said stands until the next step";
    for (int i = 0; i < 288; ++i) {
        members.step(steady.moment(), 1000.0);
        EXPECT_EQ(members.asleep_because(1), "slow: 12 ms a step");
        EXPECT_TRUE(std::isnan(members.medians(0)[1]));
    }
    members.step(steady.moment(), 1000.0);
    EXPECT_EQ(members.asleep_because(1), "");
    EXPECT_DOUBLE_EQ(members.medians(0)[1], 1.0);
    EXPECT_DOUBLE_EQ(members.medians(0)[0], 294.0);
}

TEST(Members, ARestGoesOnInTheNextLife) {
    const Steady steady;
    Members kept({.step = step, .seed = 0}, two_that_count());
    Members loaded({.step = step, .seed = 0}, two_that_count());
    kept.step(steady.moment(), 1000.0);
    kept.rest(1, "slow");
    for (int i = 0; i < 100; ++i) kept.step(steady.moment(), 1000.0);
    ArchiveWriter writer;
    kept.fields(writer);
    const std::string state = writer.take();
    ArchiveReader reader(state);
    loaded.fields(reader);
    for (int i = 100; i < 300; ++i) {
        kept.step(steady.moment(), 1000.0);
        loaded.step(steady.moment(), 1000.0);
        ASSERT_EQ(kept.asleep_because(1), loaded.asleep_because(1)) << i;
        ASSERT_EQ(kept.asleep_because(1).empty(), i >= 288) << i;
    }
    EXPECT_DOUBLE_EQ(kept.medians(0)[1], loaded.medians(0)[1]);
}

TEST(Members, AreTimedOneByOne) {
    using std::chrono::nanoseconds;
    const Steady steady;
    Members members({.step = step, .seed = 0}, two_that_count());
    const std::array<int, 3> readings{5, 7, 107};  // before, between and behind the two members
    std::size_t calls = 0;
    const Stopwatch watch = [&] { return nanoseconds(readings[calls++ % 3]); };
    members.step(steady.moment(), 1000.0, watch);
    members.step(steady.moment(), 1000.0, watch);
    EXPECT_EQ(members.costs()[0], nanoseconds(4));
    EXPECT_EQ(members.costs()[1], nanoseconds(200));
    members.forget_costs();
    members.step(steady.moment(), 1000.0);
    EXPECT_EQ(members.costs()[1], nanoseconds(0));
}

TEST(Members, OneThatBreaksIsPutToSleepAndNamed) {
    const ModelRegistry registry{
        {"explodes",
         [](const ModelSettings&) -> std::unique_ptr<Model> {
             return std::make_unique<Fixed>(1e12);
         }},
        {"fine",
         [](const ModelSettings&) -> std::unique_ptr<Model> {
             return std::make_unique<Fixed>(3.0);
         }},
        {"not_a_number", [](const ModelSettings&) -> std::unique_ptr<Model> {
             return std::make_unique<Fixed>(nan);
         }}};
    Members members({.step = step, .seed = 0}, registry);
    members.step(Steady().moment(), 3.0);
    EXPECT_THAT(members.asleep_because(0), ::testing::StartsWith("broke: 1e+12"));
    EXPECT_EQ(members.asleep_because(1), "");
    EXPECT_EQ(members.asleep_because(2), "broke: not a number");
    EXPECT_TRUE(std::isnan(members.medians(0)[0]));
    EXPECT_DOUBLE_EQ(members.medians(0)[1], 3.0);
}

}  // namespace
}  // namespace forescale
