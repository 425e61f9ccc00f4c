#include "decision/capacity_model.h"

#include "base/archive.h"
#include "base/rng.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include <gmock/gmock.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr Timestamp begin{std::chrono::hours(24 * 20'000)};
constexpr int steps_per_day = 288;

/// Demand of a day between 100 and 500, and what the others of its step differ by.
double wave(int step) {
    return 300.0 - 200.0 * std::cos(2 * std::numbers::pi * step / steps_per_day);
}

double normal(Rng& rng) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - rng.uniform()));
    return radius * std::cos(2 * std::numbers::pi * rng.uniform());
}

CapacityRule from_utilization(double stated) {
    CapacityRule rule;
    rule.from = CapacitySource::utilization;
    rule.stated = Demand(stated);
    return rule;
}
CapacityRule from_latency(double stated, double slo) {
    CapacityRule rule;
    rule.from = CapacitySource::latency;
    rule.stated = Demand(stated);
    rule.latency_slo = slo;
    return rule;
}

/// What is measured at a load per replica.
using Curve = std::function<double(double load)>;

Curve line(double offset, double serves) {
    return [=](double load) { return std::min(1.0, offset + load / serves); };
}

/// A service that is sized by what the model says, as decisions do: within 4 h it follows demand
/// down, at once up, and never below two replicas.
class Loop {
public:
    explicit Loop(const CapacityRule& rule, std::uint64_t seed = 7) : rule_(rule), rng_(seed) {}
    double noise = 0.03;       ///< of utilization, or the share of latency
    double outlier_share = 0;  ///< samples that are anything

    void run(int days, const Curve& curve, const std::function<double(int)>& demand = wave) {
        for (int i = 0; i < days * steps_per_day; ++i, ++step_) {
            const double now = demand(step_) * (1.0 + 0.05 * normal(rng_));
            size_ = std::max({2.0, std::ceil(1.1 * now / model.in_force(rule_).value()),
                              size_ - (step_ % 6 == 0 ? 1.0 : 0.0)});
            const double before = model.in_force(rule_).value();
            model.observe(rule_, begin + step_ * 5min, now / size_, measured(curve, now / size_));
            const double change = model.in_force(rule_).value() / before;
            EXPECT_LE(change, std::pow(1.05, 1.0 / 12) + 1e-9);
            EXPECT_GE(change, std::pow(1.2, -1.0 / 12) - 1e-9);
        }
    }
    [[nodiscard]] double in_force() const { return model.in_force(rule_).value(); }
    [[nodiscard]] std::string detail() const { return model.evidence(rule_).detail; }

    CapacityModel model;

private:
    double measured(const Curve& curve, double load) {
        if (rng_.uniform() < outlier_share) return rng_.uniform();
        const double value = curve(load);
        if (rule_.from == CapacitySource::latency) return value * std::exp(noise * normal(rng_));
        return std::clamp(value + noise * normal(rng_), 0.0, 1.0);
    }

    CapacityRule rule_;
    Rng rng_;
    int step_ = 0;
    double size_ = 10.0;
};

TEST(CapacityModel, FindsTheLoadAtTheTargetUtilization) {
    Loop loop(from_utilization(20));
    loop.run(7, line(0.05, 80));  // 70 % at 52
    EXPECT_NEAR(loop.in_force(), 52.0, 3.0) << loop.detail();
    const CapacityEvidence evidence = loop.model.evidence(from_utilization(20));
    EXPECT_TRUE(evidence.learned);
    EXPECT_EQ(evidence.stated, 20.0);
    EXPECT_NEAR(evidence.estimate, 52.0, 3.0 * evidence.error + 1.0);
    EXPECT_LT(evidence.error, 4.0);
    EXPECT_THAT(evidence.detail, HasSubstr("at 70 % utilization"));
}

TEST(CapacityModel, FindsItFromAboveToo) {
    Loop loop(from_utilization(60));
    loop.run(7, line(0.1, 40));  // 70 % at 24, saturated at 36
    EXPECT_NEAR(loop.in_force(), 24.0, 2.0) << loop.detail();
}

TEST(CapacityModel, IsRobustToOutliers) {
    Loop loop(from_utilization(20));
    loop.outlier_share = 0.05;
    loop.run(7, line(0.05, 80));
    EXPECT_NEAR(loop.in_force(), 52.0, 5.0) << loop.detail();
}

TEST(CapacityModel, FollowsAVersionThatIsTwiceAsFastAndOneThatIsTwiceAsSlow) {
    Loop loop(from_utilization(30));
    loop.run(5, line(0.05, 50));  // 32.5
    EXPECT_NEAR(loop.in_force(), 32.5, 2.5) << loop.detail();
    loop.run(4, line(0.05, 100));  // 65
    EXPECT_NEAR(loop.in_force(), 65.0, 5.0) << loop.detail();
    loop.run(4, line(0.05, 50));
    EXPECT_NEAR(loop.in_force(), 32.5, 2.5) << loop.detail();
}

TEST(CapacityModel, KeepsWhatIsStatedWhereTheLoadNeverVaries) {
    const CapacityRule rule = from_utilization(20);
    CapacityModel model;
    Rng rng(3);
    for (int i = 0; i < 7 * steps_per_day; ++i)
        model.observe(rule, begin + i * 5min, 18.0 + 0.1 * normal(rng), 0.3 + 0.02 * normal(rng));
    EXPECT_EQ(model.in_force(rule), rule.stated);
    EXPECT_FALSE(model.evidence(rule).learned);
    EXPECT_EQ(model.evidence(rule).detail, "as stated: the load per replica has hardly varied");
}

