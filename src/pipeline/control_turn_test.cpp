#include "pipeline/test_world.h"

#include <gmock/gmock.h>

namespace forescale {
namespace {

using namespace testing_world;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Controlled : public ::testing::Test {
protected:
    Controlled() { open("store"); }

    void open(const std::string& name) {
        world_.reset();
        if (folder_.empty()) folder_ = fresh_folder(name);
        world_.emplace(folder_,
                       std::vector<std::pair<ServiceId, Traffic>>{{ServiceId("shop"), wave}},
                       SimulatedTargetSettings{.lead_time_jitter = 0.0, .failure_rate = 0.0});
        ASSERT_TRUE(world_->start());
    }
    Control word(ControlKind kind) {
        Control control;
        control.at = world_->now();
        control.service = ServiceId("shop");
        control.kind = kind;
        control.by = "kim";
        control.why = "a test";
        return control;
    }
    void say(Control control) { ASSERT_TRUE(world_->pipeline->accept_control(std::move(control))); }
    void set(Mode mode, std::optional<Timestamp> until = {}) {
        auto control = word(ControlKind::mode);
        control.mode = mode;
        control.until = until;
        say(control);
    }
    void pause(Direction direction, Timestamp until) {
        auto control = word(ControlKind::pause);
        control.direction = direction;
        control.until = until;
        say(control);
    }
    void await_proposal() {
        set(Mode::approve);
        do turns(1);
        while (!proposal() || proposal()->proposed_at != world_->now());
    }
    void approve() {
        auto control = word(ControlKind::approve);
        control.proposal = proposal()->id;
        say(control);
    }
    [[nodiscard]] const ServiceState& state() const {
        return *world_->pipeline->services().front();
    }
    [[nodiscard]] const std::optional<Proposal>& proposal() const {
        return state().turn().control.proposal();
    }
    [[nodiscard]] int size() const { return state().seen->total().value(); }
    void turns(int count) { world_->run(world_->now() + count * std::chrono::seconds(30)); }
    std::vector<std::string> audited(const std::string& kind) {
        std::vector<std::string> out;
        const auto entries = world_->store().audit(1, 100'000);
        for (const auto& entry : *entries)
            if (entry.kind == kind) out.push_back(entry.body);
        return out;
    }

    std::string folder_;
    std::optional<World> world_;
};

TEST_F(Controlled, InModeObserveTheTargetIsNeverCalled) {
    set(Mode::observe);
    world_->run(begin + hours(10));
    EXPECT_EQ(world_->applied(), 0);
    const auto decisions = world_->store().decisions({.rows_max = 10'000});
    ASSERT_TRUE(decisions);
    EXPECT_TRUE(std::ranges::any_of(*decisions, [](const Decision& d) { return d.changes(); }));
    EXPECT_TRUE(std::ranges::none_of(*decisions, [](const Decision& d) { return d.acts; }));
    EXPECT_LT(decisions->size(), 300U) << "what is only said is not recorded every turn";
    set(Mode::automatic);
    turns(2);
    EXPECT_GT(world_->applied(), 0);
}

TEST_F(Controlled, AModeEndsByItself) {
    set(Mode::observe, begin + hours(2));
    world_->run(begin + hours(2) - minutes(1));
    EXPECT_EQ(world_->applied(), 0);
    world_->run(begin + hours(2) + minutes(1));
    EXPECT_GT(world_->applied(), 0);
    EXPECT_EQ(audited("mode_expired").size(), 1U);
}

TEST_F(Controlled, ARecommendationIsAnAlert) {
    set(Mode::recommend);
    world_->run(begin + hours(8));
    EXPECT_TRUE(world_->fires("recommendation"));
    set(Mode::automatic);
    turns(1);
    EXPECT_FALSE(world_->fires("recommendation"));
}

TEST_F(Controlled, AProposalIsAppliedOnceItIsApproved) {
    await_proposal();
    EXPECT_EQ(world_->applied(), 0);
    EXPECT_TRUE(world_->fires("approval_pending"));
    const int before = size();
    approve();
    turns(1);
    EXPECT_EQ(world_->applied(), 1);
    EXPECT_FALSE(proposal());
    turns(1);
    EXPECT_NE(size(), before);
    EXPECT_EQ(audited("control").size(), 2U);
    ASSERT_EQ(audited("approval_used").size(), 1U);
    EXPECT_THAT(audited("approval_used")[0], ::testing::HasSubstr("kim"));
    ASSERT_GE(world_->happened.size(), 2U);
    EXPECT_TRUE(world_->happened[0].starts_with("write:")) << "recorded before applied";
    EXPECT_TRUE(world_->happened[1].starts_with("apply:"));
}

TEST_F(Controlled, AnApprovalHoldsUntilTheStoreIsBack) {
    await_proposal();
    approve();
    world_->breakable_store().broken = true;
    turns(2);
    EXPECT_EQ(world_->applied(), 0);
    EXPECT_FALSE(state().open);
    world_->breakable_store().broken = false;
    turns(2);
    EXPECT_EQ(world_->applied(), 1);
}

TEST_F(Controlled, APauseHoldsADirectionAndEnds) {
    world_->run(begin + hours(4));
    pause(Direction::up, begin + hours(9));
    turns(1);
    const int before = size();
    world_->run(begin + hours(9) - minutes(1));
    EXPECT_LE(size(), before);
    EXPECT_EQ(state().decision->reason, Reason::pause);
    world_->run(begin + hours(9) + minutes(2));
    EXPECT_GT(size(), before);
    EXPECT_EQ(audited("pause_expired").size(), 1U);
}

TEST_F(Controlled, WhatTheTargetHasNotAcceptedIsWithdrawn) {
    world_->run(begin + hours(4));
    world_->breakable_target().refuses = true;
    while (!state().open || state().open->state != OperationState::intended) turns(1);
    const int asked = world_->applied();
    set(Mode::observe);
    turns(20);
    EXPECT_EQ(world_->applied(), asked);
    EXPECT_FALSE(state().open);
    EXPECT_EQ(state().newest_operation->state, OperationState::withdrawn);
}

TEST_F(Controlled, WhatWasSaidSurvivesAKillBeforeTheNextTurn) {
    world_->run(begin + hours(1));
    set(Mode::observe);
    open("store");
    EXPECT_EQ(state().mode(), Mode::observe);
    pause(Direction::down, begin + hours(5));
    turns(1);
    open("store");
    open("store");
    EXPECT_EQ(state().mode(), Mode::observe);
    EXPECT_EQ(state().turn().control.pauses().size(), 1U);
    EXPECT_EQ(audited("control").size(), 2U);
    set(Mode::automatic);
    turns(1);
    EXPECT_EQ(state().mode(), Mode::automatic);
}

TEST_F(Controlled, AnApprovalSurvivesAKill) {
    await_proposal();
    const auto id = proposal()->id;
    say(word(ControlKind::resume));  // stored at once, and the turns before it
    open("store");
    ASSERT_TRUE(proposal());
    EXPECT_EQ(proposal()->id, id);
    approve();
    open("store");
    turns(1);
    EXPECT_EQ(world_->applied(), 1);
    open("store");
    turns(1);
    EXPECT_EQ(audited("approval_used").size(), 1U);
}

}  // namespace
}  // namespace forescale
