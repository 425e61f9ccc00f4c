#include "base/archive.h"
#include "decision/cost_ledger.h"
#include "decision/spending_outlook.h"

#include <gtest/gtest.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;

Timestamp at(std::string_view text) {
    return parse_timestamp(text).value();
}

/// A replica costs 2 EUR an hour and serves 10.
Service shop(const std::string& zone = "UTC") {
    Service service;
    service.id = ServiceId("shop");
    service.zone = load_zone(zone).value();
    service.capacity_per_replica = Demand(10.0);
    service.policy.prices = {.currency = "EUR", .replica_hour = 2.0};
    return service;
}

TEST(CostLedger, HasNothingToSayBeforeASizeWasSeen) {
    EXPECT_FALSE(CostLedger().spending().has_value());
}

TEST(CostLedger, CountsWhatWasThereUntilAnotherSizeIsSeen) {
    CostLedger ledger;
    ledger.see(shop(), Replicas(3), at("2026-03-10T10:00:00Z"));
    ledger.see(shop(), Replicas(3), at("2026-03-10T10:30:00Z"));
    ledger.see(shop(), Replicas(5), at("2026-03-10T11:00:00Z"));
    ledger.see(shop(), Replicas(1), at("2026-03-10T12:00:00Z"));
    const Spending spending = *ledger.spending();
    EXPECT_EQ(spending.currency, "EUR");
    EXPECT_DOUBLE_EQ(spending.day.spent, 2.0 * (3.0 + 5.0));
    EXPECT_DOUBLE_EQ(spending.month.spent, 16.0);
    EXPECT_EQ(spending.day.begins, at("2026-03-10T10:00:00Z")) << "when counting began";
    EXPECT_EQ(spending.day.ends, at("2026-03-11T00:00:00Z"));
    EXPECT_EQ(spending.month.ends, at("2026-04-01T00:00:00Z"));
}

TEST(CostLedger, BeginsAnewAtMidnightAndWithTheMonth) {
    CostLedger ledger;
    ledger.see(shop(), Replicas(4), at("2026-03-30T22:00:00Z"));
    ledger.see(shop(), Replicas(4), at("2026-03-31T01:00:00Z"));
    EXPECT_DOUBLE_EQ(ledger.spending()->day.spent, 8.0);
    EXPECT_EQ(ledger.spending()->day.begins, at("2026-03-31T00:00:00Z"));
    EXPECT_DOUBLE_EQ(ledger.spending()->month.spent, 24.0);
    ledger.see(shop(), Replicas(4), at("2026-04-01T00:00:00Z"));
    EXPECT_DOUBLE_EQ(ledger.spending()->day.spent, 0.0);
    EXPECT_DOUBLE_EQ(ledger.spending()->month.spent, 0.0);
}

TEST(CostLedger, GoesOnOverAnAbsenceOfAnyLength) {
    CostLedger ledger;
    ledger.see(shop(), Replicas(2), at("2026-01-15T00:00:00Z"));
    ledger.see(shop(), Replicas(2), at("2026-03-04T06:00:00Z"));
    EXPECT_DOUBLE_EQ(ledger.spending()->day.spent, 2.0 * 2.0 * 6.0);
    EXPECT_DOUBLE_EQ(ledger.spending()->month.spent, 2.0 * 2.0 * (3.0 * 24.0 + 6.0));
}

TEST(CostLedger, DaysAreThoseOfTheServicesWallClock) {
    CostLedger ledger;
    const Service service = shop("America/New_York");
    ledger.see(service, Replicas(1), at("2026-03-08T04:00:00Z"));
    ledger.see(service, Replicas(1), at("2026-03-08T06:00:00Z"));
    EXPECT_EQ(ledger.spending()->day.begins, at("2026-03-08T05:00:00Z"));
    EXPECT_EQ(ledger.spending()->day.ends, at("2026-03-09T04:00:00Z")) << "a day of 23 hours";
    ledger.see(service, Replicas(1), at("2026-03-09T03:59:59Z"));
    EXPECT_NEAR(ledger.spending()->day.spent, 2.0 * (23.0 - 1.0 / 3600.0), 1e-9);
}

