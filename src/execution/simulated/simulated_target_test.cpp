#include "execution/simulated/simulated_target.h"

#include "base/file.h"
#include "base/log.h"
#include "base/rng.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace forescale {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const Timestamp start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
const ServiceId shop("shop");

Operation ask(std::string id, int to, int attempts = 1) {
    return {.id = std::move(id),
            .service = shop,
            .from = Replicas(0),
            .to = Replicas(to),
            .state = OperationState::intended,
            .intended_at = start,
            .changed_at = start,
            .attempts = attempts,
            .detail = {}};
}

class SimulatedTargetTest : public testing::Test {
protected:
    void SetUp() override {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        path_ =
            testing::TempDir() + fmt::format("forescale-{}-{}.journal", test->name(), ::getpid());
        std::filesystem::remove(path_);
    }
    static void SetUpTestSuite() { log::configure({.level = log::Level::off}); }
    static void TearDownTestSuite() { log::configure({}); }
    void TearDown() override { std::filesystem::remove(path_); }

    std::unique_ptr<SimulatedTarget> make(const SimulatedTargetSettings& settings,
                                          bool with_journal = false) {
        auto made = SimulatedTarget::open(settings, with_journal ? path_ : "", clock_);
        EXPECT_TRUE(made.has_value()) << made.error().message;
        return made ? std::move(*made) : nullptr;
    }
    void pass(Duration time) { clock_.advance_to(clock_.now() + time); }

    ManualClock clock_{start};
    std::string path_;
};

TEST_F(SimulatedTargetTest, ReadyExactlyAfterTheLeadTime) {
    auto target = make({.lead_time = minutes(5), .replicas_initial = 2});
    ASSERT_TRUE(target->apply(ask("a", 5)).has_value());
    pass(minutes(5) - Duration(1));
    EXPECT_EQ(target->observe(shop)->ready, Replicas(2));
    EXPECT_EQ(target->observe(shop)->pending, Replicas(3));
    pass(Duration(1));
    EXPECT_EQ(target->observe(shop)->ready, Replicas(5));
    EXPECT_EQ(target->observe(shop)->pending, Replicas(0));
}

TEST_F(SimulatedTargetTest, ALeadTimeOfZeroIsReadyAtOnce) {
    auto target = make({.lead_time = Duration(0)});
    ASSERT_TRUE(target->apply(ask("a", 5)).has_value());
    EXPECT_EQ(target->observe(shop)->ready, Replicas(5));
}

TEST_F(SimulatedTargetTest, CostsFromBeingAskedFor) {
    auto target = make({.lead_time = minutes(5), .replicas_initial = 2});
    std::ignore = target->observe(shop);
    pass(minutes(30));  // 2 replicas: 1 h
    ASSERT_TRUE(target->apply(ask("a", 6)).has_value());
    pass(minutes(30));  // 6 replicas: 3 h, 5 min of them pending
    ASSERT_TRUE(target->apply(ask("b", 1)).has_value());
    pass(minutes(60));  // 1 replica: 1 h
    EXPECT_NEAR(target->replica_hours(shop), 5.0, 1e-9);
    EXPECT_NEAR(target->replica_hours(), 5.0, 1e-9);
}

TEST_F(SimulatedTargetTest, FewerCancelsPendingOnesFirstNewestFirst) {
    auto target = make({.lead_time = minutes(5), .replicas_initial = 4});
    ASSERT_TRUE(target->apply(ask("old", 6)).has_value());
    pass(minutes(2));
    ASSERT_TRUE(target->apply(ask("new", 9)).has_value());
    ASSERT_TRUE(target->apply(ask("fewer", 5)).has_value());  // the 3 new ones and 1 old one go
    EXPECT_EQ(target->observe(shop)->ready, Replicas(4));
    EXPECT_EQ(target->observe(shop)->pending, Replicas(1));
    pass(minutes(3));  // the old one is ready 5 min after it was asked for
    EXPECT_EQ(target->observe(shop)->ready, Replicas(5));
    ASSERT_TRUE(target->apply(ask("up", 7)).has_value());
    ASSERT_TRUE(
        target->apply(ask("down", 3)).has_value());  // both pending and 2 ready ones, at once
    EXPECT_EQ(target->observe(shop)->ready, Replicas(3));
    EXPECT_EQ(target->observe(shop)->pending, Replicas(0));
}

