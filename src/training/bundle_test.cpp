#include "training/bundle.h"

#include "base/archive.h"
#include "base/rng.h"
#include "models/recurrent/test_networks.h"

#include <cmath>

#include <gtest/gtest.h>

namespace forescale {
namespace {

TrainedBundle bundle_of(std::uint64_t seed) {
    TrainedBundle bundle;
    bundle.models.networks = recurrent::random_networks(std::chrono::minutes(5), {1, 3}, seed);
    bundle.card.command = "forescale train a.csv";
    bundle.card.seed = seed;
    bundle.card.series.push_back(
        {.name = "a", .first = {}, .last = {}, .steps = 100, .test_steps = 15});
    bundle.card.scores.push_back({.member = "ensemble",
                                  .horizon = std::chrono::minutes(15),
                                  .series = 1,
                                  .targets = 15,
                                  .ratio = 0.5,
                                  .parent_ratio = std::nan("")});
    set_version(bundle);
    return bundle;
}

TEST(Bundle, ComesBackAsItWas) {
    TrainedBundle bundle = bundle_of(1);
    const std::string bytes = save_bundle(bundle);
    auto read = read_bundle(bytes, "a.fsm");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(card_text(read->card), card_text(bundle.card));
    EXPECT_EQ(save_bundle(*read), bytes);
    EXPECT_EQ(read->card.version.size(), 12U);
}

FleetEventType matches() {
    FleetEventType type;
    type.type = "match";
    type.services = 3;
    type.curve[7] = 0.7;
    return type;
}

TEST(Bundle, EventsAreAPartThatMayBeAbsent) {
    TrainedBundle without = bundle_of(1);
    TrainedBundle with = bundle_of(1);
    with.models.events.types.push_back(matches());
    set_version(with);
    EXPECT_NE(with.card.version, without.card.version);
    for (const bool has_shapes : {true, false}) {
        if (!has_shapes) with.models.shapes = {};
        set_version(with);
        const auto read = read_bundle(save_bundle(with), "a.fsm");
        ASSERT_TRUE(read) << read.error().message;
        const FleetEventType* type = read->models.events.find("match");
        ASSERT_NE(type, nullptr);
        EXPECT_EQ(type->services, 3);
        EXPECT_DOUBLE_EQ(type->curve[7], 0.7);
    }
    EXPECT_TRUE(read_bundle(save_bundle(without), "a.fsm")->models.events.types.empty());
}

TEST(Bundle, EventsThatNoForecastSurvivesAreRefused) {
    for (const double wrong : {std::nan(""), 50.0, HUGE_VAL}) {
        TrainedBundle bundle = bundle_of(1);
        bundle.models.events.types.push_back(matches());
        bundle.models.events.types[0].curve[3] = wrong;
        set_version(bundle);
        EXPECT_FALSE(read_bundle(save_bundle(bundle), "a.fsm")) << wrong;
    }
}

TEST(Bundle, TheVersionIsThatOfTheContent) {
    EXPECT_EQ(bundle_of(1).card.version, bundle_of(1).card.version);
    EXPECT_NE(bundle_of(1).card.version, bundle_of(2).card.version);
}

TEST(Bundle, EveryTruncationIsRefused) {
    TrainedBundle bundle = bundle_of(1);
    const std::string bytes = save_bundle(bundle);
    for (std::size_t size = 0; size < bytes.size(); size += size < 200 ? 1 : 97) {
        const auto read = read_bundle(std::string_view(bytes).substr(0, size), "a.fsm");
        ASSERT_FALSE(read) << size;
        EXPECT_EQ(read.error().code, Errc::corrupt);
        EXPECT_NE(read.error().message.find("a.fsm"), std::string::npos);
    }
}

TEST(Bundle, EveryChangedBitIsRefused) {
    TrainedBundle bundle = bundle_of(1);
    const std::string bytes = save_bundle(bundle);
    Rng rng(1);
    for (std::size_t i = 0; i < 3000; ++i) {
        std::string changed = bytes;
        const std::size_t at = i < 32 ? i : rng.below(bytes.size());
        const auto bit = static_cast<unsigned char>(1U << rng.below(8));
        changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ bit);
        // The four bytes that are kept for later are the only ones that say nothing.
        if (at >= 12 && at < 16) continue;
        EXPECT_FALSE(read_bundle(changed, "a.fsm")) << at;
    }
}

/// What a seal cannot see: content that was sealed by somebody else.
TEST(Bundle, ContentOfAnyShapeIsReadOrRefusedButNeverBelieved) {
    TrainedBundle bundle = bundle_of(1);
    const std::string bytes = save_bundle(bundle);
    std::uint32_t version = 0;
    std::memcpy(&version, bytes.data() + 8, sizeof version);
    const std::string content = bytes.substr(32);
    Rng rng(2);
    for (int i = 0; i < 2000; ++i) {
        std::string changed = content;
        for (int k = 0; k < 4; ++k)
            changed[rng.below(i % 2 == 0 ? 400 : changed.size())] = static_cast<char>(rng.next());
        if (i % 5 == 0) changed.resize(rng.below(changed.size()));
        std::ignore = read_bundle(seal(changed, version), "a.fsm");
    }
}

TEST(Bundle, AnotherKindOfStateIsNamed) {
    TrainedBundle bundle = bundle_of(1);
    const std::string bytes = save_bundle(bundle);
    std::uint32_t version = 0;
    std::memcpy(&version, bytes.data() + 8, sizeof version);
    const auto why = [](std::string_view file) {
        return read_bundle(file, "a.fsm").error().message;
    };
    EXPECT_NE(why(seal("some other state of ours", version)).find("another kind"),
              std::string::npos);
    EXPECT_NE(why(seal("state", version + 1)).find("version"), std::string::npos);
    EXPECT_NE(why(std::string(100, 'x')).find("not written by forescale"), std::string::npos);
    EXPECT_NE(why("").find("train anew"), std::string::npos);
}

TEST(Card, IsPrintable) {
    const TrainedBundle bundle = bundle_of(1);
    const std::string text = card_text(bundle.card);
    for (const std::string& part : {bundle.card.version, std::string("forescale train a.csv"),
                                    std::string("ensemble"), std::string("0.5000")})
        EXPECT_NE(text.find(part), std::string::npos) << part;
    const auto object = card_json(bundle.card);
    EXPECT_EQ(object.at("version").as_string(), bundle.card.version);
    EXPECT_TRUE(object.at("scores").as_array().at(0).as_object().at("parent_ratio").is_null());
}

}  // namespace
}  // namespace forescale
