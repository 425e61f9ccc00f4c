// What every bus promises (bus.h), asked of each kind in buses().
#include "streaming/bus.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BusContract : public ::testing::TestWithParam<std::string_view> {
protected:
    void SetUp() override {
        auto made = make_bus(GetParam(), {});
        ASSERT_TRUE(made) << made.error().message;
        bus = *std::move(made);
    }
    void publish(std::string key, std::string payload) {
        const auto done = bus->publish(topic::raw, std::move(key), std::move(payload));
        ASSERT_TRUE(done) << done.error().message;
    }
    std::vector<Message> poll(std::string_view group, std::size_t count_max = 100) {
        auto messages = bus->poll(topic::raw, group, count_max);
        EXPECT_TRUE(messages);
        return messages ? *std::move(messages) : std::vector<Message>();
    }
    static std::vector<std::string> payloads(const std::vector<Message>& messages) {
        std::vector<std::string> out;
        for (const auto& message : messages) out.push_back(message.payload);
        return out;
    }
    std::unique_ptr<Bus> bus;
};

std::vector<std::string_view> kinds() {
    std::vector<std::string_view> out;
    for (const auto& [name, factory] : buses()) out.push_back(name);
    return out;
}
INSTANTIATE_TEST_SUITE_P(All, BusContract, ::testing::ValuesIn(kinds()),
                         [](const auto& param_info) { return std::string(param_info.param); });

TEST_P(BusContract, NothingPublishedNothingPolled) {
    EXPECT_THAT(poll("g"), IsEmpty());
}

TEST_P(BusContract, MessagesComeInOrderWithKeyAndAscendingOffset) {
    publish("a", "1");
    publish("b", std::string("\0two", 4));
    publish("a", "3");
    const auto messages = poll("g");
    EXPECT_THAT(payloads(messages), ElementsAre("1", std::string("\0two", 4), "3"));
    EXPECT_EQ(messages[1].key, "b");
    EXPECT_LT(messages[0].offset, messages[1].offset);
    EXPECT_LT(messages[1].offset, messages[2].offset);
}

TEST_P(BusContract, UncommittedMessagesComeAgain) {
    publish("a", "1");
    publish("a", "2");
    EXPECT_THAT(payloads(poll("g")), ElementsAre("1", "2"));
    EXPECT_THAT(payloads(poll("g")), ElementsAre("1", "2"));
}

TEST_P(BusContract, CommittedMessagesDoNotComeAgain) {
    for (const auto* payload : {"1", "2", "3"}) publish("a", payload);
    const auto messages = poll("g");
    ASSERT_TRUE(bus->commit(topic::raw, "g", messages[1].offset));
    EXPECT_THAT(payloads(poll("g")), ElementsAre("3"));
    ASSERT_TRUE(bus->commit(topic::raw, "g", messages[0].offset));  // again: changes nothing
    EXPECT_THAT(payloads(poll("g")), ElementsAre("3"));
    ASSERT_TRUE(bus->commit(topic::raw, "g", messages[2].offset));
    EXPECT_THAT(poll("g"), IsEmpty());
    publish("a", "4");
    EXPECT_THAT(payloads(poll("g")), ElementsAre("4"));
}

TEST_P(BusContract, AtMostAsManyAsAskedFor) {
    for (int i = 0; i < 10; ++i) publish("a", std::to_string(i));
    EXPECT_THAT(payloads(poll("g", 3)), ElementsAre("0", "1", "2"));
    EXPECT_THAT(poll("g", 0), IsEmpty());
}

TEST_P(BusContract, EveryGroupSeesEveryMessage) {
    ASSERT_THAT(poll("one"), IsEmpty());
    ASSERT_THAT(poll("two"), IsEmpty());
    publish("a", "1");
    const auto messages = poll("one");
    ASSERT_TRUE(bus->commit(topic::raw, "one", messages.back().offset));
    EXPECT_THAT(poll("one"), IsEmpty());
    EXPECT_THAT(payloads(poll("two")), ElementsAre("1"));
}

TEST_P(BusContract, TopicsAreApart) {
    publish("a", "1");
    const auto other = bus->poll(topic::processed, "g", 10);
    ASSERT_TRUE(other);
    EXPECT_THAT(*other, IsEmpty());
}

TEST_P(BusContract, AnOffsetThatWasNeverGivenOutIsRefused) {
    publish("a", "1");
    const auto offset = poll("g").back().offset;
    const auto done = bus->commit(topic::raw, "g", offset + 5);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::invalid_argument);
}

TEST_P(BusContract, ManyProducersLoseNothingAndKeepTheirOrder) {
    constexpr int threads = 4;
    constexpr int each = 500;
    ASSERT_THAT(poll("g"), IsEmpty());
    {
        std::vector<std::jthread> producers;
        for (int t = 0; t < threads; ++t)
            producers.emplace_back([&, t] {
                for (int i = 0; i < each; ++i)
                    EXPECT_TRUE(bus->publish(topic::raw, std::to_string(t), std::to_string(i)));
            });
    }
    std::map<std::string, int> next;
    for (const auto& message : poll("g", threads * each + 1)) {
        EXPECT_EQ(message.payload, std::to_string(next[message.key]));
        ++next[message.key];
    }
    for (int t = 0; t < threads; ++t) EXPECT_EQ(next[std::to_string(t)], each);
}

TEST(Buses, AnUnknownKindNamesTheKnownOnes) {
    const auto made = make_bus("rabbit", {});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Errc::not_found);
    EXPECT_THAT(made.error().message, ::testing::HasSubstr("memory"));
}

}  // namespace
}  // namespace forescale
