#pragma once
#include "app/config.h"
#include "base/clock.h"
#include "execution/simulated/simulated_target.h"
#include "pipeline/pipeline.h"

#include <functional>
#include <memory>
#include <stop_token>

namespace forescale {

/// How the process that trains finds its configuration: that of this one.
struct EngineOptions {
    std::string config;            ///< file; empty: nothing is trained
    std::vector<std::string> set;  ///< options that override it
};

/// Every part of a running Forescale, made from the configuration and wired together: the one place
/// that knows which store, bus, target and collectors there are.
class Engine {
public:
    /// errors  whatever a part says: a port in use, a database that is locked or corrupt, a file
    /// that is not there
    [[nodiscard]] static Result<std::unique_ptr<Engine>> make(AppConfig config,
                                                              const EngineOptions& options = {});
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Opens the port and serves API and dashboard until the end of the engine.
    [[nodiscard]] Result<void> serve();
    [[nodiscard]] std::uint16_t port() const;

    /// Turns until `until` (virtual time), the end of replayed data, or a stop; `after_turn` is
    /// told each turn's time.
    void run(const std::stop_token& stop, std::optional<Timestamp> until,
             const std::function<void(Timestamp)>& after_turn);
    /// From here on time passes `speed` times as fast as the wall clock; 0: as fast as possible.
    void set_speed(double speed);

    /// Stores what was learned. The engine must not run any more.
    [[nodiscard]] Result<void> close();

    [[nodiscard]] Pipeline& pipeline();
    [[nodiscard]] Timestamp now() const;
    struct DataSpan {
        Timestamp first;  ///< when the first sample is known
        Timestamp last;   ///< when the last sample is known
    };
    /// Of replayed files; nothing when no collector replays.
    [[nodiscard]] std::optional<DataSpan> data_span() const;

private:
    struct Parts;
    explicit Engine(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace forescale
