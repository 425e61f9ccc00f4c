#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using testing::HasSubstr;

std::string why_not(std::string_view text) {
    const auto parsed = parse_json(text);
    EXPECT_FALSE(parsed) << text;
    return parsed ? "" : parsed.error().message;
}

TEST(Json, ReadsOneDocument) {
    const auto value = parse_json(" {\"a\": [1, 2.5, null, true, \"x\"]} \n");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->at("a").as_array().size(), 5U);
}

TEST(Json, ErrorsNameTheOffset) {
    EXPECT_THAT(why_not("{\"a\": tru}"), HasSubstr("byte 6 of 10"));
    EXPECT_THAT(why_not("{} {}"), HasSubstr("something follows at byte 3"));
    EXPECT_THAT(why_not("[1, 2"), HasSubstr("not JSON"));
    why_not("");
    why_not("{'a': 1}");
    why_not("[1,]");
    why_not("\"\xff\"");
    why_not("NaN");
    why_not(std::string(100'000, '['));
    why_not(std::string(json_bytes_max + 1, ' '));
}

TEST(Json, PrettyTextKeepsTheOrderOfInsertion) {
    const json::value value{{"zebra", 1},
                            {"apple", {{"x", {1, 2}}, {"none", json::array()}}},
                            {"empty", json::object()}};
    EXPECT_EQ(pretty_json(value),
              "{\n  \"zebra\": 1,\n  \"apple\": {\n    \"x\": [\n      1,\n      2\n    ],\n    "
              "\"none\": []\n  },\n"
              "  \"empty\": {}\n}");
    EXPECT_EQ(compact_json(value),
              "{\"zebra\":1,\"apple\":{\"x\":[1,2],\"none\":[]},\"empty\":{}}");
}

TEST(Json, NumbersAreShortAndStayWhatTheyAre) {
    EXPECT_EQ(compact_json(json::value(1.5)), "1.5");
    EXPECT_EQ(compact_json(json::value(3.0)), "3.0");
    EXPECT_EQ(compact_json(json::value(0.1 + 0.2)), "0.30000000000000004");
    EXPECT_EQ(compact_json(json::value(1e300)), "1e+300");
    EXPECT_EQ(compact_json(json::value(std::nan(""))), "null");
    EXPECT_EQ(compact_json(json::value(-HUGE_VAL)), "null");
    EXPECT_EQ(compact_json(json::value(std::uint64_t{18'446'744'073'709'551'615U})),
              "18446744073709551615");
}

TEST(Json, TextIsEscapedAndReadBack) {
    const json::value value{{"ke\"y\n", "\x01 \\ \xc3\xa4"}};
    for (const auto& text : {pretty_json(value), compact_json(value)}) {
        EXPECT_EQ(parse_json(text).value(), value) << text;
    }
}

}  // namespace
}  // namespace forescale
