#include "simulation/world.h"

#include "simulation/simulate.h"
#include "simulation/test_minutes.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <sstream>

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Asks for what it is told to.
class Script final : public Policy {
public:
    explicit Script(std::vector<int> sizes) : sizes_(std::move(sizes)) {}
    Replicas desired(std::size_t t, double, Replicas, Replicas) override {
        return Replicas(sizes_[t]);
    }
    [[nodiscard]] std::string_view reason() const override { return "script"; }

private:
    std::vector<int> sizes_;
};

std::vector<int> column(const std::vector<PlayedStep>& played, int PlayedStep::* member) {
    std::vector<int> out;
    for (const PlayedStep& step : played) out.push_back(step.*member);
    return out;
}

std::unique_ptr<Policy> make_usual(std::string_view policy, const World& world) {
    const PolicyKind& kind = policies().at(policy);
    return std::move(kind.make(world.view(), {&kind.usual, 1}).front());
}

std::vector<int> desired_by(std::string_view policy, const World& world) {
    return column(play(world, *make_usual(policy, world)), &PlayedStep::desired);
}

using Sizes = std::vector<int>;

TEST(World, AskedForAtStepOneServesFromStepThreeAndPendingIsCancelledFirst) {
    Script script({2, 5, 5, 5, 3, 6, 4, 4});
    const auto played = play(minutes(std::vector<double>(8, 1.0), 10.0, 2), script);
    EXPECT_EQ(column(played, &PlayedStep::ready), (Sizes{2, 2, 2, 5, 3, 3, 3, 4}));
    EXPECT_EQ(column(played, &PlayedStep::pending), (Sizes{0, 3, 3, 0, 0, 3, 1, 0}));
}

TEST(World, WithoutALeadTimeInstancesServeAtOnce) {
    Script script({2, 9, 3});
    const auto played = play(minutes({1.0, 1.0, 1.0}, 10.0, 0), script);
    EXPECT_EQ(column(played, &PlayedStep::ready), (Sizes{2, 9, 3}));
}

TEST(World, SizesStayWithinItsBounds) {
    Script script({0, 500});
    EXPECT_EQ(column(play(minutes({1.0, 1.0}, 10.0, 1), script), &PlayedStep::desired),
              (Sizes{2, 100}));
}

TEST(World, ScoresByHand) {
    Script two({2, 2, 2, 2});
    const World world = minutes({20, 30, 20, 30}, 10.0, 1);  // two of four minutes lack 10 of 30
    const PlayedScore result = score(world, play(world, two));
    EXPECT_DOUBLE_EQ(result.under_provisioned_min, 2.0);
    EXPECT_DOUBLE_EQ(result.unserved_share, 0.2);
    EXPECT_DOUBLE_EQ(result.instance_hours, 8.0 / 60.0);
}

TEST(World, AStepWithoutASampleIsNeitherBilledNorShort) {
    Script two({2, 2, 2});
    const World world = minutes({20, none, 20}, 10.0, 1);
    const PlayedScore result = score(world, play(world, two));
    EXPECT_DOUBLE_EQ(result.instance_hours, 4.0 / 60.0);
    EXPECT_DOUBLE_EQ(result.under_provisioned_min, 0.0);
}

TEST(World, CountsActionsAndWhatIsTakenBackWithinHalfAnHour) {
    Sizes sizes{2, 3, 2, 2};
    sizes.insert(sizes.end(), 40, 2);
    sizes.insert(sizes.end(), 4, 3);  // more than 30 min later: no reversal
    Script script(sizes);
    const World world = minutes(std::vector<double>(48, 1.0), 10.0, 1);
    const PlayedScore result = score(world, play(world, script));
    EXPECT_EQ(result.reversals, 1);
    EXPECT_DOUBLE_EQ(result.actions_per_day, 3.0 / (48.0 / 1440.0));
}

TEST(World, IsMadeOfATraceAsThePercentileSays) {
    Trace trace{.name = "t", .step = std::chrono::minutes(5), .points = {}};
    for (int i = 0; i <= 200; ++i)
        if (i != 7)
            trace.points.push_back({Timestamp(std::chrono::minutes(5 * i + 2)),
                                    static_cast<double>(i), SampleState::present});
    const auto world = make_world(trace, {.lead_time = std::chrono::seconds(301)});
    ASSERT_TRUE(world);
    EXPECT_EQ(world->start, Timestamp(std::chrono::minutes(2)));  // all samples have this phase
    EXPECT_EQ(world->steps(), 201U);
    EXPECT_TRUE(std::isnan(world->demand[7]));
    EXPECT_DOUBLE_EQ(world->demand[8], 8.0);
    EXPECT_EQ(world->lead_steps, 2);       // 301 s are more than one step
    EXPECT_EQ(world->first_scored, 101U);  // half of a short trace
    EXPECT_NEAR(world->capacity_per_replica, 199.005 / 50.0, 1e-12);  // rank .995 * 199 = 198.005
}

