#include "decision/control_state.h"

#include "decision/decide.h"

#include <gmock/gmock.h>

namespace forescale {
namespace {

using std::chrono::minutes;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Timestamp noon{std::chrono::hours(24 * 20'000 + 12)};
constexpr Duration patience = minutes(15);

Service shop() {
    Service service;
    service.id = ServiceId("shop");
    service.capacity_per_replica = Demand(100.0);
    service.policy.replicas_min = Replicas(1);
    service.policy.scale_down.stabilization_window = Duration(0);
    service.policy.quantile = 0.99;
    service.policy.tolerance = 0.0;
    return service;
}

/// One service in mode approve whose size stays at 10 and whose planned demand is given per turn.
class Approving : public ::testing::Test {
protected:
    /// The decision of the next turn, when `wanted` replicas are wanted.
    Decision turn(int wanted) {
        now_ += minutes(1);
        notes_ = control_.expire(now_);
        DecisionInputs inputs;
        inputs.capacity = {.ready = Replicas(size_), .pending = Replicas(0), .seen_at = now_};
        inputs.newest = {.at = now_, .value = 1.0};
        inputs.confidence = 1.0;
        inputs.capacity_per_replica = service_.capacity_per_replica;
        inputs.lead_demand = LeadDemand{.from = now_, .lead = minutes(5)};
        inputs.lead_demand->quantiles.fill(wanted * 100.0);
        inputs.mode = control_.mode(Mode::approve);
        inputs.approval = control_.approval();
        Decision decision = decide(service_, std::move(inputs), now_, memory_);
        for (auto& note : control_.settle(decision, false, patience)) notes_.push_back(note);
        if (decision.acts) size_ = decision.desired.value();
        return decision;
    }
    Control word(ControlKind kind, const std::string& proposal = {}) {
        Control control;
        control.at = now_;
        control.service = service_.id;
        control.kind = kind;
        control.by = "kim";
        control.proposal = proposal;
        return control;
    }
    ControlNote approve(const std::string& id) {
        return control_.take(word(ControlKind::approve, id), now_);
    }
    [[nodiscard]] bool noted(std::string_view kind) const {
        return std::ranges::any_of(notes_, [&](const ControlNote& n) { return n.kind == kind; });
    }

    Service service_ = shop();
    ControlState control_;
    DecisionState memory_;
    Timestamp now_ = noon;
    int size_ = 10;
    std::vector<ControlNote> notes_;
};

TEST_F(Approving, NothingIsDoneBeforeSomebodySaysSo) {
    const auto decision = turn(12);
    EXPECT_FALSE(decision.acts);
    EXPECT_EQ(decision.desired, Replicas(12)) << "the record says what would have been done";
    EXPECT_THAT(decision.sentence, HasSubstr("Proposing to scale shop from 10 to 12"));
    ASSERT_TRUE(control_.proposal());
    EXPECT_EQ(control_.proposal()->to, Replicas(12));
    EXPECT_TRUE(noted("proposal"));
    EXPECT_FALSE(memory_.last_change) << "what is not done starts no cooldown";
    EXPECT_EQ(size_, 10);
}

TEST_F(Approving, AnApprovalIsUsedOnce) {
    turn(12);
    EXPECT_EQ(approve(control_.proposal()->id).kind, "approval");
    const auto decision = turn(12);
    EXPECT_TRUE(decision.acts);
    EXPECT_EQ(size_, 12);
    EXPECT_TRUE(noted("approval_used"));
    EXPECT_EQ(decision.inputs.approval->by, "kim");
    EXPECT_FALSE(control_.approval());
    EXPECT_FALSE(control_.proposal());
    EXPECT_FALSE(turn(13).acts) << "the next change needs a word of its own";
}

TEST_F(Approving, TheSameProposalKeepsItsNameUntilItExpires) {
    turn(12);
    const auto first = control_.proposal()->id;
    turn(12);
    EXPECT_EQ(control_.proposal()->id, first);
    EXPECT_FALSE(noted("proposal"));
    now_ += patience;
    turn(12);
    EXPECT_TRUE(noted("proposal_expired"));
    EXPECT_NE(control_.proposal()->id, first) << "it is wanted still, so it is proposed anew";
    EXPECT_EQ(approve(first).kind, "approval_refused");
    EXPECT_FALSE(turn(12).acts);
}

TEST_F(Approving, MoreMayBeGrantedThanWasApproved) {
    turn(12);
    const auto approved = control_.proposal()->id;
    turn(15);
    EXPECT_NE(control_.proposal()->id, approved);
    EXPECT_EQ(approve(approved).kind, "approval") << "a replaced proposal may still be approved";
    turn(18);
    EXPECT_EQ(size_, 18);
}

TEST_F(Approving, FewerAreGrantedWhenLessIsNeededByThen) {
    turn(15);
    approve(control_.proposal()->id);
    turn(11);
    EXPECT_EQ(size_, 11);
}

TEST_F(Approving, AScaleDownNeverGoesBeyondWhatWasShown) {
    turn(6);
    approve(control_.proposal()->id);
    const auto decision = turn(4);
    EXPECT_EQ(decision.desired, Replicas(6));
    EXPECT_EQ(decision.steps.back().rule, "mode");
    EXPECT_EQ(decision.steps.back().before, Replicas(4));
    EXPECT_EQ(size_, 6);
    turn(4);
    EXPECT_EQ(size_, 6) << "the rest is a new proposal";
    EXPECT_EQ(control_.proposal()->to, Replicas(4));
}

TEST_F(Approving, AScaleDownStopsWhereTheFloorHasRisenTo) {
    turn(6);
    approve(control_.proposal()->id);
    turn(9);
    EXPECT_EQ(size_, 9);
}

TEST_F(Approving, AnApprovalSaysNothingAboutTheOtherDirection) {
    turn(6);
    approve(control_.proposal()->id);
    EXPECT_FALSE(turn(12).acts);
    EXPECT_TRUE(noted("approval_lapsed"));
    EXPECT_EQ(size_, 10);
    EXPECT_FALSE(turn(6).acts) << "it has lapsed for good";
}

TEST_F(Approving, ARejectionHoldsUntilTheProposalWouldHaveExpired) {
    turn(12);
    const auto id = control_.proposal()->id;
    EXPECT_EQ(control_.take(word(ControlKind::reject, id), now_).kind, "rejection");
    turn(12);
    EXPECT_FALSE(control_.proposal());
    turn(13);
    EXPECT_TRUE(control_.proposal()) << "more than what was rejected is another question";
    now_ += patience;
    turn(12);
    EXPECT_TRUE(control_.proposal());
}

TEST_F(Approving, AProposalIsWithdrawnWhenNothingHasToChange) {
    turn(12);
    const auto id = control_.proposal()->id;
    turn(10);
    EXPECT_FALSE(control_.proposal());
    EXPECT_EQ(approve(id).kind, "approval_refused");
}

TEST_F(Approving, AnApprovalThatCouldNotBeCarriedOutHolds) {
    turn(12);
    approve(control_.proposal()->id);
    size_ = 10;
    const auto decision = turn(12);
    size_ = 10;
    control_.give_back(*decision.inputs.approval);
    EXPECT_TRUE(turn(12).acts);
    turn(14);
    approve(control_.proposal()->id);
    now_ += patience;
    EXPECT_FALSE(turn(14).acts) << "not for ever";
    EXPECT_TRUE(noted("approval_lapsed"));
}

TEST(ControlState, AModeReturnsByItself) {
    ControlState control;
    EXPECT_EQ(control.mode(Mode::automatic), Mode::automatic);
    Control word;
    word.kind = ControlKind::mode;
    word.mode = Mode::observe;
    word.until = noon + minutes(10);
    EXPECT_EQ(control.take(word, noon).kind, "mode");
    EXPECT_THAT(control.expire(noon + minutes(9)), IsEmpty());
    EXPECT_EQ(control.mode(Mode::automatic), Mode::observe);
    EXPECT_THAT(control.expire(noon + minutes(10)), SizeIs(1));
    EXPECT_EQ(control.mode(Mode::automatic), Mode::automatic);
    EXPECT_EQ(control.take(word, noon + minutes(10)).kind, "mode_expired");
    word.until.reset();
    std::ignore = control.take(word, noon);
    word.mode.reset();
    std::ignore = control.take(word, noon);
    EXPECT_EQ(control.mode(Mode::approve), Mode::approve);
}

TEST(ControlState, ResumingOneDirectionLeavesTheOtherPaused) {
    ControlState control;
    Control word;
    word.kind = ControlKind::pause;
    word.direction = Direction::both;
    word.until = noon + minutes(10);
    std::ignore = control.take(word, noon);
    word.direction = Direction::down;
    word.until = noon + minutes(5);
    std::ignore = control.take(word, noon);
    ASSERT_THAT(control.pauses(), SizeIs(2));
    word.kind = ControlKind::resume;
    word.direction = Direction::up;
    std::ignore = control.take(word, noon);
    ASSERT_THAT(control.pauses(), SizeIs(1));
    EXPECT_EQ(control.pauses()[0].direction, Direction::down);
    EXPECT_EQ(control.pauses()[0].until, noon + minutes(10)) << "the longer one of the two";
    EXPECT_THAT(control.expire(noon + minutes(10)), SizeIs(1));
    EXPECT_THAT(control.pauses(), IsEmpty());
}

TEST(ControlState, ObserveAndRecommendNeverAct) {
    for (const Mode mode : {Mode::observe, Mode::recommend}) {
        DecisionState memory;
        DecisionInputs inputs;
        inputs.capacity = {.ready = Replicas(10), .pending = Replicas(0), .seen_at = noon};
        inputs.newest = {.at = noon, .value = 2000.0};
        inputs.mode = mode;
        const auto decision = decide(shop(), std::move(inputs), noon, memory);
        EXPECT_TRUE(decision.changes());
        EXPECT_FALSE(decision.acts);
        EXPECT_EQ(decision.steps.back().rule, "mode");
        EXPECT_THAT(memory.changes, IsEmpty());
    }
}

}  // namespace
}  // namespace forescale
