#include "app/engine.h"

#include "api/endpoints.h"
#include "api/live.h"
#include "api/server.h"
#include "app/child_trainer.h"
#include "app/models_file.h"
#include "app/version.h"
#include "base/hash.h"
#include "base/log.h"
#include "collectors/replay/replay.h"

#include <filesystem>

namespace forescale {

struct Engine::Parts {
    AppConfig config;
    std::unique_ptr<Clock> clock;
    ScaledClock* scaled = nullptr;  ///< the clock, when it is a virtual one
    std::optional<DataSpan> data;
    std::unique_ptr<Bus> bus;
    std::unique_ptr<Store> store;
    std::unique_ptr<Target> target;
    ScalingMetrics metrics{version_text};
    HealthChecker health;
    AlertManager alerts;
    ViewBoard board;
    std::unique_ptr<Trainer> trainer;  ///< null where nothing is trained
    std::unique_ptr<Pipeline> pipeline;
    std::unique_ptr<HttpServer> server;  ///< last: it reads the others
    std::chrono::steady_clock::time_point shown_at;

    /// Nobody can see more than some views a second; a fast replay makes thousands of turns in one.
    bool is_time_to_show() {
        constexpr std::chrono::milliseconds pause(40);
        const auto now = std::chrono::steady_clock::now();
        if (!server || now - shown_at < pause) return false;
        shown_at = now;
        return true;
    }
};

namespace {

struct Sources {
    std::vector<Poller> pollers;
    std::optional<Engine::DataSpan> data;
};

void widen(std::optional<Engine::DataSpan>& span, const ReplayCollector& replay) {
    const Timestamp first = replay.first();
    const Timestamp last = replay.end();
    if (!span) span = Engine::DataSpan{first, last};
    span->first = std::min(span->first, first);
    span->last = std::max(span->last, last);
}

Result<std::unique_ptr<Collector>> open_collector(const CollectorConfig& config,
                                                  std::optional<Engine::DataSpan>& data) {
    TRY(auto collector, make_collector(config.kind, {.files = config.files,
                                                     .service = config.service,
                                                     .timeout = config.timeout}));
    if (const auto* replay = dynamic_cast<const ReplayCollector*>(collector.get()))
        widen(data, *replay);
    return collector;
}

/// Pollers begin where the data begins; a pipeline that goes on moves them.
Result<Sources> open_sources(const std::vector<CollectorConfig>& configs, Timestamp wall_now) {
    Sources out;
    std::vector<std::unique_ptr<Collector>> opened;
    for (const auto& config : configs) {
        TRY(auto collector, open_collector(config, out.data));
        opened.push_back(std::move(collector));
    }
    const Timestamp from = out.data ? out.data->first : wall_now;
    for (std::size_t i = 0; i < configs.size(); ++i)
        out.pollers.emplace_back(
            configs[i].name, std::move(opened[i]),
            PollerSettings{.interval = configs[i].interval, .timeout = configs[i].timeout}, from,
            fnv1a(configs[i].name));
    return out;
}

Result<std::vector<Service>> services_of(const AppConfig& config) {
    std::vector<Service> out;
    for (const auto& service : config.services) {
        TRY(auto made, service.service());
        out.push_back(std::move(made));
    }
    return out;
}

/// How far apart turns may be before health worries after three of them; on virtual time at least
/// 10 s of real time.
Duration patient_interval(const AppConfig& config) {
    if (config.clock.mode == "wall") return config.turn.interval;
    constexpr double real_ms = 10'000.0 / 3.0;
    return std::max(config.turn.interval,
                    Duration(static_cast<Duration::rep>(config.clock.speed * real_ms)));
}

Result<void> make_folder_of(const std::string& file) {
    const auto folder = std::filesystem::path(file).parent_path();
    std::error_code error;
    if (!folder.empty()) std::filesystem::create_directories(folder, error);
    if (error)
        return fail(Errc::unavailable,
                    "cannot create the folder {}: {}; check the path and its permissions",
                    folder.string(), error.message());
    return {};
}

/// The newest recorded turn of any service: where a virtual clock goes on.
Result<std::optional<Timestamp>> newest_turn(Store& store, const std::vector<Service>& services) {
    std::optional<Timestamp> newest;
    for (const auto& service : services) {
        TRY(const auto turn, store.turn(service.id));
        if (turn) newest = std::max(newest.value_or(turn->turn), turn->turn);
    }
    return newest;
}

}  // namespace

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::make(AppConfig config, const EngineOptions& options) {
    auto parts = std::make_unique<Parts>();
    TRY(auto services, services_of(config));
    TRY(auto sources, open_sources(config.collectors, SystemClock().now()));
    parts->data = sources.data;
    TRY_VOID(make_folder_of(config.store.path));
    if (!config.target.journal.empty()) TRY_VOID(make_folder_of(config.target.journal));
    TRY(parts->store, open_store(config.store, OpenMode::read_write));
    if (config.clock.mode == "wall") {
        parts->clock = std::make_unique<SystemClock>();
    } else {
        TRY(const auto resumed, newest_turn(*parts->store, services));
        const Timestamp start =
            resumed.value_or(parts->data ? parts->data->first : SystemClock().now());
        auto clock = std::make_unique<ScaledClock>(
            start, config.clock.mode == "fast" ? 0.0 : config.clock.speed);
        parts->scaled = clock.get();
        parts->clock = std::move(clock);
    }
    TRY(parts->bus, make_bus("memory", {}));
    TRY(parts->target,
        make_target(config.target.kind,
                    {.journal = config.target.journal, .simulated = config.target.simulated},
                    *parts->clock));
    const auto shipped = chosen_models("shipped");
    if (!shipped) return std::unexpected(shipped.error());
    TRY(auto training, config.training.settings());
    training.shipped = *shipped;
    training.shipped_file = shipped_file();
    training.folder = models_folder(config.store);
    if (config.training.runs(config.clock.mode) && !options.config.empty()) {
        parts->trainer =
            std::make_unique<ChildTrainer>(trainer_settings(config, options.config, options.set));
        training.trainer = parts->trainer.get();
    }
    const PipelineParts wired{*parts->bus,   *parts->store, *parts->target, parts->metrics,
                              parts->health, parts->alerts, parts->board};
    TRY(parts->pipeline,
        Pipeline::open(std::move(services), std::move(sources.pollers), wired,
                       {.checkpoint_interval = config.turn.checkpoint_interval,
                        .retention = config.retention.retention(),
                        .fleet = config.fleet.limit(),
                        .opened_at = parts->clock->now(),
                        .executor = config.target.executor,
                        .member_step_max = config.turn.member_step_max,
                        .cost_clocks = config.clock.mode == "wall" ? cost_clocks() : CostClocks{},
                        .training = training}));
    parts->config = std::move(config);
    return std::unique_ptr<Engine>(new Engine(std::move(parts)));  // NOLINT: private constructor
}

Result<void> Engine::serve() {
    ApiParts api{.board = parts_->board,
                 .store = *parts_->store,
                 .metrics_text = [this] { return parts_->metrics.text(); },
                 .accept_event =
                     [this](BusinessEvent event) {
                         return parts_->pipeline->accept_event(std::move(event), now());
                     },
                 .accept_control =
                     [this](Control control) {
                         return parts_->pipeline->accept_control(std::move(control));
                     },
                 .now = [this] { return now(); },
                 .turn_interval = patient_interval(parts_->config),
                 .version = std::string(version_text)};
    TRY(parts_->server, HttpServer::start(parts_->config.api, make_handler(std::move(api)),
                                          std::string(events_path)));
    log::info("serving", "url", fmt::format("http://{}:{}/", parts_->config.api.host, port()));
    return {};
}

std::uint16_t Engine::port() const {
    return parts_->server ? parts_->server->port() : std::uint16_t{0};
}

void Engine::run(const std::stop_token& stop, std::optional<Timestamp> until,
                 const std::function<void(Timestamp)>& after_turn) {
    const Duration interval = parts_->config.turn.interval;
    while (!stop.stop_requested()) {
        const Timestamp next = floor_to(parts_->clock->now(), interval) + interval;
        if (until && next > *until) return;
        if (!parts_->clock->wait_until(next, stop)) return;
        const bool shown = parts_->is_time_to_show();
        parts_->pipeline->publish_views(shown);
        parts_->pipeline->turn(next);
        if (shown && parts_->server->listeners() > 0)
            parts_->server->broadcast(turn_event, turn_event_json(*parts_->board.newest()));
        if (after_turn) after_turn(next);
    }
}

void Engine::set_speed(double speed) {
    if (parts_->scaled != nullptr) parts_->scaled->set_speed(speed);
}

Result<void> Engine::close() {
    parts_->server.reset();
    return parts_->pipeline->close(now());
}

Pipeline& Engine::pipeline() {
    return *parts_->pipeline;
}
Timestamp Engine::now() const {
    return parts_->clock->now();
}
std::optional<Engine::DataSpan> Engine::data_span() const {
    return parts_->data;
}

}  // namespace forescale
