// What a turn costs the store, and what reads cost beside it. Files lie in the folder that TMPDIR
// names, or in /tmp.
#include "base/assert.h"
#include "bench/latency.h"
#include "storage/decision_json.h"
#include "storage/sqlite/sqlite_store.h"

#include <cstdlib>
#include <filesystem>

#include <benchmark/benchmark.h>

namespace forescale {
namespace {

constexpr Duration turn_step = std::chrono::seconds(30);
const Timestamp start{std::chrono::hours(24 * 20'000)};

/// A store on a fresh file, which goes with it.
class FileStore {
public:
    FileStore() {
        const auto folder = std::filesystem::temp_directory_path() / "forescale_storage_bench";
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        folder_ = folder;
        auto opened = open_sqlite((folder / "bench.db").string(), OpenMode::read_write);
        ASSERT(opened.has_value());
        store_ = *std::move(opened);
    }
    FileStore(const FileStore&) = delete;
    FileStore& operator=(const FileStore&) = delete;
    ~FileStore() {
        store_.reset();
        std::filesystem::remove_all(folder_);
    }
    Store* operator->() { return store_.get(); }

private:
    std::filesystem::path folder_;
    std::unique_ptr<Store> store_;
};

ServiceId service_of(std::int64_t number) {
    return ServiceId(fmt::format("service-{}", number));
}

Batch turn_of(std::int64_t services, Timestamp turn) {
    Batch batch;
    for (std::int64_t i = 0; i < services; ++i) {
        const Point point{.at = turn - turn_step, .value = 100.25 + static_cast<double>(i)};
        batch.raw.push_back({service_of(i), point, turn});
        batch.turns.push_back({service_of(i), turn, std::string(600, 'x')});
    }
    return batch;
}

Decision decision_of(std::int64_t number) {
    Decision decision;
    decision.id = fmt::format("service-{}-20260301T120030Z", number);
    decision.service = service_of(number);
    decision.at = start;
    decision.quantile = 0.99;
    decision.demand_planned = 1234.5678901234;
    decision.desired = Replicas(7);
    decision.reason = Reason::forecast;
    decision.sentence = "Scale from 5 to 7: demand within 5m may reach 1234.6 (quantile 0.99).";
    decision.why_not_fewer = "6 replicas serve 1200; demand exceeds that with probability 0.04.";
    decision.inputs.lead_demand = LeadDemand{.from = start, .lead = std::chrono::minutes(5)};
    for (std::size_t i = 0; i < quantile_levels.size(); ++i)
        decision.inputs.lead_demand->quantiles[i] = 900.0 / (1.0 + quantile_levels[i]);
    for (const auto* name : {"last_value", "daily", "weekly", "profile_level", "ridge"})
        decision.inputs.members.push_back({name, 1.0 / 7.0, false, ""});
    for (const auto* rule :
         {"forecast", "floor", "gate", "tolerance", "stabilization", "rate", "cooldown", "bounds"})
        decision.steps.push_back(
            {rule, Replicas(5), Replicas(7), "largest recommendation of the last 5m is 7"});
    return decision;
}

void write_turn(benchmark::State& state) {
    FileStore store;
    Batch batch = turn_of(state.range(0), start);
    ASSERT(store->write(batch).has_value());
    measure_calls(state, [&] {
        for (RawRow& row : batch.raw) row.turn += turn_step;
        for (TurnRow& row : batch.turns) row.turn += turn_step;
        ASSERT(store->write(batch).has_value());
    });
}
BENCHMARK(write_turn)->Arg(1)->Arg(1'000)->Unit(benchmark::kMicrosecond);

void write_turn_with_decision(benchmark::State& state) {
    FileStore store;
    std::int64_t turn = 0;
    measure_calls(state, [&] {
        Batch batch = turn_of(1, start + turn_step * turn);
        batch.decisions.push_back(decision_of(turn++));
        ASSERT(store->write(batch).has_value());
    });
}
BENCHMARK(write_turn_with_decision)->Unit(benchmark::kMicrosecond);

void write_raw_in_bulk(benchmark::State& state) {
    FileStore store;
    Timestamp turn = start;
    std::int64_t rows = 0;
    for ([[maybe_unused]] auto _ : state) {
        state.PauseTiming();
        Batch batch;
        for (int step = 0; step < 100; ++step, turn += turn_step)
            for (std::int64_t i = 0; i < 1'000; ++i)
                batch.raw.push_back(
                    {service_of(i), {.at = turn, .value = 0.1 * static_cast<double>(i)}, turn});
        state.ResumeTiming();
        ASSERT(store->write(batch).has_value());
        rows += static_cast<std::int64_t>(batch.raw.size());
    }
    state.SetItemsProcessed(rows);
}
BENCHMARK(write_raw_in_bulk)->Unit(benchmark::kMillisecond)->MinTime(2.0);

/// One day of turns of one service, out of a fleet of state.range(0).
void read_raw_of_a_day(benchmark::State& state) {
    FileStore store;
    const Timestamp end = start + day;
    for (Timestamp turn = start; turn < end; turn += turn_step) {
        Batch batch;
        for (std::int64_t i = 0; i < state.range(0); ++i)
            batch.raw.push_back({service_of(i), {.at = turn, .value = 1.5}, turn});
        ASSERT(store->write(batch).has_value());
    }
    for ([[maybe_unused]] auto _ : state)
        benchmark::DoNotOptimize(store->raw({service_of(0), start, end}));
}
BENCHMARK(read_raw_of_a_day)->Arg(1)->Arg(8)->Arg(16)->Arg(1'000)->Unit(benchmark::kMillisecond);

void read_decisions_page(benchmark::State& state) {
    FileStore store;
    Batch batch;
    for (std::int64_t i = 0; i < 1'000; ++i) {
        batch.decisions.push_back(decision_of(i));
        batch.decisions.back().at = start + turn_step * i;
    }
    ASSERT(store->write(batch).has_value());
    for ([[maybe_unused]] auto _ : state)
        benchmark::DoNotOptimize(store->decisions(Page{.rows_max = 100}));
}
BENCHMARK(read_decisions_page)->Unit(benchmark::kMicrosecond);

void expire_nothing(benchmark::State& state) {
    FileStore store;
    ASSERT(store->write(turn_of(1'000, start)).has_value());
    for ([[maybe_unused]] auto _ : state) ASSERT(store->expire({}, start).has_value());
}
BENCHMARK(expire_nothing)->Unit(benchmark::kMicrosecond);

void expire_raw(benchmark::State& state) {
    FileStore store;
    for ([[maybe_unused]] auto _ : state) {
        state.PauseTiming();
        Batch batch;
        for (int step = 0; step < 50; ++step)
            for (std::int64_t i = 0; i < 1'000; ++i)
                batch.raw.push_back(
                    {service_of(i), {.at = start, .value = 1.5}, start + turn_step * step});
        ASSERT(store->write(batch).has_value());
        state.ResumeTiming();
        ASSERT(store->expire({}, start + day * 91).has_value());
    }
}
BENCHMARK(expire_raw)->Unit(benchmark::kMillisecond)->Iterations(10);

void decision_json_write(benchmark::State& state) {
    const Decision decision = decision_of(1);
    for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(decision_to_json(decision));
}
BENCHMARK(decision_json_write)->Unit(benchmark::kMicrosecond);

void decision_json_read(benchmark::State& state) {
    const std::string text = decision_to_json(decision_of(1));
    for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(decision_from_json(text));
    state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}
BENCHMARK(decision_json_read)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace forescale
