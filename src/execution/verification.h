#pragma once
#include "domain/capacity.h"
#include "domain/operation.h"

#include <cstdint>

namespace forescale {

enum class VerificationVerdict : std::uint8_t {
    verified,  ///< what was asked for is there
    waiting,   ///< not yet, and there is time left
    overdue,   ///< not there, and the time is over
};

/// Judges whether an operation that the target accepted has come true. Stateless.
///
/// A scale-up is verified when as many replicas as it asked for are ready; more of them are
/// somebody else's good fortune. A scale-down is verified when exactly as many as it asked for are
/// left, all of them ready; once its time is over the size alone is enough, because then the change
/// itself is complete, and replicas that do not come are a matter of the scale-up that asked for
/// them.
class VerificationSystem {
public:
    /// An operation is overdue max(wait_min, factor x lead time) after the target accepted it.
    VerificationSystem(Duration wait_min, double factor) : wait_min_(wait_min), factor_(factor) {}

    [[nodiscard]] Timestamp deadline(const Operation& executing, Duration lead_time) const;
    [[nodiscard]] VerificationVerdict judge(const Operation& executing, const Capacity& seen,
                                            Duration lead_time, Timestamp now) const;

private:
    Duration wait_min_;
    double factor_;
};

}  // namespace forescale
