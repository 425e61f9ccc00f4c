#include "streaming/stream_processor.h"

#include "streaming/codec.h"
#include "streaming/memory/memory_bus.h"
#include "streaming/metrics_producer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Timestamp start{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};
const ServiceId shop("shop");

Point point(Duration since, double value) {
    return {start + since, value};
}
SampleBatch batch(std::vector<Point> points, const ServiceId& service = shop) {
    return {service, std::move(points)};
}
StreamSettings minutes_only() {
    return {.widths = {1min}};
}

/// A bus that refuses while it is told to.
class MoodyBus final : public Bus {
public:
    Result<void> publish(std::string_view topic, std::string key, std::string payload) override {
        if (refuses == topic) return fail(Errc::unavailable, "{} is full", topic);
        if (never == topic) return fail(Errc::invalid_argument, "too large");
        return bus.publish(topic, std::move(key), std::move(payload));
    }
    Result<std::vector<Message>> poll(std::string_view topic, std::string_view group,
                                      std::size_t count_max) override {
        return bus.poll(topic, group, count_max);
    }
    Result<void> commit(std::string_view topic, std::string_view group,
                        std::int64_t offset) override {
        if (commits_fail) return fail(Errc::unavailable, "away");
        return bus.commit(topic, group, offset);
    }
    MemoryBus bus{BusSettings{}};
    std::string_view refuses;
    std::string_view never;
    bool commits_fail = false;
};

struct Read {
    std::vector<Point> points;
    std::vector<Window> windows;
};
Read read_all(Bus& bus) {
    Read read;
    MetricsConsumer processed(bus, topic::processed, "test");
    MetricsConsumer aggregated(bus, topic::aggregated, "test");
    EXPECT_TRUE(processed.consume_samples([&](const SampleBatch& b) {
        read.points.insert(read.points.end(), b.points.begin(), b.points.end());
    }));
    EXPECT_TRUE(aggregated.consume_windows([&](const WindowBatch& b) {
        read.windows.insert(read.windows.end(), b.windows.begin(), b.windows.end());
    }));
    return read;
}

TEST(MetricsProducer, OneMessagePerServiceAndFlush) {
    MemoryBus bus({});
    MetricsProducer producer(bus);
    ASSERT_TRUE(producer.add(batch({point(0min, 1.0)})));
    ASSERT_TRUE(producer.add(batch({point(0min, 2.0)}, ServiceId("cart"))));
    ASSERT_TRUE(producer.add(batch({point(1min, 3.0)})));
    ASSERT_TRUE(producer.flush());
    const auto messages = *bus.poll(topic::raw, "g", 10);
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0].key, "cart");
    EXPECT_EQ(decode_samples(messages[1].payload)->points,
              (std::vector{point(0min, 1.0), point(1min, 3.0)}));
    EXPECT_EQ(producer.points_kept(), 0U);
}

TEST(MetricsProducer, LargeBatchesAreSplit) {
    MemoryBus bus({});
    MetricsProducer producer(bus, {.points_per_message_max = 2});
    ASSERT_TRUE(producer.add(batch({point(0min, 1.0), point(1min, 2.0), point(2min, 3.0)})));
    ASSERT_TRUE(producer.flush());
    EXPECT_EQ(bus.poll(topic::raw, "g", 10)->size(), 2U);
}

TEST(MetricsProducer, WhatAFullBusRefusesIsSentLaterInOrder) {
    MoodyBus bus;
    MetricsProducer producer(bus);
    bus.refuses = topic::raw;
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(producer.add(batch({point(i * 1min, i)})));
        const auto flushed = producer.flush();
        ASSERT_FALSE(flushed);
        EXPECT_EQ(flushed.error().code, Errc::unavailable);
    }
    EXPECT_EQ(producer.points_kept(), 3U);
    bus.refuses = {};
    ASSERT_TRUE(producer.flush());
    const auto messages = *bus.poll(topic::raw, "g", 10);
    ASSERT_EQ(messages.size(), 3U);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(decode_samples(messages[static_cast<std::size_t>(i)].payload)->points,
                  std::vector{point(i * 1min, i)});
}

TEST(MetricsProducer, KeepsBackABoundedAmount) {
    MoodyBus bus;
    MetricsProducer producer(bus, {.points_kept_max = 2});
    bus.refuses = topic::raw;
    ASSERT_TRUE(producer.add(batch({point(0min, 1.0), point(1min, 1.0)})));
    EXPECT_FALSE(producer.has_room());
    const auto refused = producer.add(batch({point(2min, 1.0)}));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("shop"));
    EXPECT_EQ(producer.points_refused(), 1);
}