TEST(World, RefusesATraceWithoutDemand) {
    Trace trace{.name = "idle", .step = std::chrono::minutes(1), .points = {}};
    for (int i = 0; i < 10; ++i)
        trace.points.push_back({Timestamp(std::chrono::minutes(i)), 0.0, SampleState::present});
    EXPECT_EQ(make_world(trace, {}).error().code, Errc::invalid_argument);
}

TEST(Clairvoyant, AsksALeadTimeAheadAndNoEarlier) {
    const World world = minutes({20, 20, 20, 40, 20, 20, 20, 20}, 10.0, 2);
    EXPECT_EQ(desired_by("clairvoyant", world), (Sizes{2, 4, 4, 4, 2, 2, 2, 2}));
}

TEST(Clairvoyant, BridgesAShortGapAndGivesBackInALongOne) {
    const World world = minutes({40, 0, 0, 40, 0, 0, 0, 0, 40}, 10.0, 2);
    EXPECT_EQ(desired_by("clairvoyant", world), (Sizes{4, 4, 4, 4, 2, 2, 4, 4, 4}));
}

/// Least total of instances over every path of sizes 2..top that serves all demand, by trying them
/// all.
int least_by_trying(const World& world, int top) {
    Sizes path(world.steps(), world.replicas_min);
    int least = std::numeric_limits<int>::max();
    while (true) {
        Script script(path);
        int total = 0;
        bool serves = true;
        const auto played = play(world, script);
        for (std::size_t t = 0; t < played.size(); ++t) {
            total += played[t].ready + played[t].pending;
            serves = serves && played[t].ready >= world.need(world.demand[t]);
        }
        if (serves) least = std::min(least, total);
        std::size_t digit = 0;
        while (digit < path.size() && path[digit] == top) path[digit++] = world.replicas_min;
        if (digit == path.size()) return least;
        ++path[digit];
    }
}

TEST(Clairvoyant, NoOtherPathServesAllForLess) {
    for (const int lead : {0, 1, 2})
        for (const auto& demand : std::vector<std::vector<double>>{
                 {20, 20, 40, 20, 30, 40}, {20, 20, 20, 30, 20, 20}, {10, 20, 30, 40, 20, 10}}) {
            const World world = minutes(demand, 10.0, lead);
            Script script(desired_by("clairvoyant", world));
            int total = 0;
            for (const PlayedStep& step : play(world, script)) total += step.ready + step.pending;
            EXPECT_EQ(total, least_by_trying(world, 4)) << "lead " << lead;
        }
}

TEST(Hpa, RampsByFourOrTwiceAndHoldsThreeHundredSeconds) {
    // One instance serves 10 and is aimed at 7: 21 is its ratio of 1.5 -> 3; 700 -> 100, by 4 or x
    // 2 a step.
    const World world =
        minutes({14.5, 21, 700, 700, 700, 700, 700, 0, 0, 0, 0, 0, 0, 0, 0}, 10.0, 0);
    EXPECT_EQ(desired_by("hpa", world),
              (Sizes{2, 2, 3, 7, 14, 28, 56, 100, 100, 100, 100, 100, 100, 2, 2}));
}

TEST(Hpa, WithinTheToleranceAndOnMissingDemandItHolds) {
    const World world =
        minutes({30, 30, 30, 33, none, none, none, none, none, none, none, none}, 10.0, 0);
    EXPECT_EQ(desired_by("hpa", world), (Sizes{2, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}));
}

TEST(Hpa, PendingInstancesCountAsIdleBeforeMoreAreAskedFor) {
    const World world = minutes({20, 28, 28, 28, 28}, 10.0, 3);
    EXPECT_EQ(desired_by("hpa", world), (Sizes{2, 3, 4, 4, 4}));
}

TEST(LastWeek, RepeatsYesterdayWithinTheFirstWeekALeadTimeAhead) {
    std::vector<double> demand(2880, 20.0);
    demand[700] = 90.0;
    const auto sizes = desired_by("last-week", minutes(demand, 10.0, 2));
    EXPECT_EQ(sizes[1440 + 697], 2);
    for (const std::size_t t : {1440U + 698U, 1440U + 699U, 1440U + 700U}) EXPECT_EQ(sizes[t], 9);
    EXPECT_EQ(sizes[1440 + 701], 2);
}

TEST(LastWeek, RepeatsTheWeekAfterIt) {
    std::vector<double> demand(8 * 1440, 20.0);
    demand[700] = 90.0;
    const auto sizes = desired_by("last-week", minutes(demand, 10.0, 2));
    EXPECT_EQ(sizes[7 * 1440 + 700], 9);
    EXPECT_EQ(sizes[6 * 1440 + 700], 2);
}

TEST(StaticPeak, KeepsThePeakOfTheWarmUp) {
    World world = minutes({20, 50, 20, 90, 20}, 10.0, 1);
    world.first_scored = 3;
    EXPECT_EQ(desired_by("static-peak", world), (Sizes{2, 2, 5, 5, 5}));
}

