// What the way from a recorded file to closed windows costs.
#include "base/archive.h"
#include "base/assert.h"
#include "collectors/poller.h"
#include "collectors/replay/csv.h"
#include "streaming/memory/memory_bus.h"
#include "streaming/metrics_consumer.h"
#include "streaming/metrics_producer.h"
#include "streaming/stream_processor.h"

#include <filesystem>
#include <fstream>

#include <benchmark/benchmark.h>

namespace forescale {
namespace {

using namespace std::chrono_literals;

constexpr Duration turn_step = 30s;
const Timestamp start{std::chrono::hours(24 * 20'000)};

ServiceId service_of(std::int64_t number) {
    return ServiceId(fmt::format("service-{}", number));
}

std::map<ServiceId, StreamSettings> settings_of(std::int64_t services) {
    std::map<ServiceId, StreamSettings> out;
    for (std::int64_t i = 0; i < services; ++i) out[service_of(i)] = {.sample_step = turn_step};
    return out;
}

/// The bus with everything that a turn does on it: samples in, points and windows out, state saved.
class Stream {
public:
    explicit Stream(std::int64_t services) : processor_(bus_, settings_of(services)) {
        for (std::int64_t i = 0; i < services; ++i) ids_.push_back(service_of(i));
    }
    void turn() {
        now_ += turn_step;
        for (const auto& id : ids_) {
            const Point point{.at = now_ - turn_step, .value = 100.25};
            ASSERT(producer_.add({id, {point}}).has_value());
        }
        ASSERT(producer_.flush().has_value());
        ASSERT(processor_.pump(now_).has_value());
        const auto count = [this](const auto&) { ++batches_; };
        ASSERT(processed_.consume_samples(count).has_value());
        ASSERT(aggregated_.consume_windows(count).has_value());
        for (const auto& id : ids_) benchmark::DoNotOptimize(processor_.save(id));
    }

private:
    MemoryBus bus_{BusSettings{}};
    MetricsProducer producer_{bus_};
    StreamProcessor processor_;
    MetricsConsumer processed_{bus_, topic::processed, "bench"};
    MetricsConsumer aggregated_{bus_, topic::aggregated, "bench"};
    std::vector<ServiceId> ids_;
    Timestamp now_ = start;
    std::int64_t batches_ = 0;
};

void stream_turn(benchmark::State& state) {
    Stream stream(state.range(0));
    for ([[maybe_unused]] auto _ : state) stream.turn();
}
BENCHMARK(stream_turn)->Arg(1)->Arg(1'000)->Unit(benchmark::kMicrosecond);

void intake(benchmark::State& state) {
    constexpr std::int64_t batch = 1'000;
    SeriesProcessor series({.sample_step = 1s});
    auto now = start;
    for ([[maybe_unused]] auto _ : state) {
        std::vector<Point> points;
        points.reserve(batch);
        for (std::int64_t i = 0; i < batch; ++i) points.push_back({now + i * 1s, 1.5});
        now += batch * 1s;
        benchmark::DoNotOptimize(series.ingest(std::move(points), now));
        benchmark::DoNotOptimize(series.close(now));
    }
    state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(intake);

/// A file of 60 days at one sample a minute, gone with its owner.
class RecordedFile {
public:
    static constexpr std::int64_t rows = 86'400;
    RecordedFile()
        : path_(std::filesystem::temp_directory_path() / "forescale_streaming_bench.csv") {
        std::ofstream out(path_);
        out << "timestamp,value\n";
        for (std::int64_t i = 0; i < rows; ++i)
            out << format_timestamp(start + i * 1min) << ','
                << 100.0 + static_cast<double>(i % 1'440) / 7 << '\n';
    }
    RecordedFile(const RecordedFile&) = delete;
    RecordedFile& operator=(const RecordedFile&) = delete;
    ~RecordedFile() { std::filesystem::remove(path_); }
    [[nodiscard]] std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

void read_csv(benchmark::State& state) {
    const RecordedFile file;
    for ([[maybe_unused]] auto _ : state) {
        auto reader = CsvReader::open(file.path());
        ASSERT(reader.has_value());
        while (true) {
            const auto row = reader->next();
            ASSERT(row.has_value());
            if (!*row) break;
            benchmark::DoNotOptimize(**row);
        }
    }
    state.SetItemsProcessed(state.iterations() * RecordedFile::rows);
}
BENCHMARK(read_csv)->Unit(benchmark::kMillisecond);

void replay_60_days_of_polls(benchmark::State& state) {
    const RecordedFile file;
    for ([[maybe_unused]] auto _ : state) {
        auto made = make_collector("replay", {.files = {file.path()}});
        ASSERT(made.has_value());
        Poller poller("bench", *std::move(made), {}, start);
        std::size_t points = 0;
        for (auto now = start; now <= start + RecordedFile::rows * 1min; now += turn_step)
            if (const auto result = poller.poll(now)) points += result->points;
        ASSERT(points == RecordedFile::rows);
    }
}
BENCHMARK(replay_60_days_of_polls)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace forescale
