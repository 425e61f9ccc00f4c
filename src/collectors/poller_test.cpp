#include "collectors/poller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const Timestamp start{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};

/// Remembers what it was asked for and answers as it is told.
struct Script {
    std::vector<std::pair<Timestamp, Timestamp>> asked;
    std::optional<Error> error;
    Rejected rejected;
};
class ScriptedCollector final : public Collector {
public:
    explicit ScriptedCollector(Script& script) : script_(&script) {}
    Result<std::vector<SampleBatch>> collect(Timestamp from, Timestamp to) override {
        script_->asked.emplace_back(from, to);
        if (script_->error) return std::unexpected(*script_->error);
        return std::vector<SampleBatch>{{ServiceId("shop"), {{from, 1.0}, {to, 2.0}}},
                                        {ServiceId("cart"), {{to, 3.0}}}};
    }
    Rejected take_rejected() override { return std::exchange(script_->rejected, {}); }

private:
    Script* script_;
};

class PollerTest : public ::testing::Test {
protected:
    Poller make(PollerSettings settings = {}, std::uint64_t seed = 1) {
        return {"source", std::make_unique<ScriptedCollector>(script), settings, start, seed};
    }
    Script script;
};

TEST_F(PollerTest, SpansFollowEachOtherWithoutHoleOrOverlap) {
    auto poller = make();
    for (int i = 1; i <= 5; ++i) {
        const auto result = poller.poll(start + i * 30s);
        ASSERT_TRUE(result);
        EXPECT_TRUE(result->ok());
        EXPECT_EQ(result->points, 3U);
        EXPECT_EQ(poller.cursor(), start + i * 30s);
    }
    ASSERT_EQ(script.asked.size(), 5U);
    auto from = start;
    for (const auto& asked : script.asked) {
        EXPECT_EQ(asked, std::pair(from, from + 30s));
        from += 30s;
    }
}

TEST_F(PollerTest, IsDueOnceAnInterval) {
    auto poller = make({.interval = 60s});
    EXPECT_TRUE(poller.poll(start + 30s));
    EXPECT_FALSE(poller.poll(start + 60s));
    EXPECT_TRUE(poller.poll(start + 90s));
    EXPECT_FALSE(poller.poll(start + 90s)) << "the same moment again";
    EXPECT_FALSE(poller.poll(start + 10s)) << "a clock that went back";
}

TEST_F(PollerTest, AFailureKeepsTheCursorAndTheNextCallAsksForAllOfIt) {
    auto poller = make();
    ASSERT_TRUE(poller.poll(start + 30s)->ok());
    script.error = Error{Errc::unavailable, "connection refused"};
    const auto failed = poller.poll(start + 60s);
    ASSERT_TRUE(failed);
    EXPECT_FALSE(failed->ok());
    EXPECT_THAT(failed->error->message,
                HasSubstr("connection refused (collector source, failure 1 in a row, next try in"));
    EXPECT_EQ(poller.cursor(), start + 30s);
    script.error.reset();
    ASSERT_TRUE(poller.poll(start + 90s)->ok());
    EXPECT_EQ(script.asked.back(), std::pair(start + 30s, start + 90s));
    EXPECT_EQ(poller.failures(), 0);
}

TEST_F(PollerTest, BacksOffLongerAndLongerWithJitterThatTheSeedDecides) {
    const RetryPolicy retry{.attempts_max = 10, .delay_first = 10s, .delay_max = 80s};
    auto poller = make({.retry = retry});
    auto same = make({.retry = retry});
    auto other = make({.retry = retry}, 2);
    script.error = Error{Errc::unavailable, "away"};
    auto now = start;
    bool differs = false;
    for (const Duration whole : {10s, 20s, 40s, 80s, 80s}) {
        now += 10min;
        ASSERT_TRUE(poller.poll(now));
        ASSERT_TRUE(same.poll(now));
        ASSERT_TRUE(other.poll(now));
        const auto wait = *poller.next_at() - now;
        EXPECT_GE(wait, whole / 2);
        EXPECT_LE(wait, whole);
        EXPECT_EQ(same.next_at(), poller.next_at());
        differs = differs || other.next_at() != poller.next_at();
        EXPECT_FALSE(poller.poll(*poller.next_at() - 1ms));
    }
    EXPECT_TRUE(differs);
}

TEST_F(PollerTest, AfterManyFailuresTheSourceIsLeftAloneThenTriedOnce) {
    auto poller = make(
        {.retry = {.attempts_max = 3, .delay_first = 1s, .delay_max = 1s}, .circuit_open = 5min});
    script.error = Error{Errc::unavailable, "away"};
    auto now = start;
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(poller.poll(now += 30s));
    EXPECT_TRUE(poller.circuit_is_open());
    EXPECT_FALSE(poller.poll(now + 4min));
    ASSERT_TRUE(poller.poll(now + 5min));
    EXPECT_TRUE(poller.circuit_is_open()) << "one try was enough";
    EXPECT_FALSE(poller.poll(now + 9min));
    script.error.reset();
    const auto back = poller.poll(now + 10min);
    ASSERT_TRUE(back && back->ok());
    EXPECT_FALSE(poller.circuit_is_open());
    EXPECT_EQ(script.asked.back().first, start) << "nothing was lost meanwhile";
}

TEST_F(PollerTest, WhatOnlyAPersonCanCureOpensTheCircuitAtOnce) {
    auto poller = make();
    script.error = Error{Errc::corrupt, "broken gzip data"};
    ASSERT_TRUE(poller.poll(start + 30s));
    EXPECT_TRUE(poller.circuit_is_open());
    EXPECT_EQ(*poller.next_at(), start + 30s + 5min);
}

TEST_F(PollerTest, ACallThatTakesTooLongIsReportedAsSlowAndStillCounts) {
    auto poller = make({.timeout = 10s});
    auto time = std::chrono::steady_clock::time_point{};
    poller.measure_with([&] { return time += 11s; });
    const auto result = poller.poll(start + 30s);
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->ok());
    EXPECT_TRUE(result->slow);
    EXPECT_EQ(result->took, Duration(11s));
    EXPECT_EQ(poller.cursor(), start + 30s);
}

TEST_F(PollerTest, RejectedRowsAreToldWithoutFailing) {
    auto poller = make();
    script.rejected = {.count = 2, .first = "shop.csv:3: ..."};
    const auto result = poller.poll(start + 30s);
    EXPECT_TRUE(result->ok());
    EXPECT_EQ(result->rejected.count, 2);
    EXPECT_EQ(result->rejected.first, "shop.csv:3: ...");
    EXPECT_EQ(poller.poll(start + 60s)->rejected.count, 0);
}

TEST_F(PollerTest, ARestartGoesOnFromTheRecordedTurn) {
    auto poller = make();
    ASSERT_TRUE(poller.poll(start + 60s));
    poller.set_cursor(start + 30s);
    ASSERT_TRUE(poller.poll(start + 61s)) << "due at once";
    EXPECT_EQ(script.asked.back(), std::pair(start + 30s, start + 61s));
}

}  // namespace
}  // namespace forescale
