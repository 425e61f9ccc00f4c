#include "app/commands/commands.h"
#include "app/engine.h"
#include "app/models_file.h"
#include "app/outcome_table.h"
#include "app/progress.h"
#include "app/signals.h"
#include "base/log.h"
#include "simulation/simulate.h"
#include "simulation/trace.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace forescale::embedded {
extern const std::string_view demo_trace;
}

namespace forescale {
namespace {

/// How much of the trace is kept for the page, so that there is something to watch.
constexpr Duration watched = std::chrono::hours(48);
constexpr double replicas_at_peak = 50;  // as the simulated world of `forescale simulate` has it
constexpr std::string_view service_name = "website";

/// A folder that is gone when the demo ends, unless the user named it.
class DemoFolder {
public:
    static Result<DemoFolder> open(const std::string& named) {
        std::error_code error;
        if (!named.empty()) {
            std::filesystem::create_directories(named, error);
            if (error)
                return fail(Errc::unavailable,
                            "cannot create the folder {}: {}; check the path and its permissions",
                            named, error.message());
            return DemoFolder(named, false);
        }
        std::string pattern =
            (std::filesystem::temp_directory_path(error) / "forescale-demo-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr)
            return fail(Errc::unavailable, "cannot create a folder like {}; name one with --folder",
                        pattern);
        return DemoFolder(pattern, true);
    }
    DemoFolder(DemoFolder&& other) noexcept
        : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, false)) {}
    DemoFolder& operator=(DemoFolder&&) = delete;
    ~DemoFolder() {
        std::error_code ignored;
        if (temporary_) std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string file(std::string_view name) const {
        return path_ + "/" + std::string(name);
    }

private:
    DemoFolder(std::string path, bool temporary) : path_(std::move(path)), temporary_(temporary) {}
    std::string path_;
    bool temporary_;
};

/// The trace that the user named, or the shipped one, written where it can be read.
Result<std::string> trace_file(const DemoOptions& options, const DemoFolder& folder) {
    if (!options.trace.empty()) return options.trace;
    auto path = folder.file("website.csv.gz");
    std::ofstream out(path, std::ios::binary);
    out.write(embedded::demo_trace.data(),
              static_cast<std::streamsize>(embedded::demo_trace.size()));
    if (!out.flush())
        return fail(Errc::unavailable,
                    "cannot write {}; free space, or name another place with --folder", path);
    return path;
}

Result<double> capacity_of(const Trace& trace) {
    std::vector<double> values;
    values.reserve(trace.points.size());
    for (const auto& point : trace.points) values.push_back(point.value);
    const double peak = percentile(std::move(values), 99.5);
    if (!(peak > 0.0))
        return fail(Errc::invalid_argument,
                    "{}: its 99.5th percentile is 0: there is no demand to size replicas for",
                    trace.name);
    return peak / replicas_at_peak;
}

Result<AppConfig> demo_config(const DemoOptions& options, const DemoFolder& folder,
                              const std::string& file, const Trace& trace) {
    AppConfig config;
    config.log.level = "warn";
    config.api.port = options.port;
    config.store.path = folder.file("forescale.db");
    config.clock.mode = "fast";
    config.clock.speed = options.speed;  // later, while the page is served
    config.target.journal = folder.file("target.journal");
    CollectorConfig collector;
    collector.name = "replay";
    collector.files = {file};
    collector.service = service_name;
    config.collectors.push_back(std::move(collector));
    ServiceConfig service;
    service.name = service_name;
    service.sample_step = trace.step;
    TRY(service.capacity_per_replica, capacity_of(trace));
    config.services.push_back(std::move(service));
    return config;
}

void say_what_is_replayed(const std::string& file, const Trace& trace, const AppConfig& config) {
    fmt::print("Forescale demo: {} of real traffic on a simulated target\n",
               format_duration(floor_to(trace.points.back().at, day) -
                               floor_to(trace.points.front().at, day)));
    fmt::print("  trace      {}: {} samples, {} apart, {} to {}\n",
               std::filesystem::path(file).filename().string(), trace.points.size(),
               format_duration(trace.step), format_timestamp(trace.points.front().at),
               format_timestamp(trace.points.back().at));
    fmt::print(
        "  world      one replica serves {:.6g} per step, is ready 5 min after it was asked for; 2 "
        "to 100 replicas; a turn every 30 s\n\n",
        config.services.front().capacity_per_replica);
    std::fflush(stdout);
}

/// Replays up to `until` as fast as it can.
void replay(Engine& engine, const std::stop_token& stop, Timestamp until) {
    const auto began = std::chrono::steady_clock::now();
    const auto data = *engine.data_span();
    Progress progress("replay");
    engine.run(stop, until, [&](Timestamp now) {
        progress.update(in_seconds(now - data.first) / in_seconds(until - data.first),
                        format_timestamp(now));
    });
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    fmt::print(
        "Replayed {} in {:.1f} s: {} turns of collecting, forecasting, deciding and scaling.\n",
        format_duration(floor_to(until, std::chrono::hours(1)) -
                        floor_to(data.first, std::chrono::hours(1))),
        took.count(), engine.pipeline().turns());
}

void say_newest_decision(Engine& engine) {
    const auto& state = *engine.pipeline().services().front();
    if (!state.decision) return;
    fmt::print("Newest decision, {}:\n  {}\n  {}\n\n", format_timestamp(state.decision->at),
               state.decision->sentence, state.decision->why_not_fewer);
}

const PolicyOutcome* find(const std::vector<PolicyOutcome>& outcomes, std::string_view policy) {
    const auto at = std::ranges::find(outcomes, policy, &PolicyOutcome::policy);
    return at == outcomes.end() ? nullptr : &*at;
}

void say_summary(const std::vector<PolicyOutcome>& outcomes) {
    fmt::print("{}\n", outcome_table(outcomes));
    const auto* ours = find(outcomes, "forescale");
    const auto* hpa = find(outcomes, "hpa");
    if (ours == nullptr || hpa == nullptr) return;
    fmt::print("Forescale paid {:.0f} instance-hours and left {:.4f} % of the demand unserved;\n",
               ours->instance_hours, ours->unserved_share * 100);
    fmt::print("a Kubernetes HPA at 70 % utilization would have paid {:.0f} and left {:.4f} %.\n",
               hpa->instance_hours, hpa->unserved_share * 100);
    std::fflush(stdout);
}

void serve(Engine& engine, const DemoOptions& options, const std::stop_token& stop) {
    fmt::print(
        "\nPage: http://127.0.0.1:{}/ (the replay goes on at {:.0f} times real speed; Ctrl-C ends "
        "it)\n",
        engine.port(), options.speed);
    std::fflush(stdout);
    engine.set_speed(options.speed);
    engine.run(stop, engine.data_span()->last, {});
    engine.set_speed(0);  // time stands still behind the end of the data
    if (!stop.stop_requested()) fmt::print("The trace has ended; the page stays until Ctrl-C.\n");
    std::fflush(stdout);
    SystemClock clock;
    while (clock.wait_until(clock.now() + std::chrono::hours(1), stop)) {
    }
}

Result<void> demo(const DemoOptions& options) {
    log::configure({.level = log::Level::error});
    const StopOnSignal signals;
    TRY(const auto folder, DemoFolder::open(options.folder));
    TRY(const auto file, trace_file(options, folder));
    TRY(const auto trace, read_trace(file));
    TRY(const auto config, demo_config(options, folder, file, trace));
    TRY(const auto engine, Engine::make(config));
    const bool serves = options.serve && isatty(STDOUT_FILENO) == 1;
    if (serves) TRY_VOID(engine->serve());
    say_what_is_replayed(file, trace, config);
    const auto data = *engine->data_span();
    replay(*engine, signals.token(), serves ? data.last - watched : data.last);
    say_newest_decision(*engine);
    if (!signals.token().stop_requested()) {
        const auto models = chosen_models("shipped");
        if (!models) return std::unexpected(models.error());
        Progress progress("compare policies");
        TRY(const auto outcomes, run_simulation({file}, {.trained = *models},
                                                [&](double share) { progress.update(share); }));
        say_summary(outcomes);
    }
    if (serves && !signals.token().stop_requested()) serve(*engine, options, signals.token());
    return engine->close();
}

}  // namespace

ExitCode demo_command(const DemoOptions& options) {
    const auto done = demo(options);
    return done ? ExitCode::ok : report(done.error());
}

}  // namespace forescale
