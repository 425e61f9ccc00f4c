#include "execution/executor.h"

#include "execution/simulated/simulated_target.h"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

const Timestamp start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
const ServiceId shop("shop");
constexpr Duration lead = minutes(5);

Capacity capacity(int ready, int pending, Timestamp at) {
    return {.ready = Replicas(ready), .pending = Replicas(pending), .seen_at = at};
}

Decision decision(int from, int to) {
    Decision out;
    out.id = "shop-20260301T000000Z";
    out.service = shop;
    out.at = start;
    out.inputs.capacity = capacity(from, 0, start);
    out.desired = Replicas(to);
    return out;
}

Operation operation(int from, int to, OperationState state, int attempts = 1) {
    return {.id = "shop-20260301T000000Z",
            .service = shop,
            .from = Replicas(from),
            .to = Replicas(to),
            .state = state,
            .intended_at = start,
            .changed_at = start,
            .attempts = attempts,
            .detail = "as recorded"};
}

/// Answers what it is told to, in order, and remembers what it was asked.
class ScriptedTarget final : public Target {
public:
    Result<Capacity> observe(const ServiceId&) override { return sees; }
    Result<void> apply(const Operation& asked) override {
        calls.push_back(asked);
        if (answers.empty()) return {};
        auto answer = answers.front();
        answers.pop_front();
        return answer;
    }
    void answer(Errc code) { answers.emplace_back(fail(code, "scripted {}", to_string(code))); }

    Result<Capacity> sees = capacity(10, 0, start);
    std::deque<Result<void>> answers;
    std::vector<Operation> calls;
};

struct Stage {
    ScriptedTarget target;
    Executor executor{target, ExecutorSettings{}};
};

// --- pre-flight

TEST(Intend, MakesAnIntentionOfAChange) {
    Stage s;
    const auto made = s.executor.intend(decision(10, 14), start);
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->id, "shop-20260301T000000Z");
    EXPECT_EQ(made->from, Replicas(10));
    EXPECT_EQ(made->to, Replicas(14));
    EXPECT_EQ(made->state, OperationState::intended);
    EXPECT_EQ(made->intended_at, start);
    EXPECT_EQ(made->attempts, 0);
    EXPECT_TRUE(s.target.calls.empty()) << "recorded before applied";
}

TEST(Intend, WhatIsReadyMayHaveChangedTheSizeMayNot) {
    Stage s;
    s.target.sees = capacity(7, 3, start);
    EXPECT_TRUE(s.executor.intend(decision(10, 14), start).has_value());
    s.target.sees = capacity(12, 0, start);
    const auto refused = s.executor.intend(decision(10, 14), start);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_THAT(refused.error().message, HasSubstr("changed by somebody else from 10 to 12"));
}

TEST(Intend, PassesOnThatTheTargetDoesNotAnswer) {
    Stage s;
    s.target.sees = fail(Errc::unavailable, "connection refused");
    EXPECT_EQ(s.executor.intend(decision(10, 14), start).error().code, Errc::unavailable);
}

TEST(Intend, NothingToApplyIsNoOperation) {
    Stage s;
    EXPECT_EQ(s.executor.intend(decision(10, 10), start).error().code, Errc::invalid_argument);
    EXPECT_EQ(s.executor.intend(decision(10, -1), start).error().code, Errc::invalid_argument);
}

// --- the call

struct Answer {
    const char* name;
    std::optional<Errc> code;
    OperationState state;
};
class Execute : public testing::TestWithParam<Answer> {};

TEST_P(Execute, StateFollowsTheAnswer) {
    Stage s;
    if (GetParam().code) s.target.answer(*GetParam().code);
    const auto now = start + seconds(3);
    const auto after = s.executor.execute(operation(10, 14, OperationState::intended, 0), now);
    EXPECT_EQ(after.state, GetParam().state);
    EXPECT_EQ(after.attempts, 1);
    EXPECT_EQ(after.changed_at, now);
    EXPECT_EQ(after.intended_at, start);
    ASSERT_EQ(s.target.calls.size(), 1U);
    EXPECT_EQ(s.target.calls[0].attempts, 1) << "the target is told the number of the call";
    EXPECT_THAT(after.detail, HasSubstr(GetParam().code ? "scripted" : "accepted"));
}