// A sensor that is stuck, gives noise, or counts in percent moves nothing.
TEST(CapacityModel, ABrokenSensorMovesNothing) {
    for (const double stuck : {0.0, 0.3, 0.8, 1.0}) {
        Loop loop(from_utilization(20));
        loop.noise = 0.0;
        loop.run(7, [=](double) { return stuck; });
        EXPECT_EQ(loop.in_force(), 20.0) << stuck << ": " << loop.detail();
    }
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Loop loop(from_utilization(20), seed);
        loop.outlier_share = 1.0;
        loop.run(7, line(0.0, 1.0));
        EXPECT_EQ(loop.in_force(), 20.0) << seed << ": " << loop.detail();
    }
    const CapacityRule rule = from_utilization(20);
    CapacityModel model;
    for (int i = 0; i < steps_per_day; ++i)
        model.observe(rule, begin + i * 5min, wave(i) / 20, wave(i) / 5);
    EXPECT_EQ(model.in_force(rule), rule.stated);
    EXPECT_THAT(model.evidence(rule).detail, HasSubstr("which is 0..1"));
}

TEST(CapacityModel, ASensorThatSticksLaterCostsNoMoreThanWhatWasLearned) {
    for (const double stuck : {0.0, 0.3, 1.0}) {
        Loop loop(from_utilization(20));
        loop.run(7, line(0.05, 80));
        const double learned = loop.in_force();
        loop.noise = 0.0;
        loop.run(7, [=](double) { return stuck; });
        EXPECT_LE(loop.in_force(), learned * 1.25) << stuck << ": " << loop.detail();
        EXPECT_GE(loop.in_force(), 20.0) << stuck << ": " << loop.detail();
    }
}

TEST(CapacityModel, WhatWasLearnedHoldsWhenTheSensorIsLost) {
    Loop loop(from_utilization(20));
    loop.run(7, line(0.05, 80));
    const double learned = loop.in_force();
    loop.run(3, [](double) { return std::numeric_limits<double>::quiet_NaN(); });
    EXPECT_EQ(loop.in_force(), learned);
}

TEST(CapacityModel, StaysNearWhatIsStated) {
    Loop loop(from_utilization(5));
    loop.run(10, line(0.05, 80));
    EXPECT_NEAR(loop.in_force(), 20.0, 0.5) << "four times what is stated";
    EXPECT_LE(loop.in_force(), 20.0) << "and no more";
}

TEST(CapacityModel, FindsTheLoadThatKeepsALatency) {
    const CapacityRule rule = from_latency(30, 0.2);
    Loop loop(rule);
    loop.noise = 0.1;
    loop.run(10, [](double load) { return 0.05 / std::max(0.02, 1.0 - load / 60.0); });  // 45
    EXPECT_NEAR(loop.in_force(), 45.0, 4.0) << loop.detail();
    EXPECT_LT(loop.in_force(), 47.0) << "rather less than more";
    EXPECT_THAT(loop.detail(), HasSubstr("at a latency of 0.2"));
}

// A queue with several servers is flat for long and then steep: no hyperbola.
TEST(CapacityModel, FindsItOnACurveOfAnotherShape) {
    const CapacityRule rule = from_latency(42, 0.2);
    Loop loop(rule);
    loop.noise = 0.1;
    const auto curve = [](double load) {
        const double busy = std::min(0.995, load / 60.0);
        return 0.05 * (1.0 + std::pow(busy, 6.0) / (1.0 - busy));  // 0.2 at 51
    };
    int kept = 0;
    int steps = 0;
    loop.run(10, [&](double load) {
        if (++steps > 9 * steps_per_day) kept += curve(load) <= rule.latency_slo ? 1 : 0;
        return curve(load);
    });
    EXPECT_GE(kept, 0.98 * steps_per_day) << loop.detail();
    EXPECT_GT(loop.in_force(), 46.0) << loop.detail();
}

TEST(CapacityModel, ALatencyThatDoesNotFollowTheLoadTeachesNothing) {
    Loop loop(from_latency(30, 0.2));
    loop.noise = 0.1;
    loop.run(7, [](double) { return 0.05; });
    EXPECT_EQ(loop.in_force(), 30.0);
    EXPECT_THAT(loop.detail(), HasSubstr("does not follow the load"));
}

TEST(CapacityModel, GoesOnFromStoredStateToTheBit) {
    const CapacityRule rule = from_utilization(20);
    CapacityModel whole;
    CapacityModel stored;
    for (int i = 0; i < 4 * steps_per_day; ++i) {
        const double load = wave(i) / 25.0;
        const double used = 0.05 + load / 40.0 + 0.02 * std::sin(1.7 * i);
        whole.observe(rule, begin + i * 5min, load, used);
        stored.observe(rule, begin + i * 5min, load, used);
        if (i % 100 != 0) continue;
        CapacityModel next;
        ASSERT_TRUE(load_state(next, save_state(stored, 1), 1));
        stored = next;
    }
    EXPECT_NE(whole.in_force(rule), rule.stated);
    EXPECT_EQ(whole.in_force(rule), stored.in_force(rule));
    EXPECT_EQ(save_state(whole, 1), save_state(stored, 1));
}

}  // namespace
}  // namespace forescale
