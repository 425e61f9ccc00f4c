#include "app/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A configuration that is sound; each test breaks one thing.
AppConfig sound() {
    AppConfig app = example_config();
    app.services[0].policy.replicas_min = 2;
    app.services[0].policy.replicas_max = 50;
    return app;
}
PolicyConfig& policy(AppConfig& app) {
    return app.services[0].policy;
}
ConstraintsConfig& constraints(AppConfig& app) {
    return policy(app).constraints;
}

ServiceConfig named(const std::string& name, const std::vector<std::string>& callers) {
    ServiceConfig service;
    service.name = name;
    for (const auto& caller : callers)
        service.callers.push_back({.service = caller, .demand_per_call = 2.0});
    return service;
}

FreezeConfig freeze(const std::string& from, const std::string& to) {
    FreezeConfig out;
    out.name = "sale";
    out.from = from;
    out.to = to;
    return out;
}

ScheduleConfig hours(const std::string& from, const std::string& to) {
    ScheduleConfig out;
    out.from = from;
    out.to = to;
    out.replicas_min = 4;
    out.replicas_max = 20;
    return out;
}

MinimumConfig minimum(const std::string& from, const std::string& to, std::int64_t replicas) {
    return {.name = "match",
            .from = from,
            .to = to,
            .ramp = std::chrono::minutes(30),
            .replicas = replicas};
}

/// What the file reader says of one text.
config::Problems read(std::string_view yaml) {
    AppConfig app;
    return config::read(app, "forescale.yaml", yaml);
}

TEST(CrossCheck, ASoundConfigurationHasNoProblem) {
    EXPECT_THAT(cross_check(sound()), IsEmpty());
}

TEST(CrossCheck, AMinimumAboveTheMaximum) {
    AppConfig app = sound();
    policy(app).replicas_min = 60;
    EXPECT_THAT(cross_check(app),
                ElementsAre(AllOf(HasSubstr("service shop"), HasSubstr("replicas_min 60"),
                                  HasSubstr("replicas_max 50"), HasSubstr("swap"))));
}

TEST(Options, WhatNoServiceCanHaveIsRefusedWhereItStands) {
    const std::vector<std::pair<std::string_view, std::string_view>> wrong{
        {"services:\n  - name: shop\n    capacity_per_replica: 0\n", "capacity_per_replica"},
        {"services:\n  - name: shop\n    capacity_per_replica: -3\n", "capacity_per_replica"},
        {"services:\n  - name: shop\n    policy:\n      lead_time: 25h\n", "lead_time"},
        {"services:\n  - name: shop\n    policy:\n      flap_budget: {changes_per_day: -1}\n",
         "changes_per_day"},
        {"services:\n  - name: shop\n    policy:\n      budget: {per_day: -5}\n", "per_day"},
        {"services:\n  - name: shop\n    policy:\n      budget: {warn_at: 1.5}\n", "warn_at"},
        {"services:\n  - name: shop\n    policy:\n      budget: {when_reached: stop}\n",
         "when_reached"},
        {"fleet:\n  removal_max: 0\n", "removal_max"},
        {"services:\n  - name: shop\n    policy:\n      spot_share_max: 1.5\n", "spot_share_max"},
        {"services:\n  - name: shop\n    policy:\n      instance_types: [{name: a, weight: 0}]\n",
         "weight"},
        {"services:\n  - name: shop\n    policy:\n      instance_types: [{name: a, price_hour: "
         "-1}]\n",
         "price_hour"},
        {"services:\n  - name: shop\n    policy:\n      instance_types: [{weight: 2}]\n", "name"},
        {"services:\n  - name: shop\n    policy:\n      schedule:\n        - days: [Funday]\n",
         "days"},
        {"services:\n  - name: shop\n    policy:\n      freezes:\n        - {name: x, from: "
         "'18:00', "
         "direction: left}\n",
         "direction"}};
    for (const auto& [yaml, option] : wrong)
        EXPECT_THAT(read(yaml), ElementsAre(AllOf(HasSubstr("forescale.yaml:"), HasSubstr(option))))
            << yaml;
}

TEST(CrossCheck, TwoServicesClaimOneTarget) {
    AppConfig app = sound();
    app.services.push_back(app.services[0]);
    EXPECT_THAT(cross_check(app),
                ElementsAre(AllOf(HasSubstr("'shop' is there twice"), HasSubstr("same target"))));
}

