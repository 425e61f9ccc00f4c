#include "app/commands/commands.h"
#include "app/engine.h"
#include "app/progress.h"
#include "app/signals.h"
#include "app/version.h"
#include "base/log.h"

namespace forescale {
namespace {

Result<void> configure_log(const LogConfig& config) {
    TRY(const auto level, log::parse_level(config.level));
    TRY(const auto format, log::parse_format(config.format));
    log::configure({.level = level, .format = format});
    return {};
}

/// Where a replay on virtual time ends: the first turn that has seen everything.
std::optional<Timestamp> end_of(const Engine& engine, const AppConfig& config) {
    const auto data = engine.data_span();
    if (config.clock.mode == "wall" || !data) return std::nullopt;
    return floor_to(data->last, config.turn.interval) + config.turn.interval;
}

double share_done(const Engine& engine, Timestamp now) {
    const auto data = engine.data_span();
    return data
               ? in_seconds(now - data->first) / std::max(1.0, in_seconds(data->last - data->first))
               : 0.0;
}

Result<void> run(const RunOptions& options) {
    TRY(const auto config, load_config(options.config, options.set));
    TRY_VOID(configure_log(config.log));
    const StopOnSignal signals;
    TRY(const auto engine, Engine::make(config, {.config = options.config, .set = options.set}));
    TRY_VOID(engine->serve());
    log::info("started", "version", version_text, "config", options.config, "services",
              config.services.size());
    Progress progress("replay");
    engine->run(signals.token(), end_of(*engine, config), [&](Timestamp now) {
        if (config.clock.mode == "fast")
            progress.update(share_done(*engine, now), format_timestamp(now));
    });
    TRY_VOID(engine->close());
    log::info("stopped", "turns", engine->pipeline().turns());
    return {};
}

}  // namespace

ExitCode run_command(const RunOptions& options) {
    const auto ran = run(options);
    return ran ? ExitCode::ok : report(ran.error());
}

}  // namespace forescale
