#include "simulation/policies/fft_model.h"
#include "simulation/policies/fourier.h"
#include "simulation/policies/holt_winters_model.h"
#include "simulation/policies/hourly_model.h"
#include "simulation/policies/hpa_controller.h"
#include "simulation/test_minutes.h"
#include "simulation/world.h"

#include <cmath>
#include <functional>
#include <numbers>

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr int of_day = 288;
constexpr Duration bucket = std::chrono::minutes(5);

double wave(int t) {
    return 500.0 + 400.0 * std::sin(2.0 * std::numbers::pi * t / of_day);
}

/// The same wave at half the height on two days of seven.
double week(int t) {
    return t / of_day % 7 < 5 ? wave(t) : 0.5 * wave(t);
}

/// Repeats nowhere.
double noise(int t) {
    return 500.0 + 300.0 * std::sin(static_cast<double>(t) * t * 0.7);
}

void teach(GridModel& model, int count, const std::function<double(int)>& demand) {
    for (int t = 0; t < count; ++t) model.learn(demand(t));
}

std::vector<PlayedStep> played(std::string_view policy, const World& world, double setting) {
    return play(world, *policies().at(policy).make(world.view(), {&setting, 1}).front());
}

std::vector<int> desired(std::string_view policy, const World& world, double setting) {
    std::vector<int> out;
    for (const PlayedStep& step : played(policy, world, setting)) out.push_back(step.desired);
    return out;
}

using Sizes = std::vector<int>;

// ---- what HPA's page says, worked by hand: one instance serves 10, the target is 0.5

World of_ten() {
    World world = minutes({}, 10.0, 0);
    return world;
}

TEST(HpaController, RatioOfReadyInstances) {
    const HpaController hpa(of_ten().view(), 0.5);
    EXPECT_EQ(hpa.recommend(40.0, 4, 0), 8);  // ratio 2: 100 % use where 50 % is the target
    EXPECT_EQ(hpa.recommend(10.0, 4, 0), 2);  // ratio 0.5
    EXPECT_EQ(hpa.recommend(24.0, 4, 0), 5);  // ratio 1.2: 4.8, rounded up
    EXPECT_EQ(hpa.recommend(25.0, 4, 0), 5);  // exactly 5 is not 6
}

TEST(HpaController, ToleranceIsInclusive) {
    const HpaController hpa(of_ten().view(), 0.5);
    EXPECT_EQ(hpa.recommend(54.9, 10, 0), 10);  // ratio 1.098
    EXPECT_EQ(hpa.recommend(55.1, 10, 0), 12);  // ratio 1.102
    EXPECT_EQ(hpa.recommend(45.1, 10, 0), 10);  // ratio 0.902
    EXPECT_EQ(hpa.recommend(44.9, 10, 0), 9);   // ratio 0.898
}

TEST(HpaController, PendingInstancesAreIdleOnTheWayUpAndNeverTurnItDown) {
    const HpaController hpa(of_ten().view(), 0.5);
    EXPECT_EQ(hpa.recommend(40.0, 4, 4), 8);    // 40 / (8 * 5) = 1: what is coming suffices
    EXPECT_EQ(hpa.recommend(25.0, 4, 16), 20);  // 1.25 of the ready ones, 0.25 with the pending
    EXPECT_EQ(hpa.recommend(60.0, 4, 4), 12);
}

TEST(HpaController, MissingDemandAndTheBounds) {
    const HpaController hpa(of_ten().view(), 0.5);
    EXPECT_EQ(hpa.recommend(none, 4, 1), 5);
    EXPECT_EQ(hpa.recommend(0.0, 4, 0), 2);
    EXPECT_EQ(hpa.recommend(1e9, 4, 0), 100);
}

TEST(HpaController, UpByTheLargerOfFourAndTwice) {
    HpaController hpa(of_ten().view(), 0.5);
    EXPECT_EQ(hpa.move(0, 2, 100), Replicas(6));
    EXPECT_EQ(hpa.move(1, 6, 100), Replicas(12));
    EXPECT_EQ(hpa.move(2, 12, 13), Replicas(13));
    EXPECT_EQ(hpa.reason(), "ratio");
}

TEST(HpaController, DownToTheLargestOfFiveMinutes) {
    HpaController hpa(of_ten().view(), 0.5);
    EXPECT_EQ(hpa.move(0, 20, 20), Replicas(20));
    EXPECT_EQ(hpa.move(1, 20, 12), Replicas(20));
    EXPECT_EQ(hpa.reason(), "stabilization");
    for (std::size_t t = 2; t <= 5; ++t) EXPECT_EQ(hpa.move(t, 20, 8), Replicas(20)) << t;
    EXPECT_EQ(hpa.move(6, 20, 8), Replicas(12));  // the 20 is more than 300 s old
    EXPECT_EQ(hpa.move(7, 12, 8), Replicas(8));   // and the 12
    EXPECT_EQ(hpa.move(8, 8, std::nullopt), Replicas(8));
}

