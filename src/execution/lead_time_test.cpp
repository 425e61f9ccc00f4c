#include "execution/lead_time.h"

#include "base/archive.h"
#include "base/rng.h"
#include "execution/simulated/simulated_target.h"

#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const Timestamp start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
const ServiceId shop("shop");
constexpr Duration turn = seconds(30);

Capacity capacity(int ready, int pending, Timestamp at) {
    return {.ready = Replicas(ready), .pending = Replicas(pending), .seen_at = at};
}

TEST(LeadTime, StatedUntilEnoughWasSeen) {
    LeadTimeEstimator lead(minutes(7));
    auto now = start;
    for (std::size_t i = 0; i < LeadTimeEstimator::observations_min; ++i) {
        EXPECT_EQ(lead.lead_time(), minutes(7));
        EXPECT_FALSE(lead.learned());
        lead.asked(Replicas(1), now);
        now += minutes(2);
        lead.seen(capacity(static_cast<int>(i) + 1, 0, now));
    }
    EXPECT_TRUE(lead.learned());
    EXPECT_EQ(lead.lead_time(), minutes(2));
}

TEST(LeadTime, CancelledReplicasAreNotSeenReady) {
    LeadTimeEstimator lead(minutes(7));
    lead.seen(capacity(5, 0, start));
    for (int i = 1; i <= 10; ++i) {
        lead.asked(Replicas(3), start + minutes(i));
        lead.cancelled(Replicas(9));
        lead.seen(capacity(5, 0, start + minutes(i) + turn));
    }
    EXPECT_FALSE(lead.learned());
}

// Somebody else cancels, or the call was refused: nobody tells, but nothing became ready either.
TEST(LeadTime, PendingThatVanishesIsNoArrival) {
    LeadTimeEstimator lead(minutes(7));
    lead.seen(capacity(5, 0, start));
    for (int i = 1; i <= 10; ++i) {
        lead.asked(Replicas(3), start + minutes(i));
        lead.seen(capacity(5, 3, start + minutes(i) + turn));
        lead.seen(capacity(5, 0, start + minutes(i) + turn * 2));
    }
    EXPECT_FALSE(lead.learned());
}

TEST(LeadTime, ReplicasThatNobodyToldOfGiveNoObservation) {
    LeadTimeEstimator lead(minutes(7));
    for (int i = 0; i < 10; ++i) {
        lead.seen(capacity(2 + 3 * i, 3, start + minutes(i)));
        lead.seen(capacity(5 + 3 * i, 0, start + minutes(i) + turn));
    }
    EXPECT_FALSE(lead.learned());
}

// The answer to the call was lost, its replicas were seen, and only then the operation was found in
// effect.
TEST(LeadTime, AskedAfterBeingSeenIsNotCountedTwice) {
    LeadTimeEstimator lead(minutes(7));
    int ready = 2;
    for (int i = 0; i < 6; ++i) {
        const auto at = start + minutes(20 * i);
        lead.seen(capacity(ready, 0, at));
        lead.seen(capacity(ready, 3, at + turn));
        lead.asked(Replicas(3), at);
        lead.seen(capacity(ready, 3, at + turn * 2));
        ready += 3;
        lead.seen(capacity(ready, 0, at + minutes(4)));
    }
    EXPECT_TRUE(lead.learned());
    EXPECT_EQ(lead.lead_time(), minutes(4));
}

TEST(LeadTime, ForgetsWhatIsLongAgo) {
    LeadTimeEstimator lead(minutes(7));
    int ready = 0;
    const auto learn = [&](Duration true_lead, int times) {
        for (int i = 0; i < times; ++i) {
            const auto at = start + minutes(60) * ready;
            lead.asked(Replicas(1), at);
            lead.seen(capacity(++ready, 0, at + true_lead));
        }
    };
    learn(minutes(9), 64);
    EXPECT_EQ(lead.lead_time(), minutes(9));
    learn(minutes(3), 64);
    EXPECT_EQ(lead.lead_time(), minutes(3));
}

TEST(LeadTime, ABatchThatNeverComesDoesNotSpoilTheOthers) {
    LeadTimeEstimator lead(minutes(7));
    auto now = start;
    int ready = 2;
    const auto arrive = [&](int stuck) {
        lead.asked(Replicas(4), now);
        lead.seen(capacity(ready, 4 + stuck, now));
        now += minutes(5);
        ready += 4;
        lead.seen(capacity(ready, stuck, now));
        now += minutes(10);
    };
    lead.seen(capacity(ready, 0, now));
    for (int i = 0; i < 6; ++i) arrive(0);
    ASSERT_EQ(lead.lead_time(), minutes(5));
    lead.asked(Replicas(3), now);  // these never become ready
    lead.seen(capacity(ready, 3, now));
    now += minutes(15);
    for (int i = 0; i < 64; ++i) arrive(3);
    EXPECT_EQ(lead.lead_time(), minutes(5));
}

