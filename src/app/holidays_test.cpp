#include "app/holidays.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Timestamp day_named(const std::string& date) {
    return *parse_timestamp(date + "T00:00:00Z");
}

TEST(Holidays, OfACountryAndOfItsParts) {
    const auto us = holidays_of("US");
    const auto new_york = holidays_of("US-NY");
    const auto arkansas = holidays_of("US-AR");
    ASSERT_TRUE(us && new_york && arkansas);
    EXPECT_TRUE(std::ranges::is_sorted(*us));
    EXPECT_THAT(*us,
                AllOf(Contains(day_named("2009-12-25")).Times(0), Contains(day_named("2015-11-26")),
                      Contains(day_named("2026-07-04")), Contains(day_named("2035-12-25"))));
    EXPECT_THAT(*us, Not(Contains(day_named("2026-02-12"))));
    EXPECT_THAT(*new_york, Contains(day_named("2026-02-12"))) << "Lincoln's birthday";
    EXPECT_THAT(*new_york, Contains(day_named("2026-07-04"))) << "and what the country has";
    EXPECT_THAT(*us, Contains(day_named("2015-10-12")));
    EXPECT_THAT(*arkansas, Not(Contains(day_named("2015-10-12")))) << "no Columbus day there";
}

/// The fourth Thursday of November is not the last one of every year.
TEST(Holidays, ThanksgivingIsTheFourthThursday) {
    const auto us = holidays_of("US");
    ASSERT_TRUE(us);
    EXPECT_THAT(*us,
                AllOf(Contains(day_named("2014-11-27")), Contains(day_named("2023-11-23")),
                      Contains(day_named("2028-11-23")), Not(Contains(day_named("2023-11-30"))),
                      Not(Contains(day_named("2028-11-30")))));
}

/// What falls on a weekend is made up for on the next working days, where nobody works either.
TEST(Holidays, BritishDaysOnAWeekendHaveSubstitutes) {
    const auto england = holidays_of("GB-ENG");
    const auto scotland = holidays_of("GB-SCT");
    ASSERT_TRUE(england && scotland);
    EXPECT_THAT(*england,
                AllOf(Contains(day_named("2021-12-27")), Contains(day_named("2021-12-28")),
                      Contains(day_named("2022-01-03")), Contains(day_named("2022-09-19"))));
    EXPECT_THAT(*england,
                AllOf(Contains(day_named("2022-06-03")), Contains(day_named("2022-06-02")),
                      Not(Contains(day_named("2022-05-30")))))
        << "the bank holiday moved for the jubilee";
    EXPECT_THAT(*england,
                AllOf(Contains(day_named("2026-04-06")), Not(Contains(day_named("2026-01-02")))));
    EXPECT_THAT(*scotland,
                AllOf(Not(Contains(day_named("2026-04-06"))), Contains(day_named("2026-01-02"))))
        << "no Easter Monday, but the second of January";
}

TEST(Holidays, GermanStatesDiffer) {
    const auto bavaria = holidays_of("DE-BY");
    const auto berlin = holidays_of("DE-BE");
    const auto all = holidays_of("DE");
    ASSERT_TRUE(bavaria && berlin && all);
    EXPECT_THAT(*bavaria,
                AllOf(Contains(day_named("2026-01-06")), Contains(day_named("2026-06-04")),
                      Contains(day_named("2026-11-01"))));
    EXPECT_THAT(*berlin,
                AllOf(Contains(day_named("2026-03-08")), Not(Contains(day_named("2026-06-04"))),
                      Contains(day_named("2020-05-08"))))
        << "75 years after the war, once";
    for (const char* everywhere :
         {"2026-01-01", "2026-04-03", "2026-05-01", "2026-10-03", "2026-12-26"})
        EXPECT_THAT(*all, Contains(day_named(everywhere))) << everywhere;
    EXPECT_THAT(*all, Not(Contains(day_named("2026-01-06"))));
    EXPECT_THAT(*all,
                AllOf(Contains(day_named("2017-10-31")), Not(Contains(day_named("2018-10-31")))))
        << "500 years of reformation, once in all states";
}

TEST(Holidays, APartLikeItsCountryIsKnownToo) {
    EXPECT_EQ(*holidays_of("DE-NI") == *holidays_of("DE"), false);
    EXPECT_TRUE(holidays_of("US-WY"));
}

TEST(Holidays, UnknownPlacesAreRefusedWithNearOnes) {
    const auto hint = [](std::string_view place) { return holidays_of(place).error().message; };
    EXPECT_EQ(holidays_of("XQ").error().code, Errc::not_found);
    EXPECT_THAT(hint("us"), HasSubstr("US"));
    EXPECT_THAT(hint("DE-BERLIN"), HasSubstr("DE-B"));
    EXPECT_THAT(hint("QQQQQQ"), HasSubstr("ISO 3166"));
}

std::string file_with(const std::string& name, const std::string& text) {
    const std::string path = ::testing::TempDir() + "forescale_holidays_" + name;
    std::ofstream(path) << text;
    return path;
}

TEST(Holidays, FromCsv) {
    const auto days = read_holidays(
        file_with("days.csv", "date,name\r\n2026-05-04,Fair, the big one\r\n\r\n2026-01-06,\r\n"));
    ASSERT_TRUE(days) << days.error().message;
    EXPECT_THAT(*days, ElementsAre(day_named("2026-01-06"), day_named("2026-05-04")));
    const auto wrong = read_holidays(file_with("wrong.csv", "date\n2026-02-30\n"));
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().message, HasSubstr("wrong.csv:2: '2026-02-30' is no day"));
    EXPECT_THAT(read_holidays(file_with("other.csv", "when\n")).error().message,
                HasSubstr("date,name"));
    EXPECT_EQ(read_holidays("/nowhere.csv").error().code, Errc::not_found);
}

TEST(Holidays, FromICalendar) {
    const auto days = read_holidays(file_with(
        "days.ics",
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
        "BEGIN:VEVENT\r\nSUMMARY:Closed\r\nDTSTART;VALUE=DATE:20261224\r\n"
        "DTEND;VALUE=DATE:20261226\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nDTSTART:20260101T100000Z\r\nSUMMARY:A meeting\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20160229\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"));
    ASSERT_TRUE(days) << days.error().message;
    EXPECT_THAT(
        *days, AllOf(Contains(day_named("2026-12-24")), Contains(day_named("2026-12-25")),
                     Not(Contains(day_named("2026-12-26"))), Not(Contains(day_named("2026-01-01"))),
                     Contains(day_named("2032-02-29"))));
    const auto weekly =
        read_holidays(file_with("weekly.ics",
                                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\n"
                                "RRULE:FREQ=WEEKLY\nEND:VEVENT\n"));
    EXPECT_THAT(weekly.error().message, HasSubstr("weekly.ics:4: the rule 'FREQ=WEEKLY'"));
}

}  // namespace
}  // namespace forescale
