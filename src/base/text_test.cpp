#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

TEST(Printable, KeepsOneLineAndCutsBetweenCharacters) {
    EXPECT_EQ(printable("plain"), "plain");
    EXPECT_EQ(printable("a\n\t\r\x01\x7f"), "a\\n\\t\\r\\x01\\x7f");
    EXPECT_EQ(printable("abcdef", 3), "abc...");
    EXPECT_EQ(printable("ab\xc3\xa4", 3), "ab...") << "not half of an umlaut";
    EXPECT_EQ(printable("abc", 3), "abc");
}

TEST(EditDistance, CountsSlipsOfTheFinger) {
    EXPECT_EQ(edit_distance("port", "port"), 0U);
    EXPECT_EQ(edit_distance("prot", "port"), 1U) << "a swap is one slip";
    EXPECT_EQ(edit_distance("Port", "pORT"), 0U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Nearest, OnlyWhatIsClose) {
    const std::vector<std::string_view> names{"host", "port", "replicas_max", "replicas_min"};
    EXPECT_EQ(nearest("prot", names), "port");
    EXPECT_EQ(nearest("replicas_mx", names), "replicas_max");
    EXPECT_EQ(nearest("zzzz", names), std::nullopt);
    EXPECT_EQ(nearest("", names), std::nullopt);
    EXPECT_EQ(nearest("port", {}), std::nullopt);
    EXPECT_EQ(nearest(std::string(1'000'000, 'p'), names), std::nullopt);
}

}  // namespace
}  // namespace forescale
