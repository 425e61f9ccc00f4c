#include "prediction/lead_demand.h"

#include "base/rng.h"
#include "domain/series.h"
#include "prediction/lead_demand_quantiles.h"
#include "prediction/lead_demand_ridge.h"

#include <chrono>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr Timestamp start{std::chrono::hours(24 * 20'000)};

Service service_with(Duration step) {
    Service service;
    service.id = ServiceId("shop");
    service.sample_step = service.fine_step = step;
    service.grid_step = std::max<Duration>(step, std::chrono::minutes(5));
    return service;
}

/// A day's wave between 20 and 180 with 5 % of noise: demand of step t.
std::vector<double> waves(Duration step, int days, std::uint64_t seed) {
    Rng rng(seed);
    const auto a_day = static_cast<double>(day / step);
    std::vector<double> demand;
    for (int t = 0; t < static_cast<int>(a_day) * days; ++t) {
        const double wave = 100.0 - 80.0 * std::cos(2.0 * std::numbers::pi * t / a_day);
        const double noise = rng.uniform() + rng.uniform() + rng.uniform() - 1.5;
        demand.push_back(wave * (1.0 + 0.1 * noise));
    }
    return demand;
}

Window window(Duration step, std::size_t t, double value) {
    Window out;
    out.start = start + step * static_cast<Duration::rep>(t);
    out.width = step;
    if (std::isnan(value)) return out;
    out.count = 1;
    out.sum = out.min = out.max = out.last = value;
    out.state = SampleState::present;
    return out;
}

void feed(LeadDemandModel& model, Duration step, std::span<const double> demand,
          std::size_t from = 0) {
    for (std::size_t t = 0; t < demand.size(); ++t)
        model.observe(window(step, from + t, demand[t]));
}

double largest(std::span<const double> demand, std::size_t from, std::size_t count) {
    return *std::max_element(demand.begin() + static_cast<std::ptrdiff_t>(from),
                             demand.begin() + static_cast<std::ptrdiff_t>(from + count));
}

struct Steps {
    int step_s;
    int lead_s;
    int days;
};

class LeadDemandAtEveryStep : public testing::TestWithParam<Steps> {};

TEST_P(LeadDemandAtEveryStep, ItsQuantilesHoldAsOftenAsTheySay) {
    const Duration step = std::chrono::seconds(GetParam().step_s);
    const Duration lead = std::chrono::seconds(GetParam().lead_s);
    const auto demand = waves(step, GetParam().days, 1);
    const auto span = static_cast<std::size_t>((lead + step - Duration(1)) / step) + 1;
    LeadDemandModel model(service_with(step), lead);
    int below_90 = 0, below_99 = 0, count = 0;
    for (std::size_t t = 0; t + span < demand.size(); ++t) {
        model.observe(window(step, t, demand[t]));
        const auto said = model.forecast({});
        if (t < demand.size() / 2 || !said) continue;
        EXPECT_TRUE(std::ranges::is_sorted(said->quantiles));
        const double actual = largest(demand, t + 1, span);
        below_90 += actual <= said->quantiles.at(9) ? 1 : 0;
        below_99 += actual <= said->quantiles.at(11) ? 1 : 0;
        ++count;
    }
    ASSERT_GT(count, 300);
    EXPECT_NEAR(below_90 / static_cast<double>(count), 0.90, 0.035);
    EXPECT_NEAR(below_99 / static_cast<double>(count), 0.99, 0.015);
}

INSTANTIATE_TEST_SUITE_P(Steps, LeadDemandAtEveryStep,
                         testing::Values(Steps{60, 60, 8}, Steps{60, 300, 8}, Steps{60, 900, 8},
                                         Steps{300, 300, 20}, Steps{1800, 300, 60}));

TEST(LeadDemand, SaysNothingBeforeADayOfHistoryAndThenSpeaks) {
    const Duration step = std::chrono::minutes(1);
    const auto demand = waves(step, 2, 2);
    LeadDemandModel model(service_with(step), std::chrono::minutes(5));
    EXPECT_FALSE(model.forecast({}));
    feed(model, step, std::span(demand).first(1400));
    EXPECT_FALSE(model.forecast({}));
    feed(model, step, std::span(demand).subspan(1400, 200), 1400);
    ASSERT_TRUE(model.forecast({}));
    EXPECT_EQ(model.forecast({})->from, start + std::chrono::minutes(1600));
    EXPECT_EQ(model.forecast({})->lead, Duration(std::chrono::minutes(5)));
}

TEST(LeadDemand, SeesTheMorningComing) {
    const Duration step = std::chrono::minutes(1);
    const auto demand = waves(step, 4, 3);
    LeadDemandModel model(service_with(step), std::chrono::minutes(15));
    const std::size_t six = 3 * 1440 + 360;  // the steepest rise: 5.2 in 15 min
    feed(model, step, std::span(demand).first(six));
    EXPECT_GT(model.forecast({})->quantiles[median_index], largest(demand, six - 30, 30) + 1.0);
}

