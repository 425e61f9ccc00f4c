#include "base/log.h"
#include "simulation/worlds/checks.h"
#include "simulation/worlds/generate.h"
#include "simulation/worlds/search.h"

#include <gtest/gtest.h>

namespace forescale::worlds {
namespace {

/// What goes wrong in these worlds is meant to.
void be_quiet() {
    log::configure({.level = log::Level::off});
}

TEST(Worlds, NothingThatIsAlwaysTrueIsEverFalse) {
    be_quiet();
    const auto found = search_worlds({.seed = 1, .count = 200});
    ASSERT_TRUE(found) << found.error().message;
    for (const auto& failure : found->failures) ADD_FAILURE() << describe(failure);
    if (found->failures.empty()) {
        EXPECT_EQ(found->worlds, 200);
    }
}

TEST(Worlds, TheSameSeedIsTheSameWorld) {
    be_quiet();
    for (std::uint64_t seed = 1; seed <= 300; ++seed)
        ASSERT_EQ(to_text(random_world(seed)), to_text(random_world(seed)));
}

TEST(Worlds, ATextIsReadBackAsTheSameWorld) {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const std::string text = to_text(random_world(seed));
        const auto read = parse_plan("world.yaml", text);
        ASSERT_TRUE(read) << read.error().message << "\n" << text;
        ASSERT_EQ(to_text(*read), text);
    }
}

/// The smallest worlds in which something was wrong once.
constexpr std::array failed_once{
    "samples_missing fired although a source that speaks every 15 min had spoken",
    R"(
seed: 1
start: "2026-03-02T00:14:00Z"
history: 1h
length: 20m
services:
  - name: b
    step: 15m
)",
    "the forecast stood in for ever for numbers that are none",
    R"(
seed: 76
history: 1d23h
length: 1h5m30s
services:
  - name: a
faults:
  - kind: samples_nan
    lasts: 1h11m6s
)",
    "what became of an operation was forgotten while the store was away: two were open",
    R"(
seed: 25
length: 2h
turn: 15m
target:
  seed: 539
services:
  - name: b
faults:
  - kind: store_away
    at: 23m21s
    lasts: 10m51s
)",
    "replicas that were only asked for counted as fleet, of which a share may go",
    R"(
seed: 5010
start: "2026-03-02T13:10:00Z"
turn: 2m30s
removal_max: 0.05
target:
  seed: 974
  refuse_rate: 0.5
  replicas_initial: 11
services:
  - name: a
    traffic:
      base: 11400
  - name: c
    traffic:
      swings:
        - kind: spike
          lasts: 1h38m41s
          factor: 0.385
)",
    "what was rolled back while the store was away was said never to have been applied",
    R"(
seed: 541
start: "2026-03-08T19:15:00Z"
turn: 7m30s
target:
  seed: 899
  failure_rate: 0.1
  partial_rate: 0.5
services:
  - name: a
faults:
  - kind: store_away
    at: 24m48s
    lasts: 1h41m44s
  - kind: kill
    at: 1h48m33s
)"};

TEST(Worlds, WhatFailedOnceHolds) {
    be_quiet();
    for (std::size_t i = 0; i < failed_once.size(); i += 2) {
        const auto plan = parse_plan("world.yaml", failed_once.at(i + 1));
        ASSERT_TRUE(plan) << plan.error().message;
        const auto outcome = live_world(*plan);
        ASSERT_TRUE(outcome) << outcome.error().message;
        EXPECT_FALSE(outcome->failure) << failed_once.at(i) << ": " << outcome->failure->what;
        EXPECT_GT(outcome->turns, 5);
    }
}

TEST(Worlds, AWorldThatCannotBeIsRefusedWithEveryReason) {
    const auto read = parse_plan("world.yaml",
                                 "services:\n  - name: a\n    replicas_min: 9\n"
                                 "    replicas_max: 3\nfaults:\n  - kind: samples_lost\n");
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find("replicas_min"), std::string::npos);
    EXPECT_NE(read.error().message.find("samples_lost"), std::string::npos);
    const auto unknown = parse_plan("world.yaml",
                                    "services:\n  - name: a\nfaults:\n  - kind: kill\n"
                                    "    service: b\n");
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().message.find("no service 'b'"), std::string::npos);
}

/// Fails where a service `b` is killed by something that lasts for at least a minute.
Outcome fails_where_b_is_killed(const WorldPlan& plan) {
    Outcome outcome;
    for (const auto& fault : plan.faults)
        if (fault.kind == "kill" && fault.service == "b" && fault.lasts >= std::chrono::minutes(1))
            outcome.failure = Failure{.invariant = "lives", .what = "dead", .at = fault.at};
    return outcome;
}