TEST(MetricsProducer, AMessageThatNeverFitsDoesNotStopTheOthers) {
    MoodyBus bus;
    MetricsProducer producer(bus);
    bus.never = topic::raw;
    ASSERT_TRUE(producer.add(batch({point(0min, 1.0)})));
    EXPECT_FALSE(producer.flush());
    EXPECT_EQ(producer.points_dropped(), 1);
    EXPECT_EQ(producer.points_kept(), 0U);
}

TEST(MetricsConsumer, UndecodableMessagesAreCountedAndSkipped) {
    MemoryBus bus({});
    ASSERT_TRUE(bus.publish(topic::raw, "shop", "garbage"));
    ASSERT_TRUE(bus.publish(topic::raw, "shop", encode(batch({point(0min, 1.0)}))));
    MetricsConsumer consumer(bus, topic::raw, "g");
    int batches = 0;
    ASSERT_TRUE(consumer.consume_samples([&](const SampleBatch&) { ++batches; }));
    EXPECT_EQ(batches, 1);
    EXPECT_EQ(consumer.undecodable(), 1);
    EXPECT_THAT(consumer.undecodable_reason(), HasSubstr("metrics.raw offset 0, key shop"));
    EXPECT_EQ(bus.held(topic::raw).messages, 0U);
}

TEST(MetricsConsumer, AFailedCommitGivesNothingOutTwice) {
    MoodyBus bus;
    ASSERT_TRUE(bus.publish(topic::raw, "shop", encode(batch({point(0min, 1.0)}))));
    MetricsConsumer consumer(bus, topic::raw, "g");
    int batches = 0;
    const auto count = [&](const SampleBatch&) { ++batches; };
    bus.commits_fail = true;
    EXPECT_FALSE(consumer.consume_samples(count));
    EXPECT_FALSE(consumer.consume_samples(count));
    bus.commits_fail = false;
    EXPECT_TRUE(consumer.consume_samples(count));
    EXPECT_EQ(batches, 1);
}

TEST(MetricsConsumer, AnotherLifeSeesWhatWasNotCommittedAgain) {
    MoodyBus bus;
    ASSERT_TRUE(bus.publish(topic::raw, "shop", encode(batch({point(0min, 1.0)}))));
    int batches = 0;
    const auto count = [&](const SampleBatch&) { ++batches; };
    bus.commits_fail = true;
    EXPECT_FALSE(MetricsConsumer(bus, topic::raw, "g").consume_samples(count));
    bus.commits_fail = false;
    EXPECT_TRUE(MetricsConsumer(bus, topic::raw, "g").consume_samples(count));
    EXPECT_EQ(batches, 2);
}

class StreamProcessorTest : public ::testing::Test {
protected:
    void send(std::vector<Point> points, const ServiceId& service = shop) {
        ASSERT_TRUE(producer.add(batch(std::move(points), service)));
        ASSERT_TRUE(producer.flush());
    }
    MoodyBus bus;
    MetricsProducer producer{bus};
    StreamProcessor stream{bus, {{shop, minutes_only()}, {ServiceId("cart"), minutes_only()}}};
};

TEST_F(StreamProcessorTest, RawBecomesProcessedBecomesAggregated) {
    send({point(0min, 5.0)});
    send({point(0min, 7.0)}, ServiceId("cart"));
    ASSERT_TRUE(stream.pump(start + 1min));
    auto read = read_all(bus);
    EXPECT_THAT(read.points, ElementsAre(point(0min, 7.0), point(0min, 5.0)));
    EXPECT_THAT(read.windows, IsEmpty());
    ASSERT_TRUE(stream.pump(start + 3min));
    read = read_all(bus);
    EXPECT_THAT(read.points, IsEmpty());
    ASSERT_EQ(read.windows.size(), 2U);
    EXPECT_EQ(stream.counts(shop).accepted, 1);
    EXPECT_EQ(bus.bus.held(topic::raw).messages, 0U);
    EXPECT_EQ(bus.bus.held(topic::aggregated).messages, 0U);
}

TEST_F(StreamProcessorTest, UnknownServicesAreCountedAndNamed) {
    send({point(0min, 5.0), point(1min, 5.0)}, ServiceId("shpo"));
    ASSERT_TRUE(stream.pump(start + 1min));
    EXPECT_EQ(stream.unknown().points, 2);
    EXPECT_THAT(stream.unknown().names, ElementsAre("shpo"));
    EXPECT_EQ(stream.counts(ServiceId("shpo")).accepted, 0);
    EXPECT_THAT(stream.save(ServiceId("shpo")), IsEmpty());
}

