// Random faults of the target and random crashes of the program around every call: the recorded
// operation alone goes on.
#include "base/archive.h"
#include "base/rng.h"
#include "execution/executor.h"
#include "execution/simulated/simulated_target.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

namespace forescale {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const Timestamp start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
const ServiceId shop("shop");
constexpr Duration lead = minutes(2);
constexpr Duration turn = seconds(30);

/// What a store keeps: bytes, so that nothing survives a crash that was not recorded.
class Record {
public:
    void put(Operation operation) {
        bytes_[operation.id] = save_state(operation, 1);
        newest_ = operation.id;
    }
    [[nodiscard]] std::vector<Operation> all() const {
        std::vector<Operation> out(bytes_.size());
        std::size_t i = 0;
        for (const auto& [id, bytes] : bytes_)
            EXPECT_TRUE(load_state(out[i++], bytes, 1).has_value());
        return out;
    }
    [[nodiscard]] std::optional<Operation> open() const {
        std::optional<Operation> found;
        for (auto& operation : all()) {
            if (!is_open(operation.state)) continue;
            EXPECT_FALSE(found.has_value()) << "two open operations of one service";
            found = operation;
        }
        return found;
    }

private:
    std::map<std::string, std::string> bytes_;
    std::string newest_;
};

/// The program around the Executor, reduced to what touches operations, with crashes wherever
/// something is between two records.
class Program {
public:
    Program(std::uint64_t seed, std::string journal) : rng_(seed), journal_(std::move(journal)) {
        settings_ = {.lead_time = lead,
                     .lead_time_jitter = 0.3,
                     .seed = static_cast<std::int64_t>(seed),
                     .failure_rate = 0.3,
                     .refuse_rate = 0.1,
                     .partial_rate = 0.2,
                     .observe_failure_rate = 0.1,
                     .replicas_initial = 5};
        restart();
    }
    ~Program() { std::filesystem::remove(journal_); }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    void run_turn(bool wants_change) {
        clock_.advance_to(clock_.now() + turn);
        if (rng_.uniform() < 0.01)
            clock_.advance_to(clock_.now() + minutes(rng_.below(40)));  // down for a while
        auto seen = target_->observe(shop);
        if (!seen) return;
        if (auto open = record_.open()) {
            const int ready_before = seen->ready.value();
            auto moved = executor_->advance(*open, *seen, lead, clock_.now());
            check_rollback(moved, ready_before);
            if (crashes()) return restart();
            if (moved) record_.put(*moved);
            if (moved) return;
        }
        if (wants_change) decide(*seen);
    }

    void settle() {
        // A call may be answered with "unavailable" ever again, each time with less likelihood: the
        // end comes.
        for (int i = 0; i < 400 && record_.open(); ++i) run_turn(false);
    }

    [[nodiscard]] const Record& record() const { return record_; }
    [[nodiscard]] SimulatedTarget& target() { return *target_; }
    [[nodiscard]] int crash_count() const { return crash_count_; }
    void expect_every_end_known();

private:
    void decide(const Capacity& seen) {
        Decision decision;
        decision.id = fmt::format("shop-{}", clock_.now().time_since_epoch().count());
        decision.service = shop;
        decision.inputs.capacity = seen;
        decision.desired = Replicas(2 + static_cast<int>(rng_.below(20)));
        auto operation = executor_->intend(decision, clock_.now());
        if (!operation) return;
        if (crashes()) return restart();
        if (auto open = record_.open())
            record_.put(Executor::supersede(*open, *operation, clock_.now()));
        record_.put(*operation);
        if (crashes()) return restart();
        const auto after = executor_->execute(*operation, clock_.now());
        if (crashes()) return restart();
        record_.put(after);
    }
    void check_rollback(const std::optional<Operation>& moved, int ready_before) {
        if (!moved || moved->state != OperationState::rolled_back) return;
        const auto applied = target_->applied(shop);
        ASSERT_FALSE(applied.empty());
        EXPECT_GE(applied.back().to.value(), std::min(ready_before, moved->to.value()))
            << "took away replicas that serve";
    }
    bool crashes() { return rng_.uniform() < 0.15; }
    void restart() {
        ++crash_count_;
        executor_.reset();
        target_.reset();
        auto opened = SimulatedTarget::open(settings_, journal_, clock_);
        ASSERT_TRUE(opened.has_value()) << opened.error().message;
        target_ = std::move(*opened);
        executor_.emplace(*target_, ExecutorSettings{});
    }

    Rng rng_;
    std::string journal_;
    SimulatedTargetSettings settings_;
    ManualClock clock_{start};
    Record record_;
    std::unique_ptr<SimulatedTarget> target_;
    std::optional<Executor> executor_;
    int crash_count_ = 0;
};

void Program::expect_every_end_known() {
    std::map<std::string, Replicas> effects;
    for (const auto& applied : target_->applied(shop)) {
        const auto [known, is_new] = effects.emplace(applied.id, applied.to);
        EXPECT_TRUE(is_new) << applied.id << " took effect twice";
    }
    for (const auto& operation : record_.all()) {
        EXPECT_FALSE(is_open(operation.state)) << operation.id << " " << operation.detail;
        const auto effect = effects.find(operation.id);
        const bool took_effect = effect != effects.end();
        if (took_effect) {
            EXPECT_EQ(effect->second, operation.to) << operation.id;
        }
        // Failed means that nothing was changed, unless it says that going back was refused.
        const bool went_back = operation.detail.starts_with("not ready in time");
        EXPECT_FALSE(operation.state == OperationState::failed && took_effect && !went_back)
            << operation.id << " " << operation.detail;
        const bool claims_effect = operation.state == OperationState::done ||
                                   operation.state == OperationState::rolled_back;
        EXPECT_TRUE(took_effect || !claims_effect)
            << operation.id << " is " << to_string(operation.state) << " and was never applied";
    }
}

TEST(Crash, EveryOperationEndsKnownAndTakesEffectAtMostOnce) {
    int crashes = 0;
    std::map<OperationState, int> ends;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        const auto journal =
            testing::TempDir() + fmt::format("forescale-crash-{}-{}.journal", ::getpid(), seed);
        std::filesystem::remove(journal);
        Program program(seed, journal);
        Rng rng(seed * 77);
        for (int i = 0; i < 400; ++i) program.run_turn(rng.uniform() < 0.1);
        program.settle();
        program.expect_every_end_known();
        crashes += program.crash_count();
        for (const auto& operation : program.record().all()) ++ends[operation.state];
        if (HasFailure()) return;
    }
    // That the test went everywhere.
    EXPECT_GT(crashes, 500);
    for (const auto state : {OperationState::done, OperationState::failed,
                             OperationState::rolled_back, OperationState::superseded})
        EXPECT_GT(ends[state], 20) << to_string(state);
}

}  // namespace
}  // namespace forescale
