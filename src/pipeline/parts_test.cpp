#include "pipeline/event_book.h"
#include "pipeline/score_book.h"
#include "pipeline/test_world.h"
#include "pipeline/view_builder.h"

namespace forescale {
namespace {

using namespace std::chrono_literals;
using namespace testing_world;

TEST(ScoreBook, AddsUpByMemberHorizonAndDayOfTheTarget) {
    ScoreBook book;
    const auto late = begin + 23h + 50min;
    book.add({.member = "ridge",
              .horizon = 15min,
              .origin = late,
              .forecast = 8,
              .actual = 10,
              .inside_90 = false});
    book.add({.member = "ridge",
              .horizon = 15min,
              .origin = late - 1h,
              .forecast = 13,
              .actual = 10,
              .inside_90 = true});
    book.add({.member = "ridge",
              .horizon = 1h,
              .origin = late - 1h,
              .forecast = 1,
              .actual = 4,
              .inside_90 = true});
    const auto rows = book.take(ServiceId("shop"));
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].day, begin);
    EXPECT_EQ(rows[1].day, begin + day) << "the target lies behind midnight";
    EXPECT_DOUBLE_EQ(rows[1].absolute_error_sum, 2);
    EXPECT_DOUBLE_EQ(rows[0].absolute_error_sum, 3);
    EXPECT_EQ(rows[0].inside_90, 1);
    EXPECT_TRUE(book.take(ServiceId("shop")).empty());
}

BusinessEvent event_at(int i, Timestamp start) {
    BusinessEvent event;
    event.id = std::to_string(i);
    event.start = start;
    event.end = start + 1h;
    return event;
}

TEST(EventBook, GivesWhatIsNewOnceAndAsItWasPutLast) {
    EventBook book;
    ASSERT_TRUE(book.put(event_at(2, begin), begin));
    ASSERT_TRUE(book.put(event_at(1, begin), begin));
    ASSERT_TRUE(book.put(event_at(2, begin + 30h), begin));
    const auto news = book.take_news();
    ASSERT_EQ(news.size(), 2U);
    EXPECT_EQ(news[0].start, begin);
    EXPECT_EQ(news[1].start, begin + 30h);
    EXPECT_TRUE(book.take_news().empty());
}

TEST(KnownEvents, RepeatChangesAtTheWindowsWhereTheyWere) {
    const ServiceId shop("shop");
    KnownEvents live;
    std::vector<EventChange> changes;
    const auto take = [&](const BusinessEvent& event) {
        if (auto change = live.take(event, shop)) changes.push_back(*change);
    };
    take(event_at(1, begin));
    live.absorbed();
    take(event_at(1, begin));  // nothing new
    auto elsewhere = event_at(2, begin);
    elsewhere.services = {ServiceId("blog")};
    take(elsewhere);
    auto moved = event_at(1, begin + 1h);
    take(moved);
    live.absorbed();
    moved.services = {ServiceId("blog")};
    take(moved);
    ASSERT_EQ(changes.size(), 3U);

    KnownEvents again;
    again.repeat(changes);
    EXPECT_TRUE(again.repeat_due());
    EXPECT_EQ(again.all(), std::vector{event_at(1, begin)});
    EXPECT_FALSE(again.repeat_due());
    again.absorbed();
    EXPECT_TRUE(again.repeat_due());
    EXPECT_EQ(again.all(), std::vector{event_at(1, begin + 1h)});
    EXPECT_TRUE(again.repeat_due(true));
    EXPECT_EQ(again.all(), live.all());
    EXPECT_TRUE(again.all()[0].cancelled) << "it does not concern the service any more";
}

