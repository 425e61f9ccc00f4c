#include "base/log.h"
#include "bench/latency.h"
#include "bench/traffic.h"
#include "execution/targets.h"
#include "pipeline/pipeline.h"
#include "storage/stores.h"

#include <cstdlib>
#include <filesystem>

#include <unistd.h>

namespace forescale {
namespace {

template <class T>
T must(Result<T> result) {
    if (result) return *std::move(result);
    fmt::print(stderr, "{}\n", result.error().message);
    std::abort();
}

/// One sample a minute of every service.
class Source final : public Collector {
public:
    explicit Source(std::vector<ServiceId> services) : services_(std::move(services)) {}

    Result<std::vector<SampleBatch>> collect(Timestamp from, Timestamp to) override {
        constexpr Duration minute = std::chrono::minutes(1);
        std::vector<Point> points;
        for (auto at = floor_to(from, minute); at + minute <= to; at += minute)
            if (at + minute > from) points.push_back({at, traffic_at(at), SampleState::present});
        std::vector<SampleBatch> batches;
        for (const auto& service : services_) batches.push_back({service, points});
        return batches;
    }

private:
    std::vector<ServiceId> services_;
};

std::vector<ServiceId> names(int count) {
    std::vector<ServiceId> out;
    for (int i = 0; i < count; ++i) out.emplace_back(fmt::format("service-{:04}", i));
    return out;
}

/// The real turn on virtual time, with the embedded parts.
class World {
public:
    World(const std::vector<ServiceId>& services, std::unique_ptr<Store> store, Timestamp start)
        : clock_(start), store_(std::move(store)) {
        log::Settings only_errors;
        only_errors.level = log::Level::error;
        log::configure(only_errors);
        bus_ = must(make_bus("memory", {}));
        target_ = must(make_target("simulated", {}, clock_));
        std::vector<Service> configured;
        for (const auto& id : services) {
            Service service;
            service.id = id;
            service.capacity_per_replica = Demand(50.0);
            configured.push_back(std::move(service));
        }
        std::vector<Poller> pollers;
        pollers.emplace_back("traffic", std::make_unique<Source>(services), PollerSettings{},
                             start);
        PipelineSettings settings;
        settings.publishes_view = false;
        pipeline_ = must(Pipeline::open(
            std::move(configured), std::move(pollers),
            {*bus_, *store_, *target_, metrics_, health_, alerts_, board_}, settings));
    }

    void turn(Duration later) {
        clock_.advance_to(clock_.now() + later);
        pipeline_->turn(clock_.now());
    }
    /// Stores what was learned and hands the store over.
    std::unique_ptr<Store> close() {
        if (auto closed = pipeline_->close(clock_.now()); !closed)
            must<int>(std::unexpected(closed.error()));
        return std::move(store_);
    }
    [[nodiscard]] Timestamp now() const { return clock_.now(); }

private:
    ManualClock clock_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Bus> bus_;
    std::unique_ptr<Target> target_;
    ScalingMetrics metrics_{"bench"};
    HealthChecker health_;
    AlertManager alerts_;
    ViewBoard board_;
    std::unique_ptr<Pipeline> pipeline_;
};

std::unique_ptr<Store> store_in_memory() {
    StoreConfig config;
    config.path = ":memory:";
    return must(open_store(config, OpenMode::read_write));
}

/// 60 days of one service, a turn every 30 s, recorded in a file.
void replay_60_days(benchmark::State& state) {
    const auto folder =
        std::filesystem::temp_directory_path() / fmt::format("forescale-bench-{}", ::getpid());
    for ([[maybe_unused]] auto _ : state) {
        state.PauseTiming();
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        StoreConfig config;
        config.path = (folder / "forescale.db").string();
        World world(names(1), must(open_store(config, OpenMode::read_write)), traffic_start);
        state.ResumeTiming();
        while (world.now() < traffic_start + 60 * day) world.turn(std::chrono::seconds(30));
    }
    std::filesystem::remove_all(folder);
}
BENCHMARK(replay_60_days)->Iterations(1)->Unit(benchmark::kSecond);

/// Gives every service what one of them learned in 21 days: learning it a thousand times would take
/// an hour.
std::unique_ptr<Store> learned_store(const std::vector<ServiceId>& services) {
    World teacher(names(1), store_in_memory(), traffic_start);
    while (teacher.now() < traffic_start + 21 * day) teacher.turn(std::chrono::minutes(5));
    const auto learned = teacher.close();
    const auto checkpoint = must(learned->checkpoint(names(1).front()));
    const auto turn = must(learned->turn(names(1).front()));
    Batch batch;
    for (const auto& id : services) {
        batch.checkpoints.push_back({id, checkpoint->turn, checkpoint->state});
        batch.turns.push_back({id, turn->turn, turn->state});
    }
    auto store = store_in_memory();
    if (auto written = store->write(batch); !written) must<int>(std::unexpected(written.error()));
    return store;
}

/// One turn in which every one of 1,000 services has five new samples and a grid step to learn and
/// forecast from.
void turn_1000_services(benchmark::State& state) {
    const auto services = names(1000);
    World world(services, learned_store(services), traffic_start + 21 * day);
    world.turn(std::chrono::minutes(5));
    for ([[maybe_unused]] auto _ : state) world.turn(std::chrono::minutes(5));
}
BENCHMARK(turn_1000_services)->Iterations(12)->Unit(benchmark::kSecond);

}  // namespace
}  // namespace forescale
