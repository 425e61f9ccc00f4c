#include "base/clock.h"

namespace forescale {

Timestamp SystemClock::now() const {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

bool SystemClock::wait_until(Timestamp time, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    // In naps, because far times overflow the clock's nanoseconds, and a clock set back is noticed.
    while (!stop.stop_requested() && now() < time) {
        const auto nap = std::min(time, now() + std::chrono::hours(1));
        wake_.wait_until(lock, stop, nap, [] { return false; });
    }
    return !stop.stop_requested();
}

Timestamp ManualClock::now() const {
    const std::scoped_lock lock(mutex_);
    return now_;
}

bool ManualClock::wait_until(Timestamp time, const std::stop_token& stop) {
    if (stop.stop_requested()) return false;
    advance_to(time);
    return true;
}

void ManualClock::advance_to(Timestamp time) {
    const std::scoped_lock lock(mutex_);
    now_ = std::max(now_, time);
}

ScaledClock::ScaledClock(Timestamp start, double speed)
    : base_(start), speed_(speed), origin_(std::chrono::steady_clock::now()) {}

Timestamp ScaledClock::now_locked() const {
    const std::chrono::duration<double, std::milli> real =
        std::chrono::steady_clock::now() - origin_;
    return base_ + Duration(static_cast<Duration::rep>(real.count() * speed_));
}

Timestamp ScaledClock::now() const {
    const std::scoped_lock lock(mutex_);
    return now_locked();
}

bool ScaledClock::wait_until(Timestamp time, const std::stop_token& stop) {
    using Real = std::chrono::duration<double, std::milli>;
    constexpr Real nap_max = std::chrono::hours(1);  // far times must not overflow the steady clock
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested() && now_locked() < time) {
        if (speed_ <= 0) {
            base_ = time;
            break;
        }
        const Real left(static_cast<double>((time - now_locked()).count()) / speed_);
        const auto nap =
            std::chrono::ceil<std::chrono::steady_clock::duration>(std::min(left, nap_max));
        const auto changes = speed_changes_;
        wake_.wait_for(lock, stop, nap, [&] { return speed_changes_ != changes; });
    }
    return !stop.stop_requested();
}

void ScaledClock::set_speed(double speed) {
    const std::scoped_lock lock(mutex_);
    base_ = now_locked();
    origin_ = std::chrono::steady_clock::now();
    speed_ = speed;
    ++speed_changes_;
    wake_.notify_all();
}

}  // namespace forescale