TEST(CrossCheck, ABudgetThatCannotBeMeant) {
    AppConfig app = sound();
    constraints(app).budget.when_reached = "no_growth";
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("there is no budget")));
    constraints(app).budget.per_day = 100.0;
    EXPECT_THAT(cross_check(app), ElementsAre(AllOf(HasSubstr("service shop: policy.budget"),
                                                    HasSubstr("policy.cost.currency"))));
    policy(app).cost.currency = "EUR";
    policy(app).cost.replica_hour = 0.25;
    EXPECT_THAT(cross_check(app), IsEmpty());
    constraints(app).budget.per_month = 99.0;
    EXPECT_THAT(cross_check(app),
                ElementsAre(AllOf(HasSubstr("per_month 99"), HasSubstr("less than per_day 100"))));
    constraints(app).budget.per_month = 1200.0;
    EXPECT_THAT(cross_check(app), IsEmpty());
    const auto made = app.services[0].service();
    ASSERT_TRUE(made);
    EXPECT_DOUBLE_EQ(made->policy.budget.per_month, 1200.0);
    EXPECT_EQ(made->policy.budget.when_reached, WhenReached::no_growth);
}

TEST(CrossCheck, ABudgetThatTheMinimumAloneSpends) {
    AppConfig app = sound();
    policy(app).cost.currency = "EUR";
    policy(app).replicas_min = 4;
    constraints(app).budget.per_day = 95.0;
    EXPECT_THAT(cross_check(app), ElementsAre(AllOf(HasSubstr("per_day 95"), HasSubstr("96 EUR"),
                                                    HasSubstr("replicas_min 4"))));
    constraints(app).budget.per_day = 96.0;
    EXPECT_THAT(cross_check(app), IsEmpty());
}

TEST(CrossCheck, AFreezeThatNeverEnds) {
    AppConfig app = sound();
    constraints(app).freezes = {freeze("2026-12-20", "")};
    EXPECT_THAT(cross_check(app),
                ElementsAre(AllOf(HasSubstr("service shop: policy.freezes[0] 'sale'"),
                                  HasSubstr("no end"), HasSubstr("endless: true"))));
    constraints(app).freezes[0].endless = true;
    EXPECT_THAT(cross_check(app), IsEmpty());
    const auto made = app.services[0].service();
    ASSERT_TRUE(made);
    EXPECT_TRUE(
        made->policy.freezes[0].dated->contains(parse_timestamp("2050-01-01T00:00:00Z").value()));
}

TEST(CrossCheck, AFreezeOfMoreThanAMonth) {
    AppConfig app = sound();
    constraints(app).freezes = {freeze("2026-12-01", "2027-01-01")};
    EXPECT_THAT(cross_check(app), IsEmpty());
    constraints(app).freezes = {freeze("2026-12-01", "2027-01-02")};
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("lasts 32 days")));
}

TEST(CrossCheck, FreezesOfAMonthOneAfterTheOther) {
    AppConfig app = sound();
    constraints(app).freezes = {freeze("2026-12-31", "2027-01-29"),
                                freeze("2026-12-01", "2026-12-31")};
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("no time to grow for 59 days")));
    constraints(app).freezes[1].direction = "down";
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("no time to shrink")));
    constraints(app).freezes[1].to = "2026-12-30";
    EXPECT_THAT(cross_check(app), IsEmpty());
}

TEST(CrossCheck, WeeklyFreezesThatLeaveNoTime) {
    AppConfig app = sound();
    constraints(app).freezes = {freeze("00:00", "24:00")};
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("leave 0 min of the week")));
    constraints(app).freezes = {freeze("Mon 08:00", "Thu 12:00"), freeze("Thu 12:00", "Mon 08:00")};
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("leave 0 min of the week")));
    constraints(app).freezes[1].direction = "down";
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("may shrink")));
    constraints(app).freezes[0].to = "Thu 11:59";
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("leave 1 min of the week")));
    constraints(app).freezes[0].to = "Thu 11:00";
    EXPECT_THAT(cross_check(app), IsEmpty());
}