TEST(CostLedger, TheSameTurnsAtAnyDistanceComeToTheSame) {
    CostLedger often;
    CostLedger seldom;
    for (Timestamp now = at("2026-03-28T20:00:00Z"); now <= at("2026-04-02T09:00:00Z"); now += 30s)
        often.see(shop("Europe/Berlin"), Replicas(7), now);
    seldom.see(shop("Europe/Berlin"), Replicas(7), at("2026-03-28T20:00:00Z"));
    seldom.see(shop("Europe/Berlin"), Replicas(7), at("2026-04-02T09:00:00Z"));
    EXPECT_NEAR(often.spending()->day.spent, seldom.spending()->day.spent, 1e-6);
    EXPECT_NEAR(often.spending()->month.spent, seldom.spending()->month.spent, 1e-6);
}

TEST(CostLedger, MoneyOfAnotherCurrencyIsNotAddedUp) {
    CostLedger ledger;
    Service service = shop();
    ledger.see(service, Replicas(3), at("2026-03-10T10:00:00Z"));
    ledger.see(service, Replicas(3), at("2026-03-10T11:00:00Z"));
    service.policy.prices.currency = "USD";
    ledger.see(service, Replicas(3), at("2026-03-10T12:00:00Z"));
    EXPECT_DOUBLE_EQ(ledger.spending()->day.spent, 0.0);
    EXPECT_EQ(ledger.spending()->day.begins, at("2026-03-10T12:00:00Z"));
    ledger.see(service, Replicas(3), at("2026-03-10T13:00:00Z"));
    EXPECT_DOUBLE_EQ(ledger.spending()->day.spent, 6.0);
}

TEST(CostLedger, CountsReplicaHoursWithoutACurrency) {
    CostLedger ledger;
    Service service = shop();
    service.policy.prices.currency.clear();
    ledger.see(service, Replicas(3), at("2026-03-10T10:00:00Z"));
    ledger.see(service, Replicas(3), at("2026-03-10T12:00:00Z"));
    EXPECT_DOUBLE_EQ(ledger.spending()->day.spent, 6.0);
}

TEST(CostLedger, GoesOnFromStoredState) {
    CostLedger ledger;
    ledger.see(shop(), Replicas(3), at("2026-03-10T10:00:00Z"));
    ledger.see(shop(), Replicas(5), at("2026-03-10T11:00:00Z"));
    CostLedger restored;
    ASSERT_TRUE(load_state(restored, save_state(ledger, 1), 1));
    for (CostLedger* one : {&ledger, &restored})
        one->see(shop(), Replicas(1), at("2026-03-10T19:00:00Z"));
    EXPECT_EQ(ledger.spending()->day.spent, restored.spending()->day.spent);
    EXPECT_DOUBLE_EQ(restored.spending()->month.spent, 2.0 * (3.0 + 8.0 * 5.0));
}

/// A median of `low` but for the hours from 18 to 20, in which it is `high`; of steps of an hour.
ForecastPath path(Timestamp origin, Duration length, double low, double high) {
    ForecastPath out{.origin = origin, .step = 1h, .points = {}, .members = {}};
    for (Duration horizon = 1h; horizon <= length; horizon += 1h) {
        ForecastPoint point{.horizon = horizon};
        const auto hour = (origin + horizon - floor_to(origin + horizon, day)) / 1h;
        point.quantiles.fill(hour >= 18 && hour < 20 ? high : low);
        out.points.push_back(point);
    }
    return out;
}

/// What is planned is what the path says: no margin.
DecisionInputs inputs(int size, double planned) {
    DecisionInputs in;
    in.capacity.ready = Replicas(size);
    in.capacity_per_replica = Demand(10.0);
    in.confidence = 1.0;
    in.lead_demand = LeadDemand{.from = {}, .lead = 5min};
    in.lead_demand->quantiles.fill(planned);
    return in;
}

struct Budgeted {
    Service service = shop();
    Spending spending{.currency = "EUR",
                      .day = {.begins = at("2026-03-10T00:00:00Z"),
                              .ends = at("2026-03-11T00:00:00Z"),
                              .spent = 40.0},
                      .month = {.begins = at("2026-03-01T00:00:00Z"),
                                .ends = at("2026-04-01T00:00:00Z"),
                                .spent = 900.0}};
    Timestamp noon = at("2026-03-10T12:00:00Z");

