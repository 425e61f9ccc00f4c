#include "base/queue.h"

#include <thread>

#include <gtest/gtest.h>

namespace forescale {
namespace {

TEST(BoundedQueue, GivesItemsInTheirOrderAndRefusesWhenFull) {
    BoundedQueue<std::unique_ptr<int>> queue(2);
    EXPECT_TRUE(queue.try_push(std::make_unique<int>(1)));
    EXPECT_TRUE(queue.try_push(std::make_unique<int>(2)));
    EXPECT_FALSE(queue.try_push(std::make_unique<int>(3)));
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_EQ(**queue.try_pop(), 1);
    EXPECT_TRUE(queue.try_push(std::make_unique<int>(4)));
    EXPECT_EQ(**queue.try_pop(), 2);
    EXPECT_EQ(**queue.try_pop(), 4);
    EXPECT_FALSE(queue.try_pop());
}

TEST(BoundedQueue, StopEndsWaitingButNothingIsLost) {
    BoundedQueue<int> queue(4);
    std::stop_source stop;
    ASSERT_TRUE(queue.try_push(7));
    stop.request_stop();
    EXPECT_EQ(queue.pop(stop.get_token()), 7);
    EXPECT_EQ(queue.pop(stop.get_token()), std::nullopt);
}

TEST(BoundedQueue, WaitingConsumersGetEverythingOnce) {
    constexpr std::int64_t items = 20'000;
    BoundedQueue<std::int64_t> queue(8);
    std::stop_source stop;
    std::atomic<std::int64_t> sum = 0;
    std::atomic<std::int64_t> count = 0;
    const auto consume = [&] {
        while (const auto item = queue.pop(stop.get_token())) {
            sum += *item;
            ++count;
        }
    };
    {
        const std::jthread one(consume);
        const std::jthread two(consume);
        for (std::int64_t i = 1; i <= items; ++i)
            while (!queue.try_push(i)) std::this_thread::yield();
        stop.request_stop();
    }
    EXPECT_EQ(count, items);
    EXPECT_EQ(sum, items * (items + 1) / 2);
}

}  // namespace
}  // namespace forescale