TEST(CrossCheck, CalendarsThatAreEmptyOrOverlap) {
    AppConfig app = sound();
    constraints(app).schedule = {hours("08:00", "08:00")};
    EXPECT_THAT(cross_check(app), ElementsAre(AllOf(HasSubstr("policy.schedule[0]"),
                                                    HasSubstr("empty"), HasSubstr("24:00"))));
    constraints(app).schedule = {hours("08:00", "20:00"), hours("19:59", "23:00")};
    EXPECT_THAT(cross_check(app), ElementsAre(AllOf(HasSubstr("schedule[1] 19:59-23:00 overlaps"),
                                                    HasSubstr("[0] 08:00-20:00"))));
    constraints(app).schedule = {hours("20:00", "08:00"), hours("07:00", "20:00")};
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("overlaps"))) << "over midnight";
    constraints(app).schedule = {hours("20:00", "08:00"), hours("08:00", "20:00")};
    EXPECT_THAT(cross_check(app), IsEmpty());
    constraints(app).schedule = {hours("8", "20:00")};
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("'8' is no time of day like 08:00")));
}

TEST(CrossCheck, ACalendarOutsideOfTheBounds) {
    AppConfig app = sound();
    constraints(app).schedule = {hours("08:00", "20:00")};
    constraints(app).schedule[0].replicas_max = 60;
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("above that of the policy, 50")));
    constraints(app).schedule[0] = hours("08:00", "20:00");
    constraints(app).schedule[0].replicas_min = 21;
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("lower the one")));
    constraints(app).schedule.clear();
    constraints(app).minimums = {minimum("2026-12-24 18:00", "2026-12-24 22:00", 51)};
    EXPECT_THAT(cross_check(app), ElementsAre(AllOf(HasSubstr("policy.minimums[0] 'match'"),
                                                    HasSubstr("above replicas_max 50"))));
    constraints(app).minimums = {minimum("2026-12-24 18:00", "2026-12-24 17:00", 20)};
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("let it end later")));
    constraints(app).minimums = {minimum("24.12.2026", "2026-12-25", 20)};
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("no date like 2026-12-20")));
}

TEST(CrossCheck, AMaximumThatYieldsNeedsAHardOne) {
    AppConfig app = sound();
    constraints(app).at_max.behavior = "increase";
    EXPECT_THAT(cross_check(app),
                ElementsAre(AllOf(HasSubstr("replicas_hard_max"), HasSubstr("replicas_max 50"))));
    constraints(app).at_max.replicas_hard_max = 80;
    EXPECT_THAT(cross_check(app), IsEmpty());
}

TEST(CrossCheck, InstanceTypesThatDoNotFitTogether) {
    AppConfig app = sound();
    const auto type = [](const std::string& name, bool spot, double interruptions) {
        InstanceTypeConfig out;
        out.name = name;
        out.price_hour = 0.2;
        out.spot = spot;
        out.interruptions_per_hour = interruptions;
        return out;
    };
    policy(app).instance_types = {type("a", false, 0.0), type("s", true, 0.1)};
    EXPECT_THAT(cross_check(app), IsEmpty());
    policy(app).instance_types = {type("a", false, 0.0), type("a", true, 0.1)};
    EXPECT_THAT(cross_check(app),
                ElementsAre(AllOf(HasSubstr("service shop"), HasSubstr("'a' is named twice"))));
    policy(app).instance_types = {type("a", false, 0.1)};
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("is not spot")));
    policy(app).instance_types = {type("s", true, 0.1)};
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("all are spot")));
    policy(app).spot_share_max = 1.0;
    EXPECT_THAT(cross_check(app), IsEmpty());
    policy(app).instance_types[0].max = 10;
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("capacity of 10 replicas")));
}

TEST(Service, TheCheapestInstanceTypePricesItsReplicas) {
    AppConfig app = sound();
    InstanceTypeConfig large;
    large.name = "large";
    large.weight = 4.0;
    large.price_hour = 0.8;
    policy(app).instance_types = {large};
    policy(app).cost.replica_hour = 7.0;
    const auto service = app.services[0].service();
    ASSERT_TRUE(service) << service.error().message;
    EXPECT_DOUBLE_EQ(service->policy.prices.replica_hour, 0.2);
    ASSERT_EQ(service->policy.instance_types.size(), 1U);
    EXPECT_EQ(service->policy.instance_types[0].name, "large");
    // Two of them for a day cost 9.6, at replica_hour it would be 336.
    policy(app).cost.currency = "EUR";
    policy(app).replicas_min = 2;
    constraints(app).budget.per_day = 20.0;
    EXPECT_THAT(cross_check(app), IsEmpty());
    constraints(app).budget.per_day = 9.0;
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("9.6")));
}

