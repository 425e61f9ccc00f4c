#include "collectors/replay/replay.h"

#include "collectors/replay/test_files.h"

#include <gmock/gmock.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Timestamp start{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};

std::string row(Duration since, std::string_view value) {
    return fmt::format("{},{}\n", format_timestamp(start + since), value);
}
std::string minutes(int count) {
    std::string text = "timestamp,value\n";
    for (int i = 0; i < count; ++i) text += row(i * 1min, std::to_string(i));
    return text;
}

class Replay : public ::testing::Test {
protected:
    std::unique_ptr<ReplayCollector> open(std::string_view text, CollectorSettings settings = {}) {
        if (settings.files.empty()) settings.files = {files.write("shop.csv", text)};
        auto made = ReplayCollector::open(settings);
        EXPECT_TRUE(made) << made.error().message;
        return *std::move(made);
    }
    std::string open_error(std::string_view text, CollectorSettings settings = {}) {
        if (settings.files.empty()) settings.files = {files.write("shop.csv", text)};
        const auto made = ReplayCollector::open(settings);
        return made ? "opened" : made.error().message;
    }
    /// Values that became known in (from, to], all services in order.
    static std::vector<double> values(ReplayCollector& replay, Duration from, Duration to) {
        const auto batches = replay.collect(start + from, start + to);
        EXPECT_TRUE(batches) << batches.error().message;
        std::vector<double> out;
        for (const auto& batch : *batches)
            for (const auto& point : batch.points) out.push_back(point.value);
        return out;
    }
    TestFiles files;
};

TEST_F(Replay, AStepIsKnownWhenItIsOver) {
    const auto replay = open(minutes(5));
    EXPECT_THAT(values(*replay, 0min, 1min - 1ms), IsEmpty());
    EXPECT_THAT(values(*replay, 1min - 1ms, 1min), ElementsAre(0.0));
    EXPECT_THAT(values(*replay, 1min, 3min), ElementsAre(1.0, 2.0));
    EXPECT_THAT(values(*replay, 3min, 60min), ElementsAre(3.0, 4.0));
    EXPECT_THAT(values(*replay, 60min, 120min), IsEmpty());
}

TEST_F(Replay, TellsServiceStepAndEnds) {
    const auto replay = open(minutes(5));
    ASSERT_EQ(replay->series().size(), 1U);
    EXPECT_EQ(replay->series()[0].service, "shop");
    EXPECT_EQ(replay->series()[0].step, Duration(1min));
    EXPECT_EQ(replay->series()[0].rows, 5);
    EXPECT_EQ(replay->first(), start);
    EXPECT_EQ(replay->end(), start + 5min);
}

TEST_F(Replay, TheStepIsTheMostFrequentDistanceOrStated) {
    const auto text = "timestamp,value\n" + row(0min, "1") + row(5min, "2") + row(10min, "3") +
                      row(30min, "4") + row(31min, "5");
    EXPECT_EQ(open(text)->series()[0].step, Duration(5min));
    EXPECT_EQ(
        open(text, {.files = {files.write("b.csv", text)}, .sample_step = 30s})->series()[0].step,
        Duration(30s));
    EXPECT_THAT(open_error("timestamp,value\n" + row(0min, "1")), HasSubstr("state sample_step"));
    EXPECT_EQ(open("", {.files = {files.write("c.csv", "timestamp,value\n" + row(0min, "1"))},
                        .sample_step = 1min})
                  ->end(),
              start + 1min);
}

TEST_F(Replay, TheWideFormFeedsAServicePerColumn) {
    const auto replay = open("timestamp,cart,shop\n" + row(0min, "1,2") + row(1min, ",3"));
    const auto batches = replay->collect(start, start + 2min);
    ASSERT_TRUE(batches);
    ASSERT_EQ(batches->size(), 2U);
    EXPECT_EQ((*batches)[0].service, ServiceId("cart"));
    EXPECT_THAT((*batches)[0].points,
                ElementsAre(Point{start, 1.0}, Point{start + 1min, 0.0, SampleState::missing}));
    EXPECT_THAT((*batches)[1].points, ElementsAre(Point{start, 2.0}, Point{start + 1min, 3.0}));
}

TEST_F(Replay, SeveralFilesAndNames) {
    const auto one = files.write("one.csv", minutes(2));
    const auto two =
        files.write_gzip("two.csv.gz", "timestamp,value\n" + row(10min, "7") + row(15min, "8"));
    const auto replay = open("", {.files = {one, two}});
    EXPECT_EQ(replay->series()[0].service, "one");
    EXPECT_EQ(replay->series()[1].service, "two");
    EXPECT_EQ(replay->first(), start);
    EXPECT_EQ(replay->end(), start + 20min);
    EXPECT_THAT(values(*replay, 0min, 20min), ElementsAre(0.0, 1.0, 7.0, 8.0));
    EXPECT_EQ(open("", {.files = {one}, .service = "web"})->series()[0].service, "web");
    EXPECT_THAT(open_error("", {.files = {one, two}, .service = "web"}),
                HasSubstr("services of their own"));
}

