#include "base/zone.h"

#include "base/file.h"
#include "base/zone_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Zone zone(const std::string& name) {
    auto loaded = load_zone(name);
    EXPECT_TRUE(loaded) << loaded.error().message;
    return loaded ? *loaded : Zone();
}

Duration offset(const std::string& name, std::string_view time) {
    return zone(name).offset_at(parse_timestamp(time).value());
}

std::string local(const std::string& name, std::string_view time) {
    return format_timestamp(zone(name).to_local(parse_timestamp(time).value()));
}

TEST(Zone, DefaultIsUtc) {
    EXPECT_EQ(Zone().name(), "UTC");
    EXPECT_EQ(Zone().offset_at(Timestamp(hours(1'000'000))), Duration(0));
    EXPECT_EQ(zone("UTC").offset_at(Timestamp{}), Duration(0));
}

Timestamp utc(std::string_view time) {
    return parse_timestamp(time).value();
}

TEST(Zone, AWallClockTimeIsAnInstant) {
    const Zone berlin = zone("Europe/Berlin");
    const auto at = [&](std::string_view local, Zone::Twice twice) {
        return format_timestamp(berlin.from_local(utc(local), twice));
    };
    using enum Zone::Twice;
    EXPECT_EQ(at("2026-01-10T09:00:00Z", first), "2026-01-10T08:00:00Z");
    EXPECT_EQ(at("2026-07-10T09:00:00Z", second), "2026-07-10T07:00:00Z");
    EXPECT_EQ(at("2026-03-29T02:30:00Z", first), "2026-03-29T01:30:00Z") << "is left out";
    EXPECT_EQ(at("2026-03-29T03:30:00Z", first), "2026-03-29T01:30:00Z");
    EXPECT_EQ(at("2026-10-25T02:30:00Z", first), "2026-10-25T00:30:00Z") << "comes twice";
    EXPECT_EQ(at("2026-10-25T02:30:00Z", second), "2026-10-25T01:30:00Z");
    EXPECT_EQ(zone("UTC").from_local(utc("2026-10-25T02:30:00Z"), second),
              utc("2026-10-25T02:30:00Z"));
}

TEST(Zone, TableHoldsFromEachTransitionToTheNext) {
    const Zone table("Test/Zone",
                     {{Timestamp(hours(10)), hours(1)}, {Timestamp(hours(20)), hours(2)}});
    EXPECT_EQ(table.offset_at(Timestamp(hours(0))), hours(1))
        << "before the first one, the first holds";
    EXPECT_EQ(table.offset_at(Timestamp(hours(20) - Duration(1))), hours(1));
    EXPECT_EQ(table.offset_at(Timestamp(hours(20))), hours(2));
    EXPECT_EQ(table.offset_at(Timestamp(hours(99))), hours(2));
}

TEST(Zone, BerlinChangesAtOneInTheMorningUtc) {
    EXPECT_EQ(local("Europe/Berlin", "2026-03-29T00:59:59.999Z"), "2026-03-29T01:59:59.999Z");
    EXPECT_EQ(local("Europe/Berlin", "2026-03-29T01:00:00Z"), "2026-03-29T03:00:00Z");
    EXPECT_EQ(local("Europe/Berlin", "2026-10-25T00:59:59Z"), "2026-10-25T02:59:59Z");
    EXPECT_EQ(local("Europe/Berlin", "2026-10-25T01:00:00Z"), "2026-10-25T02:00:00Z");
}

TEST(Zone, NewYorkChangesAtTwoInTheMorningThere) {
    EXPECT_EQ(local("America/New_York", "2026-03-08T06:59:59Z"), "2026-03-08T01:59:59Z");
    EXPECT_EQ(local("America/New_York", "2026-03-08T07:00:00Z"), "2026-03-08T03:00:00Z");
    EXPECT_EQ(local("America/New_York", "2026-11-01T05:59:59Z"), "2026-11-01T01:59:59Z");
    EXPECT_EQ(local("America/New_York", "2026-11-01T06:00:00Z"), "2026-11-01T01:00:00Z");
}

