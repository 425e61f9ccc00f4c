#include "base/log.h"

#include "base/json.h"
#include "base/quantity.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale::log {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

enum class Mood : std::uint8_t { calm };
[[maybe_unused]] std::string_view to_string(Mood /*mood*/) {
    return "calm";
}

/// Lines into a vector, at a time that the test sets.
class Log : public testing::Test {
protected:
    void SetUp() override { use({}); }
    void TearDown() override { configure({}); }
    void use(Settings settings) {
        settings.sink = [this](std::string_view line) { lines_.emplace_back(line); };
        settings.now = [this] { return now_; };
        configure(settings);
    }
    std::vector<std::string> take() { return std::exchange(lines_, {}); }

    Timestamp now_ = parse_timestamp("2026-03-01T12:00:00Z").value();
    std::vector<std::string> lines_;
};

TEST_F(Log, WritesTimeLevelEventAndPairs) {
    info("replicas_changed", "service", "shop", "from", 4, "share", 0.25, "ok", true, "for",
         std::chrono::minutes(90), "at", now_, "size", Replicas(3), "mood", Mood::calm);
    EXPECT_THAT(
        take(),
        ElementsAre(
            "time=2026-03-01T12:00:00Z level=info event=replicas_changed service=shop from=4 "
            "share=0.25 ok=true for=1h30m at=2026-03-01T12:00:00Z size=3 mood=calm\n"));
    warn("bare");
    EXPECT_THAT(take(), ElementsAre("time=2026-03-01T12:00:00Z level=warn event=bare\n"));
}

TEST_F(Log, OneEventStaysOneLine) {
    info("odd", "text", std::string("a \"b\"\\\n\r\t\x01\x7f\xff\xc3\xa4=", 15), "empty", "",
         "plain", "x=y");
    EXPECT_THAT(
        take(),
        ElementsAre(
            "time=2026-03-01T12:00:00Z level=info event=odd text=\"a \\\"b\\\"\\\\\\n\\r\\t\\u0001"
            "\\u007f\xef\xbf\xbd\xc3\xa4=\" empty=\"\" plain=\"x=y\"\n"));
}

TEST_F(Log, JsonLinesAreJson) {
    use({.format = Format::json});
    const std::string odd(
        "a \"b\"\\\n\x01 \xc3\xa4 \xed\xa0\x80 \xf0\x9f\x98\x80 \xe0\x80\x80 \xff", 26);
    info("odd", "text", odd, "number", -1.5e300, "whole", 7, "yes", true, "none", std::nan(""),
         "huge", HUGE_VAL, "at", now_, "time", "taken", "letter", 'x');
    const auto lines = take();
    ASSERT_EQ(lines.size(), 1U);
    const auto value = parse_json(lines.front());
    ASSERT_TRUE(value) << value.error().message << lines.front();
    EXPECT_EQ(value->at("time").as_string(), "2026-03-01T12:00:00Z");
    EXPECT_EQ(value->at("time_").as_string(), "taken");
    EXPECT_EQ(value->at("level").as_string(), "info");
    EXPECT_TRUE(value->at("number").is_double());
    EXPECT_EQ(value->at("whole").as_int64(), 7);
    EXPECT_TRUE(value->at("yes").as_bool());
    EXPECT_EQ(value->at("none").as_string(), "nan");
    EXPECT_EQ(value->at("huge").as_string(), "inf");
    EXPECT_EQ(value->at("letter").as_string(), "x");
    EXPECT_THAT(std::string(value->at("text").as_string()), HasSubstr("\xf0\x9f\x98\x80"));
}

TEST_F(Log, LevelsBelowTheSettingAreNotWritten) {
    use({.level = Level::warn});
    debug("a");
    info("b");
    warn("c");
    error("d");
    EXPECT_EQ(take().size(), 2U);
    use({.level = Level::off});
    error("d");
    EXPECT_THAT(take(), IsEmpty());
}

TEST_F(Log, RepeatedEventIsCountedAndToldOnce) {
    use({.events_per_minute_max = 3});
    for (int i = 0; i < 10; ++i) warn("noisy", "i", i);
    info("other");
    EXPECT_EQ(take().size(), 4U) << "three of the noisy one and the other";
    now_ += std::chrono::seconds(59);
    warn("noisy");
    EXPECT_THAT(take(), IsEmpty()) << "the minute is not over";
    now_ += std::chrono::seconds(1);
    info("other");
    EXPECT_THAT(take(), ElementsAre("time=2026-03-01T12:01:00Z level=warn "
                                    "event=log_lines_held_back repeated=noisy count=8\n",
                                    HasSubstr("event=other")));
    warn("noisy");
    EXPECT_EQ(take().size(), 1U) << "a new minute, a new allowance";
}

TEST_F(Log, FlushTellsWhatIsHeldBack) {
    use({.events_per_minute_max = 1});
    info("noisy");
    info("noisy");
    take();
    flush();
    EXPECT_THAT(take(), ElementsAre(HasSubstr("repeated=noisy count=1")));
    flush();
    EXPECT_THAT(take(), IsEmpty());
}

TEST_F(Log, ThreadsDoNotMixTheirLines) {
    use({.events_per_minute_max = 1'000'000});
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([t] {
                for (int i = 0; i < 1000; ++i)
                    info("work", "thread", t, "text", std::string(100, 'x'));
            });
    }
    const auto lines = take();
    EXPECT_EQ(lines.size(), 4000U);
    for (const auto& line : lines) ASSERT_TRUE(line.starts_with("time=") && line.ends_with("x\n"));
}

TEST(LogStderr, GetsTheLines) {
    configure({});
    testing::internal::CaptureStderr();
    error("broken", "why", "a b");
    EXPECT_THAT(testing::internal::GetCapturedStderr(),
                testing::EndsWith(" level=error event=broken why=\"a b\"\n"));
}

TEST(LogSettings, NamesAreReadOrRefused) {
    EXPECT_EQ(parse_level("warn").value(), Level::warn);
    EXPECT_EQ(parse_format("json").value(), Format::json);
    EXPECT_THAT(parse_level("loud").error().message,
                HasSubstr("choose one of debug, info, warn, error, off"));
    EXPECT_FALSE(parse_format("xml"));
}

}  // namespace
}  // namespace forescale::log
