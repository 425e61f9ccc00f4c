// What every store promises, on every one that is registered.
#include "storage/stores.h"
#include "storage/test_rows.h"

#include <atomic>
#include <cmath>
#include <set>
#include <thread>

namespace forescale {
namespace {

using namespace test_rows;

struct StoreCase {
    std::string kind;
    bool in_memory;
    friend void PrintTo(const StoreCase& made, std::ostream* out) {
        *out << made.kind << (made.in_memory ? " in memory" : " on a file");
    }
};

std::vector<StoreCase> all_cases() {
    std::vector<StoreCase> cases;
    for (const auto& [kind, factory] : stores())
        for (const bool in_memory : {false, true}) cases.push_back({std::string(kind), in_memory});
    return cases;
}

class StoreContract : public ::testing::TestWithParam<StoreCase> {
protected:
    void SetUp() override { open(); }

    void open() {
        store_.reset();
        auto opened = open_store(config(), OpenMode::read_write);
        ASSERT_OK(opened);
        store_ = *std::move(opened);
    }
    /// As after a restart; what is kept in memory only stays open.
    void reopen() {
        if (!GetParam().in_memory) open();
    }
    [[nodiscard]] StoreConfig config() const {
        return {.kind = GetParam().kind,
                .path = GetParam().in_memory ? ":memory:" : folder_.file()};
    }
    void write(const Batch& batch) { ASSERT_OK(store_->write(batch)); }

