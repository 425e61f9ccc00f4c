#include "monitoring/audit.h"
#include "pipeline/test_world.h"

#include <gmock/gmock.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;
using namespace testing_world;
using ::testing::HasSubstr;

AuditVerdict verified(Store& store) {
    auto entries = *store.audit(1, 1'000'000);
    return *verify_audit([&, at = std::size_t{0}]() mutable -> Result<std::optional<AuditEntry>> {
        if (at == entries.size()) return std::nullopt;
        return entries[at++];
    });
}

TEST(Tick, NothingIsAppliedBeforeItIsRecorded) {
    World world(fresh_folder("a"));
    ASSERT_TRUE(world.start());
    world.run(begin + 3 * day);
    ASSERT_GT(world.applied(), 20);
    std::set<std::string> recorded;
    for (const auto& what : world.happened) {
        const auto id = what.substr(what.find(':') + 1);
        if (what.starts_with("write:"))
            recorded.insert(id);
        else
            EXPECT_TRUE(recorded.contains(id.substr(0, id.find("-rollback")))) << what;
    }
    EXPECT_FALSE(verified(world.store()).broken_at);
}

TEST(Tick, AtMostOneOperationOfAServiceIsOpen) {
    World world(fresh_folder("a"),
                {{ServiceId("blog"), wave},
                 {ServiceId("shop"), [](Timestamp at) { return 3 * wave(at); }}});
    ASSERT_TRUE(world.start());
    std::size_t seen = 0;
    world.run(begin + 2 * day, [&](Timestamp) {
        std::set<ServiceId> services;
        const auto open = world.store().open_operations();
        for (const auto& operation : *open) EXPECT_TRUE(services.insert(operation.service).second);
        seen += services.size();
    });
    EXPECT_GT(seen, 100U);
}

TEST(Tick, AStoreThatFailsHoldsSizesAndLosesNothing) {
    World world(fresh_folder("a"));
    ASSERT_TRUE(world.start());
    world.run(begin + day + 6h);
    const int applied = world.applied();
    world.breakable_store().broken = true;
    world.run(begin + day + 7h);
    EXPECT_EQ(world.applied(), applied) << "something was applied that could not be recorded";
    EXPECT_TRUE(world.fires("store_unavailable"));
    EXPECT_EQ(world.health.overall(), HealthState::failed);
    world.breakable_store().broken = false;
    world.run(begin + day + 9h);
    EXPECT_FALSE(world.fires("store_unavailable"));
    EXPECT_GT(world.applied(), applied);
    ASSERT_TRUE(world.pipeline->close(world.now()));
    EXPECT_EQ(world.store().raw({ServiceId("shop"), begin, world.now() + 1s})->size(), 33U * 60);
    EXPECT_FALSE(verified(world.store()).broken_at);
    EXPECT_TRUE(world.store().open_operations()->size() <= 1);
}

TEST(Tick, AStoreThatStaysAwayLeavesSamplesAtTheirSource) {
    World world(fresh_folder("a"));
    ASSERT_TRUE(world.start());
    world.run(begin + 12h);
    world.breakable_store().broken = true;
    world.run(begin + 24h);
    world.breakable_store().broken = false;
    world.run(begin + 25h);
    ASSERT_TRUE(world.pipeline->close(world.now()));
    EXPECT_EQ(world.store().raw({ServiceId("shop"), begin, world.now() + 1s})->size(), 25U * 60);
}

TEST(Tick, ATargetThatDoesNotAnswerHoldsTheSize) {
    World world(fresh_folder("a"));
    ASSERT_TRUE(world.start());
    world.run(begin + day + 6h);
    const auto before = world.provider().observe(ServiceId("shop"))->total();
    const int applied = world.applied();
    world.breakable_target().broken = true;
    world.run(begin + day + 7h);
    EXPECT_LE(world.applied(), applied + 5) << "only a retry of what was in flight";
    EXPECT_TRUE(world.fires("target_unreachable"));
    EXPECT_EQ(world.provider().observe(ServiceId("shop"))->total(), before);
    world.breakable_target().broken = false;
    world.run(begin + day + 8h);
    EXPECT_FALSE(world.fires("target_unreachable"));
    EXPECT_GT(world.provider().observe(ServiceId("shop"))->total(), before)
        << "demand grew meanwhile";
}

TEST(Tick, ASourceThatFailsDelaysSamplesAndLosesNone) {
    World world(fresh_folder("a"));
    ASSERT_TRUE(world.start());
    world.run(begin + day);
    world.source_broken = true;
    world.run(begin + day + 10min);
    EXPECT_TRUE(world.fires("collector_failing"));
    world.source_broken = false;
    world.run(begin + day + 30min);
    EXPECT_FALSE(world.fires("collector_failing"));
    ASSERT_TRUE(world.pipeline->close(world.now()));
    EXPECT_EQ(world.store().raw({ServiceId("shop"), begin, world.now() + 1s})->size(),
              24U * 60 + 30);
}

