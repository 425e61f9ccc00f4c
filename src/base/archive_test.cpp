#include "base/archive.h"

#include "base/quantity.h"
#include "base/rng.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

using testing::HasSubstr;

enum class Colour : std::uint8_t { red, green };

struct Inner {
    std::string name;
    std::optional<double> value;
    template <class Archive>
    void fields(Archive& archive) {
        archive(name, value);
    }
    friend bool operator==(const Inner&, const Inner&) = default;
};

/// One member of every kind that an archive knows.
struct Everything {
    bool flag = false;
    std::int64_t number = 0;
    double real = 0;
    Colour colour = Colour::red;
    Timestamp time;
    Duration duration{0};
    std::string text;
    std::vector<double> reals;
    std::vector<std::string> texts;
    std::vector<Inner> inners;
    std::deque<int> queue;
    std::array<float, 3> three{};
    std::optional<std::vector<int>> maybe;
    std::pair<std::string, int> pair;
    Replicas replicas{0};
    template <class Archive>
    void fields(Archive& archive) {
        archive(flag, number, real, colour, time, duration, text, reals, texts, inners, queue,
                three, maybe, pair, replicas);
    }
    friend bool operator==(const Everything&, const Everything&) = default;
};

Everything sample() {
    return {.flag = true,
            .number = -5,
            .real = 0.1 + 0.2,
            .colour = Colour::green,
            .time = Timestamp(Duration(1'772'366'400'123)),
            .duration = Duration(-7),
            .text = std::string("a\0b", 3),
            .reals = {1.5, -0.0, HUGE_VAL},
            .texts = {"", "x", "long enough to live on the heap, not inside"},
            .inners = {{"one", 1.0}, {"none", std::nullopt}},
            .queue = {3, 2, 1},
            .three = {1, 2, 3},
            .maybe = std::vector<int>{9, 8},
            .pair = {"p", 4},
            .replicas = Replicas(12)};
}

std::string bytes_of(Everything object) {
    ArchiveWriter writer;
    writer(object);
    return writer.take();
}

TEST(Archive, ReadsBackEveryKind) {
    for (const auto& original : {sample(), Everything{}}) {
        const auto bytes = bytes_of(original);
        Everything copy = sample();  // what was there before must not shine through
        ArchiveReader reader(bytes);
        reader(copy);
        EXPECT_FALSE(reader.failed());
        EXPECT_TRUE(reader.at_end());
        EXPECT_EQ(copy, original);
    }
}

TEST(Archive, NotANumberKeepsItsBits) {
    double before = std::nan("17");
    double after = 0;
    ArchiveWriter writer;
    writer(before);
    const auto bytes = writer.take();
    ArchiveReader reader(bytes);
    reader(after);
    EXPECT_EQ(std::memcmp(&before, &after, sizeof before), 0);
}

TEST(Archive, TruncatedAnywhereFails) {
    const auto bytes = bytes_of(sample());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        ArchiveReader reader(std::string_view(bytes).substr(0, size));
        Everything object;
        reader(object);
        ASSERT_TRUE(reader.failed()) << size;
    }
}

TEST(Archive, ChangedBytesNeverCrashNorAskForMuchMemory) {
    const auto whole = bytes_of(sample());
    for (std::size_t i = 0; i < whole.size(); ++i) {
        for (const char byte : {'\x00', '\x01', '\x7f', '\x80', '\xff'}) {
            auto bytes = whole;
            bytes[i] = byte;
            ArchiveReader reader(bytes);
            Everything object;
            reader(object);
            ASSERT_LE(object.inners.size() + object.reals.size() + object.texts.size(),
                      bytes.size());
        }
    }
}

TEST(Archive, HostileSizesAreRefused) {
    for (const std::uint64_t count :
         {std::uint64_t{9}, std::uint64_t{1} << 40U, ~std::uint64_t{0}}) {
        ArchiveWriter writer;
        auto size = count;
        double one = 1;
        writer(size, one);
        const auto bytes = writer.take();
        std::vector<double> reals;
        std::vector<Inner> inners;
        std::string text;
        ArchiveReader{bytes}(reals);
        ArchiveReader{bytes}(text);
        ArchiveReader{bytes}(inners);
        EXPECT_TRUE(reals.empty());
        EXPECT_TRUE(text.empty());
        EXPECT_TRUE(inners.empty());
    }
}

TEST(Seal, RefusesWhatIsNotItsOwn) {
    const auto sealed = seal("content", 3);
    EXPECT_EQ(unseal(sealed, 3).value(), "content");
    EXPECT_THAT(unseal(sealed, 4).error().message, HasSubstr("version 3"));
    EXPECT_THAT(unseal("PNG" + sealed, 3).error().message, HasSubstr("not written by forescale"));
    EXPECT_THAT(unseal(sealed + "x", 3).error().message, HasSubstr("truncated or changed"));
    EXPECT_TRUE(unseal(seal("", 3), 3).value().empty());
    for (std::size_t size = 0; size < sealed.size(); ++size)
        EXPECT_EQ(unseal(std::string_view(sealed).substr(0, size), 3).error().code, Errc::corrupt);
}

TEST(Seal, NoticesEveryChangedBitOfTheContent) {
    const auto sealed = seal("content", 1);
    for (std::size_t bit = (sealed.size() - 7) * 8; bit < sealed.size() * 8; ++bit) {
        auto changed = sealed;
        changed[bit / 8] =
            static_cast<char>(static_cast<unsigned char>(changed[bit / 8]) ^ (1U << (bit % 8)));
        EXPECT_FALSE(unseal(changed, 1)) << bit;
    }
}

TEST(State, SavesAndLoadsOrSaysWhyNot) {
    auto object = sample();
    const auto sealed = save_state(object, 2);
    Everything copy;
    EXPECT_TRUE(load_state(copy, sealed, 2));
    EXPECT_EQ(copy, object);
    EXPECT_EQ(load_state(copy, sealed, 3).error().code, Errc::corrupt);
    Inner other;
    EXPECT_THAT(load_state(other, sealed, 2).error().message, HasSubstr("shape"));
}

}  // namespace
}  // namespace forescale
