#include "base/clock.h"

namespace forescale {

Timestamp SystemClock::now() const {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

bool SystemClock::wait_until(Timestamp time, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    return !wake_.wait_until(lock, stop, time, [&] { return stop.stop_requested(); }) &&
           !stop.stop_requested();
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
    : start_(start), speed_(speed), origin_(std::chrono::steady_clock::now()) {}

Timestamp ScaledClock::now() const {
    const std::chrono::duration<double, std::milli> real =
        std::chrono::steady_clock::now() - origin_;
    return start_ + Duration(static_cast<Duration::rep>(real.count() * speed_));
}

bool ScaledClock::wait_until(Timestamp time, const std::stop_token& stop) {
    const std::chrono::duration<double, std::milli> real(
        static_cast<double>((time - start_).count()) / speed_);
    const auto until = origin_ + std::chrono::ceil<std::chrono::steady_clock::duration>(real);
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, stop, until, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace forescale
