// What every collector promises (collector.h), asked of each kind in collectors(). A new kind adds
// the function that sets up its source with twenty samples, one a minute, values 0 to 19.
#include "collectors/collector.h"
#include "collectors/replay/test_files.h"

#include <gmock/gmock.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;

const Timestamp start{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};
constexpr int samples = 20;

CollectorSettings replay_source(const TestFiles& files) {
    std::string text = "timestamp,value\n";
    for (int i = 0; i < samples; ++i)
        text += fmt::format("{},{}\n", format_timestamp(start + i * 1min), i);
    return {.files = {files.write("shop.csv", text)}};
}

using Source = CollectorSettings (*)(const TestFiles& files);
const std::map<std::string_view, Source> sources{{"replay", replay_source}};

std::vector<std::string_view> kinds() {
    std::vector<std::string_view> out;
    for (const auto& [name, factory] : collectors()) out.push_back(name);
    return out;
}

class CollectorContract : public ::testing::TestWithParam<std::string_view> {
protected:
    void SetUp() override {
        ASSERT_TRUE(sources.contains(GetParam()))
            << "the contract needs a source for " << GetParam();
        auto made = make_collector(GetParam(), sources.at(GetParam())(files));
        ASSERT_TRUE(made) << made.error().message;
        collector = *std::move(made);
    }
    std::vector<Point> points(Duration from, Duration to) {
        const auto batches = collector->collect(start + from, start + to);
        EXPECT_TRUE(batches) << batches.error().message;
        std::vector<Point> out;
        for (const auto& batch : *batches) {
            EXPECT_EQ(batch.service, ServiceId("shop"));
            out.insert(out.end(), batch.points.begin(), batch.points.end());
        }
        return out;
    }
    TestFiles files;
    std::unique_ptr<Collector> collector;
};
INSTANTIATE_TEST_SUITE_P(All, CollectorContract, ::testing::ValuesIn(kinds()),
                         [](const auto& param_info) { return std::string(param_info.param); });

TEST_P(CollectorContract, GivesEverySampleOfTheSpanOldestFirst) {
    const auto all = points(0min, 60min);
    ASSERT_EQ(all.size(), static_cast<std::size_t>(samples));
    for (int i = 0; i < samples; ++i)
        EXPECT_EQ(all[static_cast<std::size_t>(i)],
                  (Point{start + i * 1min, static_cast<double>(i)}));
}

TEST_P(CollectorContract, TheSameSpanGivesTheSame) {
    const auto first = points(3min, 9min);
    EXPECT_FALSE(first.empty());
    EXPECT_EQ(points(3min, 9min), first);
}

TEST_P(CollectorContract, AdjacentSpansGiveEverySampleOnce) {
    const auto all = points(0min, 60min);
    std::vector<Point> parts;
    for (auto from = Duration(0); from < 60min; from += 25s)
        for (const auto& point : points(from, std::min(from + 25s, Duration(60min))))
            parts.push_back(point);
    EXPECT_EQ(parts, all);
}

TEST_P(CollectorContract, NothingIsKnownBeforeItHappened) {
    for (auto to = Duration(0); to < 25min; to += 10s)
        for (const auto& point : points(0min, to)) EXPECT_LE(point.at, start + to);
}

TEST_P(CollectorContract, AnEmptySpanAndTheTimeAfterTheEndAreEmpty) {
    EXPECT_TRUE(points(5min, 5min).empty());
    EXPECT_TRUE(points(24h, 48h).empty());
}

TEST_P(CollectorContract, ASpanThatEndsBeforeItBeginsIsRefused) {
    const auto refused = collector->collect(start + 5min, start);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid_argument);
}

TEST_P(CollectorContract, GoodSamplesRejectNothing) {
    std::ignore = points(0min, 60min);
    EXPECT_EQ(collector->take_rejected().count, 0);
}

TEST(Collectors, AnUnknownKindNamesTheKnownOnes) {
    const auto made = make_collector("graphite", {});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Errc::not_found);
    EXPECT_THAT(made.error().message, ::testing::HasSubstr("replay"));
}

}  // namespace
}  // namespace forescale
