#include "base/rng.h"
#include "decision/bounds_at.h"
#include "decision/callers.h"
#include "decision/fleet_guard.h"
#include "decision/shortfall.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;

constexpr Timestamp noon{hours(24 * 20'000 + 12)};  // a Friday

Service service_of(const std::string& name, const std::vector<std::string>& callers = {}) {
    Service service;
    service.id = ServiceId(name);
    service.capacity_per_replica = Demand(10.0);
    service.policy.replicas_min = Replicas(2);
    service.policy.replicas_max = Replicas(50);
    for (const auto& caller : callers)
        service.callers.push_back({.service = ServiceId(caller), .demand_per_call = 2.0});
    return service;
}

ForecastPath path_of(double demand, double per_hour) {
    ForecastPath path;
    path.origin = noon;
    path.step = hours(1);
    for (int h = 1; h <= 24; ++h) {
        path.points.push_back({.horizon = hours(h), .quantiles = {}});
        path.points.back().quantiles.fill(demand + per_hour * h);
    }
    return path;
}

TEST(Shortfall, SaysFromWhenOnAMaximumDoesNotDo) {
    Service service = service_of("shop");
    EXPECT_FALSE(first_shortfall(service, path_of(100.0, 10.0)));
    const auto found = first_shortfall(service, path_of(395.0, 10.0));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->from, noon + hours(11));
    EXPECT_EQ(found->needed, Replicas(51));
    EXPECT_EQ(found->most, Replicas(50));
    EXPECT_FALSE(found->is_quota);
}

TEST(Shortfall, KnowsTheQuotaTheCalendarAndTheHardMaximum) {
    Service service = service_of("shop");
    service.policy.quota = Replicas(20);
    auto found = first_shortfall(service, path_of(195.0, 10.0));
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->is_quota);
    EXPECT_EQ(found->most, Replicas(20));
    service.policy.quota = Replicas(0);
    service.policy.schedule = {
        {.when = {{WeekSpan::day_minutes * 4 + 18 * 60, WeekSpan::day_minutes * 4 + 20 * 60}},
         .replicas_min = Replicas(2),
         .replicas_max = Replicas(5),
         .text = "evening"}};
    found = first_shortfall(service, path_of(100.0, 0.0));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->from, noon + hours(6));
    service.policy.schedule.clear();
    service.policy.at_max = AtMax::increase;
    service.policy.replicas_hard_max = Replicas(80);
    EXPECT_FALSE(first_shortfall(service, path_of(700.0, 0.0)));
}

TEST(BoundsAt, FollowTheWallClockOverClockChanges) {
    Service service = service_of("shop");
    service.zone =
        Zone("Europe/Berlin", {{Timestamp{}, hours(1)},
                               {parse_timestamp("2026-03-29T01:00:00Z").value(), hours(2)},
                               {parse_timestamp("2026-10-25T01:00:00Z").value(), hours(1)}});
    service.policy.schedule = {{.when = parse_week_spans({}, "08:00", "20:00").value(),
                                .replicas_min = Replicas(10),
                                .replicas_max = Replicas(20),
                                .text = "08:00-20:00"}};
    const auto least = [&](std::string_view time) {
        return bounds_at(service, parse_timestamp(time).value()).least.value();
    };
    EXPECT_EQ(least("2026-03-28T06:59:00Z"), 2);
    EXPECT_EQ(least("2026-03-28T07:00:00Z"), 10);
    EXPECT_EQ(least("2026-03-29T05:59:00Z"), 2);
    EXPECT_EQ(least("2026-03-29T06:00:00Z"), 10) << "eight on the new clock";
    EXPECT_EQ(least("2026-03-29T17:59:00Z"), 10);
    EXPECT_EQ(least("2026-03-29T18:00:00Z"), 2);
    EXPECT_EQ(least("2026-10-25T06:59:00Z"), 2);
    EXPECT_EQ(least("2026-10-25T07:00:00Z"), 10) << "and on the old one";
}

Result<std::vector<std::size_t>> order_of(const std::vector<Service>& services) {
    std::vector<const Service*> all;
    for (const Service& service : services) all.push_back(&service);
    return callers_first(all);
}

TEST(Callers, AreDecidedForFirst) {
    const auto order = order_of({service_of("a", {"c"}), service_of("b"), service_of("c", {"d"}),
                                 service_of("d"), service_of("e", {"a", "b"})});
    ASSERT_TRUE(order);
    EXPECT_THAT(*order, ElementsAre(1, 3, 2, 0, 4));
    EXPECT_THAT(order_of({service_of("a", {"b"}), service_of("b", {"a"}), service_of("c", {"b"})})
                    .error()
                    .message,
                testing::HasSubstr("b -> a -> b"));
}