TEST(Policies, NoneButTheClairvoyantKnowsWhatComes) {
    std::vector<double> demand;
    for (int t = 0; t < 3 * 1440; ++t)
        demand.push_back(100.0 + 80.0 * std::sin(2.0 * std::numbers::pi * t / 1440.0) + t % 7);
    auto other = demand;
    constexpr std::size_t cut = 2 * 1440;
    for (std::size_t t = cut; t < other.size(); ++t) other[t] = 40.0 + static_cast<double>(t % 13);
    for (const auto& [name, kind] : policies()) {
        if (name == "clairvoyant") continue;
        const auto a = desired_by(name, minutes(demand, 4.0, 5));
        const auto b = desired_by(name, minutes(other, 4.0, 5));
        // The decision at the start of step `cut` has not seen its demand.
        EXPECT_TRUE(std::equal(a.begin(), a.begin() + cut + 1, b.begin())) << name;
    }
}

class Simulation : public testing::Test {
protected:
    Simulation() : folder_(std::filesystem::path(testing::TempDir()) / "forescale_simulation") {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
        file_ = (folder_ / "wave.csv").string();
        std::ofstream out(file_);
        out << "timestamp,value\n";
        for (int t = 0; t < 6 * 288; ++t) {
            if (t == 900) continue;
            const double value =
                500.0 - 400.0 * std::cos(2.0 * std::numbers::pi * t / 288.0) + t % 5;
            out << format_timestamp(Timestamp(std::chrono::minutes(5 * t))) << ',' << value << '\n';
        }
    }
    std::filesystem::path folder_;
    std::string file_;
};

TEST_F(Simulation, WritesARowForEveryStepAndPolicy) {
    double share = 0.0;
    const auto outcomes =
        run_simulation({file_}, {.out = folder_.string()}, [&](double now) { share = now; });
    ASSERT_TRUE(outcomes) << outcomes.error().message;
    EXPECT_EQ(outcomes->size(), policies().size());
    EXPECT_DOUBLE_EQ(share, 1.0);
    std::ifstream in(folder_ / "wave" / "decisions.csv");
    std::string line;
    std::getline(in, line);
    EXPECT_EQ(line, "timestamp,policy,demand,ready,pending,desired,reason");
    std::map<std::string, int> rows;
    std::string missing;
    while (std::getline(in, line)) {
        std::istringstream fields(line);
        std::string time, policy, demand;
        std::getline(fields, time, ',');
        std::getline(fields, policy, ',');
        std::getline(fields, demand, ',');
        ++rows[policy];
        if (demand.empty()) missing = time;
    }
    for (const auto& [name, kind] : policies()) EXPECT_EQ(rows[std::string(name)], 6 * 288) << name;
    EXPECT_EQ(missing, format_timestamp(Timestamp(std::chrono::minutes(5 * 900))));
}

TEST_F(Simulation, ForescaleServesAPlainWaveForLessThanHpa) {
    const auto outcomes =
        run_simulation({file_}, {.policies = {"clairvoyant", "forescale", "hpa"}}, {});
    ASSERT_TRUE(outcomes) << outcomes.error().message;
    const auto &best = (*outcomes)[0], &ours = (*outcomes)[1], &hpa = (*outcomes)[2];
    EXPECT_DOUBLE_EQ(best.of_clairvoyant, 1.0);
    EXPECT_DOUBLE_EQ(best.unserved_share, 0.0);
    EXPECT_LT(ours.instance_hours, 0.9 * hpa.instance_hours);
    EXPECT_LE(ours.unserved_share, hpa.unserved_share);
}

TEST_F(Simulation, ThreadsChangeNothing) {
    const auto one = run_simulation({file_}, {.out = (folder_ / "one").string(), .threads = 1}, {});
    const auto four =
        run_simulation({file_}, {.out = (folder_ / "four").string(), .threads = 4}, {});
    ASSERT_TRUE(one && four);
    const auto read = [&](const char* run) {
        std::ifstream in(folder_ / run / "wave" / "decisions.csv");
        std::ostringstream text;
        text << in.rdbuf();
        return text.str();
    };
    EXPECT_FALSE(read("one").empty());
    EXPECT_EQ(read("one"), read("four"));
}

TEST_F(Simulation, NamesThePoliciesThatItKnows) {
    const auto outcomes = run_simulation({file_}, {.policies = {"hpa2"}}, {});
    ASSERT_FALSE(outcomes);
    EXPECT_EQ(outcomes.error().code, Errc::not_found);
    EXPECT_NE(
        outcomes.error().message.find("clairvoyant, fft, forescale, holt-winters, hourly-max, "
                                      "hpa, last-week, static-peak"),
        std::string::npos);
}

TEST_F(Simulation, SaysSoWhenItCannotWrite) {
    const std::string in_the_way = (folder_ / "file").string();
    std::ofstream(in_the_way) << "x";
    const auto outcomes = run_simulation({file_}, {.out = in_the_way, .policies = {"hpa"}}, {});
    ASSERT_FALSE(outcomes);
    EXPECT_NE(outcomes.error().message.find(in_the_way), std::string::npos);
}

}  // namespace
}  // namespace forescale