// ---- Fourier

TEST(Fourier, FindsAWaveOfAnyLength) {
    for (const std::size_t n : {7U, 12U, 288U, 2016U}) {
        std::vector<double> values;
        for (std::size_t i = 0; i < n; ++i)
            values.push_back(5.0 + 2.0 * std::cos(2.0 * std::numbers::pi * 3.0 *
                                                  static_cast<double>(i) / static_cast<double>(n)));
        const auto spectrum = spectrum_of(values);
        const auto count = static_cast<double>(n);
        EXPECT_EQ(spectrum.size(), n / 2 + 1);
        EXPECT_NEAR(std::abs(spectrum[0]), 5.0 * count, 1e-8 * count);
        EXPECT_NEAR(std::abs(spectrum[3]), count, 1e-8 * count);
        EXPECT_NEAR(std::abs(spectrum[2]), 0.0, 1e-8 * count);
    }
}

TEST(Fourier, AutocorrelationPeaksAtThePeriod) {
    std::vector<double> values;
    for (int t = 0; t < 4 * of_day; ++t) values.push_back(wave(t));
    const auto lags = autocorrelation(values, of_day);
    EXPECT_NEAR(lags[0], 1.0, 1e-9);
    EXPECT_NEAR(lags[of_day], 1.0, 1e-3);
    EXPECT_NEAR(lags[of_day / 2], -1.0, 0.1);
    EXPECT_DOUBLE_EQ(autocorrelation(std::vector<double>(50, 3.0), 10)[5], 0.0);
}

// ---- Holt-Winters

TEST(HoltWinters, GoesOnWithAWaveExactlyAlsoOverAGap) {
    HoltWinters model(of_day, {.level = 0.9, .trend = 0.0, .season = 0.1});
    teach(model, 4 * of_day, [](int t) { return t > 700 && t < 720 ? none : wave(t); });
    for (int t = 4 * of_day; t < 5 * of_day; t += 17)
        EXPECT_NEAR(model.expected(static_cast<std::size_t>(t)), wave(t), 1e-6) << t;
}

TEST(HoltWinters, SaysNothingInTheFirstSeasonAndNeverLessThanZero) {
    HoltWinters model(of_day, {.level = 0.9, .trend = 0.0, .season = 0.1});
    teach(model, of_day - 1, wave);
    EXPECT_TRUE(std::isnan(model.expected(of_day)));
    HoltWinters idle(of_day, {.level = 0.9, .trend = 0.9, .season = 0.9});
    teach(idle, 3 * of_day, [](int t) { return t < 2 * of_day ? 100.0 : 0.0; });
    EXPECT_DOUBLE_EQ(idle.expected(3 * of_day + 5), 0.0);
}

TEST(HoltWinters, FollowsAStepOfTheLevel) {
    HoltWinters model(of_day, {.level = 0.9, .trend = 0.0, .season = 0.1});
    teach(model, 3 * of_day, [](int t) { return wave(t) + (t >= 2 * of_day + 100 ? 250.0 : 0.0); });
    EXPECT_NEAR(model.expected(3 * of_day), wave(0) + 250.0, 15.0);
}

// ---- FFT

TEST(Fft, FindsADayAndRebuildsIt) {
    FftModel model(bucket);
    teach(model, 5 * of_day, wave);
    EXPECT_EQ(model.period(), of_day);
    for (int t = 5 * of_day; t < 6 * of_day; t += 13)
        EXPECT_NEAR(model.expected(static_cast<std::size_t>(t)), 1.01 * wave(t), 2.0) << t;
}

TEST(Fft, FindsAWeek) {
    FftModel model(bucket);
    teach(model, 15 * of_day, week);
    EXPECT_EQ(model.period(), 7U * of_day);
}

TEST(Fft, SaysNothingWhereNothingRepeats) {
    for (const auto& signal : std::vector<std::function<double(int)>>{
             noise, [](int) { return 0.0; }, [](int) { return 70.0; },
             [](int t) { return t == 400 ? 1000.0 : 10.0; }}) {
        FftModel model(bucket);
        teach(model, 5 * of_day, signal);
        EXPECT_EQ(model.period(), 0U);
        EXPECT_TRUE(std::isnan(model.expected(5 * of_day)));
    }
}