TEST(Callers, WhatIsNotTrustedIsNotKnown) {
    const Service api = service_of("api", {"web", "app"});
    std::map<ServiceId, Decision> decisions;
    const auto find = [&](const ServiceId& id) {
        const auto found = decisions.find(id);
        return found == decisions.end() ? nullptr : &found->second;
    };
    EXPECT_FALSE(callers_demand(api, find));
    Decision& web = decisions[ServiceId("web")];
    web.inputs.lead_demand = LeadDemand{.from = noon, .lead = minutes(5)};
    web.demand_planned = 100.0;
    web.reason = Reason::forecast;
    auto demand = callers_demand(api, find);
    ASSERT_TRUE(demand);
    EXPECT_DOUBLE_EQ(demand->demand, 200.0);
    EXPECT_FALSE(demand->is_whole);
    decisions[ServiceId("app")] = web;
    demand = callers_demand(api, find);
    EXPECT_DOUBLE_EQ(demand->demand, 400.0);
    EXPECT_TRUE(demand->is_whole);
    EXPECT_EQ(demand->detail, "web 100 x 2, app 100 x 2");
    decisions[ServiceId("app")].inputs.forecasts_harm = true;
    EXPECT_FALSE(callers_demand(api, find)->is_whole);
    for (const std::string rule : {"confidence_gate", "missing_data"}) {
        Decision& app = decisions[ServiceId("app")] = web;
        app.steps = {{rule, Replicas(4), Replicas(9), "says why"},
                     {"rate_limit", Replicas(9), Replicas(6), "has the last word"}};
        app.reason = Reason::rate_limit;
        EXPECT_FALSE(callers_demand(api, find)->is_whole) << rule;
    }
}

DecisionState removed(Duration ago, int from, int to) {
    DecisionState state;
    state.changes.push_back({noon - ago, Replicas(from), Replicas(to)});
    return state;
}

TEST(FleetGuard, CountsWhatAllServicesGaveBackWithinTheWindow) {
    FleetGuard guard({.removal_max = 0.1, .window = minutes(10)});
    guard.open(3, noon);
    guard.see(0, Replicas(40), removed(minutes(2), 45, 40));
    guard.see(1, Replicas(50), removed(minutes(11), 90, 50));
    guard.see(2, Replicas(5), removed(minutes(1), 3, 5));
    const auto before = guard.allowance();
    ASSERT_TRUE(before);
    EXPECT_EQ(before->fleet, Replicas(100));
    EXPECT_EQ(before->removed, Replicas(5));
    EXPECT_EQ(before->removable, Replicas(5));
    guard.see(1, Replicas(46), removed(Duration(0), 50, 46));
    EXPECT_EQ(guard.allowance()->removable, Replicas(1));
    EXPECT_EQ(guard.allowance()->fleet, Replicas(100));
}

TEST(FleetGuard, ASmallFleetMayLoseOneAndNoLimitIsNone) {
    FleetGuard guard({.removal_max = 0.1, .window = minutes(10)});
    guard.open(1, noon);
    guard.see(0, Replicas(4), {});
    EXPECT_EQ(guard.allowance()->removable, Replicas(1));
    EXPECT_FALSE(FleetGuard({}).allowance());
}

/// Any constraints at once, over many turns: what the operator and the measured load ask for holds.
TEST(Constraints, WhoeverWinsTheFloorAndTheBoundsHold) {
    Rng rng(11);
    for (int world = 0; world < 60; ++world) {
        Service service = service_of("shop");
        ScalingPolicy& policy = service.policy;
        policy.tolerance = 0.3 * rng.uniform();
        policy.cooldown = minutes(static_cast<int>(20 * rng.uniform()));
        policy.scale_up.policies.clear();
        policy.scale_up.stabilization_window = minutes(static_cast<int>(10 * rng.uniform()));
        policy.flap_budget = {.changes_per_day = 3, .reversals_per_day = 1};
        policy.freezes = {{.name = "lunch",
                           .weekly = parse_week_spans({}, "13:00", "14:00").value(),
                           .dated = std::nullopt,
                           .direction = Direction::both,
                           .floor_passes = true}};
        DecisionState state;
        int size = 2;
        for (int turn = 0; turn < 360; ++turn) {
            DecisionInputs inputs;
            inputs.capacity.ready = Replicas(size);
            inputs.newest = {noon, 600.0 * rng.uniform(), SampleState::present};
            inputs.confidence = 1.0;
            inputs.capacity_per_replica = service.capacity_per_replica;
            inputs.lead_demand = LeadDemand{.from = noon, .lead = minutes(5)};
            inputs.lead_demand->quantiles.fill(600.0 * rng.uniform());
            if (rng.uniform() < 0.5) inputs.fleet = FleetAllowance{.removable = Replicas(2)};
            const auto decision = decide(service, inputs, noon + turn * minutes(1), state);
            const int floor =
                std::min(replicas_for(Demand(inputs.newest.value), Demand(10)).value(),
                         policy.replicas_max.value());
            ASSERT_GE(decision.desired.value(), floor) << decision.sentence;
            ASSERT_LE(decision.desired, policy.replicas_max);
            size = decision.desired.value();
        }
    }
}

}  // namespace
}  // namespace forescale