TEST(Zone, PlacesWithoutSummerTimeAndWithOddOffsets) {
    EXPECT_EQ(offset("Asia/Shanghai", "2026-01-01T00:00:00Z"), hours(8));
    EXPECT_EQ(offset("Asia/Shanghai", "2026-07-01T00:00:00Z"), hours(8));
    EXPECT_EQ(offset("Asia/Shanghai", "1988-07-01T00:00:00Z"), hours(9))
        << "it had summer time then";
    EXPECT_EQ(offset("Asia/Kathmandu", "2026-01-01T00:00:00Z"), hours(5) + minutes(45));
    EXPECT_EQ(offset("America/Sao_Paulo", "2026-01-01T00:00:00Z"), -hours(3));
}

TEST(Zone, SummerInTheSouthSpansTheNewYear) {
    EXPECT_EQ(offset("Australia/Sydney", "2026-01-01T00:00:00Z"), hours(11));
    EXPECT_EQ(offset("Australia/Sydney", "2026-07-01T00:00:00Z"), hours(10));
    EXPECT_EQ(local("Australia/Sydney", "2026-04-04T16:00:00Z"), "2026-04-05T02:00:00Z");
    EXPECT_EQ(offset("Australia/Lord_Howe", "2026-01-01T00:00:00Z"), hours(11))
        << "half an hour of summer time";
    EXPECT_EQ(offset("Australia/Lord_Howe", "2026-07-01T00:00:00Z"), hours(10) + minutes(30));
}

// The files list transitions to 2037; the years after follow the rule at their end.
TEST(Zone, RuleForTheFutureReachesTo2070) {
    EXPECT_EQ(offset("Europe/Berlin", "2069-07-01T00:00:00Z"), hours(2));
    EXPECT_EQ(offset("Europe/Berlin", "2069-12-01T00:00:00Z"), hours(1));
    EXPECT_EQ(local("Europe/Berlin", "2050-03-27T00:59:59Z"), "2050-03-27T01:59:59Z");
    EXPECT_EQ(local("Europe/Berlin", "2050-03-27T01:00:00Z"), "2050-03-27T03:00:00Z");
    EXPECT_EQ(offset("Australia/Sydney", "2065-01-01T00:00:00Z"), hours(11));
    EXPECT_EQ(offset("Asia/Tehran", "2065-07-01T00:00:00Z"), hours(3) + minutes(30));
}

TEST(Zone, UnknownNameSuggestsTheNearest) {
    const auto unknown = load_zone("Europe/Berln");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Errc::not_found);
    EXPECT_THAT(unknown.error().message, testing::HasSubstr("did you mean Europe/Berlin?"));
    EXPECT_THAT(load_zone("europe/berlin").error().message, testing::HasSubstr("Europe/Berlin"));
    EXPECT_THAT(load_zone("").error().message, testing::HasSubstr("IANA name"));
    EXPECT_THAT(load_zone("Mars/Olympus_Mons_Base").error().message,
                testing::HasSubstr("not known"));
}

TEST(Zone, NameIsNoWayOutOfTheFolder) {
    for (const auto* name :
         {"../../../etc/passwd", "/etc/passwd", "Europe/../Europe/Berlin", "Europe", "zone.tab"})
        EXPECT_EQ(load_zone(name).error().code, Errc::not_found) << name;
}

TEST(ZoneFile, CutOffAnywhereIsAnErrorAndNoCrash) {
    const std::string whole = read_file("/usr/share/zoneinfo/America/New_York").value();
    ASSERT_TRUE(parse_zone_file(whole));
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(parse_zone_file(std::string_view(whole).substr(0, size))) << size;
}

TEST(ZoneFile, ChangedBytesNeverCrash) {
    std::string bytes = read_file("/usr/share/zoneinfo/America/New_York").value();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char kept = std::exchange(bytes[i], '\xff');
        const auto parsed = parse_zone_file(bytes);
        if (parsed) Zone("Test/Zone", *parsed);
        bytes[i] = kept;
    }
}

}  // namespace
}  // namespace forescale