TEST(LeadDemand, StoredAndLoadedItGoesOnToTheBit) {
    const Duration step = std::chrono::minutes(1);
    const auto demand = waves(step, 4, 4);
    LeadDemandModel model(service_with(step), std::chrono::minutes(5));
    feed(model, step, std::span(demand).first(4000));
    LeadDemandModel restored(service_with(step), std::chrono::minutes(5));
    ASSERT_TRUE(restored.load(model.save()));
    feed(model, step, std::span(demand).subspan(4000), 4000);
    feed(restored, step, std::span(demand).subspan(4000), 4000);
    EXPECT_EQ(model.save(), restored.save());
    EXPECT_EQ(model.forecast({})->quantiles, restored.forecast({})->quantiles);
}

TEST(LeadDemand, RefusesAStateThatIsNotItsOwn) {
    LeadDemandModel model(service_with(std::chrono::minutes(1)), std::chrono::minutes(5));
    EXPECT_EQ(model.load("nonsense").error().code, Errc::corrupt);
    LeadDemandModel other(service_with(std::chrono::minutes(5)), std::chrono::minutes(5));
    EXPECT_EQ(model.load(other.save()).error().code, Errc::corrupt);
    feed(model, std::chrono::minutes(1), waves(std::chrono::minutes(1), 2, 5));
    EXPECT_TRUE(model.forecast({}));
}

