#include "pipeline/test_world.h"

#include <gmock/gmock.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;
using namespace testing_world;
using ::testing::HasSubstr;

const ServiceId shop("shop");
const ServiceId queue("shop/queue");

double flat(Timestamp) {
    return 60.0;
}
/// A service of steady demand, and a queue of which one replica serves 20.
std::vector<std::pair<ServiceId, Traffic>> with_queue(const Traffic& traffic) {
    return {{shop, flat}, {queue, traffic}};
}
void has_queue(Service& service) {
    service.signals = {{.name = "queue", .capacity_per_replica = Demand(20)}};
}
int size_of(World& world) {
    return world.provider().observe(shop)->total().value();
}

TEST(Signals, TheSizeFollowsTheOneThatNeedsMost) {
    World world(fresh_folder("a"), with_queue(wave), {});
    world.shape = has_queue;
    ASSERT_TRUE(world.start());
    int ahead = 0;
    world.run(begin + 3 * day, [&](Timestamp now) {
        if (now < begin + 2 * day || now.time_since_epoch() % 1h != 0s) return;
        const Decision& decision = *world.pipeline->services().front()->decision;
        EXPECT_EQ(decision.signal, wave(now) > 100 ? "queue" : decision.signal);
        EXPECT_GE(size_of(world), static_cast<int>(wave(now) / 20)) << format_timestamp(now);
        EXPECT_GT(decision.inputs.signals.at(0).confidence, 0.2);
        ahead += size_of(world) >= static_cast<int>(wave(now + 30min) / 20) ? 1 : 0;
    });
    EXPECT_GE(ahead, 20) << "of 24 hours: it is forecast, not followed";
    const auto view = world.board.newest();
    ASSERT_EQ(view->services.size(), 1U) << "a signal is no service";
    ASSERT_EQ(view->services[0].signals.size(), 1U);
    EXPECT_EQ(view->services[0].signals[0].service.id, queue);
    EXPECT_TRUE(view->services[0].signals[0].path);
    EXPECT_FALSE(world.store().predictions({.service = queue, .rows_max = 10})->empty());
    EXPECT_TRUE(world.store().decisions({.service = queue, .rows_max = 10})->empty());
}

TEST(Signals, NothingShrinksWhileOneIsMissing) {
    const Timestamp lost = begin + 2 * day + 12h;
    const auto until_lost = [&](Timestamp at) {
        return at < lost ? wave(at) : std::numeric_limits<double>::quiet_NaN();
    };
    World world(fresh_folder("a"), with_queue(until_lost), {});
    world.shape = has_queue;
    ASSERT_TRUE(world.start());
    world.run(lost + 10min);
    const int before = size_of(world);
    EXPECT_GE(before, 25);
    world.run(lost + 12h, [&](Timestamp now) {
        EXPECT_GE(size_of(world), before) << format_timestamp(now);
        if (now == lost + 1h) {
            EXPECT_THAT(world.pipeline->services().front()->decision->sentence,
                        HasSubstr("signal queue"));
            EXPECT_EQ(world.health.overall(), HealthState::degraded);
        }
    });
}

TEST(Signals, OneWithoutAnyLifeLeavesTheOthersToAskForMore) {
    World world(fresh_folder("a"), {{shop, wave}}, {});
    world.shape = has_queue;
    ASSERT_TRUE(world.start());
    world.run(begin + 2 * day + 12h);
    EXPECT_GE(size_of(world), 25);
}

/// What was decided and learned, over lives of these lengths, each ended by a kill.
struct Ended {
    std::vector<std::string> decisions;
    std::vector<std::string> learned;
    friend bool operator==(const Ended&, const Ended&) = default;
};
Ended in_lives(const std::string& folder, const std::vector<Duration>& lives) {
    Ended ended;
    const auto live = [&](Duration length, bool is_last) {
        World world(folder, with_queue(wave));
        world.shape = has_queue;
        ASSERT_TRUE(world.start());
        world.run(is_last ? begin + day + 15h : world.now() + length);
        if (!is_last) return;
        for (const ServiceState* const signal : world.pipeline->services().front()->signals)
            ended.learned.push_back(signal->save_learned());
        ended.decisions = world.decisions();
    };
    for (const Duration life : lives) live(life, false);
    live(Duration(0), true);
    return ended;
}

TEST(Signals, BeingKilledChangesNothing) {
    const Ended whole = in_lives(fresh_folder("whole"), {});
    ASSERT_FALSE(whole.learned.empty());
    EXPECT_EQ(in_lives(fresh_folder("killed"), {7h + 30s, 90s, 13h + 17min, 30s, 11min, 5h}),
              whole);
}

// An event names the service, not its signal.
TEST(Signals, EventsOfTheServiceAreThoseOfItsSignals) {
    World world(fresh_folder("a"), with_queue(wave), {});
    world.shape = has_queue;
    ASSERT_TRUE(world.start());
    world.run(begin + 2 * day);
    BusinessEvent event;
    event.id = "sale";
    event.type = "campaign";
    event.services = {shop};
    event.start = begin + 2 * day + 2h;
    event.end = begin + 2 * day + 4h;
    event.expected_uplift = 1.0;
    ASSERT_TRUE(world.pipeline->accept_event(event, world.now()));
    const auto median = [&] {
        const auto& signal = world.pipeline->services().front()->decision->inputs.signals.at(0);
        return signal.lead_demand ? signal.lead_demand->quantiles.at(median_index) : 0.0;
    };
    world.run(event.start - 10min);
    const double before = median();
    ASSERT_GT(before, 0.0);
    world.run(event.start - 1min);
    EXPECT_GT(median(), 1.7 * before);
}

}  // namespace
}  // namespace forescale
