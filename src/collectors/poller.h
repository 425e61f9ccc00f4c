#pragma once
#include "base/retry.h"
#include "base/rng.h"
#include "collectors/collector.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forescale {

struct PollerSettings {
    Duration interval = std::chrono::seconds(30);
    /// A call that took longer is reported as slow. Calls are synchronous and are not interrupted:
    /// a collector keeps its own deadlines, this one finds out whether it does.
    Duration timeout = std::chrono::seconds(10);
    /// attempts_max failures in a row open the circuit.
    RetryPolicy retry{.attempts_max = 5,
                      .delay_first = std::chrono::seconds(1),
                      .delay_max = std::chrono::minutes(2)};
    /// With an open circuit the source is left alone for this long, then tried once.
    Duration circuit_open = std::chrono::minutes(5);
};

/// What one call of a collector brought.
struct PollResult {
    std::vector<SampleBatch> batches;
    std::optional<Error> error;
    Duration took{0};        ///< real time
    bool slow = false;       ///< took longer than the timeout
    std::size_t points = 0;  ///< in all batches
    Rejected rejected;       ///< what the source gave and could not be read; no failure
    [[nodiscard]] bool ok() const { return !error; }
};

/// Polls one collector from turn to turn: when it is due, what span is asked for, how long to wait
/// after a failure. Written once, so that a collector is one function. One owner.
///
/// The cursor is where the samples that were handed out end. It stays where it is when a call
/// fails, so that the next one asks for the whole span again: a failure delays samples and loses
/// none.
class Poller {
public:
    using Stopwatch = std::function<std::chrono::steady_clock::time_point()>;

    /// from: samples that became known after it are collected. seed: of the jitter.
    Poller(std::string name, std::unique_ptr<Collector> collector, PollerSettings settings,
           Timestamp from, std::uint64_t seed = 0);

    /// Collects (cursor, now] when that is due, and moves the cursor to `now` on success. Nothing
    /// when it is not due: within the interval, while backing off, with an open circuit.
    std::optional<PollResult> poll(Timestamp now);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] Timestamp cursor() const { return cursor_; }
    /// Goes on from here, at the next call: after a restart, or when what was handed out could not
    /// be taken.
    void set_cursor(Timestamp from);
    [[nodiscard]] int failures() const { return failures_; }  ///< in a row
    [[nodiscard]] bool circuit_is_open() const { return circuit_is_open_; }
    [[nodiscard]] std::optional<Timestamp> next_at() const { return next_at_; }  ///< not due before
    void measure_with(Stopwatch stopwatch) { stopwatch_ = std::move(stopwatch); }

private:
    void back_off(Error& error, Timestamp now);

    std::string name_;
    std::unique_ptr<Collector> collector_;
    PollerSettings settings_;
    Timestamp cursor_;
    std::optional<Timestamp> next_at_;
    int failures_ = 0;
    bool circuit_is_open_ = false;
    Rng rng_;
    Stopwatch stopwatch_ = std::chrono::steady_clock::now;
};

}  // namespace forescale
