#include "collectors/replay/csv.h"

#include "collectors/replay/test_files.h"

#include <gmock/gmock.h>

namespace forescale {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

const Timestamp noon{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + 12h};

class Csv : public ::testing::Test {
protected:
    CsvReader open(std::string_view text) {
        auto reader = CsvReader::open(files.write("series.csv", text));
        EXPECT_TRUE(reader) << reader.error().message;
        return *std::move(reader);
    }
    std::string open_error(std::string_view text) {
        const auto reader = CsvReader::open(files.write("series.csv", text));
        return reader ? "opened" : reader.error().message;
    }
    /// The error of the first row below a good header.
    std::string row_error(std::string_view row, std::string_view header = "timestamp,value") {
        auto reader = open(fmt::format("{}\n{}\n", header, row));
        const auto read = reader.next();
        return read ? "read" : read.error().message;
    }
    static std::vector<CsvRow> rows(CsvReader& reader) {
        std::vector<CsvRow> all;
        while (true) {
            auto row = reader.next();
            EXPECT_TRUE(row) << row.error().message;
            if (!row || !*row) return all;
            all.push_back(**row);
        }
    }
    Point value_of(std::string_view cell) {
        auto reader = open(fmt::format("timestamp,value\n2026-03-01T12:00:00Z,{}\n", cell));
        const auto all = rows(reader);
        return all.empty() ? Point{} : all.front().values.front();
    }
    TestFiles files;
};

TEST_F(Csv, SingleSeries) {
    auto reader = open("timestamp,value\n2026-03-01T12:00:00Z,1.5\n2026-03-01T12:01:00Z,2e3\n");
    EXPECT_THAT(reader.columns(), ElementsAre("value"));
    const auto all = rows(reader);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].at, noon);
    EXPECT_THAT(all[0].values, ElementsAre(Point{noon, 1.5}));
    EXPECT_THAT(all[1].values, ElementsAre(Point{noon + 1min, 2000.0}));
}

TEST_F(Csv, WideFormHasAColumnPerService) {
    auto reader = open("timestamp,cart,shop\n1772366400,1,2\n1772366460,,3\n");
    EXPECT_THAT(reader.columns(), ElementsAre("cart", "shop"));
    const auto all = rows(reader);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_THAT(all[0].values, ElementsAre(Point{noon, 1.0}, Point{noon, 2.0}));
    EXPECT_THAT(all[1].values, ElementsAre(Point{noon + 1min, 0.0, SampleState::missing},
                                           Point{noon + 1min, 3.0}));
}

TEST_F(Csv, GzipCarriageReturnsBlanksAndNoLastLineEnd) {
    auto reader = CsvReader::open(files.write_gzip(
        "a.csv.gz", "timestamp, value\r\n\r\n2026-03-01T12:00:00Z ,\t7 \r\n\n1772366460,8"));
    ASSERT_TRUE(reader) << reader.error().message;
    const auto all = rows(*reader);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_THAT(all[0].values, ElementsAre(Point{noon, 7.0}));
}

TEST_F(Csv, TimesInEveryForm) {
    for (const auto* text : {"2026-03-01T12:00:00Z", "2026-03-01T12:00:00.000Z",
                             "2026-03-01T13:00:00+01:00", "1772366400"}) {
        auto reader = open(fmt::format("timestamp,value\n{},1\n", text));
        const auto all = rows(reader);
        ASSERT_EQ(all.size(), 1U) << text;
        EXPECT_EQ(all[0].at, noon) << text;
    }
}

TEST_F(Csv, RowsComeAsTheyStand) {
    auto reader = open("timestamp,value\n1772366460,1\n1772366400,2\n1772366400,2\n");
    const auto all = rows(reader);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_GT(all[0].at, all[1].at);
}

TEST_F(Csv, Values) {
    EXPECT_EQ(value_of("").state, SampleState::missing);
    for (const auto* none : {"NaN", "nan", "inf", "-inf", "Infinity"})
        EXPECT_EQ(value_of(none).state, SampleState::not_a_number) << none;
    EXPECT_EQ(value_of("+1.25"), (Point{noon, 1.25}));
    EXPECT_EQ(value_of("-3"), (Point{noon, -3.0}));
    EXPECT_EQ(value_of(".5"), (Point{noon, 0.5}));
}