// The world that decisions are scored in, stepped by its own two rules beside the target.
TEST_F(SimulatedTargetTest, IsTheScoredWorld) {
    for (const auto& [step, lead] : {std::pair<Duration, Duration>{minutes(1), minutes(5)},
                                     {minutes(5), seconds(300)},
                                     {minutes(2), minutes(5)},
                                     {minutes(10), minutes(5)},
                                     {minutes(1), Duration(0)}}) {
        ManualClock clock(start);
        auto target =
            *SimulatedTarget::open({.lead_time = lead, .replicas_initial = 10}, "", clock);
        const auto steps_of_lead = static_cast<int>((lead + step - Duration(1)) / step);
        int ready = 10;
        std::vector<std::pair<int, int>> pending;  // step in which it begins to serve, count
        std::int64_t billed_steps = 0;
        Rng rng(7);
        for (int t = 0; t < 500; ++t) {
            std::erase_if(pending, [&](const auto& batch) {
                if (batch.first > t) return false;
                ready += batch.second;
                return true;
            });
            const int desired = 2 + static_cast<int>(rng.below(30));
            int total = ready;
            for (const auto& batch : pending) total += batch.second;
            if (desired > total && steps_of_lead == 0) ready += desired - total;
            if (desired > total && steps_of_lead > 0)
                pending.emplace_back(t + steps_of_lead, desired - total);
            for (int excess = total - desired; excess > 0;) {
                auto& from = pending.empty() ? ready : pending.back().second;
                const int taken = std::min(from, excess);
                from -= taken;
                excess -= taken;
                if (!pending.empty() && pending.back().second == 0) pending.pop_back();
            }
            billed_steps += desired;
            ASSERT_TRUE(target->apply(ask(fmt::format("t{}", t), desired)).has_value());
            const auto seen = target->observe(shop);
            ASSERT_EQ(seen->ready, Replicas(ready)) << t;
            ASSERT_EQ(seen->total(), Replicas(desired)) << t;
            clock.advance_to(clock.now() + step);
        }
        EXPECT_NEAR(target->replica_hours(shop),
                    static_cast<double>(billed_steps) * in_seconds(step) / 3600.0, 1e-6);
    }
}

TEST_F(SimulatedTargetTest, JitterStaysWithinItsShareAndDiffersByReplica) {
    auto target = make({.lead_time = minutes(10), .lead_time_jitter = 0.2, .replicas_initial = 0});
    ASSERT_TRUE(target->apply(ask("a", 100)).has_value());
    pass(minutes(8) - Duration(1));
    EXPECT_EQ(target->observe(shop)->ready, Replicas(0));
    pass(minutes(2));
    const auto midway = target->observe(shop)->ready.value();
    EXPECT_GT(midway, 30);
    EXPECT_LT(midway, 70);
    pass(minutes(2) + Duration(1));
    EXPECT_EQ(target->observe(shop)->ready, Replicas(100));
}

/// What became of each operation: 'o' taken, 'b' no answer and no effect, 'a' no answer and an
/// effect, 'r' refused.
std::string outcomes(SimulatedTarget& target, const std::vector<int>& order, int attempts) {
    std::string out(order.size(), '?');
    for (const int i : order) {
        const auto taken_before = target.applied(shop).size();
        const auto answer = target.apply(ask(fmt::format("op{}", i), 1 + i % 50, attempts));
        const bool taken = target.applied(shop).size() > taken_before;
        char& what = out.at(static_cast<std::size_t>(i));
        if (answer)
            what = 'o';
        else if (answer.error().code == Errc::invalid_argument)
            what = 'r';
        else
            what = taken ? 'a' : 'b';
    }
    return out;
}

TEST_F(SimulatedTargetTest, FaultsFollowTheOperationNotTheOrder) {
    const SimulatedTargetSettings faulty{.failure_rate = 0.4, .refuse_rate = 0.1};
    std::vector<int> order(1000);
    std::ranges::generate(order, [i = 0]() mutable { return i++; });
    const auto forwards = outcomes(*make(faulty), order, 1);
    std::ranges::reverse(order);
    EXPECT_EQ(outcomes(*make(faulty), order, 1), forwards);
    const auto share = [&](char what) {
        return static_cast<double>(std::ranges::count(forwards, what)) / 1000.0;
    };
    EXPECT_NEAR(share('r'), 0.1, 0.03);
    EXPECT_NEAR(share('a'), 0.18, 0.04);
    EXPECT_NEAR(share('b'), 0.18, 0.04);
    EXPECT_NE(outcomes(*make(faulty), order, 2), forwards) << "the next call meets its own luck";
    auto other_seed = faulty;
    other_seed.seed = 2;
    EXPECT_NE(outcomes(*make(other_seed), order, 1), forwards);
}

TEST_F(SimulatedTargetTest, AnUnansweredCallMayHaveTakenEffectAndIsAskedAgainSafely) {
    auto target = make({.failure_rate = 0.5});
    for (int i = 0; i < 50; ++i) {
        const auto id = fmt::format("op{}", i);
        int attempts = 0;
        while (!target->apply(ask(id, 3 + i % 2, ++attempts)).has_value()) ASSERT_LT(attempts, 40);
        EXPECT_EQ(target->observe(shop)->total(), Replicas(3 + i % 2));
    }
    EXPECT_EQ(target->applied(shop).size(), 50U);
}

