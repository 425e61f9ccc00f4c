#include "streaming/memory/memory_bus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

Errc code_of(const Result<void>& result) {
    return result ? Errc{} : result.error().code;
}

TEST(MemoryBus, FullByMessagesRefusesUntilSomebodyHasRead) {
    MemoryBus bus({.messages_max = 2, .bytes_max = 1'000});
    ASSERT_TRUE(bus.poll("t", "g", 1));
    ASSERT_TRUE(bus.publish("t", "k", "1"));
    ASSERT_TRUE(bus.publish("t", "k", "2"));
    const auto refused = bus.publish("t", "k", "3");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unavailable);
    EXPECT_THAT(refused.error().message, ::testing::HasSubstr("full"));
    ASSERT_TRUE(bus.commit("t", "g", 0));
    EXPECT_TRUE(bus.publish("t", "k", "3"));
    const auto left = bus.poll("t", "g", 10);
    ASSERT_EQ(left->size(), 2U);
    EXPECT_EQ(left->front().payload, "2");
}

TEST(MemoryBus, FullByBytesRefuses) {
    MemoryBus bus({.messages_max = 100, .bytes_max = 10});
    ASSERT_TRUE(bus.poll("t", "g", 1));
    ASSERT_TRUE(bus.publish("t", "k", "12345"));
    EXPECT_EQ(code_of(bus.publish("t", "k", "12345")), Errc::unavailable);
    EXPECT_TRUE(bus.publish("t", "k", "123"));
}

TEST(MemoryBus, AMessageLargerThanTheBusIsNeverTaken) {
    MemoryBus bus({.messages_max = 100, .bytes_max = 10});
    EXPECT_EQ(code_of(bus.publish("t", "k", std::string(11, 'x'))), Errc::invalid_argument);
    EXPECT_EQ(bus.held("t").messages, 0U);
}

TEST(MemoryBus, CommittedMessagesAreFreedWhenEveryGroupHasThem) {
    MemoryBus bus({});
    ASSERT_TRUE(bus.poll("t", "one", 1));
    ASSERT_TRUE(bus.poll("t", "two", 1));
    ASSERT_TRUE(bus.publish("t", "key", "payload"));
    EXPECT_EQ(bus.held("t").bytes, 10U);
    ASSERT_TRUE(bus.commit("t", "one", 0));
    EXPECT_EQ(bus.held("t").messages, 1U);
    ASSERT_TRUE(bus.commit("t", "two", 0));
    EXPECT_EQ(bus.held("t").messages, 0U);
    EXPECT_EQ(bus.held("t").bytes, 0U);
}

TEST(MemoryBus, WhereNobodyReadsTheOldestMakesRoom) {
    MemoryBus bus({.messages_max = 3, .bytes_max = 1'000});
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(bus.publish("t", "k", std::to_string(i)));
    const auto left = bus.poll("t", "late", 10);
    ASSERT_EQ(left->size(), 3U);
    EXPECT_EQ(left->front().payload, "7");
    EXPECT_EQ(left->front().offset, 7);
}

TEST(MemoryBus, TopicsAndGroupsAreBounded) {
    MemoryBus bus({});
    for (std::size_t i = 0; i < MemoryBus::topics_max; ++i)
        ASSERT_TRUE(bus.publish(std::to_string(i), "k", "p"));
    EXPECT_EQ(code_of(bus.publish("one more", "k", "p")), Errc::invalid_argument);
    for (std::size_t i = 0; i < MemoryBus::groups_max; ++i)
        ASSERT_TRUE(bus.poll("0", std::to_string(i), 1));
    EXPECT_FALSE(bus.poll("0", "one more", 1));
}

TEST(MemoryBus, BoundsOfZeroAreRefused) {
    EXPECT_FALSE(make_memory_bus({.messages_max = 0}));
    EXPECT_FALSE(make_memory_bus({.bytes_max = 0}));
}

}  // namespace
}  // namespace forescale