TEST_F(Replay, GoingOnAskingAgainAndThePastGiveTheSame) {
    const auto replay = open(minutes(200));
    const auto all = values(*replay, 0min, 300min);
    ASSERT_EQ(all.size(), 200U);
    std::vector<double> parts;
    for (auto from = Duration(0); from < 300min; from += 7min)
        for (int again = 0; again < 2; ++again) {
            const auto part = values(*replay, from, from + 7min);
            if (again == 1) parts.insert(parts.end(), part.begin(), part.end());
        }
    EXPECT_EQ(parts, all);
    EXPECT_THAT(values(*replay, 150min, 152min), ElementsAre(150.0, 151.0)) << "skipping ahead";
    EXPECT_THAT(values(*replay, 3min, 4min), ElementsAre(3.0)) << "back again";
}

TEST_F(Replay, ALateRowComesWithTheRowAboveIt) {
    const auto replay = open("timestamp,value\n" + row(0min, "0") + row(1min, "1") +
                             row(3min, "3") + row(2min, "2") + row(4min, "4"));
    EXPECT_THAT(values(*replay, 0min, 3min), ElementsAre(0.0, 1.0));
    EXPECT_THAT(values(*replay, 3min, 4min), ElementsAre(3.0, 2.0));
    EXPECT_THAT(values(*replay, 4min, 5min), ElementsAre(4.0));
}

TEST_F(Replay, ARowFromTheFarFutureDoesNotHoldUpTheFile) {
    auto text = minutes(100);
    text += "2099-01-01T00:00:00Z,999\n2099-01-01T00:01:00Z,998\n";
    for (int i = 100; i < 200; ++i) text += row(i * 1min, std::to_string(i));
    const auto replay = open(text);
    EXPECT_EQ(replay->end(), start + 200min);
    EXPECT_EQ(values(*replay, 0min, 100min).size(), 100U);
    EXPECT_THAT(values(*replay, 100min, 102min), ElementsAre(999.0, 998.0, 100.0, 101.0));
}

TEST_F(Replay, ALongDelayOfOneRowDoesNotBringOthersForward) {
    auto text = minutes(300);
    text += row(10min, "10");
    for (int i = 300; i < 400; ++i) text += row(i * 1min, std::to_string(i));
    const auto replay = open(text);
    EXPECT_EQ(values(*replay, 0min, 299min).size(), 299U);
    EXPECT_THAT(values(*replay, 299min, 300min), ElementsAre(299.0, 10.0));
}

TEST_F(Replay, StrayRowsAtTheEndsDoNotMoveTheClock) {
    const auto replay = open("timestamp,value\n1970-01-01T00:00:00Z,1\n" + minutes(50).substr(16) +
                             "2099-01-01T00:00:00Z,2\n");
    EXPECT_EQ(replay->first(), start);
    EXPECT_EQ(replay->end(), start + 50min);
    EXPECT_EQ(values(*replay, 0min, 50min).size(), 50U);
}

TEST_F(Replay, ALongGapStaysInTheSeries) {
    const auto replay = open(minutes(30) + row(24h * 3, "1") + row(24h * 3 + 1min, "2"));
    EXPECT_EQ(replay->end(), start + 24h * 3 + 2min);
    EXPECT_THAT(values(*replay, 30min, 24h * 3 + 2min), ElementsAre(1.0, 2.0));
}

TEST_F(Replay, BadRowsArePassedOverCountedOnceAndNamed) {
    const auto replay = open("timestamp,value\n" + row(0min, "0") + row(1min, "oops") + "what\n" +
                             row(2min, "2") + row(3min, "3") + row(4min, "4"));
    EXPECT_THAT(values(*replay, 0min, 3min), ElementsAre(0.0, 2.0));
    const auto rejected = replay->take_rejected();
    EXPECT_EQ(rejected.count, 2);
    EXPECT_THAT(rejected.first, HasSubstr("shop.csv:3: column value: \"oops\""));
    EXPECT_THAT(values(*replay, 0min, 3min), ElementsAre(0.0, 2.0));
    EXPECT_EQ(replay->take_rejected().count, 0) << "the same rows again";
}

TEST_F(Replay, FaultsOfAWholeFileShowAtTheStart) {
    EXPECT_THAT(open_error("", {.files = {files.path("none.csv")}}), HasSubstr("none.csv"));
    EXPECT_THAT(open_error("timestamp,value\n"), HasSubstr("only a header"));
    EXPECT_THAT(open_error("timestamp,value\nx,1\ny,2\n"),
                HasSubstr("no usable row among 2; the first problem: "));
    EXPECT_THAT(open_error("timestamp,value\n" + row(2min, "2") + row(1min, "1") + row(0min, "0")),
                HasSubstr("oldest first"));
    EXPECT_THAT(ReplayCollector::open({}).error().message, HasSubstr("no files"));
}

TEST_F(Replay, AFileThatVanishesIsAnErrorAndComesBack) {
    const auto replay = open(minutes(5));
    EXPECT_EQ(values(*replay, 0min, 5min).size(), 5U);
    std::filesystem::rename(files.path("shop.csv"), files.path("away.csv"));
    const auto gone = replay->collect(start, start + 5min);
    ASSERT_FALSE(gone);
    EXPECT_THAT(gone.error().message, HasSubstr("shop.csv"));
    std::filesystem::rename(files.path("away.csv"), files.path("shop.csv"));
    EXPECT_EQ(values(*replay, 0min, 5min).size(), 5U);
}

}  // namespace
}  // namespace forescale