TEST_F(StreamProcessorTest, GarbageOnTheTopicIsCounted) {
    ASSERT_TRUE(bus.publish(topic::raw, "shop", "garbage"));
    send({point(0min, 5.0)});
    ASSERT_TRUE(stream.pump(start + 1min));
    EXPECT_EQ(stream.undecodable(), 1);
    EXPECT_EQ(stream.counts(shop).accepted, 1);
}

TEST_F(StreamProcessorTest, AFullTopicDelaysAndLosesNothing) {
    std::vector<Point> expected;
    bus.refuses = topic::processed;
    for (int i = 0; i < 4; ++i) {
        send({point(i * 1min, i)});
        expected.push_back(point(i * 1min, i));
        EXPECT_FALSE(stream.pump(start + (i + 1) * 1min));
    }
    EXPECT_LE(stream.messages_kept(), 3U) << "while messages are kept, no raw one is taken";
    bus.refuses = {};
    ASSERT_TRUE(stream.pump(start + 4min));
    const auto read = read_all(bus);
    EXPECT_EQ(read.points, expected);
    EXPECT_EQ(stream.counts(shop).late, 0);
}

TEST_F(StreamProcessorTest, AMessageThatNeverFitsDoesNotStopTheStream) {
    bus.never = topic::processed;
    send({point(0min, 5.0)});
    ASSERT_TRUE(stream.pump(start + 1min));
    EXPECT_EQ(stream.messages_dropped(), 1);
    ASSERT_TRUE(stream.pump(start + 3min));
    EXPECT_EQ(read_all(bus).windows.size(), 1U);
}

TEST_F(StreamProcessorTest, AServiceGoesOnFromItsSavedState) {
    send({point(0min, 5.0), point(1min, 6.0)});
    ASSERT_TRUE(stream.pump(start + 2min));
    const auto state = stream.save(shop);
    MemoryBus other_bus({});
    StreamProcessor restored(other_bus, {{shop, minutes_only()}});
    ASSERT_TRUE(restored.load(shop, state));
    ASSERT_TRUE(restored.pump(start + 4min));
    ASSERT_TRUE(stream.pump(start + 4min));
    EXPECT_EQ(read_all(other_bus).windows, read_all(bus).windows);
    EXPECT_EQ(restored.counts(shop).accepted, 2);
}

TEST_F(StreamProcessorTest, ADamagedStateIsRefusedAndNothingChanges) {
    send({point(0min, 5.0)});
    ASSERT_TRUE(stream.pump(start + 1min));
    auto state = stream.save(shop);
    state[state.size() / 2] = static_cast<char>(state[state.size() / 2] ^ 1);
    const auto loaded = stream.load(shop, state);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, Errc::corrupt);
    EXPECT_EQ(stream.counts(shop).accepted, 1);
    EXPECT_EQ(stream.load(ServiceId("nobody"), state).error().code, Errc::not_found);
}

TEST_F(StreamProcessorTest, ReplayClosesWithoutPublishing) {
    EXPECT_EQ(stream.replay(batch({point(0min, 5.0)}), start + 1min).size(), 0U);
    EXPECT_EQ(stream.replay(batch({}), start + 3min).size(), 1U);
    EXPECT_EQ(bus.bus.held(topic::aggregated).messages, 0U);
    EXPECT_EQ(stream.counts(shop).accepted, 0);
}

TEST(StreamProcessorKnownUntil, ASourceThatIsBehindDelaysItsWindowsAndIsNotLate) {
    MemoryBus bus({});
    StreamProcessor stream(bus, {{shop, minutes_only()}});
    MetricsProducer producer(bus);
    const auto send = [&](std::vector<Point> points) {
        ASSERT_TRUE(producer.add(batch(std::move(points))));
        ASSERT_TRUE(producer.flush());
    };
    send({point(0min, 1.0), point(1min, 2.0)});
    ASSERT_TRUE(stream.pump(start + 2min));
    Timestamp known = start + 2min;
    const auto known_until = [&](const ServiceId&) { return known; };
    for (auto now = start + 3min; now < start + 30min; now += 1min)
        ASSERT_TRUE(stream.pump(now, known_until));
    EXPECT_THAT(read_all(bus).windows,
                ::testing::Each(::testing::Truly([](const Window& w) { return w.present(); })));
    std::vector<Point> backlog;
    for (auto minute = 2min; minute < 30min; minute += 1min) backlog.push_back(point(minute, 3.0));
    send(backlog);
    known = start + 30min;
    ASSERT_TRUE(stream.pump(start + 30min, known_until));
    EXPECT_EQ(stream.counts(shop).late, 0);
    EXPECT_EQ(stream.counts(shop).accepted, 30);
}

}  // namespace
}  // namespace forescale
