#include "execution/verification.h"

namespace forescale {
namespace {

/// Longer lead times than this are no lead times; it keeps the arithmetic far from overflow.
constexpr double wait_max_ms = 30.0 * 24 * 3600 * 1000;

}  // namespace

Timestamp VerificationSystem::deadline(const Operation& executing, Duration lead_time) const {
    const double scaled =
        std::clamp(factor_ * static_cast<double>(lead_time.count()), 0.0, wait_max_ms);
    return executing.changed_at + std::max(wait_min_, Duration(static_cast<Duration::rep>(scaled)));
}

VerificationVerdict VerificationSystem::judge(const Operation& executing, const Capacity& seen,
                                              Duration lead_time, Timestamp now) const {
    const bool scales_down = executing.to < executing.from;
    const bool right_size = seen.total() == executing.to;
    const bool all_ready = seen.ready >= executing.to;
    if (all_ready && (right_size || !scales_down)) return VerificationVerdict::verified;
    if (now < deadline(executing, lead_time)) return VerificationVerdict::waiting;
    return scales_down && right_size ? VerificationVerdict::verified : VerificationVerdict::overdue;
}

}  // namespace forescale