TEST(Fft, NeedsTwoDaysAndKeepsThePhaseOverAGap) {
    FftModel young(bucket);
    teach(young, 2 * of_day - 1, wave);
    EXPECT_EQ(young.period(), 0U);
    FftModel model(bucket);  // a hole of 40 min is bridged; the wave goes on in phase
    teach(model, 5 * of_day, [](int t) { return t >= 1000 && t < 1008 ? none : wave(t); });
    EXPECT_EQ(model.period(), of_day);
    EXPECT_NEAR(model.expected(5 * of_day + 72), 1.01 * wave(72), 12.0);
}

// ---- hourly

TEST(HourlyModel, ExpectsTheLargestOfTheSameHour) {
    HourlyModel model(bucket);
    // Between 09:00 and 10:00 there is a spike of 5 min.
    const auto spike = [](int t) { return t % of_day == 9 * 12 + 6 ? 300.0 : 40.0; };
    teach(model, 3 * of_day, spike);
    EXPECT_DOUBLE_EQ(model.expected(3 * of_day + 9 * 12), 300.0);
    EXPECT_DOUBLE_EQ(model.expected(3 * of_day + 9 * 12 + 11), 300.0);
    EXPECT_DOUBLE_EQ(model.expected(3 * of_day + 10 * 12), 40.0);
    EXPECT_TRUE(std::isnan(model.expected(5 * of_day)));  // beyond 48 h
}

TEST(HourlyModel, NeedsADayAndFollowsTheLevelOfTheNewestDay) {
    HourlyModel young(bucket);
    teach(young, of_day - 1, wave);
    EXPECT_TRUE(std::isnan(young.expected(of_day)));
    HourlyModel model(bucket);
    teach(model, 4 * of_day, [](int t) { return t < 3 * of_day ? 40.0 : 80.0; });
    // The usual of four days is 50; the newest day was twice what was usual of the three before.
    EXPECT_DOUBLE_EQ(model.expected(4 * of_day), 100.0);
}

// ---- the policies in the world

TEST(HourlyMax, TracksAfterThreeMinutesAndGivesBackAfterFifteen) {
    std::vector<double> demand(40, 10.0);
    for (std::size_t t = 5; t < 12; ++t) demand[t] = 60.0;
    const Sizes sizes = desired("hourly-max", minutes(demand, 10.0, 0), 1.0);
    EXPECT_EQ(sizes[7], 2);   // two minutes of 60 were seen
    EXPECT_EQ(sizes[8], 6);   // three
    EXPECT_EQ(sizes[26], 6);  // 14 minutes below
    EXPECT_EQ(sizes[27], 2);  // 15
}

TEST(Peers, AreReadyBeforeARiseThatComesEveryDay) {
    std::vector<double> demand;
    for (int t = 0; t < 6 * 1440; ++t)
        demand.push_back(t % 1440 >= 600 && t % 1440 < 1200 ? 400.0 : 100.0);
    World world = minutes(demand, 10.0, 10);
    world.first_scored = 4 * 1440;
    const double reactive = score(world, played("hpa", world, 0.7)).under_provisioned_min;
    EXPECT_GE(reactive, 10.0);
    for (const char* policy : {"fft", "holt-winters", "hourly-max", "last-week"}) {
        const auto kind = policies().at(policy);
        EXPECT_LE(score(world, played(policy, world, kind.usual)).under_provisioned_min,
                  0.5 * reactive)
            << policy;
    }
}

TEST(Peers, StayAtTheLeastWithoutDemandAndComeBackAfterASpike) {
    std::vector<double> demand(4 * 1440, 0.0);
    demand[5000] = 500.0;
    for (const auto& [name, kind] : policies()) {
        if (name == "static-peak" || name == "forescale") continue;
        const Sizes sizes = desired(name, minutes(demand, 10.0, 5), kind.usual);
        EXPECT_EQ(sizes[4900], 2) << name;
        EXPECT_EQ(sizes[5000 + 30], 2) << name;
    }
}

TEST(Peers, PlayedTogetherAreAsPlayedAlone) {
    std::vector<double> demand;
    for (int t = 0; t < 3 * 1440; ++t) demand.push_back(wave(t / 5) / 10.0);
    const World world = minutes(demand, 4.0, 5);
    for (const auto& [name, kind] : policies()) {
        if (name == "forescale" || kind.settings.empty()) continue;
        const std::vector<double> two{kind.settings.front(), kind.usual};
        auto made = kind.make(world.view(), two);
        std::ignore = play(world, *made[0]);
        const auto second = play(world, *made[1]);
        const auto alone = played(name, world, kind.usual);
        for (std::size_t t = 0; t < alone.size(); ++t)
            ASSERT_EQ(second[t].desired, alone[t].desired) << name << " at " << t;
    }
}

}  // namespace
}  // namespace forescale
