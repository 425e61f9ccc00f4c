#include "base/text_file.h"

#include "base/file.h"
#include "base/rng.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

namespace forescale {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A path that no other test uses.
std::string temp_path(std::string_view name) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    return fmt::format("{}{}.{}.{}.{}", testing::TempDir(), test->test_suite_name(), test->name(),
                       ::getpid(), name);
}

std::string write_temp(std::string_view bytes, std::string_view name = "txt") {
    const auto path = temp_path(name);
    EXPECT_TRUE(write_file(path, bytes));
    return path;
}

std::string gzip(std::string_view bytes) {
    z_stream zip{};
    EXPECT_EQ(deflateInit2(&zip, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string in(bytes);
    std::string out(deflateBound(&zip, in.size()) + 64, '\0');
    zip.next_in = reinterpret_cast<Bytef*>(in.data());
    zip.avail_in = static_cast<uInt>(in.size());
    zip.next_out = reinterpret_cast<Bytef*>(out.data());
    zip.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&zip, Z_FINISH), Z_STREAM_END);
    out.resize(zip.total_out);
    deflateEnd(&zip);
    return out;
}

struct Read {
    std::vector<std::string> lines;
    std::optional<Error> error;
};

Read read_all(const std::string& path) {
    Read out;
    auto file = TextFile::open(path);
    if (!file) return {{}, file.error()};
    while (true) {
        const auto line = file->next();
        if (!line) {
            out.error = line.error();
            return out;
        }
        if (!*line) return out;
        out.lines.emplace_back(**line);
        EXPECT_EQ(file->line_number(), out.lines.size());
    }
}

TEST(TextFile, LinesOfPlainAndCompressedFilesAreTheSame) {
    constexpr std::string_view text =
        "\xef\xbb\xbf"
        "a,b\r\n\n1,2\n\r\nlast";
    for (const auto& bytes : {std::string(text), gzip(text)}) {
        const auto read = read_all(write_temp(bytes));
        EXPECT_FALSE(read.error);
        EXPECT_THAT(read.lines, ElementsAre("a,b", "", "1,2", "", "last"));
    }
}

TEST(TextFile, EmptyFilesHaveNoLines) {
    EXPECT_THAT(read_all(write_temp("")).lines, IsEmpty());
    EXPECT_THAT(read_all(write_temp(gzip(""))).lines, IsEmpty());
    EXPECT_THAT(read_all(write_temp("\xef\xbb\xbf")).lines, IsEmpty());
    EXPECT_THAT(read_all(write_temp("\n")).lines, ElementsAre(""));
}

