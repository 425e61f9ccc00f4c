#pragma once
#include "base/rng.h"
#include "base/time.h"

namespace forescale {

/// How often and how patiently to try again: exponential backoff with full jitter. A value; it
/// waits for nobody.
/// source  M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog 2015
struct RetryPolicy {
    int attempts_max = 5;
    Duration delay_first = std::chrono::milliseconds(200);
    Duration delay_max = std::chrono::seconds(30);

    /// May attempt number `attempt` (1 is the first try) be made after an error of this code?
    [[nodiscard]] bool allows(int attempt, Errc code) const {
        return attempt <= attempts_max && is_retryable(code);
    }
    /// How long to wait after failed attempt number `attempt` (from 1): uniform in [half, whole] of
    /// the doubled delay.
    [[nodiscard]] Duration delay_after(int attempt, Rng& rng) const {
        auto whole = delay_first;
        for (int i = 1; i < attempt && whole < delay_max; ++i) whole *= 2;
        whole = std::min(whole, delay_max);
        return Duration(static_cast<Duration::rep>(static_cast<double>(whole.count()) *
                                                   (0.5 + 0.5 * rng.uniform())));
    }
};

}  // namespace forescale
