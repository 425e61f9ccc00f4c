#include "streaming/codec.h"

#include "base/rng.h"

#include <bit>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;

Timestamp at(Duration since) {
    return Timestamp(since);
}

SampleBatch some_samples() {
    return {.service = ServiceId("shop/über"),
            .points = {{at(0ms), 1.5},
                       {at(-1ms), -0.0},
                       {at(1h), std::numeric_limits<double>::denorm_min()},
                       {at(2h), 0.0, SampleState::missing},
                       {at(3h), 0.0, SampleState::stale},
                       {at(4h), 0.0, SampleState::not_a_number},
                       {at(5h), 0.0, SampleState::counter_reset}}};
}

WindowBatch some_windows() {
    return {.service = ServiceId("shop"),
            .windows = {{at(0ms), 1min, 2, 3.0, 1.0, 2.0, 2.0, SampleState::present},
                        {at(1min), 1min, 0, 0.0, 0.0, 0.0, 0.0, SampleState::missing},
                        {at(2min), 1h, 0, 0.0, 0.0, 0.0, 0.0, SampleState::counter_reset}}};
}

TEST(Codec, SamplesComeBackToTheBit) {
    const auto batch = some_samples();
    const auto read = decode_samples(encode(batch));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->service, batch.service);
    EXPECT_EQ(read->points, batch.points);
    EXPECT_TRUE(std::signbit(read->points[1].value));
}

TEST(Codec, ANumberThatIsNoneKeepsItsBits) {
    const auto nan = std::bit_cast<double>(std::uint64_t{0x7ff8000000001234});
    const auto read = decode_samples(encode(SampleBatch{ServiceId("a"), {{at(1s), nan}}}));
    ASSERT_TRUE(read);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(read->points[0].value),
              std::uint64_t{0x7ff8000000001234});
}

TEST(Codec, WindowsComeBackToTheBit) {
    const auto batch = some_windows();
    const auto read = decode_windows(encode(batch));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->service, batch.service);
    EXPECT_EQ(read->windows, batch.windows);
}

TEST(Codec, EmptyBatchesAndNamesAreMessagesToo) {
    const auto read = decode_samples(encode(SampleBatch{}));
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->points.empty());
    EXPECT_TRUE(read->service.str().empty());
}

// The layout of docs/messages.md, byte by byte: a change of it needs another version.
TEST(Codec, LayoutIsTheDocumentedOne) {
    const auto payload =
        encode(SampleBatch{ServiceId("ab"), {{at(258ms), 1.0, SampleState::stale}}});
    const std::string expected(
        "\x01S\x02\0\0\0ab\x01\0\0\0\x02\x01\0\0\0\0\0\0\0\0\0\0\0\0\xf0\x3f\x02", 29);
    EXPECT_EQ(payload, expected);
}

TEST(Codec, EveryTruncationIsRefused) {
    const auto samples = encode(some_samples());
    const auto windows = encode(some_windows());
    for (std::size_t bytes = 0; bytes < samples.size(); ++bytes) {
        const auto read = decode_samples(std::string_view(samples).substr(0, bytes));
        ASSERT_FALSE(read) << bytes;
        EXPECT_EQ(read.error().code, Errc::corrupt);
    }
    for (std::size_t bytes = 0; bytes < windows.size(); ++bytes)
        EXPECT_FALSE(decode_windows(std::string_view(windows).substr(0, bytes))) << bytes;
}

TEST(Codec, WhatFollowsIsRefused) {
    EXPECT_FALSE(decode_samples(encode(some_samples()) + '\0'));
    EXPECT_FALSE(decode_windows(encode(some_windows()) + '\0'));
}

TEST(Codec, OtherVersionAndOtherKindAreNamed) {
    auto payload = encode(some_samples());
    EXPECT_THAT(decode_windows(payload).error().message, ::testing::HasSubstr("kind"));
    payload[0] = '\x02';
    EXPECT_THAT(decode_samples(payload).error().message, ::testing::HasSubstr("version 2"));
}

TEST(Codec, SizesThatCannotBeAllocateNothing) {
    std::string payload("\x01S\xff\xff\xff\xff", 6);
    payload += std::string(8, '\xff');
    EXPECT_FALSE(decode_samples(payload));
    std::string many("\x01W\0\0\0\0\xff\xff\xff\xff", 10);
    EXPECT_FALSE(decode_windows(many));
}

TEST(Codec, WindowsThatContradictThemselvesAreRefused) {
    const auto refused = [](Window window) {
        return !decode_windows(encode(WindowBatch{ServiceId("a"), {window}})).has_value();
    };
    const Window good{at(0ms), 1min, 1, 1.0, 1.0, 1.0, 1.0, SampleState::present};
    EXPECT_FALSE(refused(good));
    auto wrong = good;
    wrong.width = Duration(0);
    EXPECT_TRUE(refused(wrong));
    wrong = good;
    wrong.count = -1;
    EXPECT_TRUE(refused(wrong));
    wrong = good;
    wrong.state = SampleState::missing;
    EXPECT_TRUE(refused(wrong));
}

// Any bytes give a batch or an error, never more.
TEST(Codec, RandomBytesAreHarmless) {
    Rng rng(7);
    const auto good = encode(some_windows());
    for (int round = 0; round < 20'000; ++round) {
        auto payload = good;
        for (int flips = 0; flips < 4; ++flips)
            payload[rng.below(payload.size())] = static_cast<char>(rng.below(256));
        payload.resize(rng.below(payload.size() + 1));
        if (const auto read = decode_windows(payload)) {
            EXPECT_LE(read->windows.size(), payload.size());
        }
        std::ignore = decode_samples(payload);
    }
}

}  // namespace
}  // namespace forescale
