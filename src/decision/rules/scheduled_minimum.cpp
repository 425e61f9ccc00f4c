#include "decision/bounds_at.h"
#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {

/// A minimum for a dated span, with its ramps. What it asks for is asked for a lead time early, so
/// that it is ready when it counts; where several overlap, the largest counts.
Verdict scheduled_minimum(const Turn& turn, Replicas before) {
    Verdict verdict{before, Reason::steady, {}};
    for (const ScheduledMinimum& minimum : turn.policy().minimums) {
        const Replicas least =
            minimum_within(minimum, turn.policy().replicas_min,
                           {turn.now, turn.now + turn.inputs.lead_time + Duration(1)});
        if (least <= verdict.replicas) continue;
        verdict = {least, Reason::scheduled_minimum,
                   fmt::format("'{}' asks for {} replicas", minimum.name, least.value())};
        if (least < minimum.replicas)
            verdict.detail += fmt::format(", on its ramp to {}", minimum.replicas.value());
    }
    return verdict;
}

}  // namespace forescale::rules