TEST(EventBook, IsBoundedAndForgetsThePast) {
    EventBook book;
    for (std::size_t i = 0; i < EventBook::events_max; ++i)
        ASSERT_TRUE(book.put(event_at(static_cast<int>(i), begin), begin));
    EXPECT_FALSE(book.put(event_at(-1, begin + 1h), begin));
    EXPECT_TRUE(book.put(event_at(5, begin + 2h), begin)) << "an edit needs no room";
    EXPECT_TRUE(book.put(event_at(-1, begin + 3h), begin + 90min)) << "what is over makes room";
    for (std::size_t i = 0; i + 2 < EventBook::events_max; ++i)
        ASSERT_TRUE(book.put(event_at(static_cast<int>(i) + 20'000, begin + 5h), begin + 90min));
    EXPECT_FALSE(book.put(event_at(-2, begin + 5h), begin + 90min));
    auto cancelled = event_at(-1, begin + 3h);
    cancelled.cancelled = true;
    EXPECT_TRUE(book.put(cancelled, begin + 90min));
    EXPECT_TRUE(book.put(event_at(-2, begin + 5h), begin + 90min)) << "so does a cancellation";
}

TEST(Recorder, WritesOperationsAtOnceAndQuietTurnsTogether) {
    const auto folder = fresh_folder("a");
    World world(folder);
    auto& store = world.breakable_store();
    const auto recorder = std::move(*Recorder::open(store));
    Batch quiet;
    quiet.turns.push_back({ServiceId("shop"), begin, "first"});
    ASSERT_TRUE(recorder->record(quiet));  // the first one is due: nothing was stored for long
    quiet.turns[0] = {ServiceId("shop"), begin + 30s, "second"};
    ASSERT_TRUE(recorder->record(quiet));
    Batch loud;
    loud.turns.push_back({ServiceId("shop"), begin + 60s, "third"});
    loud.operations.push_back({.id = "o",
                               .service = ServiceId("shop"),
                               .intended_at = begin,
                               .changed_at = begin,
                               .detail = {}});
    ASSERT_TRUE(recorder->record(loud));
    EXPECT_EQ((*store.turn(ServiceId("shop")))->state, "third");
    EXPECT_EQ(store.open_operations()->size(), 1U);
}

TEST(Recorder, KeepsWhatTheStoreRefusesButNoOperation) {
    World world(fresh_folder("a"));
    auto& store = world.breakable_store();
    const auto recorder = std::move(*Recorder::open(store));
    store.broken = true;
    for (int i = 0; i < 500; ++i) {
        Batch batch;
        batch.raw.push_back(
            {ServiceId("shop"), {.at = begin + 30s * i, .value = 1.0 * i}, begin + 30s * i});
        batch.operations.push_back({.id = std::to_string(i),
                                    .service = ServiceId("shop"),
                                    .intended_at = begin,
                                    .changed_at = begin,
                                    .detail = {}});
        recorder->audit(begin, "decision", "shop", std::to_string(i));
        EXPECT_FALSE(recorder->record(std::move(batch)));
        EXPECT_EQ(recorder->has_room(), i + 1 < static_cast<int>(Recorder::waiting_max));
    }
    EXPECT_EQ(recorder->waiting(), Recorder::waiting_max);
    store.broken = false;
    ASSERT_TRUE(recorder->flush());
    EXPECT_EQ(store.raw({ServiceId("shop"), begin, begin + day})->size(), 500U);
    EXPECT_EQ(store.audit(1, 1000)->size(), 500U);
    EXPECT_TRUE(store.open_operations()->empty());
}

TEST(Recorder, KeepsHowAnOperationMovedOnWhileTheStoreWasAway) {
    World world(fresh_folder("a"));
    auto& store = world.breakable_store();
    const auto recorder = std::move(*Recorder::open(store));
    Operation operation{.id = "old",
                        .service = ServiceId("shop"),
                        .state = OperationState::executing,
                        .intended_at = begin,
                        .changed_at = begin,
                        .attempts = 1,
                        .detail = {}};
    Batch batch;
    batch.operations = {operation};
    ASSERT_TRUE(recorder->record(batch));
    store.broken = true;
    operation.state = OperationState::done;
    batch.operations = {operation};
    EXPECT_FALSE(recorder->record(batch));
    store.broken = false;
    ASSERT_TRUE(recorder->flush());
    EXPECT_TRUE(store.open_operations()->empty()) << "it would be open for ever";
}

}  // namespace
}  // namespace forescale
