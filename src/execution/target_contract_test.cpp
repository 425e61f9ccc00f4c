// What every target promises, over the whole list: a new kind is tested by being on it.
#include "execution/targets.h"

#include <gtest/gtest.h>

namespace forescale {
namespace {

const Timestamp start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
const ServiceId shop("shop");

class TargetContract : public testing::TestWithParam<std::string_view> {
protected:
    void SetUp() override {
        auto made = make_target(GetParam(), TargetSettings{}, clock_);
        ASSERT_TRUE(made.has_value()) << made.error().message;
        target_ = std::move(*made);
    }
    Operation ask(std::string id, int to) {
        const auto now = clock_.now();
        return {.id = std::move(id),
                .service = shop,
                .from = look().total(),
                .to = Replicas(to),
                .state = OperationState::intended,
                .intended_at = now,
                .changed_at = now,
                .attempts = 1,
                .detail = {}};
    }
    Capacity look() {
        const auto seen = target_->observe(shop);
        EXPECT_TRUE(seen.has_value()) << seen.error().message;
        return seen.value_or(Capacity{});
    }
    void pass(Duration time) { clock_.advance_to(clock_.now() + time); }

    ManualClock clock_{start};
    std::unique_ptr<Target> target_;
};

TEST_P(TargetContract, TheSizeAskedForIsTheTotalAtOnceAndReadyInTheEnd) {
    ASSERT_TRUE(target_->apply(ask("up", 7)).has_value());
    EXPECT_EQ(look().total(), Replicas(7));
    pass(std::chrono::hours(1));
    EXPECT_EQ(look().ready, Replicas(7));
    ASSERT_TRUE(target_->apply(ask("down", 3)).has_value());
    EXPECT_EQ(look().total(), Replicas(3));
}

TEST_P(TargetContract, LooksSayWhen) {
    pass(std::chrono::seconds(77));
    EXPECT_EQ(look().seen_at, clock_.now());
}

TEST_P(TargetContract, LookingChangesNothing) {
    const auto before = look();
    for (int i = 0; i < 5; ++i) std::ignore = look();
    EXPECT_EQ(look().total(), before.total());
}

TEST_P(TargetContract, AskingTwiceEqualsAskingOnce) {
    auto operation = ask("up", 7);
    ASSERT_TRUE(target_->apply(operation).has_value());
    pass(std::chrono::hours(1));
    ++operation.attempts;
    ASSERT_TRUE(target_->apply(operation).has_value());
    EXPECT_EQ(look().ready, Replicas(7));
    EXPECT_EQ(look().pending, Replicas(0));
}

TEST_P(TargetContract, SizesAreAbsolute) {
    ASSERT_TRUE(target_->apply(ask("a", 5)).has_value());
    ASSERT_TRUE(target_->apply(ask("b", 5)).has_value());
    EXPECT_EQ(look().total(), Replicas(5));
}

TEST_P(TargetContract, ServicesDoNotTouchOneAnother) {
    const auto other = ServiceId("blog");
    const auto before = target_->observe(other)->total();
    ASSERT_TRUE(target_->apply(ask("up", 9)).has_value());
    EXPECT_EQ(target_->observe(other)->total(), before);
}

TEST_P(TargetContract, ANegativeSizeIsRefusedForGood) {
    const auto answer = target_->apply(ask("wrong", -1));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Errc::invalid_argument);
}

std::vector<std::string_view> kinds() {
    std::vector<std::string_view> names;
    for (const auto& [name, factory] : targets()) names.push_back(name);
    return names;
}
INSTANTIATE_TEST_SUITE_P(Targets, TargetContract, testing::ValuesIn(kinds()),
                         [](const auto& kind) { return std::string(kind.param); });

TEST(Targets, AnUnknownKindNamesTheKnownOnes) {
    ManualClock clock(start);
    const auto made = make_target("simulatd", {}, clock);
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().code, Errc::not_found);
    EXPECT_NE(made.error().message.find("simulated"), std::string::npos);
}

}  // namespace
}  // namespace forescale