TEST_F(Csv, WrongValuesNameFileLineCellAndWhatWasExpected) {
    EXPECT_THAT(row_error("2026-03-01T12:00:00Z,12 apples"),
                AllOf(HasSubstr("series.csv:2: column value: \"12 apples\" is not a number"),
                      HasSubstr("expected")));
    for (const auto* text : {"1,5x", "0x10", "\"5\"", "--1", "+-1", "1 000", "."})
        EXPECT_THAT(row_error(fmt::format("1772366400,{}", text)), HasSubstr("series.csv:2: "))
            << text;
    EXPECT_THAT(row_error("1772366400,1,abc", "timestamp,cart,shop"),
                HasSubstr("column shop: \"abc\""));
    EXPECT_THAT(row_error("1772366400,1e999"), HasSubstr("out of the range"));
}

TEST_F(Csv, WrongNumbersOfCells) {
    EXPECT_THAT(row_error("1772366400"), HasSubstr("series.csv:2: 1 cells; expected 2"));
    EXPECT_THAT(row_error("1772366400,1,2"), HasSubstr("series.csv:2: 3 cells; expected 2"));
    EXPECT_THAT(row_error("1772366400,1,", "timestamp,a,b,c"), HasSubstr("3 cells; expected 4"));
}

TEST_F(Csv, WrongTimes) {
    for (const auto* text : {"yesterday", "", "2026-02-30T00:00:00Z", "2026-03-01T24:00:01Z",
                             "2026-03-01 12:00", "2026-03-01T12:00:00", "12:00"})
        EXPECT_THAT(row_error(fmt::format("{},1", text)),
                    AllOf(HasSubstr("series.csv:2: timestamp"), HasSubstr("expected ISO-8601")))
            << text;
    EXPECT_THAT(row_error("1772366400000,1"), HasSubstr("milliseconds?"));
    EXPECT_THAT(row_error("\"2026-03-01T12:00:00Z\",1"), HasSubstr("without quotes"));
}

TEST_F(Csv, AfterABadRowReadingGoesOn) {
    auto reader = open("timestamp,value\n1772366400,1\nbad,2\n1772366460,x\n1772366520,3\n");
    EXPECT_TRUE(reader.next());
    EXPECT_FALSE(reader.next());
    EXPECT_EQ(reader.line_number(), 3U);
    EXPECT_FALSE(reader.exhausted());
    EXPECT_FALSE(reader.next());
    const auto row = reader.next();
    ASSERT_TRUE(row && *row);
    EXPECT_THAT((*row)->values, ElementsAre(Point{noon + 2min, 3.0}));
    EXPECT_FALSE(*reader.next());
    EXPECT_TRUE(reader.exhausted());
}

TEST_F(Csv, WrongHeaders) {
    EXPECT_THAT(open_error(""), HasSubstr("series.csv: the file is empty"));
    EXPECT_THAT(open_error("1772366400,1\n"),
                AllOf(HasSubstr("series.csv:1: the header is \"1772366400,1\""),
                      HasSubstr("`timestamp,value`")));
    EXPECT_THAT(open_error("time,value\n"), HasSubstr("expected `timestamp,value`"));
    EXPECT_THAT(open_error("timestamp\n"), HasSubstr("expected `timestamp,value`"));
    EXPECT_THAT(open_error("timestamp,\n1,2\n"), HasSubstr("column 2 has no name"));
    EXPECT_THAT(open_error("timestamp,a,a\n"), HasSubstr("\"a\" stands twice"));
    EXPECT_THAT(open_error("\"timestamp\",\"value\"\n"), HasSubstr("quote"));
    EXPECT_THAT(open_error("timestamp_start,timestamp_end,type,name\n"),
                HasSubstr("the header is"));
}

TEST_F(Csv, OnlyAHeaderIsSaidOnce) {
    auto reader = open("timestamp,value\n\n");
    const auto row = reader.next();
    ASSERT_FALSE(row);
    EXPECT_THAT(row.error().message, HasSubstr("only a header"));
    EXPECT_TRUE(reader.exhausted());
    const auto after = reader.next();
    ASSERT_TRUE(after);
    EXPECT_FALSE(*after);
}

TEST_F(Csv, FaultsOfTheWholeFileEndIt) {
    EXPECT_EQ(CsvReader::open(files.path("none.csv")).error().code, Errc::not_found);
    auto reader = open("timestamp,value\n1772366400,1\n" +
                       std::string(TextFile::line_bytes_max + 2, '7') + "\n1772366460,1\n");
    EXPECT_TRUE(reader.next());
    const auto row = reader.next();
    ASSERT_FALSE(row);
    EXPECT_THAT(row.error().message, HasSubstr("series.csv:3"));
    EXPECT_TRUE(reader.exhausted());
    ASSERT_TRUE(reader.next());
}

TEST_F(Csv, MessagesStayShortAndPrintable) {
    const auto message = row_error("1772366400,\x1b[31m" + std::string(5'000, 'x'));
    EXPECT_LT(message.size(), 400U);
    EXPECT_EQ(message.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace forescale