// With many batches on their way at once, a lead time that grows must not be explained away by
// younger batches.
TEST(LeadTime, FollowsALeadTimeThatGrows) {
    auto clock = ManualClock(start);
    LeadTimeEstimator lead(minutes(5));
    auto slow = *SimulatedTarget::open({.lead_time = minutes(5), .replicas_initial = 2}, "", clock);
    int id = 0;
    int size = 2;
    const auto run = [&](SimulatedTarget& target, int turns) {
        for (int i = 0; i < turns; ++i) {
            lead.seen(*target.observe(shop));
            if (i % 6 == 0) {  // a scale-up every 3 min
                Operation op{.id = fmt::format("op{}", id++),
                             .service = shop,
                             .from = Replicas(size),
                             .to = Replicas(size + 2),
                             .state = OperationState::intended,
                             .intended_at = clock.now(),
                             .changed_at = clock.now(),
                             .attempts = 1,
                             .detail = {}};
                ASSERT_TRUE(target.apply(op).has_value());
                lead.asked(Replicas(2), clock.now());
                size += 2;
            }
            clock.advance_to(clock.now() + turn);
        }
    };
    run(*slow, 200);
    EXPECT_EQ(lead.lead_time(), minutes(5));
    auto slower =
        *SimulatedTarget::open({.lead_time = minutes(20), .replicas_initial = 2}, "", clock);
    ASSERT_TRUE(slower->place(shop, Replicas(size)).has_value());
    run(*slower, 1000);
    EXPECT_GE(lead.lead_time(), minutes(18));
    EXPECT_LE(lead.lead_time(), minutes(24));
}

TEST(LeadTime, StateSurvivesAndIsBounded) {
    LeadTimeEstimator lead(minutes(7));
    for (int i = 0; i < 2000; ++i) lead.asked(Replicas(1), start + minutes(i));
    const auto bytes = save_state(lead, 1);
    EXPECT_LT(bytes.size(), 8000U);
    LeadTimeEstimator again;
    ASSERT_TRUE(load_state(again, bytes, 1).has_value());
    lead.seen(capacity(6, 250, start + minutes(2001)));
    again.seen(capacity(6, 250, start + minutes(2001)));
    EXPECT_EQ(save_state(lead, 1), save_state(again, 1));
}

struct World {
    const char* name;
    SimulatedTargetSettings settings;
    Duration low, high;  // the learned lead time lies in between
};
class LeadTimeOfTarget : public testing::TestWithParam<World> {};

// Random scale-ups and scale-downs, turn by turn, told as the turn tells them: when asked for,
// before the next look.
TEST_P(LeadTimeOfTarget, IsLearned) {
    const auto& world = GetParam();
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
        ManualClock clock(start);
        auto settings = world.settings;
        settings.seed = static_cast<std::int64_t>(seed);
        auto target = *SimulatedTarget::open(settings, "", clock);
        LeadTimeEstimator lead(minutes(3));
        Rng rng(seed);
        for (int i = 0; i < 5000; ++i) {
            const auto seen = *target->observe(shop);
            lead.seen(seen);
            if (rng.uniform() < 0.08) {
                const int to = 2 + static_cast<int>(rng.below(30));
                const Operation op{.id = fmt::format("op{}", i),
                                   .service = shop,
                                   .from = seen.total(),
                                   .to = Replicas(to),
                                   .state = OperationState::intended,
                                   .intended_at = clock.now(),
                                   .changed_at = clock.now(),
                                   .attempts = 1,
                                   .detail = {}};
                const auto change = op.to - op.from;
                if (change > Replicas(0)) lead.asked(change, clock.now());
                if (change < Replicas(0)) lead.cancelled(Replicas(0) - change);
                std::ignore = target->apply(op);
            }
            clock.advance_to(clock.now() + turn);
        }
        EXPECT_TRUE(lead.learned());
        EXPECT_GE(lead.lead_time(), world.low) << seed;
        EXPECT_LE(lead.lead_time(), world.high) << seed;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Worlds, LeadTimeOfTarget,
    testing::Values(World{"five_minutes", {.lead_time = minutes(5)}, minutes(5), minutes(5)},
                    World{"between_turns", {.lead_time = seconds(100)}, seconds(120), seconds(120)},
                    World{"at_once", {.lead_time = Duration(0)}, Duration(0), turn},
                    World{"jitter",
                          {.lead_time = minutes(5), .lead_time_jitter = 0.2},
                          seconds(330),
                          seconds(390)},
                    World{"refused_and_unanswered",
                          {.lead_time = minutes(5), .failure_rate = 0.2, .refuse_rate = 0.2},
                          minutes(5),
                          seconds(360)},
                    World{"partial",
                          {.lead_time = minutes(5), .partial_rate = 0.3},
                          minutes(5),
                          minutes(5) + turn}),
    [](const auto& world) { return std::string(world.param.name); });

}  // namespace
}  // namespace forescale
