#include "decision/decide.h"

#include "base/archive.h"
#include "decision/decide_size.h"

#include <chrono>

#include <gtest/gtest.h>

namespace forescale {
namespace {

constexpr Timestamp noon{std::chrono::hours(24 * 20'000 + 12)};

Service shop() {
    Service service;
    service.id = ServiceId("shop");
    service.policy.quantile = 0.99;
    service.policy.headroom = 0.0;
    service.policy.scale_down.stabilization_window = std::chrono::minutes(5);
    return service;
}

/// Demand that is spread evenly over 0..1000 requests: the level is the demand / 1000.
LeadDemand even_demand() {
    LeadDemand demand{.from = noon, .lead = std::chrono::minutes(5)};
    for (std::size_t i = 0; i < quantile_levels.size(); ++i)
        demand.quantiles.at(i) = 1000.0 * quantile_levels.at(i);
    return demand;
}

DecisionInputs inputs(int ready, double measured) {
    DecisionInputs in;
    in.capacity.ready = Replicas(ready);
    in.newest = {noon, measured, SampleState::present};
    in.lead_demand = even_demand();
    in.lead_time = std::chrono::minutes(5);
    in.confidence = 0.9;
    in.capacity_per_replica = Demand(90.0);
    return in;
}

TEST(Decide, SaysInOneSentenceWhatItDoesAndWhy) {
    DecisionState state;
    Service service = shop();
    service.policy.headroom = 0.1;
    service.policy.quantile = 0.7;
    const Decision decision = decide(service, inputs(6, 100), noon, state);
    EXPECT_EQ(decision.sentence,
              "Scaling shop from 6 to 9: demand is planned at 700 (70 % level over the next 5m), "
              "with 10 % headroom; one replica serves 90.");
    EXPECT_EQ(decision.id, "shop-20241004T120000Z");
    EXPECT_DOUBLE_EQ(decision.demand_planned, 700.0);
    EXPECT_TRUE(decision.changes());
}

DecisionInputs without_forecast(DecisionInputs in) {
    in.lead_demand.reset();
    in.path.clear();
    in.confidence = 0.0;
    return in;
}

TEST(Decide, AForecastThatFailsForAMomentStandsIn) {
    using std::chrono::minutes;
    DecisionState state;
    Service service = shop();
    service.policy.quantile = 0.7;
    service.policy.scale_down.stabilization_window = Duration(0);
    const Decision first = decide(service, inputs(8, 100), noon, state);
    EXPECT_EQ(first.desired, Replicas(8));
    const auto failing = [&](Duration age) {
        DecisionInputs in = without_forecast(inputs(8, 100));
        in.newest.at = noon + age;
        return decide(service, in, noon + age, state);
    };
    for (const minutes age : {minutes(5), minutes(30)}) {
        const Decision bridged = failing(age);
        EXPECT_EQ(bridged.desired, Replicas(8));
        EXPECT_EQ(ground_of(bridged.reason), Ground::forecast);
        EXPECT_EQ(bridged.inputs.lead_demand_age, age);
        EXPECT_NE(bridged.sentence.find("by the forecast of"), std::string::npos);
    }
    const Decision old = failing(minutes(31));
    EXPECT_EQ(ground_of(old.reason), Ground::reactive) << "it is too old";
    EXPECT_FALSE(old.inputs.lead_demand);
    EXPECT_EQ(ground_of(failing(minutes(32)).reason), Ground::reactive);
}

TEST(Decide, AForecastThatStandsInGrowsAsItSaidAndGivesNothingBack) {
    using std::chrono::minutes;
    for (const double later : {1.5, 0.5}) {
        DecisionState state;
        Service service = shop();
        service.policy.quantile = 0.7;
        service.policy.scale_down.stabilization_window = Duration(0);
        DecisionInputs in = inputs(8, 100);
        in.path = {{noon, 400.0}, {noon + minutes(15), 400.0 * later}};
        std::ignore = decide(service, in, noon, state);
        DecisionInputs failing = without_forecast(inputs(8, 100));
        failing.newest.at = noon + minutes(10);
        const Decision made = decide(service, failing, noon + minutes(10), state);
        EXPECT_EQ(made.desired, Replicas(later > 1.0 ? 12 : 8)) << "700 x 1.5 at 90 each, or as is";
    }
}

TEST(Decide, AForecastThatGoesOnDoubtingItselfIsLeftSoon) {
    DecisionState state;
    const Service service = shop();
    const auto ground_after = [&](int minutes, double confidence) {
        DecisionInputs in = inputs(11, 100);
        in.newest.at = noon + std::chrono::minutes(minutes);
        in.confidence = confidence;
        const Decision made = decide(service, in, in.newest.at, state);
        return made.inputs.lead_demand_age > Duration(0) || trusts_forecast(service.policy, in);
    };
    EXPECT_TRUE(ground_after(0, 0.9));
    EXPECT_TRUE(ground_after(10, 0.1));
    EXPECT_FALSE(ground_after(11, 0.1));
}

TEST(Decide, AForecastThatIsNotConfidentEnoughIsNoReasonToFlip) {
    DecisionState state;
    const Service service = shop();
    int grounds = 0;
    std::optional<Ground> before;
    for (int turn = 0; turn < 100; ++turn) {
        DecisionInputs in = inputs(11, 100);
        in.newest.at = noon + turn * std::chrono::seconds(30);
        in.confidence = turn % 2 == 0 ? 0.21 : 0.19;  // around confidence_min
        const Decision made = decide(service, in, in.newest.at, state);
        if (before != ground_of(made.reason)) ++grounds;
        before = ground_of(made.reason);
    }
    EXPECT_EQ(grounds, 1);
}

TEST(Decide, AForecastThatDoesHarmDoesNotStandIn) {
    DecisionState state;
    Service service = shop();
    service.policy.scale_down.stabilization_window = Duration(0);
    std::ignore = decide(service, inputs(11, 100), noon, state);
    DecisionInputs in = inputs(11, 100);
    in.forecasts_harm = true;
    EXPECT_EQ(decide(service, in, noon + std::chrono::minutes(1), state).reason,
              Reason::accuracy_gate);
    EXPECT_FALSE(state.trusted) << "nor later";
}

TEST(Decide, ABridgedForecastIsNotPlannedOverThePathOfTheOneThatFailed) {
    DecisionState state;
    Service service = shop();
    (void)decide(service, inputs(4, 400), noon, state);
    DecisionInputs doubted = inputs(4, 400);
    doubted.confidence = 0.0;
    // Of a path that is doubted nobody knows what margin to take over it.
    for (int i = 1; i <= 12; ++i)
        doubted.path.push_back({noon + std::chrono::minutes(5 * i), i < 3 ? 100.0 : 120.0});
    const Decision bridged = decide(service, doubted, noon + std::chrono::minutes(1), state);
    EXPECT_GT(bridged.inputs.lead_demand_age, Duration(0));
    EXPECT_GT(bridged.desired, Replicas(4));
    for (const RuleStep& step : bridged.steps) EXPECT_NE(step.rule, "plan") << step.detail;
}

TEST(Decide, OnPaperComesOutTheSameWithoutBeingExplained) {
    DecisionState state;
    DecisionState on_paper;
    for (int turn = 0; turn < 20; ++turn) {
        const Timestamp now = noon + std::chrono::minutes(turn);
        const DecisionInputs in = inputs(4 + turn % 3, 300.0 + 40.0 * (turn % 7));
        const Decision read = decide(shop(), in, now, state);
        const Decision size = decide_size(shop(), in, now, on_paper);
        EXPECT_EQ(size.desired, read.desired);
        EXPECT_EQ(size.reason, read.reason);
        EXPECT_TRUE(read.costs && !read.sentence.empty());
        EXPECT_TRUE(!size.costs && size.sentence.empty());
    }
    EXPECT_EQ(save_state(state, 1), save_state(on_paper, 1));
}

TEST(Decide, SaysWhatOneReplicaFewerWouldRisk) {
    DecisionState state;
    Service service = shop();
    service.policy.quantile = 0.7;
    const Decision decision = decide(service, inputs(8, 100), noon, state);
    EXPECT_EQ(decision.desired, Replicas(8));
    EXPECT_EQ(decision.reason, Reason::steady);
    EXPECT_EQ(
        decision.why_not_fewer,
        "7 would serve 630, and demand over the next 5m exceeds that with a probability of 37 %; "
        "that is less than the planned 700; over the next 5m 7 would cost 1.46 replica-hours, "
        "0.215 of it for demand that is not served, and 8 cost 0.791, 0.124 of it for that.");
}

TEST(Decide, SaysWhichRuleForbidsOneReplicaFewer) {
    DecisionState state;
    Service service = shop();
    service.policy.quantile = 0.5;
    EXPECT_EQ(
        decide(service, inputs(9, 780), noon, state).why_not_fewer,
        "8 would serve 720, and demand over the next 5m exceeds that with a probability of 28 %; "
        "the measured demand of 780 needs 9 replicas now, one serves 90; over the next 5m 8 would "
        "cost 1.41 replica-hours, 0.0747 of it for demand that is not served, and 9 cost 0.786, "
        "0.0355 of it for that.");
    service.policy.replicas_min = Replicas(9);
    EXPECT_EQ(decide(service, inputs(9, 100), noon, state).why_not_fewer, "replicas_min is 9.");
}

SignalDemand queue(double planned, double measured) {
    SignalDemand signal;
    signal.name = "queue";
    signal.newest = {noon, measured, SampleState::present};
    signal.stale_after = std::chrono::minutes(5);
    signal.lead_demand = even_demand();
    signal.confidence = 0.9;
    signal.capacity_per_replica = Demand(10.0);
    for (double& value : signal.lead_demand->quantiles) value *= planned / 1000.0;
    return signal;
}

TEST(Decide, NamesTheSignalThatNeedsMost) {
    DecisionState state;
    Service service = shop();
    service.policy.quantile = 0.7;
    DecisionInputs in = inputs(6, 100);
    in.signals = {queue(150, 40)};
    const Decision decision = decide(service, in, noon, state);
    EXPECT_EQ(decision.signal, "queue");
    EXPECT_EQ(decision.sentence,
              "Scaling shop from 6 to 11: signal queue needs most: planned at 105 (70 % level over "
              "the next 5m); one replica serves 10.");
    EXPECT_TRUE(decision.why_not_fewer.starts_with(
        "10 would serve 100 of signal queue, and demand over the next 5m exceeds that with a "
        "probability of 33 %; signal queue needs most: planned at 105 (70 % level over the next "
        "5m); one replica serves 10; over the next 5m 10 would cost "))
        << decision.why_not_fewer;
    // The worst signal is what is not served, in replicas of the service's own demand.
    EXPECT_NEAR(*decision.costs->one_fewer->shortfall, 0.33, 0.01);
}

TEST(Decide, PlansTheNextHoursForTheSignalThatNeedsMostThen) {
    Service service = shop();
    service.policy.quantile = 0.7;
    service.policy.tolerance = 0.0;
    service.policy.scale_down.stabilization_window = Duration(0);
    DecisionInputs in = inputs(9, 100);  // of which 8 are needed
    for (int i = 1; i <= 24; ++i) in.path.push_back({noon + i * std::chrono::minutes(5), 500.0});
    const auto desired = [&](const DecisionInputs& given) {
        DecisionState state;
        return decide(service, given, noon, state).desired;
    };
    ASSERT_EQ(desired(in), Replicas(8)) << "nothing more is needed later";
    in.signals = {queue(100, 20)};  // 7 now
    for (int i = 1; i <= 24; ++i)
        in.signals[0].path.push_back({noon + i * std::chrono::minutes(5), i < 6 ? 50.0 : 62.0});
    EXPECT_EQ(desired(in), Replicas(9)) << "soon the queue will need them again";
}

TEST(Decide, RecordsEveryRuleInItsOrderAlsoWhenItChangesNothing) {
    DecisionState state;
    const Decision decision = decide(shop(), inputs(11, 100), noon, state);
    std::vector<std::string> rules;
    for (const RuleStep& step : decision.steps) rules.push_back(step.rule);
    const std::vector<std::string> order{"required_capacity", "confidence_gate", "missing_data",
                                         "reactive_floor",    "stabilization",   "tolerance",
                                         "rate_limit",        "cooldown",        "bounds"};
    EXPECT_EQ(rules, order);
    EXPECT_EQ(decision.steps.front().before, Replicas(11));
    for (std::size_t i = 1; i < decision.steps.size(); ++i)
        EXPECT_EQ(decision.steps[i].before, decision.steps[i - 1].after);
    EXPECT_EQ(decision.steps.back().after, decision.desired);
}

TEST(Decide, RemembersRecommendationsAndChangesOnlyAsLongAsTheyCount) {
    DecisionState state;
    Service service = shop();
    int size = 11;
    for (int turn = 0; turn < 1000; ++turn) {
        const double measured = turn % 20 < 10 ? 100.0 : 1300.0;
        size =
            decide(service, inputs(size, measured), noon + turn * std::chrono::seconds(30), state)
                .desired.value();
        EXPECT_LE(state.recommendations.size(), 11U);  // 300 s of turns of 30 s, and this one
        EXPECT_LE(state.changes.size(), 1U);           // policies look back 15 s
    }
}

TEST(Decide, TheSameTurnsGiveTheSameBytes) {
    const auto play = [] {
        DecisionState state;
        std::string seen;
        int size = 4;
        for (int turn = 0; turn < 50; ++turn) {
            const Decision decision = decide(shop(), inputs(size, 37.0 * (turn % 31)),
                                             noon + turn * std::chrono::seconds(30), state);
            size = decision.desired.value();
            seen += decision.sentence + decision.why_not_fewer;
        }
        return seen + save_state(state, 1);
    };
    EXPECT_EQ(play(), play());
}

TEST(Decide, GoesOnFromStoredStateAsIfNothingHadHappened) {
    DecisionState state;
    std::ignore = decide(shop(), inputs(9, 800), noon, state);
    std::ignore = decide(shop(), inputs(11, 100), noon + std::chrono::seconds(30), state);
    DecisionState restored;
    ASSERT_TRUE(load_state(restored, save_state(state, 1), 1));
    const auto later = noon + std::chrono::minutes(1);
    Service service = shop();
    service.policy.quantile = 0.5;
    EXPECT_EQ(decide(service, inputs(11, 100), later, restored).sentence,
              decide(service, inputs(11, 100), later, state).sentence);
}

/// Whatever is missing, stale or odd: with no fresh sample the fleet never shrinks below what is
/// there.
TEST(Decide, AfterAnAbsenceNothingShrinksAtOnce) {
    DecisionState state;
    std::ignore = decide(shop(), inputs(40, 100), noon, state);
    const Timestamp back = noon + std::chrono::minutes(45);
    EXPECT_EQ(decide(shop(), inputs(40, 100), back, state).desired, Replicas(40));
    const Timestamp later = back + std::chrono::minutes(5);
    EXPECT_LT(decide(shop(), inputs(40, 100), later, state).desired, Replicas(40));
}

TEST(Decide, TurnsAsFarApartAsTheWindowAreNoAbsence) {
    Service service = shop();
    service.sample_step = std::chrono::minutes(5);
    DecisionState state;
    std::ignore = decide(service, inputs(40, 100), noon, state);
    const Timestamp next = noon + std::chrono::minutes(5);
    EXPECT_LT(decide(service, inputs(40, 100), next, state).desired, Replicas(40));
}

TEST(Decide, NoKindOfMissingDataShrinksTheFleet) {
    for (const SampleState sample : {SampleState::missing, SampleState::stale,
                                     SampleState::not_a_number, SampleState::counter_reset})
        for (const double confidence : {0.0, 0.1, 0.9})
            for (const bool planned : {false, true})
                for (const int size : {2, 5, 40, 100}) {
                    DecisionInputs in = inputs(size, 10.0);
                    in.newest.state = sample;
                    in.confidence = confidence;
                    if (!planned) in.lead_demand.reset();
                    DecisionState state;
                    Service service = shop();
                    service.policy.scale_down.stabilization_window = Duration(0);
                    service.policy.tolerance = 0.0;
                    EXPECT_GE(decide(service, in, noon, state).desired, Replicas(size));
                }
}

TEST(Decide, OddNumbersNeverBreakIt) {
    for (const double odd : {0.0, -5.0, 1e300, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
        DecisionInputs in = inputs(5, odd);
        in.lead_demand->quantiles.fill(odd);
        in.newest_age = Duration::max();
        DecisionState state;
        const Replicas desired = decide(shop(), in, noon, state).desired;
        EXPECT_GE(desired, Replicas(2));
        EXPECT_LE(desired, Replicas(100));
    }
}

TEST(ReplicasFor, RoundsUpButNotForNoise) {
    EXPECT_EQ(replicas_for(Demand(0.0), Demand(10.0)), Replicas(0));
    EXPECT_EQ(replicas_for(Demand(0.1), Demand(10.0)), Replicas(1));
    EXPECT_EQ(replicas_for(Demand(30.0), Demand(10.0)), Replicas(3));
    EXPECT_EQ(replicas_for(Demand(0.3), Demand(0.1)),
              Replicas(3));  // 2.9999999999999996 and its like
    EXPECT_EQ(replicas_for(Demand(30.1), Demand(10.0)), Replicas(4));
    EXPECT_EQ(replicas_for(Demand(-3.0), Demand(10.0)), Replicas(0));
}

TEST(Decide, TakesMicroseconds) {
    DecisionState state;
    Service service = shop();
    std::vector<double> took;
    int size = 4;
    for (int turn = 0; turn < 4000; ++turn) {
        DecisionInputs in = inputs(size, 37.0 * (turn % 31));
        const auto start = std::chrono::steady_clock::now();
        size = decide(service, std::move(in), noon + turn * std::chrono::seconds(30), state)
                   .desired.value();
        took.push_back(
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
                .count());
    }
    std::ranges::sort(took);
    RecordProperty("p50_us", std::to_string(took[took.size() / 2]));
    RecordProperty("p99_us", std::to_string(took[took.size() * 99 / 100]));
    EXPECT_LT(took[took.size() / 2],
              50.0);  // the middle: the tail belongs to who else uses the machine
}

}  // namespace
}  // namespace forescale