TEST_F(SimulatedTargetTest, OnlyAPartOfAPartialOperationEverBecomesReady) {
    auto target = make({.partial_rate = 1.0, .replicas_initial = 0});
    ASSERT_TRUE(target->apply(ask("a", 20)).has_value());
    pass(std::chrono::hours(24));
    const auto seen = *target->observe(shop);
    EXPECT_EQ(seen.total(), Replicas(20));
    EXPECT_GT(seen.pending, Replicas(0));
    ASSERT_TRUE(target->apply(ask("b", seen.ready.value()))
                    .has_value());  // cancels exactly the ones that never came
    EXPECT_EQ(target->observe(shop)->ready, seen.ready);
    EXPECT_EQ(target->observe(shop)->pending, Replicas(0));
}

TEST_F(SimulatedTargetTest, FailedLooksFollowTheTime) {
    auto target = make({.observe_failure_rate = 0.5});
    int failed = 0;
    for (int i = 0; i < 400; ++i) {
        pass(seconds(30));
        const bool answered = target->observe(shop).has_value();
        EXPECT_EQ(target->observe(shop).has_value(), answered);
        failed += answered ? 0 : 1;
    }
    EXPECT_NEAR(failed, 200, 50);
}

TEST_F(SimulatedTargetTest, OneIdStandsForOneSize) {
    auto target = make({});
    ASSERT_TRUE(target->apply(ask("a", 5)).has_value());
    const auto answer = target->apply(ask("a", 6));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Errc::conflict);
    EXPECT_EQ(target->observe(shop)->total(), Replicas(5));
}

TEST_F(SimulatedTargetTest, SettingsOutOfBoundsAreRefused) {
    for (const auto& wrong : {SimulatedTargetSettings{.lead_time = Duration(-1)},
                              SimulatedTargetSettings{.failure_rate = 1.5},
                              SimulatedTargetSettings{.partial_rate = std::nan("")},
                              SimulatedTargetSettings{.replicas_initial = -3}})
        EXPECT_EQ(SimulatedTarget::open(wrong, "", clock_).error().code, Errc::invalid_argument);
}

// --- the journal

TEST_F(SimulatedTargetTest, RemembersEverythingAfterARestart) {
    const SimulatedTargetSettings settings{
        .lead_time = minutes(5), .lead_time_jitter = 0.3, .partial_rate = 0.3};
    auto unbroken = make(settings);
    auto target = make(settings, true);
    Rng rng(3);
    for (int i = 0; i < 300; ++i) {
        const auto operation = ask(fmt::format("op{}", i), static_cast<int>(rng.below(40)));
        ASSERT_TRUE(unbroken->apply(operation).has_value());
        ASSERT_TRUE(target->apply(operation).has_value());
        pass(seconds(rng.below(400)));
        target.reset();  // as abrupt as it gets: nothing is written when it ends
        target = make(settings, true);
        ASSERT_EQ(target->observe(shop)->ready, unbroken->observe(shop)->ready) << i;
        ASSERT_EQ(target->observe(shop)->pending, unbroken->observe(shop)->pending) << i;
    }
    EXPECT_EQ(target->applied(shop).size(), 300U);
    EXPECT_NEAR(target->replica_hours(shop), unbroken->replica_hours(shop), 1e-9);
}

TEST_F(SimulatedTargetTest, AnOperationIsNotAppliedAgainAfterARestart) {
    auto target = make({}, true);
    ASSERT_TRUE(target->apply(ask("a", 5)).has_value());
    ASSERT_TRUE(target->apply(ask("b", 3)).has_value());
    target.reset();
    target = make({}, true);
    ASSERT_TRUE(target->apply(ask("a", 5)).has_value());
    EXPECT_EQ(target->observe(shop)->total(), Replicas(3));
    EXPECT_EQ(target->applied(shop)[0].asked, 2);
}

TEST_F(SimulatedTargetTest, SurvivesKillMinusNine) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        auto target = SimulatedTarget::open({}, path_, clock_);
        for (int i = 0; i < 20; ++i)
            std::ignore = (*target)->apply(ask(fmt::format("op{}", i), 3 + i));
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    auto target = make({}, true);
    EXPECT_EQ(target->applied(shop).size(), 20U);
    EXPECT_EQ(target->observe(shop)->total(), Replicas(22));
}

