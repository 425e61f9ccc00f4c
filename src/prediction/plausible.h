#pragma once
#include "base/time.h"

#include <cstdint>

namespace forescale {

/// How large demand may plausibly be, from how large it was. Demand is confirmed by a second step:
/// by the one after it, or by one in another hour, so that a single wrong sample confirms nothing.
/// What was confirmed fades with a half-life of 30 days. O(1) a step.
class PlausibleDemand {
public:
    PlausibleDemand() = default;
    explicit PlausibleDemand(Duration step);

    /// The next step; NaN: missing. Returns what is to be believed of it: the same, or NaN while
    /// it is more than ten times all that was confirmed and has not lasted: 5 min, and three times
    /// as long per further factor of ten. A service that wakes up is believed soon, a sample of
    /// 1e12 never. After an hour of zeros the first demand waits for a second one. What comes again
    /// in another hour counts as ten times what was confirmed before: a job of 50 times the usual
    /// demand is believed from the third time on, one of 5,000 times from the seventh. None of the
    /// 700,000 steps, fine and coarse, of the development series is disbelieved.
    [[nodiscard]] double believe(double demand);
    /// Whether any demand was confirmed.
    [[nodiscard]] bool is_known() const { return confirmed() > 0.0; }
    /// Whether demand is more than ten times what was confirmed; false while nothing was.
    [[nodiscard]] bool is_suspect(double demand) const;
    /// Nothing beyond this needs to be reckoned with at any horizon: ten times what was confirmed
    /// while the service is young, three times after a week. Of the targets of the development
    /// series 4 in 100,000 lie beyond it. 0: nothing but zero was seen.
    [[nodiscard]] double ceiling() const;
    /// Since the first step.
    [[nodiscard]] Duration age() const { return step_ * steps_; }
    /// Steps that were not believed.
    [[nodiscard]] std::int64_t disbelieved() const { return disbelieved_; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(steps_, lasting_, largest_, second_, of_hour_, before_, suspects_, disbelieved_);
    }

private:
    [[nodiscard]] double confirmed() const;
    [[nodiscard]] bool is_first_after_zeros(double demand) const;
    [[nodiscard]] bool has_lasted(double times) const;
    void fade();
    void note(double demand);

    Duration step_{0};
    double keep_ = 1.0;
    std::int64_t steps_ = 0;
    double lasting_ = 0.0;       ///< the most that two steps in a row had
    double largest_ = 0.0;       ///< largest demand of an hour
    double second_ = 0.0;        ///< of another hour
    double of_hour_ = 0.0;       ///< of the one that has begun
    double before_ = 0.0;        ///< the step before
    std::int64_t suspects_ = 0;  ///< steps in a row that were too large to be believed
    std::int64_t disbelieved_ = 0;
};

}  // namespace forescale