TEST(TextFile, EndsOfChunksChangeNothing) {
    Rng rng(1);
    std::string text;
    std::vector<std::string> expected;
    while (text.size() < 1'000'000) {
        expected.emplace_back(rng.below(rng.below(20) == 0 ? 100'000 : 90), 'x');
        text += expected.back() + (rng.below(2) == 0 ? "\n" : "\r\n");
    }
    EXPECT_EQ(read_all(write_temp(text)).lines, expected);
    EXPECT_EQ(read_all(write_temp(gzip(text))).lines, expected);
}

TEST(TextFile, CompressedFilesMayBeSeveralInARow) {
    const auto read = read_all(write_temp(gzip("a\nb") + gzip("c\n") + std::string(100, '\0')));
    EXPECT_FALSE(read.error);
    EXPECT_THAT(read.lines, ElementsAre("a", "bc"));
}

TEST(TextFile, TooLongLineIsAnErrorThatNamesItsLine) {
    const std::string fits(TextFile::line_bytes_max, 'x');
    EXPECT_EQ(read_all(write_temp(fits + "\r\nb")).lines.size(), 2U);
    for (const auto& bytes : {"a\n" + fits + "x\nb\n", "a\n" + fits + "x",
                              gzip("a\n" + std::string(50'000'000, 'x'))}) {
        const auto path = write_temp(bytes);
        const auto read = read_all(path);
        EXPECT_THAT(read.lines, ElementsAre("a"));
        ASSERT_TRUE(read.error);
        EXPECT_EQ(read.error->code, Errc::invalid_argument);
        EXPECT_THAT(read.error->message,
                    HasSubstr(path + ":2: the line is longer than 1048576 bytes"));
    }
}

TEST(TextFile, ErrorStaysWhenAskedAgain) {
    auto file = TextFile::open(write_temp(std::string(3'000'000, 'x'))).value();
    const auto first = file.next();
    const auto second = file.next();
    ASSERT_FALSE(first);
    ASSERT_FALSE(second);
    EXPECT_EQ(first.error().message, second.error().message);
}

TEST(TextFile, TruncatedCompressedFileGivesItsLinesAndThenAnError) {
    std::string text;
    Rng rng(2);
    for (int i = 0; i < 3000; ++i) text += fmt::format("{},{}\n", i, rng.next());
    const auto whole = gzip(text);
    for (std::size_t size = 2; size < whole.size(); size += 997) {
        const auto read = read_all(write_temp(whole.substr(0, size)));
        ASSERT_TRUE(read.error) << size;
        ASSERT_EQ(read.error->code, Errc::corrupt);
        ASSERT_THAT(read.error->message,
                    HasSubstr(fmt::format(":{}: broken gzip data", read.lines.size() + 1)));
        for (std::size_t i = 0; i < read.lines.size(); ++i)
            ASSERT_TRUE(read.lines[i].starts_with(fmt::format("{},", i)));
    }
}

TEST(TextFile, ChangedCompressedBytesAreNoticed) {
    std::string text;
    for (int i = 0; i < 500; ++i) text += fmt::format("{},value\n", i * 7919);
    const auto whole = gzip(text);
    for (std::size_t i = 10; i < whole.size();
         i += 13) {  // the header's time and system may say anything
        auto bytes = whole;
        bytes[i] = static_cast<char>(bytes[i] ^ 0x55);
        const auto read = read_all(write_temp(bytes));
        ASSERT_TRUE(read.error) << i;
        ASSERT_EQ(read.error->code, Errc::corrupt);
    }
}

TEST(TextFile, WhatCannotBeReadSaysWhy) {
    const auto missing = read_all(temp_path("missing"));
    EXPECT_EQ(missing.error->code, Errc::not_found);
    EXPECT_THAT(missing.error->message, HasSubstr("No such file"));
    const auto folder = read_all(testing::TempDir());
    EXPECT_EQ(folder.error->code, Errc::invalid_argument);
    EXPECT_THAT(folder.error->message, HasSubstr("it is a folder"));
    EXPECT_THAT(read_all(write_temp("PK\x03\x04 and so on")).error->message,
                HasSubstr("a zip archive"));
    EXPECT_THAT(read_all(write_temp(std::string("\xff\xfe"
                                                "a\0",
                                                4)))
                    .error->message,
                HasSubstr("UTF-16"));
}

TEST(TextFile, FileThatOneMayNotRead) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
    const auto path = write_temp("a");
    std::filesystem::permissions(path, std::filesystem::perms::none);
    EXPECT_EQ(read_all(path).error->code, Errc::invalid_argument);
}

TEST(File, IsReadAndReplacedAsAWhole) {
    const auto path = write_temp("first");
    EXPECT_EQ(read_file(path).value(), "first");
    const std::string bytes(300'000, '\0');
    EXPECT_TRUE(write_file(path, bytes));
    EXPECT_EQ(read_file(path).value(), bytes);
    EXPECT_THAT(read_file(path, 200'000).error().message, HasSubstr("longer than 200000 bytes"));
    EXPECT_EQ(read_file(temp_path("missing")).error().code, Errc::not_found);
}

TEST(File, FailedWriteLeavesTheOldContentAndNothingBeside) {
    const auto path = temp_path("folder");
    std::filesystem::create_directories(path + "/inside");
    EXPECT_EQ(write_file(path, "x").error().code, Errc::unavailable);
    EXPECT_TRUE(std::filesystem::is_directory(path + "/inside"));
    EXPECT_FALSE(std::filesystem::exists(fmt::format("{}.{}.tmp", path, ::getpid())));
    EXPECT_THAT(write_file("/nonexistent-folder/x", "x").error().message,
                HasSubstr("check free space and permissions"));
}

}  // namespace
}  // namespace forescale