TEST(Tick, AGapNeverScalesDown) {
    const auto gap_from = begin + 2 * day + 20h;  // in the evening, when demand falls
    const auto gap_to = gap_from + 6h;
    const auto traffic = [=](Timestamp at) {
        return at >= gap_from && at < gap_to ? std::nan("") : wave(at);
    };
    World world(fresh_folder("a"), {{ServiceId("shop"), traffic}});
    ASSERT_TRUE(world.start());
    world.run(gap_from + 10min);
    auto size = world.provider().observe(ServiceId("shop"))->total();
    world.run(gap_to, [&](Timestamp) {
        const auto now = world.provider().observe(ServiceId("shop"))->total();
        EXPECT_GE(now, size);
        size = now;
    });
    EXPECT_TRUE(world.fires("samples_missing"));
    EXPECT_EQ(world.health.overall(), HealthState::degraded);
    world.run(gap_to + 1h);
    EXPECT_FALSE(world.fires("samples_missing"));
}

/// What a source gives that is no number is no data, however often it comes: the forecast stands in
/// for the same time as where nothing comes.
TEST(Tick, TheForecastStandsInForNumbersNoLongerThanForSilence) {
    const auto from = begin + 2 * day + 6h;  // in the morning, when demand grows
    const auto traffic = [=](Timestamp at) { return at >= from ? -1.0 : wave(at); };
    World world(fresh_folder("a"), {{ServiceId("shop"), traffic}});
    ASSERT_TRUE(world.start());
    world.run(from + 32min);
    const auto size = world.provider().observe(ServiceId("shop"))->total();
    world.run(from + 6h);
    EXPECT_EQ(world.provider().observe(ServiceId("shop"))->total(), size);
    EXPECT_TRUE(world.fires("samples_missing"));
}

TEST(Tick, ASampleOf1e12IsNotPlannedForWhenItIsOver) {
    const auto spike = begin + 2 * day + 9h;
    const auto traffic = [=](Timestamp at) { return at == spike ? 1e12 : wave(at); };
    World world(fresh_folder("a"), {{ServiceId("shop"), traffic}});
    ASSERT_TRUE(world.start());
    world.run(spike + 8min);  // the measured load asked for four times the size, for 6 min
    world.run(spike + 12h, [&](Timestamp now) {
        const auto& state = *world.pipeline->services().front();
        ASSERT_LT(state.decision->demand_planned, 1.5 * wave(now)) << format_timestamp(now);
        ASSERT_LT(world.provider().observe(ServiceId("shop"))->total(), Replicas(60));
    });
}

TEST(Tick, AStatedEventRaisesWhatIsPlanned) {
    World world(fresh_folder("a"));
    ASSERT_TRUE(world.start());
    world.run(begin + 2 * day);
    BusinessEvent event;
    event.id = "sale";
    event.type = "campaign";
    event.start = begin + 2 * day + 2h;
    event.end = begin + 2 * day + 4h;
    event.expected_uplift = 1.0;
    ASSERT_TRUE(world.pipeline->accept_event(event, world.now()));
    world.run(event.start - 10min);
    const double before = world.pipeline->services().front()->decision->demand_planned;
    world.run(event.start - 1min);  // what is asked for now serves the event
    EXPECT_GT(world.pipeline->services().front()->decision->demand_planned, 1.7 * before);
    EXPECT_THAT(world.store().audit(1, 100'000)->back().kind,
                ::testing::AnyOf("event", "operation", "decision"));
    EXPECT_EQ(world.store().events(begin)->size(), 1U);
}

TEST(Tick, ViewAndMetricsShowTheTurn) {
    World world(fresh_folder("a"));
    ASSERT_TRUE(world.start());
    world.run(begin + 2 * day);
    const auto view = world.board.newest();
    ASSERT_EQ(view->services.size(), 1U);
    EXPECT_EQ(view->at, world.now());
    EXPECT_EQ(view->services[0].capacity.total(),
              world.provider().observe(ServiceId("shop"))->total());
    EXPECT_TRUE(view->services[0].path != nullptr && view->services[0].decision != nullptr);
    const auto text = world.metrics.text();
    for (const auto* name : {"forescale_decisions_total", "forescale_operations_total",
                             "forescale_forecast_confidence_ratio", "forescale_stream_points_total",
                             "forescale_turn_duration_seconds"})
        EXPECT_THAT(text, HasSubstr(name));
    EXPECT_GT(world.store().predictions({.rows_max = 10})->size(), 0U);
}

}  // namespace
}  // namespace forescale