INSTANTIATE_TEST_SUITE_P(
    Answers, Execute,
    testing::Values(Answer{"accepted", std::nullopt, OperationState::executing},
                    Answer{"unavailable", Errc::unavailable, OperationState::intended},
                    Answer{"refused", Errc::invalid_argument, OperationState::failed},
                    Answer{"conflict", Errc::conflict, OperationState::failed},
                    Answer{"not_found", Errc::not_found, OperationState::failed}),
    [](const auto& answer) { return std::string(answer.param.name); });

// --- looking after it

/// One look: an open operation, what is seen when, and what becomes of it.
struct Look {
    const char* name;
    Operation open;
    int ready, pending;
    Duration after;  ///< now and seen_at, from start
    std::optional<OperationState> becomes;
    std::vector<int> asked_for;  ///< sizes that the target is called with
    const char* detail = "";
};
class Advance : public testing::TestWithParam<Look> {};

TEST_P(Advance, Does) {
    const auto& look = GetParam();
    Stage s;
    const auto now = start + look.after;
    const auto after =
        s.executor.advance(look.open, capacity(look.ready, look.pending, now), lead, now);
    EXPECT_EQ(after ? std::optional(after->state) : std::nullopt, look.becomes);
    std::vector<int> sizes;
    for (const auto& call : s.target.calls) sizes.push_back(call.to.value());
    EXPECT_EQ(sizes, look.asked_for);
    if (!after) return;
    EXPECT_THAT(after->detail, HasSubstr(look.detail));
    EXPECT_EQ(after->changed_at, now);
    EXPECT_EQ(after->id, look.open.id);
    EXPECT_EQ(after->from, look.open.from);
    EXPECT_EQ(after->to, look.open.to);
}

Operation up(OperationState state, int attempts = 1) {
    return operation(10, 20, state, attempts);
}
Operation down(OperationState state, int attempts = 1) {
    return operation(20, 10, state, attempts);
}
constexpr auto intended = OperationState::intended;
constexpr auto executing = OperationState::executing;
constexpr auto done = OperationState::done;
constexpr auto failed = OperationState::failed;
constexpr auto rolled_back = OperationState::rolled_back;
constexpr std::optional<OperationState> nothing;

