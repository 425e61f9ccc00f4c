#include "base/time.h"

#include "base/rng.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

Timestamp at(std::string_view text) {
    const auto parsed = parse_timestamp(text);
    EXPECT_TRUE(parsed) << parsed.error().message;
    return parsed.value_or(Timestamp{});
}

std::string why_not(std::string_view text) {
    const auto parsed = parse_timestamp(text);
    EXPECT_FALSE(parsed) << text << " was read as " << format_timestamp(parsed.value());
    return parsed ? "" : parsed.error().message;
}

TEST(Timestamp, KnownInstants) {
    EXPECT_EQ(at("1970-01-01T00:00:00Z"), Timestamp{});
    EXPECT_EQ(at("2026-03-01T12:00:00Z"), Timestamp(seconds(1'772'366'400)));
    EXPECT_EQ(at("2000-02-29T23:59:59.999Z"), Timestamp(milliseconds(951'868'799'999)));
    EXPECT_EQ(at("1969-12-31T23:59:59.500Z"), Timestamp(milliseconds(-500)));
    EXPECT_EQ(at("0000-01-01T00:00:00Z").time_since_epoch().count() / 1000, -62'167'219'200);
    EXPECT_EQ(at("9999-12-31T23:59:59Z"), Timestamp(seconds(253'402'300'799)));
}

TEST(Timestamp, OffsetsAreTakenOff) {
    const auto noon = at("2026-03-01T12:00:00Z");
    for (const auto* same :
         {"2026-03-01T13:00:00+01:00", "2026-03-01T06:30:00-05:30", "2026-03-01T13:00:00+0100",
          "2026-03-01T13:00:00+01", "2026-03-02T02:00:00+14:00", "2026-03-01 12:00:00Z",
          "2026-03-01t12:00:00z", "2026-03-01T12:00Z", "2026-03-01T12:00:00.0Z",
          "2026-03-01T12:00:00-00:00"})
        EXPECT_EQ(at(same), noon) << same;
}

TEST(Timestamp, FractionsAreCutToMilliseconds) {
    EXPECT_EQ(at("1970-01-01T00:00:00.5Z"), Timestamp(milliseconds(500)));
    EXPECT_EQ(at("1970-01-01T00:00:00.0019999Z"), Timestamp(milliseconds(1)));
    EXPECT_EQ(at("1970-01-01T00:00:00.123456789123456789123456789Z"), Timestamp(milliseconds(123)));
    EXPECT_EQ(at("1969-12-31T23:59:59.9999Z"), Timestamp(milliseconds(-1)));
}

TEST(Timestamp, UnixSeconds) {
    EXPECT_EQ(at("0"), Timestamp{});
    EXPECT_EQ(at("1772366400"), at("2026-03-01T12:00:00Z"));
    EXPECT_EQ(at("1772366400.25"), at("2026-03-01T12:00:00.250Z"));
    EXPECT_THAT(why_not("1772366400000"), HasSubstr("milliseconds?"));
    EXPECT_THAT(why_not("99999999999999999999999"), HasSubstr("milliseconds?"));
    EXPECT_THAT(why_not("17.23.4"), HasSubstr("no number"));
    EXPECT_THAT(why_not("."), HasSubstr("no number"));
    EXPECT_THAT(why_not("17."), HasSubstr("no number"));
}

TEST(Timestamp, LeapDaysAndLeapSeconds) {
    EXPECT_EQ(at("2024-02-29T00:00:00Z") + day, at("2024-03-01T00:00:00Z"));
    why_not("2023-02-29T00:00:00Z");
    why_not("1900-02-29T00:00:00Z");
    EXPECT_EQ(at("2016-12-31T23:59:60Z"), at("2017-01-01T00:00:00Z"));
    EXPECT_EQ(at("2017-01-01T08:59:60.5+09:00"), at("2017-01-01T00:00:00.500Z"));
    EXPECT_THAT(why_not("2016-12-31T12:59:60Z"), HasSubstr("second 60"));
    EXPECT_THAT(why_not("2017-01-01T08:58:60+09:00"), HasSubstr("second 60"));
}

TEST(Timestamp, WhatIsWrongIsSaid) {
    EXPECT_THAT(why_not(""), HasSubstr("empty"));
    EXPECT_THAT(why_not("2026-03-01"), HasSubstr("no time"));
    EXPECT_THAT(why_not("2026-03-01T12:00:00"), HasSubstr("no offset"));
    EXPECT_THAT(why_not("yesterday"), HasSubstr("'yesterday' is not a timestamp"));
    EXPECT_THAT(why_not("a\nb"), HasSubstr("'a\\nb'"));
    EXPECT_THAT(why_not(std::string(1'000'000, '-')), testing::SizeIs(testing::Lt(300U)));
    for (const auto* text : {"2026-13-01T00:00:00Z",
                             "2026-00-01T00:00:00Z",
                             "2026-04-31T00:00:00Z",
                             "2026-01-00T00:00:00Z",
                             "2026-01-01T24:00:00Z",
                             "2026-01-01T00:60:00Z",
                             "2026-01-01T00:00:61Z",
                             "2026-01-01T00:00:00.Z",
                             "2026-01-01T00:00:00Zx",
                             "2026-01-01T00:00:00+1",
                             "2026-01-01T00:00:00+01:",
                             "2026-01-01T00:00:00+24:00",
                             "2026-01-01T00:00:00+01:60",
                             "26-01-01T00:00:00Z",
                             "2026/01/01T00:00:00Z",
                             "-2026-01-01T00:00:00Z",
                             "-1",
                             " 1",
                             "1 ",
                             "2026-01-01  00:00:00Z",
                             "+2026-01-01T00:00:00Z",
                             "2026-01-01T",
                             "2026-01-01X00:00Z"})
        why_not(text);
}

TEST(Timestamp, TextWithoutZerosThatSayNothing) {
    EXPECT_EQ(format_timestamp(Timestamp(seconds(1'772'366'400))), "2026-03-01T12:00:00Z");
    EXPECT_EQ(format_timestamp(Timestamp(milliseconds(1))), "1970-01-01T00:00:00.001Z");
    EXPECT_EQ(format_timestamp(Timestamp(milliseconds(-1))), "1969-12-31T23:59:59.999Z");
    EXPECT_EQ(format_timestamp(Timestamp(milliseconds(120))), "1970-01-01T00:00:00.120Z");
}

TEST(Timestamp, EveryValueHasAText) {
    EXPECT_EQ(format_timestamp(Timestamp::max()), "+292278994-08-17T07:12:55.807Z");
    EXPECT_EQ(format_timestamp(Timestamp::min()), "-292275055-05-16T16:47:04.192Z");
}

TEST(Timestamp, ReadsBackWhatItWrites) {
    Rng rng(1);
    const auto first = at("0000-01-01T00:00:00Z").time_since_epoch().count();
    const auto last = at("9999-12-31T23:59:59.999Z").time_since_epoch().count();
    for (int i = 0; i < 100'000; ++i) {
        const auto span = static_cast<std::uint64_t>(last - first) + 1;
        const Timestamp time(Duration(first + static_cast<std::int64_t>(rng.below(span))));
        ASSERT_EQ(at(format_timestamp(time)), time);
    }
}

TEST(Timestamp, EveryDayOfFourCenturiesFollowsTheOneBefore) {
    auto time = at("1800-01-01T00:00:00Z");
    for (; time < at("2200-01-01T00:00:00Z"); time += day) {
        const std::chrono::year_month_day expected(std::chrono::floor<std::chrono::days>(time));
        const auto text = fmt::format("{:04}-{:02}-{:02}T00:00:00Z", int(expected.year()),
                                      unsigned(expected.month()), unsigned(expected.day()));
        ASSERT_EQ(format_timestamp(time), text);
        ASSERT_EQ(at(text), time);
    }
}

TEST(Duration, ReadsUnits) {
    EXPECT_EQ(parse_duration("300s").value(), minutes(5));
    EXPECT_EQ(parse_duration("1h30m").value(), minutes(90));
    EXPECT_EQ(parse_duration("250ms").value(), milliseconds(250));
    EXPECT_EQ(parse_duration("2d").value(), hours(48));
    EXPECT_EQ(parse_duration("1d2h3m4s5ms").value(),
              hours(26) + minutes(3) + seconds(4) + milliseconds(5));
    EXPECT_EQ(parse_duration("0").value(), Duration(0));
    EXPECT_EQ(parse_duration("-5m").value(), -minutes(5));
}

TEST(Duration, WhatIsWrongIsSaid) {
    EXPECT_THAT(parse_duration("300").error().message, HasSubstr("no unit"));
    EXPECT_THAT(parse_duration("5 m").error().message, HasSubstr("'5 m' is not a duration"));
    EXPECT_THAT(parse_duration("3w").error().message, HasSubstr("the units are d, h, m, s and ms"));
    EXPECT_THAT(parse_duration("30m1h").error().message, HasSubstr("largest first"));
    EXPECT_THAT(parse_duration("1m1m").error().message, HasSubstr("once"));
    EXPECT_THAT(parse_duration("99999999999999999999d").error().message, HasSubstr("too long"));
    EXPECT_THAT(parse_duration("9223372036854775807d").error().message, HasSubstr("too long"));
    for (const auto* text : {"", "-", "m", "1.5h", "--1s", "+1s", "1s ", " 1s", "1S"})
        EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Duration, TextIsTheShortestInWholeUnits) {
    EXPECT_EQ(format_duration(seconds(300)), "5m");
    EXPECT_EQ(format_duration(minutes(90)), "1h30m");
    EXPECT_EQ(format_duration(milliseconds(1250)), "1s250ms");
    EXPECT_EQ(format_duration(Duration(0)), "0s");
    EXPECT_EQ(format_duration(-minutes(5)), "-5m");
}

TEST(Duration, ReadsBackWhatItWrites) {
    Rng rng(2);
    for (int i = 0; i < 100'000; ++i) {
        const Duration duration(static_cast<Duration::rep>(rng.next()) >> rng.below(64));
        ASSERT_EQ(parse_duration(format_duration(duration)).value(), duration);
    }
    EXPECT_EQ(parse_duration(format_duration(Duration::min())).value(), Duration::min());
    EXPECT_EQ(parse_duration(format_duration(Duration::max())).value(), Duration::max());
}

TEST(FloorTo, StepsAreCountedFrom1970) {
    EXPECT_EQ(floor_to(at("2026-03-01T12:07:30Z"), minutes(5)), at("2026-03-01T12:05:00Z"));
    EXPECT_EQ(floor_to(at("2026-03-01T12:05:00Z"), minutes(5)), at("2026-03-01T12:05:00Z"));
    EXPECT_EQ(floor_to(at("1969-12-31T23:59:59Z"), minutes(5)), at("1969-12-31T23:55:00Z"));
}

TEST(Time, IsReadAndWrittenFastEnoughForMillionsOfRows) {
    const auto begin = std::chrono::steady_clock::now();
    constexpr int rounds = 200'000;
    std::int64_t sum = 0;
    Timestamp time = at("2017-04-01T10:08:00Z");
    for (int i = 0; i < rounds; ++i) {
        time += minutes(1);
        sum += parse_timestamp(format_timestamp(time)).value().time_since_epoch().count() % 7;
    }
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    RecordProperty("ns_per_round_trip", std::to_string(took.count() / rounds));
    EXPECT_GT(sum, 0);
    EXPECT_LT(took.count() / rounds, 20'000)
        << "about 100 ns on an idle machine; the bound only catches a blunder";
}

}  // namespace
}  // namespace forescale