TEST(Shrink, LeavesWhatTheFailureNeeds) {
    WorldPlan plan = random_world(3);
    plan.services.clear();
    plan.faults.clear();
    plan.events.clear();
    plan.controls.clear();
    for (const char* name : {"x", "b", "y"}) {
        plan.services.push_back(random_world(4).services.front());
        plan.services.back().name = name;
    }
    for (const char* name : {"x", "b", "b"}) {
        Fault& fault = plan.faults.emplace_back();
        fault.kind = "kill";
        fault.service = name;
        fault.at = plan.length / 2;
        fault.lasts = std::chrono::hours(1);
    }
    const auto failure = fails_where_b_is_killed(plan).failure;
    ASSERT_TRUE(failure);
    const auto smallest =
        shrink({.plan = plan, .failure = *failure}, 2000, fails_where_b_is_killed);
    ASSERT_EQ(smallest.plan.services.size(), 1U) << to_text(smallest.plan);
    EXPECT_EQ(smallest.plan.services.front().name, "b");
    EXPECT_EQ(smallest.plan.faults.size(), 1U);
    EXPECT_LT(smallest.plan.faults.front().lasts, std::chrono::minutes(2));
    EXPECT_FALSE(with_usual(smallest.plan, 6)) << to_text(smallest.plan);
}

/// Invariants that find nothing are worth nothing: each of these records breaks one.
class Checks : public testing::Test {
protected:
    Checks() {
        plan_.services.emplace_back();
        call_.operation.id = "a-1";
        call_.operation.service = ServiceId("a");
        call_.operation.from = Replicas(2);
        call_.operation.to = Replicas(4);
        call_.stored = call_.operation;
    }
    ServiceRecord& a() { return record_.services["a"]; }
    [[nodiscard]] WorldTurn turn() const { return {plan_, record_, plan_.begin(), nullptr}; }

    WorldPlan plan_;
    WorldRecord record_;
    Call call_;
};

TEST_F(Checks, ACallIsRecordedBefore) {
    a().calls = {call_};
    EXPECT_FALSE(checks::recorded_before_applied(turn()));
    a().calls[0].stored->to = Replicas(5);
    EXPECT_TRUE(checks::recorded_before_applied(turn()));
    a().calls[0].stored->to = Replicas(4);
    a().calls[0].stored->state = OperationState::superseded;
    EXPECT_TRUE(checks::recorded_before_applied(turn()));
    a().calls[0].stored.reset();
    EXPECT_TRUE(checks::recorded_before_applied(turn()));
}

TEST_F(Checks, ACallIsWithinTheBoundsAndOnASizeThatIsKnown) {
    a().calls = {call_};
    a().looks = {std::nullopt, Capacity{.ready = Replicas(2), .pending = {}, .seen_at = {}}};
    EXPECT_FALSE(checks::calls_are_in_bounds(turn()));
    EXPECT_FALSE(checks::unknown_size_is_left_alone(turn()));
    a().looks = {std::nullopt};
    EXPECT_TRUE(checks::unknown_size_is_left_alone(turn()));
    a().calls[0].operation.to = Replicas(51);
    EXPECT_TRUE(checks::calls_are_in_bounds(turn()));
}

TEST_F(Checks, TheAuditTrailIsAChainWithAnEntryForEachChange) {
    AuditLogger logger({});
    Batch batch;
    batch.operations = {call_.operation};
    batch.audit = {logger.append({}, "decision", "a", R"({"id":"a-1","to":4})"),
                   logger.append({}, "operation", "a", R"({"id":"a-1","state":"intended"})")};
    record_.written = {batch};
    EXPECT_FALSE(checks::audit_is_a_chain(turn()));
    EXPECT_FALSE(checks::audit_is_complete(turn()));
    std::swap(record_.written[0].audit[0].body, record_.written[0].audit[1].body);
    EXPECT_TRUE(checks::audit_is_a_chain(turn()));
    record_.written[0].audit = {batch.audit[0]};
    EXPECT_TRUE(checks::audit_is_complete(turn()));
    record_.written[0].audit = {batch.audit[1]};
    EXPECT_TRUE(checks::audit_is_complete(turn()));
}

TEST_F(Checks, AForecastIsANumberAndItsLevelsAscend) {
    PredictionRow row;
    row.service = ServiceId("a");
    row.quantiles.fill(3.0);
    record_.written.emplace_back().predictions = {row};
    EXPECT_FALSE(checks::numbers_of_record(turn()));
    for (const double wrong : {-1.0, 2.0, std::nan("")}) {
        record_.written[0].predictions[0].quantiles.back() = wrong;
        EXPECT_TRUE(checks::numbers_of_record(turn())) << wrong;
    }
}

TEST(Invariants, AreSortedByName) {
    EXPECT_TRUE(std::ranges::is_sorted(invariants(), {}, &Invariant::name));
}

}  // namespace
}  // namespace forescale::worlds