TEST(LeadDemand, StaysSmall) {
    const Duration step = std::chrono::minutes(1);
    LeadDemandModel model(service_with(step), std::chrono::minutes(15));
    feed(model, step, waves(step, 10, 6));
    EXPECT_LE(model.save().size(), 150'000U);
}

TEST(LeadDemand, AGapIsBridgedAndLearnedFromNeitherAsZeroNorAsDemand) {
    const Duration step = std::chrono::minutes(1);
    const auto demand = waves(step, 6, 7);
    LeadDemandModel whole(service_with(step), std::chrono::minutes(5));
    LeadDemandModel gappy(service_with(step), std::chrono::minutes(5));
    feed(whole, step, demand);
    for (std::size_t t = 0; t < demand.size(); ++t) {
        const bool marked = t >= 5000 && t < 5120;  // two hours, each step marked as missing
        const bool silent = t >= 6000 && t < 6600;  // ten hours of which nobody speaks
        if (!silent) gappy.observe(window(step, t, marked ? Series::missing : demand[t]));
    }
    const auto a = whole.forecast({}), b = gappy.forecast({});
    ASSERT_TRUE(a && b);
    EXPECT_NEAR(b->quantiles[median_index] / a->quantiles[median_index], 1.0, 0.1);
    EXPECT_LT(b->quantiles[11] / a->quantiles[11], 1.2);
}

TEST(LeadDemand, AWindowThatIsNotNewerChangesNothing) {
    const Duration step = std::chrono::minutes(1);
    LeadDemandModel model(service_with(step), std::chrono::minutes(5));
    feed(model, step, waves(step, 2, 8));
    const std::string before = model.save();
    model.observe(window(step, 2 * 1440 - 1, 9999.0));
    model.observe(window(step, 17, 9999.0));
    EXPECT_EQ(model.save(), before);
}

TEST(LeadDemand, AnotherLeadTimeIsSpokenOfAtOnceAndLearnedWithinADay) {
    const Duration step = std::chrono::minutes(1);
    const auto demand = waves(step, 8, 9);
    LeadDemandModel model(service_with(step), std::chrono::minutes(5));
    feed(model, step, std::span(demand).first(5 * 1440));
    model.set_lead(std::chrono::minutes(30));
    int below = 0, count = 0;
    for (std::size_t t = 5 * 1440; t + 31 < demand.size(); ++t) {
        model.observe(window(step, t, demand[t]));
        const auto said = model.forecast({});
        ASSERT_TRUE(said);
        EXPECT_EQ(said->lead, Duration(std::chrono::minutes(30)));
        if (t < 6 * 1440) continue;
        below += largest(demand, t + 1, 31) <= said->quantiles.at(9) ? 1 : 0;
        ++count;
    }
    EXPECT_NEAR(below / static_cast<double>(count), 0.90, 0.05);
    model.set_lead(std::chrono::minutes(1));
    model.observe(window(step, 8 * 1440, 100.0));
    EXPECT_TRUE(model.forecast({}));
}

TEST(LeadDemand, ScalesWithTheUnitOfTheDemand) {
    const Duration step = std::chrono::minutes(1);
    const auto demand = waves(step, 3, 10);
    auto tiny = demand;
    for (double& value : tiny) value *= 1.0 / 1024.0;
    LeadDemandModel one(service_with(step), std::chrono::minutes(5));
    LeadDemandModel other(service_with(step), std::chrono::minutes(5));
    feed(one, step, demand);
    feed(other, step, tiny);
    for (const std::size_t i : {0U, 5U, 11U})
        EXPECT_NEAR(other.forecast({})->quantiles.at(i) * 1024.0, one.forecast({})->quantiles.at(i),
                    1e-6);
}

// What is ordered stands on this: a wrong sample must not order for weeks.
TEST(LeadDemand, ASpikeOf1e12LeavesNoTrace) {
    const Duration step = std::chrono::minutes(1);
    auto demand = waves(step, 8, 12);
    LeadDemandModel whole(service_with(step), std::chrono::minutes(5));
    feed(whole, step, demand);
    const std::size_t spike = 6 * 1440 + 500;
    for (std::size_t t = spike; t < spike + 12; ++t) demand[t] = 1e12;
    LeadDemandModel spiked(service_with(step), std::chrono::minutes(5));
    feed(spiked, step, std::span(demand).first(spike));
    for (std::size_t t = spike; t < demand.size(); ++t) {
        spiked.observe(window(step, t, demand[t]));
        ASSERT_LT(spiked.forecast({})->quantiles[11], 250.0) << t - spike;
    }
    EXPECT_NEAR(spiked.forecast({})->quantiles[11] / whole.forecast({})->quantiles[11], 1.0, 0.05);
}

TEST(LeadDemand, ASpikeOf1e12InTheFirstMinutesLeavesNoTrace) {
    const Duration step = std::chrono::minutes(1);
    for (const std::size_t at : {0U, 1U, 5U}) {
        auto demand = waves(step, 2, 12);
        demand[at] = 1e12;
        LeadDemandModel model(service_with(step), std::chrono::minutes(5));
        feed(model, step, demand);
        ASSERT_TRUE(model.forecast({}));
        EXPECT_NEAR(model.forecast({})->quantiles[median_index], 22.0, 3.0) << at;
        EXPECT_LT(model.forecast({})->quantiles[11], 40.0) << at;
    }
}

TEST(LeadDemand, NothingIsSaidBeyondWhatIsPlausible) {
    const Duration step = std::chrono::minutes(1);
    LeadDemandModel model(service_with(step), std::chrono::minutes(5));
    Rng rng(13);
    for (std::size_t t = 0; t < 10 * 1440; ++t) {
        const double burst = rng.uniform() < 0.01 ? 9.0 : 1.0;  // of a minute, nobody knows when
        model.observe(window(step, t, 100.0 * burst * rng.uniform()));
        if (const auto said = model.forecast({})) {
            ASSERT_LT(said->quantiles[11], (t < 2 * 1440 ? 10.0 : 6.0) * 900.0) << t;
        }
    }
}

TEST(LeadDemand, ZeroDemandIsForecastAsZero) {
    const Duration step = std::chrono::minutes(1);
    LeadDemandModel model(service_with(step), std::chrono::minutes(5));
    feed(model, step, std::vector<double>(3000, 0.0));
    const auto said = model.forecast({});
    EXPECT_TRUE(!said || said->quantiles[11] <= 0.0);
    feed(model, step, std::vector<double>(3000, 50.0), 3000);
    ASSERT_TRUE(model.forecast({}));
    EXPECT_NEAR(model.forecast({})->quantiles[median_index], 50.0, 5.0);
}

TEST(ForgettingRidge, FindsTheCoefficientsThatMadeTheData) {
    ForgettingRidge ridge(3, 1e6, 1e-3);
    Rng rng(11);
    for (int i = 0; i < 2000; ++i) {
        const double a = rng.uniform(), b = rng.uniform();
        ridge.learn(std::array{1.0, a, b}, 2.0 + 3.0 * a - 1.0 * b, 1.0);
    }
    ridge.solve();
    EXPECT_NEAR(ridge.predict(std::array{1.0, 0.5, 0.25}), 3.25, 1e-4);
}

TEST(ForgettingRidge, FollowsWhatIsNew) {
    ForgettingRidge ridge(1, 50.0, 1e-3);
    for (int i = 0; i < 100'000; ++i) ridge.learn(std::array{1.0}, i < 99'000 ? 1.0 : 7.0, 1.0);
    ridge.solve();
    EXPECT_NEAR(ridge.predict(std::array{1.0}), 7.0, 1e-3);
    EXPECT_NEAR(ridge.samples(), 50.0 / std::numbers::ln2, 1.0);
}

TEST(ForgettingHistogram, GivesBackTheQuantilesOfWhatItSaw) {
    ForgettingHistogram seen(1e7);
    for (int i = 0; i < 100'000; ++i) seen.learn(i / 10'000.0 - 5.0);
    for (const double level : {0.01, 0.1, 0.5, 0.9, 0.99})
        EXPECT_NEAR(seen.quantile(level), 10.0 * level - 5.0,
                    0.02 + 0.01 * std::abs(10.0 * level - 5.0));
}

TEST(ForgettingHistogram, KeepsTheFarTailInBoundedSpace) {
    ForgettingHistogram seen(1e7);
    for (int i = 0; i < 1000; ++i) seen.learn(i < 990 ? 0.0 : 300.0);
    EXPECT_NEAR(seen.quantile(0.995), 300.0, 10.0);
    seen.learn(std::numeric_limits<double>::infinity());
    EXPECT_NEAR(seen.samples(), 1000.0, 0.1);
}

}  // namespace
}  // namespace forescale