    Budgeted() {
        service.policy.quantile = 0.9;
        service.policy.budget = {.per_day = 100.0, .per_month = 3000.0};
    }
};

TEST(SpendingOutlook, GoesOnAtTheSizeOfNowWithoutAForecast) {
    Budgeted of;
    const Spending out = with_outlook(of.spending, of.service, inputs(4, 40.0), nullptr, of.noon);
    EXPECT_DOUBLE_EQ(out.day.limit, 100.0);
    EXPECT_DOUBLE_EQ(out.day.expected, 40.0 + 12.0 * 4.0 * 2.0);
    EXPECT_DOUBLE_EQ(out.month.expected, 900.0 + (21.0 * 24.0 + 12.0) * 8.0);
    ASSERT_TRUE(out.day.exhausted_at.has_value());
    EXPECT_EQ(*out.day.exhausted_at, at("2026-03-10T19:30:00Z"));
    EXPECT_EQ(*out.month.exhausted_at, of.noon + std::chrono::minutes(15'750));
}

/// Two replicas until 18, eight until 20, two afterwards; the day's money is spent on the way.
TEST(SpendingOutlook, FollowsTheForecast) {
    Budgeted of;
    const ForecastPath today = path(of.noon, 23h, 20.0, 80.0);
    const Spending out = with_outlook(of.spending, of.service, inputs(2, 20.0), &today, of.noon);
    EXPECT_DOUBLE_EQ(out.day.expected, 40.0 + 2.0 * (6 * 2 + 2 * 8 + 4 * 2));
    EXPECT_FALSE(with_outlook(of.spending, of.service, inputs(2, 20.0), nullptr, of.noon)
                     .day.exhausted_at.has_value());
    EXPECT_EQ(*out.day.exhausted_at, at("2026-03-10T21:00:00Z"));
}

TEST(SpendingOutlook, TakesAWholeDayOfForecastForTheDaysAfterIt) {
    Budgeted of;
    const ForecastPath day_long = path(of.noon, 24h, 20.0, 80.0);
    const double per_day = 2.0 * (22 * 2 + 2 * 8);
    const Spending out = with_outlook(of.spending, of.service, inputs(2, 20.0), &day_long, of.noon);
    EXPECT_NEAR(out.month.expected, 900.0 + 21.5 * per_day, 0.03 * per_day * 21.5);
    const ForecastPath short_one = path(of.noon, 9h, 20.0, 80.0);
    const Spending beyond =
        with_outlook(of.spending, of.service, inputs(2, 20.0), &short_one, of.noon);
    EXPECT_DOUBLE_EQ(beyond.month.expected,
                     900.0 + 2.0 * (8 * 2 + 2 * 8) + (21.0 * 24.0 + 2.0) * 2.0 * 2.0);
}

TEST(SpendingOutlook, StaysWithinTheBounds) {
    Budgeted of;
    of.service.policy.replicas_max = Replicas(3);
    of.service.policy.replicas_min = Replicas(3);
    const ForecastPath today = path(of.noon, 23h, 20.0, 80.0);
    EXPECT_DOUBLE_EQ(
        with_outlook(of.spending, of.service, inputs(3, 20.0), &today, of.noon).day.expected,
        40.0 + 12.0 * 3.0 * 2.0);
}

TEST(SpendingOutlook, WhatIsSpentIsNotExhaustedAgain) {
    Budgeted of;
    of.spending.day.spent = 100.0;
    const Spending out = with_outlook(of.spending, of.service, inputs(4, 40.0), nullptr, of.noon);
    EXPECT_TRUE(out.day.is_reached());
    EXPECT_TRUE(out.is_reached());
    EXPECT_FALSE(out.day.exhausted_at.has_value());
    EXPECT_FALSE(out.month.is_reached());
}

TEST(SpendingOutlook, KnowsNoLimitWithoutABudget) {
    Budgeted of;
    of.service.policy.budget = {};
    const Spending out = with_outlook(of.spending, of.service, inputs(4, 40.0), nullptr, of.noon);
    EXPECT_DOUBLE_EQ(out.day.expected, 136.0);
    EXPECT_FALSE(out.day.exhausted_at.has_value());
    EXPECT_FALSE(out.is_reached());
}

}  // namespace
}  // namespace forescale
