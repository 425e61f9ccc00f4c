#pragma once
#include "base/time.h"

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace forescale {

/// The only source of "now". Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Timestamp now() const = 0;
    /// Returns true at or after `time`, false when `stop` was requested first.
    virtual bool wait_until(Timestamp time, const std::stop_token& stop) = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() const override;
    bool wait_until(Timestamp time, const std::stop_token& stop) override;

private:
    std::mutex mutex_;
    std::condition_variable_any wake_;
};

/// Virtual time: stands still until it is told to advance. Waiting jumps to the awaited time at
/// once, so a single-threaded loop over a ManualClock runs as fast as it can.
class ManualClock final : public Clock {
public:
    explicit ManualClock(Timestamp start) : now_(start) {}
    [[nodiscard]] Timestamp now() const override;
    bool wait_until(Timestamp time, const std::stop_token& stop) override;
    void advance_to(Timestamp time);  ///< never backwards

private:
    mutable std::mutex mutex_;
    Timestamp now_;
};

/// Virtual time that runs `speed` times as fast as the wall clock; speed 0 is a ManualClock:
/// waiting jumps.
class ScaledClock final : public Clock {
public:
    ScaledClock(Timestamp start, double speed);
    [[nodiscard]] Timestamp now() const override;
    bool wait_until(Timestamp time, const std::stop_token& stop) override;
    void set_speed(double speed);  ///< from now on; speed >= 0

private:
    [[nodiscard]] Timestamp now_locked() const;

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    Timestamp base_;  ///< virtual time at origin_
    double speed_;
    std::uint64_t speed_changes_ = 0;  ///< wakes those who wait at the old speed
    std::chrono::steady_clock::time_point origin_;
};

}  // namespace forescale