INSTANTIATE_TEST_SUITE_P(
    Intended, Advance,
    testing::Values(
        Look{"CrashBeforeTheCallAsksForIt", up(intended, 0), 10, 0, seconds(30), executing, {20}},
        Look{"CrashAfterTheCallFindsItInEffect",
             up(intended, 0),
             10,
             10,
             seconds(30),
             executing,
             {},
             "found in effect"},
        Look{"FoundInEffectHoursLater",
             up(intended, 0),
             20,
             0,
             hours(5),
             executing,
             {},
             "found in effect"},
        Look{"NotAppliedHoursLater", up(intended, 0), 10, 0, hours(5), failed, {}, "too old"},
        Look{"ScaleDownNotAppliedHoursLater",
             down(intended, 0),
             20,
             0,
             hours(5),
             failed,
             {},
             "too old"},
        Look{"WaitsForItsBackoff", up(intended, 1), 10, 0, Duration(900), nothing, {}},
        Look{"TriesAgainAfterItsBackoff", up(intended, 1), 10, 0, seconds(2), executing, {20}},
        Look{"LastTry", up(intended, 4), 10, 0, seconds(30), executing, {20}},
        Look{"AttemptsSpent",
             up(intended, 5),
             10,
             0,
             seconds(30),
             failed,
             {},
             "given up after 5 calls"},
        Look{"AttemptsSpentButInEffect",
             up(intended, 5),
             10,
             10,
             seconds(30),
             executing,
             {},
             "found in effect"},
        Look{"SomebodyElseChangedTheSize",
             up(intended, 1),
             13,
             0,
             seconds(30),
             failed,
             {},
             "somebody else from 10 to 13"}),
    [](const auto& look) { return std::string(look.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Executing, Advance,
    testing::Values(
        Look{"UpReady", up(executing), 20, 0, minutes(5), done, {}, "20 of 20 ready"},
        Look{"UpMoreThanReady", up(executing), 22, 3, minutes(5), done, {}},
        Look{"UpOnItsWay", up(executing), 10, 10, minutes(4), nothing, {}},
        Look{
            "UpNotBeforeTheDeadline", up(executing), 19, 1, minutes(15) - Duration(1), nothing, {}},
        Look{"UpPartlyReadyKeepsWhatServes",
             up(executing),
             14,
             6,
             minutes(15),
             rolled_back,
             {14},
             "14 of 20 ready in time; 14 asked"},
        Look{"UpNoneReadyGoesBack", up(executing), 10, 10, minutes(15), rolled_back, {10}},
        Look{"UpAndServingOnesDiedGoesBackToFrom",
             up(executing),
             8,
             12,
             minutes(15),
             rolled_back,
             {10}},
        Look{"UpNeverShownIsAskedBackToo", up(executing), 10, 0, minutes(15), rolled_back, {10}},
        Look{"UpRolledBackBeforeACrash", up(executing), 14, 0, minutes(15), rolled_back, {14}},
        Look{"UpChangedBySomebodyElse",
             up(executing),
             10,
             3,
             minutes(15),
             failed,
             {},
             "somebody else changed the size to 13"},
        Look{"DownDone", down(executing), 10, 0, seconds(30), done, {}},
        Look{"DownNotYet", down(executing), 12, 0, seconds(30), nothing, {}},
        Look{"DownStuckGoesBack", down(executing), 20, 0, minutes(15), rolled_back, {20}},
        Look{"DownWaitsForPendingOnes", down(executing), 9, 1, minutes(14), nothing, {}},
        Look{"DownOfRightSizeIsDoneInTheEnd",
             down(executing),
             9,
             1,
             minutes(15),
             done,
             {},
             "9 of 10 ready"},
        Look{"DownHalfwayIsSomebodyElses",
             down(executing),
             14,
             0,
             minutes(15),
             failed,
             {},
             "somebody else"}),
    [](const auto& look) { return std::string(look.param.name); });

TEST(Advance, AStaleLookProvesNothing) {
    Stage s;
    const auto late = start + hours(1);
    const auto stale = capacity(10, 0, start - seconds(1));
    for (const auto state : {intended, executing})
        EXPECT_FALSE(s.executor.advance(up(state), stale, lead, late).has_value());
    EXPECT_TRUE(s.target.calls.empty());
}

// A look in the very instant of the call may be from before it.
TEST(Advance, ALookInTheInstantOfTheCallDoesNotEndIt) {
    Stage s;
    auto open = up(intended, 5);
    open.changed_at = start + seconds(90);
    EXPECT_FALSE(s.executor.advance(open, capacity(10, 0, open.changed_at), lead, open.changed_at)
                     .has_value());
}

TEST(Advance, ClosedOperationsAreLeftAlone) {
    Stage s;
    for (const auto state : {done, failed, rolled_back, OperationState::superseded})
        EXPECT_FALSE(
            s.executor.advance(up(state), capacity(10, 0, start + hours(1)), lead, start + hours(1))
                .has_value());
    EXPECT_TRUE(s.target.calls.empty());
}

TEST(Advance, DeadlineGrowsWithTheLeadTimeAndHasAFloor) {
    Stage s;
    const auto look = [&](Duration lead_time, Duration after) {
        return s.executor
            .advance(up(executing), capacity(10, 10, start + after), lead_time, start + after)
            .has_value();
    };
    EXPECT_FALSE(look(seconds(10), minutes(10) - Duration(1)));
    EXPECT_TRUE(look(seconds(10), minutes(10)));
    EXPECT_FALSE(look(minutes(20), minutes(60) - Duration(1)));
    EXPECT_TRUE(look(minutes(20), minutes(60)));
    EXPECT_FALSE(look(Duration::max(), hours(24 * 29))) << "no overflow";
}

TEST(Advance, AnUnansweredRollbackIsTriedAtEveryLookUntilItIsTaken) {
    Stage s;
    auto open = up(executing);
    for (int i = 0; i < 8; ++i) s.target.answer(Errc::unavailable);
    for (int i = 0; i < 8; ++i) {
        const auto now = start + minutes(15) + seconds(30) * i;
        const auto after = s.executor.advance(open, capacity(14, 6, now), lead, now);
        ASSERT_TRUE(after.has_value());
        ASSERT_EQ(after->state, executing);
        ASSERT_EQ(after->changed_at, start) << "the deadline must not come back";
        open = *after;
    }
    const auto now = start + minutes(30);
    EXPECT_EQ(s.executor.advance(open, capacity(14, 6, now), lead, now)->state, rolled_back);
    for (const auto& call : s.target.calls) {
        EXPECT_EQ(call.id, "shop-20260301T000000Z-rollback-14");
        EXPECT_EQ(call.from, Replicas(20));
    }
    EXPECT_EQ(s.target.calls.back().attempts, 10);
}

TEST(Advance, ARefusedRollbackEndsTheOperation) {
    Stage s;
    s.target.answer(Errc::invalid_argument);
    const auto now = start + minutes(15);
    const auto after = s.executor.advance(up(executing), capacity(14, 6, now), lead, now);
    EXPECT_EQ(after->state, failed);
    EXPECT_THAT(after->detail, HasSubstr("going back to 14 was refused"));
}

TEST(Supersede, NamesTheNewerOne) {
    auto newer = operation(20, 25, intended);
    newer.id = "shop-20260301T000030Z";
    const auto closed = Executor::supersede(up(executing), newer, start + seconds(30));
    EXPECT_EQ(closed.state, OperationState::superseded);
    EXPECT_EQ(closed.changed_at, start + seconds(30));
    EXPECT_THAT(closed.detail, HasSubstr(newer.id));
}

TEST(NextTry, DoublesWithinItsJitterAndIsAFunctionOfTheOperation) {
    Stage s;
    EXPECT_EQ(s.executor.next_try(up(intended, 0)), start);
    Duration whole = seconds(2);
    for (int attempts = 1; attempts <= 10; ++attempts) {
        const auto wait = s.executor.next_try(up(intended, attempts)) - start;
        EXPECT_GE(wait, whole / 2) << attempts;
        EXPECT_LE(wait, whole) << attempts;
        Stage restarted;
        EXPECT_EQ(restarted.executor.next_try(up(intended, attempts)) - start, wait);
        whole = std::min<Duration>(whole * 2, minutes(2));
    }
    auto other = up(intended, 6);
    other.id = "blog-20260301T000000Z";
    EXPECT_NE(s.executor.next_try(other), s.executor.next_try(up(intended, 6)))
        << "services do not try in step";
}

// --- against the simulated target

/// Runs one operation to its end, turn by turn; returns it.
Operation run(SimulatedTarget& target, ManualClock& clock, int to, Duration turn = seconds(30)) {
    Executor executor(target, {});
    auto wanted = decision(target.observe(shop)->total().value(), to);
    wanted.id = fmt::format("shop-{}", format_timestamp(clock.now()));
    auto open = executor.execute(*executor.intend(wanted, clock.now()), clock.now());
    for (int i = 0; i < 200 && is_open(open.state); ++i) {
        clock.advance_to(clock.now() + turn);
        if (auto moved = executor.advance(open, *target.observe(shop), lead, clock.now()))
            open = *moved;
    }
    return open;
}

TEST(OnSimulatedTarget, GoodWeather) {
    ManualClock clock(start);
    auto target = *SimulatedTarget::open({.lead_time = lead}, "", clock);
    EXPECT_EQ(run(*target, clock, 9).state, done);
    EXPECT_EQ(clock.now(), start + minutes(5));
    EXPECT_EQ(run(*target, clock, 4).state, done);
}

TEST(OnSimulatedTarget, PartialSuccessIsRolledBackToWhatServes) {
    ManualClock clock(start);
    auto target = *SimulatedTarget::open({.lead_time = lead, .partial_rate = 1.0}, "", clock);
    const auto ended = run(*target, clock, 22);
    EXPECT_EQ(ended.state, rolled_back);
    const auto seen = *target->observe(shop);
    EXPECT_EQ(seen.pending, Replicas(0));
    EXPECT_GE(seen.ready, Replicas(2));
    EXPECT_LT(seen.ready, Replicas(22));
}

TEST(OnSimulatedTarget, RefusedChangesNothing) {
    ManualClock clock(start);
    auto target = *SimulatedTarget::open({.refuse_rate = 1.0}, "", clock);
    EXPECT_EQ(run(*target, clock, 9).state, failed);
    EXPECT_EQ(target->observe(shop)->total(), Replicas(2));
}

TEST(OnSimulatedTarget, NeverAnsweringEndsKnown) {
    for (std::int64_t seed = 1; seed <= 50; ++seed) {
        ManualClock clock(start);
        auto target = *SimulatedTarget::open({.seed = seed, .failure_rate = 1.0}, "", clock);
        const auto ended = run(*target, clock, 9);
        const int size = target->observe(shop)->total().value();
        EXPECT_TRUE(ended.state == done || ended.state == failed) << to_string(ended.state);
        EXPECT_EQ(size, ended.state == done ? 9 : 2);
        EXPECT_LE(target->applied(shop).size(), 1U);
    }
}

}  // namespace
}  // namespace forescale
