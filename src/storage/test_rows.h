#pragma once
#include "storage/store.h"

#include <atomic>
#include <bit>
#include <filesystem>
#include <limits>
#include <string>

#include <gtest/gtest.h>

/// Rows for the tests of stores, and comparisons to the bit.
namespace forescale::test_rows {

/// 2026-03-01T12:00:00Z.
inline const Timestamp noon{std::chrono::seconds(1'772'366'400)};
constexpr Duration turn_step = std::chrono::seconds(30);

/// Doubles that a careless store changes.
inline const std::vector<double> awkward_doubles{0.0,
                                                 -0.0,
                                                 1.0,
                                                 -3.0,
                                                 0.1,
                                                 1.0 / 3.0,
                                                 1e-300,
                                                 123456789.123456789,
                                                 9007199254740993.0,
                                                 1e15,
                                                 1e16,
                                                 1e22,
                                                 -1e23,
                                                 std::numeric_limits<double>::max(),
                                                 std::numeric_limits<double>::lowest(),
                                                 std::numeric_limits<double>::min(),
                                                 std::numeric_limits<double>::denorm_min(),
                                                 -std::numeric_limits<double>::denorm_min(),
                                                 2.2250738585072011e-308,
                                                 std::numeric_limits<double>::infinity(),
                                                 -std::numeric_limits<double>::infinity()};

/// Names that a careless statement or document breaks on.
inline const std::vector<std::string> hostile_names{"shop",
                                                    "",
                                                    "'; DROP TABLE turns; --",
                                                    "\"quoted\"",
                                                    "back\\slash",
                                                    "new\nline",
                                                    std::string("nul\0byte", 8),
                                                    "%_?1 :a @b",
                                                    "caf\u00e9",
                                                    "\u65e5\u672c\u8a9e",
                                                    "\U0001F680",
                                                    "\x01\x1f\x7f",
                                                    "shop ",
                                                    "SHOP",
                                                    std::string(3000, 'n')};

inline std::uint64_t bits(double value) {
    return std::bit_cast<std::uint64_t>(value);
}

inline ServiceId shop() {
    return ServiceId("shop");
}

inline RawRow raw_row(const std::string& service, Timestamp turn, double value) {
    return {ServiceId(service), {.at = turn - turn_step, .value = value}, turn};
}

inline Decision decision(const std::string& id, const std::string& service, Timestamp at) {
    Decision made;
    made.id = id;
    made.service = ServiceId(service);
    made.at = at;
    made.inputs.capacity = {.ready = Replicas(4), .pending = Replicas(1), .seen_at = at};
    made.inputs.newest = {.at = at - turn_step, .value = 1.0 / 3.0, .state = SampleState::present};
    made.inputs.newest_age = std::chrono::milliseconds(1234);
    made.inputs.lead_demand = LeadDemand{.from = at, .lead = std::chrono::minutes(5)};
    for (std::size_t i = 0; i < quantile_levels.size(); ++i)
        made.inputs.lead_demand->quantiles[i] = 100.0 / (1.1 - quantile_levels[i]);
    made.inputs.lead_demand_age = std::chrono::minutes(5);
    made.inputs.lead_time = std::chrono::seconds(275);
    made.inputs.confidence = 0.83;
    made.inputs.members = {{"ridge", 0.7, false, ""},
                           {"weekly", 0.0, true, "needs 7 days of history"}};
    made.inputs.capacity_per_replica = Demand(120.5);
    made.inputs.path = {{at + turn_step, 1.0 / 3.0}, {at + 2 * turn_step, 120.0}};
    made.inputs.scenarios = {.count = 3, .percent = {100, 0, 65535, 87, 112, 99}};
    made.inputs.mode = Mode::approve;
    made.inputs.approval = Approval{.proposal = "shop-20260301T115930Z",
                                    .up = true,
                                    .to = Replicas(7),
                                    .by = "kim",
                                    .at = at - turn_step};
    made.inputs.forecasts_harm = true;
    made.acts = false;
    made.inputs.pauses = {
        {.direction = Direction::down, .until = at, .by = "ann", .why = "a sale"}};
    made.inputs.callers =
        CallersDemand{.demand = 1.0 / 3.0, .is_whole = true, .detail = "web 1 x 0.3"};
    made.inputs.fleet = FleetAllowance{.removable = Replicas(3),
                                       .removed = Replicas(2),
                                       .fleet = Replicas(50),
                                       .share = 0.1,
                                       .window = std::chrono::minutes(10)};
    made.inputs.spending = Spending{.currency = "EUR",
                                    .day = {at - day, at, 1.0 / 3.0, 2.0, 1.5, at + turn_step},
                                    .month = {at - 3 * day, at + day, 12.0, 40.0, 0.0}};
    made.inputs.asked = AskedSize{.at = at, .replicas = Replicas(5)};
    made.inputs.signals = {{.name = "queue",
                            .newest = {at - turn_step, 0.0, SampleState::missing},
                            .newest_age = std::chrono::minutes(7),
                            .stale_after = std::chrono::minutes(5),
                            .lead_demand = std::nullopt,
                            .path = {{at + turn_step, 1.0 / 3.0}},
                            .scenarios = {.count = 2, .percent = {101, 99}},
                            .confidence = 0.1 + 0.2,
                            .forecasts_harm = true,
                            .capacity_per_replica = Demand(1.0 / 3.0)}};
    made.inputs.signals.push_back(made.inputs.signals.front());
    made.inputs.signals.back().name = "cpu";
    made.inputs.signals.back().lead_demand = made.inputs.lead_demand;
    made.inputs.capacity_evidence = CapacityEvidence{.from = CapacitySource::latency,
                                                     .learned = true,
                                                     .stated = 1.0 / 3.0,
                                                     .estimate = 0.1 + 0.2,
                                                     .error = 1e-3,
                                                     .detail = "from \"latency\""};
    made.signal = "queue";
    made.quantile = 0.99;
    made.demand_planned = 812.25;
    made.steps = {{"forecast", Replicas(5), Replicas(8), "quantile 0.99"},
                  {"bounds", Replicas(8), Replicas(7), "max 7"}};
    made.desired = Replicas(7);
    made.reason = Reason::bounds;
    made.sentence = "Scale from 5 to 7.";
    made.why_not_fewer = "6 replicas \"may\" not do.";
    made.mix = InstanceMix{
        .parts = {{"large \"8\"", 1, 8.0, 1.0 / 3.0, false}, {"small-spot", 2, 0.5, 0.01, true}},
        .replicas = 9.0,
        .price_hour = 1.0 / 3.0 + 0.02,
        .spot_share = 1.0 / 9.0,
        .risk_hour = 0.001};
    made.costs = DecisionCosts{
        .prices = {.currency = "EUR", .replica_hour = 0.1, .unserved_unit = 1.0 / 3.0},
        .unserved_unit = 1.0 / 3.0,
        .span = std::chrono::minutes(6),
        .chosen = {Replicas(7), 0.07, 0.2 / 3.0, 0.01, 0.002},
        .one_fewer = SizeCost{Replicas(6), 0.06, 0.2 / 3.0, std::nullopt, std::nullopt},
        .one_more = {Replicas(8), 0.08, 0.0, 1e-300, 1e-9},
        .reactive_alone = std::nullopt};
    return made;
}

inline void expect_same(const LeadDemand& a, const LeadDemand& b) {
    EXPECT_EQ(a.from, b.from);
    EXPECT_EQ(a.lead, b.lead);
    EXPECT_EQ(bits(a.level_max), bits(b.level_max));
    for (std::size_t i = 0; i < a.quantiles.size(); ++i)
        EXPECT_EQ(bits(a.quantiles[i]), bits(b.quantiles[i])) << i;
}

inline void expect_same(const SpendingSpan& a, const SpendingSpan& b) {
    EXPECT_EQ(a.begins, b.begins);
    EXPECT_EQ(a.ends, b.ends);
    EXPECT_EQ(bits(a.spent), bits(b.spent));
    EXPECT_EQ(bits(a.expected), bits(b.expected));
    EXPECT_EQ(bits(a.limit), bits(b.limit));
    EXPECT_EQ(a.exhausted_at, b.exhausted_at);
}

inline void expect_same_constraints(const DecisionInputs& a, const DecisionInputs& b) {
    EXPECT_EQ(a.pauses, b.pauses);
    ASSERT_EQ(a.callers.has_value(), b.callers.has_value());
    if (a.callers) {
        EXPECT_EQ(bits(a.callers->demand), bits(b.callers->demand));
        EXPECT_EQ(a.callers->is_whole, b.callers->is_whole);
        EXPECT_EQ(a.callers->detail, b.callers->detail);
    }
    ASSERT_EQ(a.fleet.has_value(), b.fleet.has_value());
    if (a.fleet) {
        EXPECT_EQ(a.fleet->removable, b.fleet->removable);
        EXPECT_EQ(a.fleet->removed, b.fleet->removed);
        EXPECT_EQ(a.fleet->fleet, b.fleet->fleet);
        EXPECT_EQ(bits(a.fleet->share), bits(b.fleet->share));
        EXPECT_EQ(a.fleet->window, b.fleet->window);
    }
    ASSERT_EQ(a.spending.has_value(), b.spending.has_value());
    if (a.spending) {
        EXPECT_EQ(a.spending->currency, b.spending->currency);
        expect_same(a.spending->day, b.spending->day);
        expect_same(a.spending->month, b.spending->month);
    }
    ASSERT_EQ(a.asked.has_value(), b.asked.has_value());
    if (a.asked) {
        EXPECT_EQ(a.asked->at, b.asked->at);
        EXPECT_EQ(a.asked->replicas, b.asked->replicas);
    }
}

inline void expect_same(const SignalDemand& a, const SignalDemand& b) {
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.newest, b.newest);
    EXPECT_EQ(a.newest_age, b.newest_age);
    EXPECT_EQ(a.stale_after, b.stale_after);
    ASSERT_EQ(a.lead_demand.has_value(), b.lead_demand.has_value());
    if (a.lead_demand) expect_same(*a.lead_demand, *b.lead_demand);
    EXPECT_EQ(a.path.size(), b.path.size());
    EXPECT_EQ(bits(a.confidence), bits(b.confidence));
    EXPECT_EQ(a.forecasts_harm, b.forecasts_harm);
    EXPECT_EQ(bits(a.capacity_per_replica.value()), bits(b.capacity_per_replica.value()));
}

inline void expect_same_evidence(const std::optional<CapacityEvidence>& a,
                                 const std::optional<CapacityEvidence>& b) {
    ASSERT_EQ(a.has_value(), b.has_value());
    if (!a) return;
    EXPECT_EQ(a->from, b->from);
    EXPECT_EQ(a->learned, b->learned);
    EXPECT_EQ(bits(a->stated), bits(b->stated));
    EXPECT_EQ(bits(a->estimate), bits(b->estimate));
    EXPECT_EQ(bits(a->error), bits(b->error));
    EXPECT_EQ(a->detail, b->detail);
}

inline void expect_same(const DecisionInputs& a, const DecisionInputs& b) {
    expect_same_constraints(a, b);
    ASSERT_EQ(a.signals.size(), b.signals.size());
    for (std::size_t i = 0; i < a.signals.size(); ++i) expect_same(a.signals[i], b.signals[i]);
    expect_same_evidence(a.capacity_evidence, b.capacity_evidence);
    EXPECT_EQ(a.mode, b.mode);
    EXPECT_EQ(a.approval, b.approval);
    EXPECT_EQ(a.forecasts_harm, b.forecasts_harm);
    EXPECT_EQ(a.scenarios.count, b.scenarios.count);
    EXPECT_EQ(a.scenarios.percent, b.scenarios.percent);
    ASSERT_EQ(a.path.size(), b.path.size());
    for (std::size_t i = 0; i < a.path.size(); ++i) {
        EXPECT_EQ(a.path[i].target, b.path[i].target);
        EXPECT_EQ(bits(a.path[i].demand), bits(b.path[i].demand));
    }
    EXPECT_EQ(a.capacity.ready, b.capacity.ready);
    EXPECT_EQ(a.capacity.pending, b.capacity.pending);
    EXPECT_EQ(a.capacity.seen_at, b.capacity.seen_at);
    EXPECT_EQ(a.newest.at, b.newest.at);
    EXPECT_EQ(bits(a.newest.value), bits(b.newest.value));
    EXPECT_EQ(a.newest.state, b.newest.state);
    EXPECT_EQ(a.newest_age, b.newest_age);
    ASSERT_EQ(a.lead_demand.has_value(), b.lead_demand.has_value());
    if (a.lead_demand) expect_same(*a.lead_demand, *b.lead_demand);
    EXPECT_EQ(a.lead_demand_age, b.lead_demand_age);
    EXPECT_EQ(a.lead_time, b.lead_time);
    EXPECT_EQ(bits(a.confidence), bits(b.confidence));
    EXPECT_EQ(bits(a.capacity_per_replica.value()), bits(b.capacity_per_replica.value()));
    ASSERT_EQ(a.members.size(), b.members.size());
    for (std::size_t i = 0; i < a.members.size(); ++i) {
        EXPECT_EQ(a.members[i].name, b.members[i].name);
        EXPECT_EQ(bits(a.members[i].weight), bits(b.members[i].weight));
        EXPECT_EQ(a.members[i].asleep, b.members[i].asleep);
        EXPECT_EQ(a.members[i].asleep_because, b.members[i].asleep_because);
    }
}

inline void expect_same(const InstanceMix& a, const InstanceMix& b) {
    EXPECT_EQ(a.counts(), b.counts());
    for (std::size_t i = 0; i < a.parts.size(); ++i) {
        EXPECT_EQ(bits(a.parts[i].weight), bits(b.parts[i].weight));
        EXPECT_EQ(bits(a.parts[i].price_hour), bits(b.parts[i].price_hour));
        EXPECT_EQ(a.parts[i].spot, b.parts[i].spot);
    }
    EXPECT_EQ(bits(a.replicas), bits(b.replicas));
    EXPECT_EQ(bits(a.price_hour), bits(b.price_hour));
    EXPECT_EQ(bits(a.spot_share), bits(b.spot_share));
    EXPECT_EQ(bits(a.risk_hour), bits(b.risk_hour));
}

inline void expect_same(const SizeCost& a, const SizeCost& b) {
    EXPECT_EQ(a.replicas, b.replicas);
    EXPECT_EQ(bits(a.capacity), bits(b.capacity));
    EXPECT_EQ(bits(a.change), bits(b.change));
    EXPECT_EQ(a.unserved, b.unserved);
    EXPECT_EQ(a.shortfall, b.shortfall);
}

inline void expect_same(const std::optional<SizeCost>& a, const std::optional<SizeCost>& b) {
    ASSERT_EQ(a.has_value(), b.has_value());
    if (a) expect_same(*a, *b);
}

inline void expect_same(const DecisionCosts& a, const DecisionCosts& b) {
    EXPECT_EQ(a.prices.currency, b.prices.currency);
    EXPECT_EQ(bits(a.prices.replica_hour), bits(b.prices.replica_hour));
    EXPECT_EQ(bits(a.prices.unserved_unit), bits(b.prices.unserved_unit));
    EXPECT_EQ(bits(a.prices.change_replica_hours), bits(b.prices.change_replica_hours));
    EXPECT_EQ(bits(a.unserved_unit), bits(b.unserved_unit));
    EXPECT_EQ(a.is_unserved_implied, b.is_unserved_implied);
    EXPECT_EQ(a.span, b.span);
    expect_same(a.chosen, b.chosen);
    expect_same(a.one_fewer, b.one_fewer);
    expect_same(a.one_more, b.one_more);
    expect_same(a.reactive_alone, b.reactive_alone);
}

inline void expect_same(const Decision& a, const Decision& b) {
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.service, b.service);
    EXPECT_EQ(a.at, b.at);
    expect_same(a.inputs, b.inputs);
    EXPECT_EQ(bits(a.quantile), bits(b.quantile));
    EXPECT_EQ(bits(a.demand_planned), bits(b.demand_planned));
    EXPECT_EQ(a.signal, b.signal);
    ASSERT_EQ(a.steps.size(), b.steps.size());
    for (std::size_t i = 0; i < a.steps.size(); ++i) {
        EXPECT_EQ(a.steps[i].rule, b.steps[i].rule);
        EXPECT_EQ(a.steps[i].before, b.steps[i].before);
        EXPECT_EQ(a.steps[i].after, b.steps[i].after);
        EXPECT_EQ(a.steps[i].detail, b.steps[i].detail);
    }
    EXPECT_EQ(a.desired, b.desired);
    EXPECT_EQ(a.acts, b.acts);
    EXPECT_EQ(a.reason, b.reason);
    EXPECT_EQ(a.sentence, b.sentence);
    EXPECT_EQ(a.why_not_fewer, b.why_not_fewer);
    ASSERT_EQ(a.mix.has_value(), b.mix.has_value());
    if (a.mix) expect_same(*a.mix, *b.mix);
    ASSERT_EQ(a.costs.has_value(), b.costs.has_value());
    if (a.costs) expect_same(*a.costs, *b.costs);
}

inline AuditEntry audit_entry(std::int64_t sequence) {
    return {sequence,     noon + turn_step * sequence, "decision", "shop",
            R"({"n":1})", std::string(64, 'a')};
}

inline Operation operation(const std::string& id, const std::string& service, Timestamp at,
                           OperationState state = OperationState::intended) {
    return {.id = id,
            .service = ServiceId(service),
            .from = Replicas(5),
            .to = Replicas(7),
            .state = state,
            .intended_at = at,
            .changed_at = at + turn_step,
            .attempts = 2,
            .detail = "accepted",
            .mix = {{"large \"8\"", 3}, {"small-spot", 2}}};
}

inline BusinessEvent event(const std::string& id, Timestamp start, Timestamp end) {
    return {.id = id,
            .type = "match",
            .name = "cup final",
            .services = {ServiceId("shop"), ServiceId("pay \"and\" go")},
            .start = start,
            .end = end,
            .expected_uplift = 0.1,
            .source = "api",
            .cancelled = false};
}

/// A folder of its own for one test, removed with it.
class Folder {
public:
    Folder() {
        static std::atomic<int> count{0};
        const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
        std::string name =
            fmt::format("store_{}_{}_{}", info->test_suite_name(), info->name(), ++count);
        std::ranges::replace(name, '/', '_');
        path_ = std::filesystem::path(::testing::TempDir()) / name;
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string file(std::string_view name = "forescale.db") const {
        return (path_ / name).string();
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace forescale::test_rows

#define ASSERT_OK(expression)                                                  \
    do {                                                                       \
        const auto& ok_or_error_ = (expression);                               \
        ASSERT_TRUE(ok_or_error_.has_value()) << ok_or_error_.error().message; \
    } while (false)
#define EXPECT_FAILS(expected_code, expression)                                   \
    do {                                                                          \
        const auto& ok_or_error_ = (expression);                                  \
        ASSERT_FALSE(ok_or_error_.has_value());                                   \
        EXPECT_EQ(to_string(ok_or_error_.error().code), to_string(expected_code)) \
            << ok_or_error_.error().message;                                      \
    } while (false)