TEST_F(SimulatedTargetTest, ATornTailIsDroppedAtEveryLength) {
    {
        auto target = make({}, true);
        for (int i = 0; i < 3; ++i)
            ASSERT_TRUE(target->apply(ask(fmt::format("op{}", i), 5 + i)).has_value());
    }
    const auto whole = *read_file(path_);
    const auto record =
        whole.size() / 3;  // all three have the same size but for the pending replicas
    for (std::size_t size = whole.size(); size > whole.size() - record + 20; --size) {
        std::ofstream(path_, std::ios::binary | std::ios::trunc) << whole.substr(0, size);
        auto target = make({}, true);
        ASSERT_NE(target, nullptr);
        ASSERT_EQ(target->observe(shop)->total(), Replicas(size == whole.size() ? 7 : 6)) << size;
        ASSERT_TRUE(target->apply(ask("after", 9)).has_value());
        target.reset();
        target = make({}, true);
        ASSERT_EQ(target->observe(shop)->total(), Replicas(9)) << size;
    }
}

TEST_F(SimulatedTargetTest, DamageBeforeTheEndIsNotWrittenOver) {
    {
        auto target = make({}, true);
        for (int i = 0; i < 3; ++i)
            ASSERT_TRUE(target->apply(ask(fmt::format("op{}", i), 5 + i)).has_value());
    }
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(60);
    file.put('\x7f');
    file.close();
    const auto size = std::filesystem::file_size(path_);
    const auto opened = SimulatedTarget::open({}, path_, clock_);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, Errc::corrupt);
    EXPECT_NE(opened.error().message.find(path_), std::string::npos);
    EXPECT_EQ(std::filesystem::file_size(path_), size);
}

TEST_F(SimulatedTargetTest, OneProcessAtATime) {
    auto target = make({}, true);
    const auto second = SimulatedTarget::open({}, path_, clock_);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Errc::unavailable);
    EXPECT_NE(second.error().message.find("another process"), std::string::npos);
}

/// A disk that is full after `bytes`, for this process.
void limit_file_size(std::size_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

TEST_F(SimulatedTargetTest, AFullDiskMeansNothingHappened) {
    ASSERT_TRUE(make({}, true)->apply(ask("first", 5)).has_value());
    const auto size = std::filesystem::file_size(path_);
    EXPECT_EXIT(
        {
            auto target = make({}, true);
            limit_file_size(size + 50);
            const auto answer = target->apply(ask("second", 9));
            const bool unchanged =
                target->observe(shop)->total() == Replicas(5) && target->applied(shop).size() == 1;
            const bool cut_back = std::filesystem::file_size(path_) == size;
            std::exit(!answer && answer.error().code == Errc::unavailable && unchanged && cut_back
                          ? 0
                          : 1);
        },
        testing::ExitedWithCode(0), "");
    auto target = make({}, true);
    EXPECT_EQ(target->observe(shop)->total(), Replicas(5));
}

TEST_F(SimulatedTargetTest, NothingIsWrittenUnlessSomethingChanges) {
    auto target = make({.refuse_rate = 0.5}, true);
    int id = 0;
    while (!target->apply(ask(fmt::format("op{}", id), 5)).has_value()) ++id;
    const auto size = std::filesystem::file_size(path_);
    for (int i = 0; i < 100; ++i) {
        pass(seconds(30));
        std::ignore = target->observe(shop);
        std::ignore = target->apply(ask(fmt::format("op{}", id), 5, i + 2));
        std::ignore = target->replica_hours();
    }
    EXPECT_EQ(std::filesystem::file_size(path_), size);
}

TEST_F(SimulatedTargetTest, AHandThatResizesIsRemembered) {
    auto target = make({}, true);
    ASSERT_TRUE(target->apply(ask("a", 9)).has_value());
    ASSERT_TRUE(target->place(shop, Replicas(4)).has_value());
    target.reset();
    target = make({}, true);
    EXPECT_EQ(target->observe(shop)->ready, Replicas(4));
    EXPECT_EQ(target->observe(shop)->pending, Replicas(0));
    EXPECT_EQ(target->applied(shop).size(), 1U);
}

TEST_F(SimulatedTargetTest, ALongJournalIsCompactedAndStaysTrue) {
    auto target = make({.lead_time = std::chrono::hours(1)}, true);
    int id = 0;
    for (; std::filesystem::file_size(path_) <= SimulatedTarget::journal_bytes_compact; ++id)
        ASSERT_TRUE(target->apply(ask(fmt::format("op{}", id), 400 - id % 2)).has_value());
    const auto seen = *target->observe(shop);
    const auto applied = target->applied(shop).size();
    target.reset();
    target = make({.lead_time = std::chrono::hours(1)}, true);
    EXPECT_LT(std::filesystem::file_size(path_), SimulatedTarget::journal_bytes_compact / 2);
    EXPECT_EQ(target->observe(shop)->pending, seen.pending);
    EXPECT_EQ(target->applied(shop).size(), applied);
    ASSERT_TRUE(target->apply(ask("after", 3)).has_value());
    target.reset();
    target = make({}, true);
    EXPECT_EQ(target->observe(shop)->total(), Replicas(3));
}

}  // namespace
}  // namespace forescale
