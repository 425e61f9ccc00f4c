#include "pipeline/test_world.h"

namespace forescale {
namespace {

using namespace std::chrono_literals;
using namespace testing_world;

constexpr Duration whole = 2 * day + 3h;

std::vector<std::string> unbroken(const std::vector<std::pair<ServiceId, Traffic>>& traffic) {
    World world(fresh_folder("unbroken"), traffic);
    EXPECT_TRUE(world.start());
    world.run(begin + whole);
    EXPECT_TRUE(world.pipeline->close(world.now()));
    return world.decisions();
}

/// Lives of these lengths, one after the other, each ended by `end`; then the rest.
std::vector<std::string> in_lives(const std::vector<std::pair<ServiceId, Traffic>>& traffic,
                                  const std::vector<Duration>& lives, bool closes) {
    const auto folder = fresh_folder(closes ? "closed" : "killed");
    for (const auto life : lives) {
        World world(folder, traffic);
        EXPECT_TRUE(world.start());
        world.run(world.now() + life);
        if (closes) {
            EXPECT_TRUE(world.pipeline->close(world.now()));
        }
    }
    World world(folder, traffic);
    EXPECT_TRUE(world.start());
    world.run(begin + whole);
    EXPECT_TRUE(world.pipeline->close(world.now()));
    return world.decisions();
}

const std::vector<std::pair<ServiceId, Traffic>> two_services{
    {ServiceId("blog"), [](Timestamp at) { return wave(at + 5h); }}, {ServiceId("shop"), wave}};
const std::vector<Duration> lives{7h + 30s, 90s, 13h + 17min, 30s, 11min, 5h, 9h + 30s};

TEST(Recovery, StoppingChangesNoDecision) {
    EXPECT_EQ(in_lives(two_services, lives, true), unbroken(two_services));
}

TEST(Recovery, BeingKilledChangesNoDecision) {
    EXPECT_EQ(in_lives(two_services, lives, false), unbroken(two_services));
}

/// The source does not answer from 6:00 to 6:40 of the second day, and the process is killed twice
/// meanwhile.
std::vector<std::string> with_an_outage(const std::vector<Duration>& outage_lives) {
    const auto folder = fresh_folder(outage_lives.empty() ? "whole" : "killed");
    const auto live = [&](World& world, Timestamp until) {
        ASSERT_TRUE(world.start());
        const auto breaks = [&](Timestamp now) {
            world.source_broken = now >= begin + day + 6h && now < begin + day + 6h + 40min;
        };
        breaks(world.now());
        world.run(until, breaks);
    };
    for (const auto life : outage_lives) {
        World world(folder);
        live(world, begin + life);
    }
    World world(folder);
    live(world, begin + whole);
    EXPECT_TRUE(world.pipeline->close(world.now()));
    EXPECT_EQ(world.store().raw({ServiceId("shop"), begin, world.now() + 1s})->size(),
              static_cast<std::size_t>(whole / 1min));
    return world.decisions();
}

TEST(Recovery, AnOutageThatIsRepeatedChangesNoDecision) {
    EXPECT_EQ(with_an_outage({day + 6h + 50min, day + 6h + 55min}), with_an_outage({}));
}

TEST(Recovery, BeingKilledWhileASourceIsAwayLosesNoSample) {
    // When the samples come back depends on when the poller tries, so the decisions may differ;
    // with_an_outage() counts the samples.
    EXPECT_FALSE(with_an_outage({day + 6h + 10min, day + 6h + 30min}).empty());
}

TEST(Recovery, ACorruptCheckpointIsRefusedAndLeftAlone) {
    const auto folder = fresh_folder("a");
    {
        World world(folder);
        ASSERT_TRUE(world.start());
        world.run(begin + 6h);
        ASSERT_TRUE(world.pipeline->close(world.now()));
        Batch batch;
        batch.checkpoints.push_back({ServiceId("shop"), world.now(), "not a checkpoint"});
        ASSERT_TRUE(world.store().write(batch));
    }
    World world(folder);
    const auto started = world.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, Errc::corrupt);
    EXPECT_NE(started.error().message.find("shop"), std::string::npos) << started.error().message;
    EXPECT_EQ((*world.store().checkpoint(ServiceId("shop")))->state, "not a checkpoint");
}

TEST(Recovery, AServiceMayComeAndGoBetweenLives) {
    const auto folder = fresh_folder("a");
    const auto live = [&](const std::vector<std::pair<ServiceId, Traffic>>& traffic,
                          Timestamp until) {
        World world(folder, traffic);
        ASSERT_TRUE(world.start());
        world.run(until);
        ASSERT_TRUE(world.pipeline->close(world.now()));
        for (const auto& state : world.pipeline->services())
            EXPECT_TRUE(state->decision) << state->id().str();
    };
    live({{ServiceId("shop"), wave}}, begin + 5h);
    live(two_services, begin + 10h);
    live({{ServiceId("blog"), wave}}, begin + 15h);
    live(two_services, begin + 20h);
}

/// Demand that doubles around the events that really happen: at noon of both days for two hours.
double eventful(Timestamp at) {
    const auto of_day = at - floor_to(at, day);
    return wave(at) * (of_day >= 12h && of_day < 14h ? 2.0 : 1.0);
}

BusinessEvent sale(const std::string& id, Timestamp start, double uplift) {
    BusinessEvent event;
    event.id = id;
    event.type = "sale";
    event.start = start;
    event.end = start + 2h;
    event.expected_uplift = uplift;
    return event;
}

/// Events arrive, are moved and are cancelled while the process lives and dies.
std::vector<std::string> with_events_in_lives(const std::vector<Duration>& event_lives) {
    const auto folder = fresh_folder(event_lives.empty() ? "unbroken" : "killed");
    std::vector<std::pair<Duration, BusinessEvent>> news{
        {9h + 15s, sale("first", begin + 11h, 0.5)},
        {10h + 20min + 15s, sale("first", begin + 12h, 0.5)},  // moved
        {11h + 15s, sale("never", begin + 13h, 3.0)},
        {13h + 10min + 15s, sale("never", begin + 13h, 3.0)},         // cancelled while it lasts
        {13h + 40min + 15s, sale("late", begin + 13h + 30min, 0.0)},  // known when it has begun
        {day + 3h + 15s, sale("second", begin + day + 12h, 0.0)}};
    news[3].second.cancelled = true;
    news[2].second.services = {ServiceId("shop")};
    const auto live = [&](World& world, Timestamp until) {
        ASSERT_TRUE(world.start());
        for (const auto& [at, event] : news) {
            if (begin + at <= world.now() || begin + at > until) continue;
            world.run(begin + at);
            ASSERT_TRUE(world.pipeline->accept_event(event, begin + at));
        }
        world.run(until);
    };
    const std::vector<std::pair<ServiceId, Traffic>> traffic{{ServiceId("blog"), wave},
                                                             {ServiceId("shop"), eventful}};
    for (const auto life : event_lives) {
        World world(folder, traffic);
        live(world, begin + life);
    }
    World world(folder, traffic);
    live(world, begin + whole);
    EXPECT_TRUE(world.pipeline->close(world.now()));
    return world.decisions();
}

TEST(Recovery, BeingKilledAroundEventsChangesNoDecision) {
    const std::vector<Duration> deaths{9h + 16s,  // an event was accepted, and no turn knows it yet
                                       10h + 25min,      11h + 2min,       12h + 31min,
                                       13h + 11min,      13h + 41min,      20h,
                                       day + 3h + 30min, day + 12h + 50min};
    EXPECT_EQ(with_events_in_lives(deaths), with_events_in_lives({}));
}

TEST(Recovery, EventsAreKnownInTheNextLife) {
    const auto folder = fresh_folder("a");
    const auto event = sale("sale", begin + 2 * day + 1h, 1.0);
    {
        World world(folder);
        ASSERT_TRUE(world.start());
        world.run(begin + 2 * day);
        ASSERT_TRUE(world.pipeline->accept_event(event, world.now()));
    }
    World world(folder);
    ASSERT_TRUE(world.start());
    world.run(event.start - 1min);  // a replica that is asked for now serves the event
    EXPECT_GT(world.pipeline->services().front()->decision->demand_planned,
              1.6 * wave(world.now()));
}

}  // namespace
}  // namespace forescale