TEST(CrossCheck, ServicesThatCallEachOtherInACircle) {
    AppConfig app = sound();
    app.services.push_back(named("web", {"shop"}));
    app.services.push_back(named("cart", {"web"}));
    EXPECT_THAT(cross_check(app), IsEmpty());
    app.services.push_back(named("pay", {"cart", "stock"}));
    app.services.push_back(named("stock", {"pay"}));
    EXPECT_THAT(cross_check(app),
                ElementsAre(AllOf(HasSubstr("in a circle"), HasSubstr("stock -> pay -> stock"))));
    app.services.pop_back();
    app.services.back().callers = {{.service = "nobody", .demand_per_call = 1.0}};
    EXPECT_THAT(cross_check(app), ElementsAre(AllOf(HasSubstr("service pay"),
                                                    HasSubstr("'nobody' is not among services"))));
    app.services.back().callers = {{.service = "pay", .demand_per_call = 1.0}};
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("pay -> pay")));
}

TEST(Service, CalendarsFollowItsOwnWallClock) {
    AppConfig app = sound();  // Europe/Berlin
    constraints(app).freezes = {freeze("2026-10-24 12:00", "2026-10-25 02:30")};
    const auto made = app.services[0].service();
    ASSERT_TRUE(made);
    EXPECT_EQ(format_timestamp(made->policy.freezes[0].dated->from), "2026-10-24T10:00:00Z");
    EXPECT_EQ(format_timestamp(made->policy.freezes[0].dated->to), "2026-10-25T01:30:00Z")
        << "02:30 comes twice that night";
}

SignalConfig signal(const std::string& name) {
    SignalConfig out;
    out.name = name;
    return out;
}

TEST(Config, SignalsFeedTheDecisionsOfTheirService) {
    AppConfig app = sound();
    app.services[0].signals = {signal("queue")};
    app.services[0].signals[0].metric_kind = "counter";
    app.services[0].signals[0].capacity_per_replica = 12;
    app.collectors[0].service = "shop/queue";
    EXPECT_THAT(cross_check(app), IsEmpty());
    const auto service = app.services[0].service();
    ASSERT_TRUE(service);
    ASSERT_EQ(service->signals.size(), 1U);
    const Service own = signal_service(*service, service->signals[0]);
    EXPECT_EQ(own.id, ServiceId("shop/queue"));
    EXPECT_EQ(own.scaled(), ServiceId("shop"));
    EXPECT_EQ(own.metric_kind, MetricKind::counter);
    EXPECT_EQ(own.capacity_per_replica, Demand(12));
    EXPECT_EQ(own.policy.quantile, service->policy.quantile);
}

TEST(Config, NamesThatWouldBeTakenForOneAnotherAreRefused) {
    AppConfig app = sound();
    app.services[0].signals = {signal("queue"), signal("queue")};
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("'queue' is there twice")));
    app.services[0].signals = {signal("a/b")};
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("'a/b' has a slash")));
    app.services[0].signals = {signal("latency")};
    app.services[0].capacity.from = "latency";
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("capacity is learned from")));
    app = sound();
    app.services[0].name = "shop/queue";
    app.collectors[0].service = "shop/queue";
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("has a slash")));
}

TEST(Config, CapacityIsLearnedFromASeriesBesideTheDemand) {
    AppConfig app = sound();
    app.services[0].capacity.from = "utilization";
    app.collectors[0].service = "shop/utilization";
    EXPECT_THAT(cross_check(app), IsEmpty());
    const auto service = app.services[0].service();
    ASSERT_TRUE(service);
    EXPECT_EQ(measured_series(*service), ServiceId("shop/utilization"));
    EXPECT_EQ(service->capacity.stated, service->capacity_per_replica);
    app.services[0].capacity.sample_step = std::chrono::minutes(7);
    EXPECT_THAT(cross_check(app), ElementsAre(HasSubstr("does not divide 5m")));
}

}  // namespace
}  // namespace forescale