    Folder folder_;
    std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(EveryStore, StoreContract, ::testing::ValuesIn(all_cases()),
                         [](const auto& made) {
                             return made.param.kind + (made.param.in_memory ? "_memory" : "_file");
                         });

template <class Row, class Member>
auto column(const std::vector<Row>& rows, Member member) {
    std::vector<std::decay_t<std::invoke_result_t<Member, const Row&>>> values;
    for (const Row& row : rows) values.push_back(std::invoke(member, row));
    return values;
}

std::vector<double> values_of(const Result<std::vector<RawRow>>& rows) {
    if (!rows) return {-1.0};
    return column(*rows, [](const RawRow& row) { return row.point.value; });
}

// ---- an empty store

TEST_P(StoreContract, AnEmptyStoreHasNothing) {
    EXPECT_TRUE(store_->raw({shop(), Timestamp::min(), Timestamp::max()})->empty());
    EXPECT_TRUE(store_->hourly({shop(), Timestamp::min(), Timestamp::max()})->empty());
    EXPECT_TRUE(store_->predictions({})->empty());
    EXPECT_TRUE(store_->predictions(Page{.service = shop()})->empty());
    EXPECT_TRUE(store_->decisions({})->empty());
    EXPECT_TRUE(store_->operations({})->empty());
    EXPECT_TRUE(store_->open_operations()->empty());
    EXPECT_TRUE(store_->events(Timestamp::min())->empty());
    EXPECT_TRUE(store_->controls(0)->empty());
    EXPECT_TRUE(store_->performance({})->empty());
    EXPECT_TRUE(store_->audit(1, 10)->empty());
    EXPECT_FALSE(store_->audit_head()->has_value());
    EXPECT_FALSE(store_->checkpoint(shop())->has_value());
    EXPECT_FALSE(store_->turn(shop())->has_value());
    EXPECT_FAILS(Errc::not_found, store_->decision("none"));
    EXPECT_EQ(store_->expire({}, noon).value(), 0);
}

// ---- raw

TEST_P(StoreContract, RawComesOldestTurnFirstAndInOrderOfArrival) {
    write({.raw = {raw_row("shop", noon, 1.0), raw_row("pay", noon, 9.0),
                   raw_row("shop", noon, 2.0)}});
    write({.raw = {raw_row("shop", noon + turn_step, 4.0)}});
    write({.raw = {raw_row("shop", noon, 3.0), raw_row("shop", noon - turn_step, 0.0)}});
    reopen();
    write({.raw = {raw_row("shop", noon + turn_step, 5.0)}});
    EXPECT_EQ(values_of(store_->raw({shop(), Timestamp::min(), Timestamp::max()})),
              (std::vector{0.0, 1.0, 2.0, 3.0, 4.0, 5.0}));
    EXPECT_EQ(values_of(store_->raw({ServiceId("pay"), Timestamp::min(), Timestamp::max()})),
              std::vector{9.0});
}

TEST_P(StoreContract, RawSpanIncludesItsStartAndNotItsEnd) {
    for (int i = 0; i < 5; ++i) write({.raw = {raw_row("shop", noon + turn_step * i, i)}});
    EXPECT_EQ(values_of(store_->raw({shop(), noon + turn_step, noon + turn_step * 3})),
              (std::vector{1.0, 2.0}));
    EXPECT_TRUE(store_->raw({shop(), noon, noon})->empty());
    EXPECT_TRUE(store_->raw({shop(), noon + turn_step, noon})->empty());
}

TEST_P(StoreContract, RawOfOneOfManyServicesIsTheSame) {
    Batch batch;
    for (int turn = 0; turn < 20; ++turn)
        for (int service = 0; service < 40; ++service)
            if ((turn + service) % 3 != 0)
                batch.raw.push_back(raw_row(fmt::format("s{}", service), noon + turn_step * turn,
                                            turn * 100 + service));
    write(batch);
    for (int service = 0; service < 40; ++service) {
        std::vector<double> expected;
        for (int turn = 4; turn < 15; ++turn)
            if ((turn + service) % 3 != 0) expected.push_back(turn * 100 + service);
        const ServiceId id(fmt::format("s{}", service));
        EXPECT_EQ(values_of(store_->raw({id, noon + turn_step * 4, noon + turn_step * 15})),
                  expected)
            << id.str();
    }
}

TEST_P(StoreContract, RawKeepsStatesAndEveryBit) {
    Batch batch;
    for (const double value : awkward_doubles) batch.raw.push_back(raw_row("shop", noon, value));
    for (int state = 0; state <= static_cast<int>(SampleState::counter_reset); ++state)
        batch.raw.push_back(
            {shop(), {.at = noon, .value = 1.0, .state = static_cast<SampleState>(state)}, noon});
    batch.raw.push_back(
        {shop(),
         {.at = Timestamp(Duration(-1)), .value = std::nan(""), .state = SampleState::not_a_number},
         noon});
    write(batch);
    reopen();
    const auto rows = store_->raw({shop(), noon, noon + turn_step});
    ASSERT_OK(rows);
    ASSERT_EQ(rows->size(), batch.raw.size());
    for (std::size_t i = 0; i + 1 < rows->size(); ++i) {
        EXPECT_EQ(bits(rows->at(i).point.value), bits(batch.raw[i].point.value)) << i;
        EXPECT_EQ(rows->at(i).point.state, batch.raw[i].point.state);
        EXPECT_EQ(rows->at(i).point.at, batch.raw[i].point.at);
        EXPECT_EQ(rows->at(i).turn, noon);
    }
    EXPECT_TRUE(std::isnan(rows->back().point.value));
    EXPECT_EQ(rows->back().point.at, Timestamp(Duration(-1)));
}

TEST_P(StoreContract, HostileNamesStayApart) {
    Batch batch;
    for (std::size_t i = 0; i < hostile_names.size(); ++i) {
        const ServiceId id(hostile_names[i]);
        batch.raw.push_back(raw_row(id.str(), noon, static_cast<double>(i)));
        batch.turns.push_back({id, noon, fmt::format("state {}", i)});
        batch.decisions.push_back(decision("d" + id.str(), id.str(), noon));
        batch.operations.push_back(operation("d" + id.str(), id.str(), noon));
        BusinessEvent party = event("e" + id.str(), noon, noon + day);
        party.services = {id};
        party.name = id.str();
        batch.events.push_back(party);
    }
    write(batch);
    reopen();
    for (std::size_t i = 0; i < hostile_names.size(); ++i) {
        const ServiceId id(hostile_names[i]);
        EXPECT_EQ(values_of(store_->raw({id, noon, noon + turn_step})),
                  std::vector{static_cast<double>(i)});
        EXPECT_EQ(store_->turn(id)->value().state, fmt::format("state {}", i));
        EXPECT_EQ(store_->decisions(Page{.service = id})->at(0).service, id);
        EXPECT_EQ(store_->decision("d" + id.str())->service, id);
        EXPECT_EQ(store_->operations(Page{.service = id})->at(0).service, id);
    }
    const auto events = store_->events(noon);
    ASSERT_OK(events);
    ASSERT_EQ(events->size(), hostile_names.size());
    for (const BusinessEvent& party : *events)
        EXPECT_EQ(party.services, std::vector{ServiceId(party.name)});
}

// ---- hourly

HourlyRow hourly_row(const std::string& service, Timestamp start, double sum) {
    return {ServiceId(service),
            {.start = start,
             .width = std::chrono::hours(1),
             .count = 60,
             .sum = sum,
             .min = -0.0,
             .max = 1.0 / 3.0,
             .last = 1e-310,
             .state = SampleState::present}};
}

TEST_P(StoreContract, HourlyComesOldestFirstAndIsReplaced) {
    const auto hour = std::chrono::hours(1);
    write({.hourly = {hourly_row("shop", noon + hour, 2.0), hourly_row("shop", noon, 1.0),
                      hourly_row("pay", noon, 9.0)}});
    write({.hourly = {hourly_row("shop", noon + hour, 2.5),
                      hourly_row("shop", noon + 2 * hour, 3.0)}});
    reopen();
    const auto rows = store_->hourly({shop(), noon, noon + 2 * hour});
    ASSERT_OK(rows);
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_EQ(rows->at(0).window, hourly_row("shop", noon, 1.0).window);
    EXPECT_EQ(rows->at(1).window, hourly_row("shop", noon + hour, 2.5).window);
    EXPECT_EQ(bits(rows->at(0).window.min), bits(-0.0));
    EXPECT_EQ(bits(rows->at(0).window.last), bits(1e-310));
    EXPECT_EQ(rows->at(0).service, shop());
}

TEST_P(StoreContract, AnHourWithoutSamplesStaysAGap) {
    HourlyRow gap{shop(),
                  {.start = noon, .width = std::chrono::hours(1), .state = SampleState::stale}};
    write({.hourly = {gap}});
    const auto rows = store_->hourly({shop(), noon, noon + day});
    ASSERT_OK(rows);
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_EQ(rows->front().window, gap.window);
    EXPECT_FALSE(rows->front().window.present());
}

// ---- predictions

PredictionRow prediction(const std::string& service, Timestamp origin, Duration horizon,
                         double level) {
    PredictionRow row{ServiceId(service), origin, horizon, {}, 0.5, {}};
    for (std::size_t i = 0; i < row.quantiles.size(); ++i)
        row.quantiles[i] = level + 0.1 * static_cast<double>(i);
    return row;
}

TEST_P(StoreContract, PredictionsKeepEveryBitAndAreReplaced) {
    PredictionRow row = prediction("shop", noon, std::chrono::minutes(15), 1.0);
    for (std::size_t i = 0; i < row.quantiles.size(); ++i) row.quantiles[i] = awkward_doubles[i];
    write({.predictions = {row}});
    auto rows = store_->predictions({});
    ASSERT_OK(rows);
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_FALSE(rows->front().actual.has_value());
    row.actual = -0.0;
    row.confidence = 0.1;
    write({.predictions = {row}});
    reopen();
    rows = store_->predictions(Page{.service = shop()});
    ASSERT_OK(rows);
    ASSERT_EQ(rows->size(), 1U);
    for (std::size_t i = 0; i < row.quantiles.size(); ++i)
        EXPECT_EQ(bits(rows->front().quantiles[i]), bits(row.quantiles[i])) << i;
    EXPECT_EQ(bits(rows->front().confidence), bits(0.1));
    EXPECT_EQ(bits(rows->front().actual.value()), bits(-0.0));
    EXPECT_EQ(rows->front().horizon, std::chrono::minutes(15));
}

TEST_P(StoreContract, AnOutcomeFillsItsPredictionAndNoOther) {
    const auto hour = std::chrono::hours(1);
    write({.predictions = {prediction("shop", noon, hour, 1.0),
                           prediction("shop", noon, hour * 24, 1.0),
                           prediction("pay", noon, hour, 1.0)},
           .outcomes = {{shop(), noon, hour, 1.0 / 3.0}}});
    write({.outcomes = {{shop(), noon + turn_step, hour, 5.0},
                        {ServiceId("unknown"), noon, hour, 5.0}}});
    reopen();
    const auto rows = store_->predictions({});
    ASSERT_OK(rows);
    ASSERT_EQ(rows->size(), 3U);
    for (const PredictionRow& row : *rows) {
        const bool filled = row.service == shop() && row.horizon == hour;
        EXPECT_EQ(row.actual.has_value(), filled);
        EXPECT_EQ(bits(row.actual.value_or(0.0)), bits(filled ? 1.0 / 3.0 : 0.0));
    }
}

/// Every row exactly once, in pages of `rows_max`, by the rule that Page states.
template <class Row, class Read, class Time>
std::vector<Row> page_through(Read read, Page page, Time time) {
    std::vector<Row> all;
    for (;;) {
        const auto rows = read(page);
        if (!rows || rows->empty()) return all;
        for (const Row& row : *rows) all.push_back(row);
        const Timestamp last = std::invoke(time, all.back());
        page.before = last + Duration(1);
        page.skip = static_cast<std::size_t>(std::ranges::count(all, last, time));
    }
}

TEST_P(StoreContract, PredictionsPageThroughTiesWithoutLossOrRepetition) {
    Batch batch;
    for (int origin = 0; origin < 7; ++origin)
        for (int service = 0; service < 11; ++service)
            for (const Duration horizon : headline_horizons)
                batch.predictions.push_back(prediction(fmt::format("s{}", service),
                                                       noon + std::chrono::minutes(5) * origin,
                                                       horizon, service));
    write(batch);
    for (const std::size_t rows_max : {1U, 2U, 10U, 33U, 100U, 1000U}) {
        const auto read = [&](const Page& page) { return store_->predictions(page); };
        const auto all =
            page_through<PredictionRow>(read, Page{.rows_max = rows_max}, &PredictionRow::origin);
        ASSERT_EQ(all.size(), batch.predictions.size()) << rows_max;
        EXPECT_TRUE(std::ranges::is_sorted(all, std::greater{}, &PredictionRow::origin));
        std::set<std::tuple<Timestamp, std::string, Duration>> keys;
        for (const auto& row : all) keys.emplace(row.origin, row.service.str(), row.horizon);
        EXPECT_EQ(keys.size(), all.size());
        const auto some = page_through<PredictionRow>(
            read, Page{.service = ServiceId("s4"), .rows_max = rows_max}, &PredictionRow::origin);
        EXPECT_EQ(some.size(), 21U);
        EXPECT_TRUE(
            std::ranges::all_of(some, [](const auto& row) { return row.service.str() == "s4"; }));
    }
}

TEST_P(StoreContract, PagesKeepToSinceAndBefore) {
    Batch batch;
    for (int i = 0; i < 10; ++i) {
        batch.predictions.push_back(
            prediction("shop", noon + turn_step * i, std::chrono::hours(1), i));
        batch.decisions.push_back(decision(fmt::format("d{}", i), "shop", noon + turn_step * i));
        batch.operations.push_back(operation(fmt::format("d{}", i), "shop", noon + turn_step * i));
        batch.performance.push_back(
            {shop(), "ridge", std::chrono::hours(1), noon + turn_step * i, 1, 1.0, 1.0, 0});
    }
    write(batch);
    const std::vector<Timestamp> expected{noon + turn_step * 5, noon + turn_step * 4,
                                          noon + turn_step * 3};
    for (const std::optional<ServiceId>& service :
         {std::optional<ServiceId>(), std::optional(shop())}) {
        const Page page{
            .service = service, .since = noon + turn_step * 3, .before = noon + turn_step * 6};
        EXPECT_EQ(column(*store_->predictions(page), &PredictionRow::origin), expected);
        EXPECT_EQ(column(*store_->decisions(page), &Decision::at), expected);
        EXPECT_EQ(column(*store_->operations(page), &Operation::intended_at), expected);
        EXPECT_EQ(column(*store_->performance(page), &PerformanceRow::day), expected);
        Page second = page;
        second.skip = 1;
        second.rows_max = 1;
        EXPECT_EQ(column(*store_->predictions(second), &PredictionRow::origin),
                  std::vector{expected[1]});
        EXPECT_EQ(column(*store_->decisions(second), &Decision::at), std::vector{expected[1]});
        second.rows_max = 0;
        EXPECT_TRUE(store_->predictions(second)->empty());
        EXPECT_TRUE(store_->decisions(second)->empty());
        EXPECT_EQ(store_
                      ->decisions(Page{.service = service,
                                       .rows_max = std::numeric_limits<std::size_t>::max()})
                      ->size(),
                  10U);
        EXPECT_EQ(store_
                      ->predictions(Page{.service = service,
                                         .rows_max = std::numeric_limits<std::size_t>::max()})
                      ->size(),
                  10U);
    }
    EXPECT_TRUE(store_->decisions(Page{.service = ServiceId("other")})->empty());
    EXPECT_TRUE(store_->predictions(Page{.service = ServiceId("other")})->empty());
}

// ---- decisions

TEST_P(StoreContract, DecisionsComeBackWholeAndNewestFirst) {
    const Decision first = decision("a", "shop", noon);
    Decision second = decision("b", "shop", noon + turn_step);
    second.inputs.lead_demand.reset();
    second.inputs.newest.state = SampleState::stale;
    write({.decisions = {first, second}});
    reopen();
    const auto rows = store_->decisions({});
    ASSERT_OK(rows);
    ASSERT_EQ(rows->size(), 2U);
    expect_same(second, rows->at(0));
    expect_same(first, rows->at(1));
    const auto one = store_->decision("a");
    ASSERT_OK(one);
    expect_same(first, *one);
}

TEST_P(StoreContract, ADecisionIsNeverChanged) {
    const Decision first = decision("a", "shop", noon);
    Decision changed = first;
    changed.desired = Replicas(99);
    write({.decisions = {first}});
    write({.decisions = {changed, decision("b", "shop", noon), changed}});
    EXPECT_EQ(store_->decision("a")->desired, first.desired);
    EXPECT_EQ(store_->decisions({})->size(), 2U);
}

TEST_P(StoreContract, DecisionsPageThroughTies) {
    Batch batch;
    for (int i = 0; i < 50; ++i)
        batch.decisions.push_back(decision(fmt::format("d{:02}", i), fmt::format("s{}", i % 5),
                                           noon + turn_step * (i / 20)));
    write(batch);
    for (const std::size_t rows_max : {1U, 7U, 20U, 50U}) {
        const auto all =
            page_through<Decision>([&](const Page& page) { return store_->decisions(page); },
                                   Page{.rows_max = rows_max}, &Decision::at);
        const auto ids = column(all, &Decision::id);
        EXPECT_EQ(ids.size(), 50U);
        EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), 50U);
    }
    EXPECT_EQ(
        column(*store_->decisions(Page{.service = ServiceId("s3"), .rows_max = 3}), &Decision::id),
        (std::vector<std::string>{"d43", "d48", "d23"}));
}

// ---- operations

TEST_P(StoreContract, AnOperationIsReplacedByItsNewerState) {
    Operation changing = operation("op", "shop", noon);
    write({.operations = {changing,
                          operation("old", "pay", noon - turn_step, OperationState::executing)}});
    EXPECT_EQ(column(*store_->open_operations(), &Operation::id),
              (std::vector<std::string>{"old", "op"}));
    changing.state = OperationState::done;
    changing.changed_at = noon + turn_step * 4;
    changing.attempts = 3;
    changing.detail = "7 of 7 ready";
    write({.operations = {changing}});
    reopen();
    EXPECT_EQ(column(*store_->open_operations(), &Operation::id), std::vector<std::string>{"old"});
    const auto rows = store_->operations(Page{.service = shop()});
    ASSERT_OK(rows);
    ASSERT_EQ(rows->size(), 1U);
    const Operation& read = rows->front();
    EXPECT_EQ(read.id, "op");
    EXPECT_EQ(read.service, shop());
    EXPECT_EQ(read.from, Replicas(5));
    EXPECT_EQ(read.to, Replicas(7));
    EXPECT_EQ(read.state, OperationState::done);
    EXPECT_EQ(read.intended_at, noon);
    EXPECT_EQ(read.changed_at, noon + turn_step * 4);
    EXPECT_EQ(read.attempts, 3);
    EXPECT_EQ(read.detail, "7 of 7 ready");
    EXPECT_EQ(read.mix, changing.mix);
}

TEST_P(StoreContract, OpenOperationsAreTheOpenStates) {
    Batch batch;
    for (int state = 0; state <= static_cast<int>(OperationState::rolled_back); ++state)
        batch.operations.push_back(
            operation(fmt::format("o{}", state), "shop", noon, static_cast<OperationState>(state)));
    write(batch);
    const auto open = store_->open_operations();
    ASSERT_OK(open);
    EXPECT_EQ(open->size(), 2U);
    for (const Operation& found : *open) EXPECT_TRUE(is_open(found.state));
    EXPECT_EQ(store_->operations({})->size(), batch.operations.size());
}

// ---- events

TEST_P(StoreContract, EventsThatEndLaterComeInOrderOfTheirStart) {
    BusinessEvent cancelled = event("c", noon - day, noon + day);
    cancelled.cancelled = true;
    cancelled.services.clear();
    write({.events = {event("b", noon, noon + day), event("a", noon, noon + day),
                      event("past", noon - day, noon), cancelled}});
    reopen();
    const auto rows = store_->events(noon);
    ASSERT_OK(rows);
    EXPECT_EQ(column(*rows, &BusinessEvent::id), (std::vector<std::string>{"c", "a", "b"}));
    EXPECT_TRUE(rows->front().cancelled);
    EXPECT_TRUE(rows->front().services.empty());
    const BusinessEvent& read = rows->back();
    const BusinessEvent wanted = event("b", noon, noon + day);
    EXPECT_EQ(read.type, wanted.type);
    EXPECT_EQ(read.name, wanted.name);
    EXPECT_EQ(read.services, wanted.services);
    EXPECT_EQ(read.start, wanted.start);
    EXPECT_EQ(read.end, wanted.end);
    EXPECT_EQ(bits(read.expected_uplift), bits(wanted.expected_uplift));
    EXPECT_EQ(read.source, wanted.source);
    EXPECT_FALSE(read.cancelled);
}

TEST_P(StoreContract, AnEventIsReplacedByItsId) {
    write({.events = {event("a", noon, noon + day)}});
    BusinessEvent moved = event("a", noon + day, noon + day * 2);
    moved.cancelled = true;
    write({.events = {moved}});
    const auto rows = store_->events(noon);
    ASSERT_OK(rows);
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_EQ(rows->front().start, noon + day);
    EXPECT_TRUE(rows->front().cancelled);
}

// ---- controls

TEST_P(StoreContract, ControlsComeBackAsTheyWereAndInOrder) {
    Control pause{.sequence = 2,
                  .at = noon,
                  .service = shop(),
                  .kind = ControlKind::pause,
                  .by = "kim",
                  .why = "a 'sale', 100 %",
                  .mode = {},
                  .until = noon + day,
                  .direction = Direction::down,
                  .proposal = {}};
    Control mode = pause;
    mode.sequence = 1;
    mode.kind = ControlKind::mode;
    mode.mode = Mode::observe;
    mode.until.reset();
    Control approval = pause;
    approval.sequence = 3;
    approval.kind = ControlKind::approve;
    approval.proposal = "shop-20260301T120030Z";
    write({.controls = {pause, mode, approval}});
    write({.controls = {approval}});
    reopen();
    EXPECT_EQ(store_->controls(0).value(), (std::vector<Control>{mode, pause, approval}));
    EXPECT_EQ(store_->controls(2).value(), std::vector<Control>{approval});
    EXPECT_TRUE(store_->controls(3)->empty());
    EXPECT_EQ(store_->expire({.decisions = day}, noon + day * 2).value(), 3);
    EXPECT_TRUE(store_->controls(0)->empty());
}

// ---- performance

TEST_P(StoreContract, PerformanceAddsUp) {
    const PerformanceRow row{shop(), "ensemble", std::chrono::hours(1), floor_to(noon, day), 3, 0.1,
                             0.2,    2};
    PerformanceRow other = row;
    other.member = "ridge";
    write({.performance = {row, other, row}});
    reopen();
    write({.performance = {row}});
    const auto rows = store_->performance(Page{.service = shop()});
    ASSERT_OK(rows);
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_EQ(rows->at(0).member, "ensemble");
    EXPECT_EQ(rows->at(0).count, 9);
    EXPECT_EQ(bits(rows->at(0).absolute_error_sum), bits(0.1 + 0.1 + 0.1));
    EXPECT_EQ(bits(rows->at(0).actual_sum), bits(0.2 + 0.2 + 0.2));
    EXPECT_EQ(rows->at(0).inside_90, 6);
    EXPECT_EQ(rows->at(0).horizon, std::chrono::hours(1));
    EXPECT_EQ(rows->at(1).count, 3);
}

// ---- audit

TEST_P(StoreContract, AuditIsReadInOrder) {
    Batch batch;
    for (int i = 1; i <= 25; ++i) batch.audit.push_back(audit_entry(i));
    write(batch);
    reopen();
    const auto some = store_->audit(11, 10);
    ASSERT_OK(some);
    ASSERT_EQ(some->size(), 10U);
    for (std::int64_t i = 0; i < 10; ++i)
        EXPECT_EQ(some->at(static_cast<std::size_t>(i)).sequence, 11 + i);
    EXPECT_EQ(store_->audit(26, 10)->size(), 0U);
    EXPECT_EQ(store_->audit(1, 1'000'000)->size(), 25U);
    const auto head = store_->audit_head();
    ASSERT_OK(head);
    const AuditEntry wanted = audit_entry(25);
    EXPECT_EQ((*head)->sequence, 25);
    EXPECT_EQ((*head)->at, wanted.at);
    EXPECT_EQ((*head)->kind, wanted.kind);
    EXPECT_EQ((*head)->subject, wanted.subject);
    EXPECT_EQ((*head)->body, wanted.body);
    EXPECT_EQ((*head)->hash, wanted.hash);
}

TEST_P(StoreContract, AuditThatDoesNotContinueTheChainIsRefusedWithItsBatch) {
    EXPECT_FAILS(Errc::conflict, store_->write({.audit = {audit_entry(2)}}));
    write({.audit = {audit_entry(1), audit_entry(2)}});
    for (const std::int64_t wrong : {0, 1, 2, 4}) {
        const auto refused =
            store_->write({.raw = {raw_row("shop", noon, 1.0)}, .audit = {audit_entry(wrong)}});
        EXPECT_FAILS(Errc::conflict, refused);
    }
    EXPECT_FAILS(Errc::conflict, store_->write({.audit = {audit_entry(3), audit_entry(5)}}));
    EXPECT_EQ(store_->audit_head()->value().sequence, 2);
    EXPECT_TRUE(store_->raw({shop(), noon, noon + turn_step})->empty());
    write({.audit = {audit_entry(3)}});
}

// ---- state

TEST_P(StoreContract, StateOfAServiceIsReplacedAsAWhole) {
    const std::string bytes("\0\xff\x80 state\0", 10);
    write({.checkpoints = {{shop(), noon, std::string(300'000, 'c')}, {ServiceId("pay"), noon, ""}},
           .turns = {{shop(), noon, "old"}}});
    write({.checkpoints = {{shop(), noon + turn_step, bytes}},
           .turns = {{shop(), noon + turn_step, bytes}}});
    reopen();
    const auto checkpoint = store_->checkpoint(shop());
    ASSERT_OK(checkpoint);
    EXPECT_EQ((*checkpoint)->state, bytes);
    EXPECT_EQ((*checkpoint)->turn, noon + turn_step);
    EXPECT_EQ((*checkpoint)->service, shop());
    EXPECT_EQ(store_->checkpoint(ServiceId("pay"))->value().state, "");
    const auto turn = store_->turn(shop());
    ASSERT_OK(turn);
    EXPECT_EQ((*turn)->state, bytes);
    EXPECT_EQ((*turn)->turn, noon + turn_step);
    EXPECT_FALSE(store_->turn(ServiceId("pay"))->has_value());
}

// ---- all or nothing

TEST_P(StoreContract, AnEmptyBatchIsNothing) {
    EXPECT_TRUE(Batch{}.empty());
    EXPECT_FALSE((Batch{.turns = {{shop(), noon, ""}}}.empty()));
    write({});
}

TEST_P(StoreContract, ARefusedBatchLeavesNoServiceBehind) {
    const auto refused = store_->write({.raw = {raw_row("new", noon, 1.0)},
                                        .decisions = {decision("d", "newer", noon)},
                                        .audit = {audit_entry(7)},
                                        .turns = {{ServiceId("newest"), noon, "x"}}});
    EXPECT_FAILS(Errc::conflict, refused);
    EXPECT_FAILS(Errc::not_found, store_->decision("d"));
    write({.raw = {raw_row("other", noon, 2.0)}, .turns = {{ServiceId("new"), noon, "y"}}});
    reopen();
    EXPECT_EQ(values_of(store_->raw({ServiceId("other"), noon, noon + turn_step})),
              std::vector{2.0});
    EXPECT_TRUE(store_->raw({ServiceId("new"), noon, noon + turn_step})->empty());
    EXPECT_EQ(store_->turn(ServiceId("new"))->value().state, "y");
}

// ---- retention

TEST_P(StoreContract, ExpiryFollowsRetentionAndNow) {
    const Retention retention{.raw = day,
                              .hourly = day * 2,
                              .predictions = day * 3,
                              .decisions = day * 4,
                              .performance = day * 5};
    Batch batch;
    for (int age = 0; age < 8; ++age) {
        const Timestamp at = noon - day * age;
        batch.raw.push_back(raw_row("shop", at, age));
        batch.hourly.push_back(hourly_row("shop", at, age));
        batch.predictions.push_back(prediction("shop", at, std::chrono::hours(1), age));
        batch.decisions.push_back(decision(fmt::format("d{}", age), "shop", at));
        batch.operations.push_back(
            operation(fmt::format("d{}", age), "shop", at,
                      age == 7 ? OperationState::executing : OperationState::done));
        batch.performance.push_back({shop(), "ridge", std::chrono::hours(1), at, 1, 1.0, 1.0, 0});
        batch.audit.push_back(audit_entry(age + 1));
    }
    write(batch);
    EXPECT_EQ(store_->expire(retention, noon).value(), 6 + 5 + 4 + 3 + 2 + 2);
    EXPECT_EQ(values_of(store_->raw({shop(), Timestamp::min(), Timestamp::max()})),
              (std::vector{1.0, 0.0}));
    EXPECT_EQ(store_->hourly({shop(), Timestamp::min(), Timestamp::max()})->size(), 3U);
    EXPECT_EQ(store_->predictions({})->size(), 4U);
    EXPECT_EQ(store_->decisions({})->size(), 5U);
    EXPECT_EQ(store_->operations({})->size(), 6U) << "an open operation stays, however old";
    EXPECT_EQ(store_->performance({})->size(), 6U);
    EXPECT_EQ(store_->audit(1, 100)->size(), 8U);
    EXPECT_EQ(store_->expire(retention, noon).value(), 0);
    EXPECT_EQ(store_->expire(retention, noon + std::chrono::hours(1)).value(), 6);
}

TEST_P(StoreContract, ExpiryTakesALimitedNumberOfRowsAtATime) {
    constexpr std::int64_t rows = Store::expire_rows_max + 1'000;
    Batch batch;
    batch.raw.reserve(static_cast<std::size_t>(rows));
    for (std::int64_t i = 0; i < rows; ++i)
        batch.raw.push_back(raw_row("shop", noon, static_cast<double>(i)));
    batch.raw.push_back(raw_row("shop", noon + day * 100, -1.0));
    write(batch);
    EXPECT_EQ(store_->expire({}, noon + day * 91).value(), Store::expire_rows_max);
    EXPECT_EQ(values_of(store_->raw({shop(), noon, noon + turn_step})).front(),
              static_cast<double>(Store::expire_rows_max));
    EXPECT_EQ(store_->expire({}, noon + day * 91).value(), 1'000);
    EXPECT_EQ(store_->expire({}, noon + day * 91).value(), 0);
    EXPECT_EQ(values_of(store_->raw({shop(), Timestamp::min(), Timestamp::max()})),
              std::vector{-1.0});
}

// ---- threads

TEST_P(StoreContract, ReadersSeeWholeBatchesBesideTheWriter) {
    constexpr int turns = 300;
    std::atomic<bool> done{false};
    std::atomic<int> torn{0};
    std::atomic<int> failed{0};
    const auto look = [&] {
        std::size_t seen_before = 0;
        while (!done.load()) {
            const auto decisions = store_->decisions(Page{.rows_max = 10'000});
            const auto raw = store_->raw({shop(), Timestamp::min(), Timestamp::max()});
            const auto turn = store_->turn(shop());
            if (!raw || !decisions || !turn) {
                ++failed;
                continue;
            }
            if (raw->size() % 3 != 0 || raw->size() < seen_before ||
                decisions->size() * 3 > raw->size())
                ++torn;
            seen_before = raw->size();
        }
    };
    {
        std::vector<std::jthread> readers;
        for (int i = 0; i < 6; ++i) readers.emplace_back(look);
        for (int i = 0; i < turns; ++i) {
            const Timestamp turn = noon + turn_step * i;
            write({.raw = {raw_row("shop", turn, 1.0), raw_row("shop", turn, 2.0),
                           raw_row("shop", turn, 3.0)},
                   .decisions = {decision(fmt::format("d{}", i), "shop", turn)},
                   .turns = {{shop(), turn, "state"}}});
        }
        done = true;
    }
    EXPECT_EQ(torn.load(), 0);
    EXPECT_EQ(failed.load(), 0);
    EXPECT_EQ(store_->decisions(Page{.rows_max = 10'000})->size(), std::size_t{turns});
}

TEST(Stores, AnUnknownKindNamesTheKnownOnes) {
    const auto opened = open_store({.kind = "sqlight", .path = "x"}, OpenMode::read_write);
    EXPECT_FAILS(Errc::not_found, opened);
    EXPECT_NE(opened.error().message.find("sqlite"), std::string::npos);
}

}  // namespace
}  // namespace forescale
