#include "domain/decision.h"

#include "base/archive.h"
#include "domain/alert.h"
#include "domain/event.h"
#include "domain/operation.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale {
namespace {

/// Every enumerator that has a name: the first `count` values, and none after them.
template <class Enum>
void expect_names(std::uint8_t count) {
    std::set<std::string_view> names;
    for (std::uint8_t i = 0; i < count; ++i) names.insert(to_string(Enum{i}));
    EXPECT_EQ(names.size(), count) << "each has a name of its own";
    EXPECT_FALSE(names.contains("unknown"));
    EXPECT_EQ(to_string(Enum{count}), "unknown") << "the test knows all of them";
}

TEST(Names, EveryEnumeratorHasOne) {
    expect_names<Reason>(25);
    expect_names<OperationState>(7);
    expect_names<SampleState>(5);
    expect_names<Severity>(3);
    expect_names<HealthState>(3);
}

TEST(Reason, IsReadBackFromItsName) {
    for (std::uint8_t i = 0; i < 25; ++i)
        EXPECT_EQ(parse_reason(to_string(Reason{i})).value(), Reason{i});
    EXPECT_THAT(parse_reason("whim").error().message, testing::HasSubstr("'whim'"));
    EXPECT_FALSE(parse_reason("unknown"));
    EXPECT_FALSE(parse_reason(""));
}

TEST(OperationState, IsReadBackFromItsName) {
    for (std::uint8_t i = 0; i < 7; ++i)
        EXPECT_EQ(parse_operation_state(to_string(OperationState{i})).value(), OperationState{i});
    EXPECT_FALSE(parse_operation_state("unknown"));
}

TEST(OperationState, OnlyTheFirstTwoAreOpen) {
    EXPECT_TRUE(is_open(OperationState::intended));
    EXPECT_TRUE(is_open(OperationState::executing));
    for (const auto state :
         {OperationState::done, OperationState::superseded, OperationState::failed,
          OperationState::rolled_back, OperationState::withdrawn})
        EXPECT_FALSE(is_open(state));
}

TEST(Decision, ChangesWhenItWantsAnotherTotal) {
    Decision decision;
    decision.inputs.capacity = {.ready = Replicas(3), .pending = Replicas(2), .seen_at = {}};
    decision.desired = Replicas(5);
    EXPECT_FALSE(decision.changes()) << "what is on its way counts";
    decision.desired = Replicas(3);
    EXPECT_TRUE(decision.changes());
}

TEST(Window, KnowsItsMeanAndItsEnd) {
    const Window window{.start = Timestamp(Duration(60'000)),
                        .width = std::chrono::minutes(1),
                        .count = 4,
                        .sum = 10.0,
                        .min = 1.0,
                        .max = 4.0,
                        .last = 2.0,
                        .state = SampleState::present};
    EXPECT_DOUBLE_EQ(window.mean(), 2.5);
    EXPECT_EQ(window.end(), Timestamp(Duration(120'000)));
    EXPECT_TRUE(window.present());
    EXPECT_FALSE(Window{}.present());
    EXPECT_EQ(Window{}.state, SampleState::missing) << "missing is not zero";
}

TEST(BusinessEvent, IsActiveFromItsStartToBeforeItsEnd) {
    BusinessEvent event;
    event.start = Timestamp(Duration(100));
    event.end = Timestamp(Duration(200));
    EXPECT_FALSE(event.active_at(Timestamp(Duration(99))));
    EXPECT_TRUE(event.active_at(Timestamp(Duration(100))));
    EXPECT_TRUE(event.active_at(Timestamp(Duration(199))));
    EXPECT_FALSE(event.active_at(Timestamp(Duration(200))));
    event.cancelled = true;
    EXPECT_FALSE(event.active_at(Timestamp(Duration(150))));
}

TEST(State, OfTheNounsIsReadBack) {
    Operation operation{.id = "shop-1",
                        .service = ServiceId("shop"),
                        .from = Replicas(3),
                        .to = Replicas(5),
                        .state = OperationState::executing,
                        .intended_at = Timestamp(Duration(1)),
                        .changed_at = Timestamp(Duration(2)),
                        .attempts = 1,
                        .detail = "accepted"};
    Operation copy;
    const auto state = save_state(operation, 1);
    ASSERT_TRUE(load_state(copy, state, 1));
    EXPECT_EQ(save_state(copy, 1), state);
    EXPECT_EQ(copy.service, operation.service);
    EXPECT_EQ(copy.to, operation.to);
    Window window{.start = Timestamp(Duration(60'000)),
                  .width = std::chrono::minutes(1),
                  .count = 1,
                  .sum = 2.5};
    Window read;
    ASSERT_TRUE(load_state(read, save_state(window, 1), 1));
    EXPECT_EQ(read, window);
}

TEST(ServiceId, OrdersAndPrintsByName) {
    EXPECT_LT(ServiceId("blog"), ServiceId("shop"));
    EXPECT_EQ(fmt::format("<{:>6}>", ServiceId("shop")), "<  shop>");
}

// The defaults of a HorizontalPodAutoscaler, autoscaling/v2, but for the 300 s before a scale-down.
TEST(ScalingRules, DefaultsAreThoseOfTheHpaButForALongerLookBack) {
    const ScalingPolicy policy;
    EXPECT_EQ(policy.scale_up.stabilization_window, Duration(0));
    ASSERT_EQ(policy.scale_up.policies.size(), 2U);
    EXPECT_EQ(policy.scale_up.policies[0].value, 4);
    EXPECT_EQ(policy.scale_up.policies[1].value, 100);
    EXPECT_EQ(policy.scale_down.stabilization_window, std::chrono::minutes(30));
    ASSERT_EQ(policy.scale_down.policies.size(), 1U);
    EXPECT_EQ(policy.scale_down.policies[0].period, std::chrono::seconds(15));
}

}  // namespace
}  // namespace forescale
