#include "decision/bounds_at.h"
#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {

/// Minimum and maximum of this time of the week. The maximum holds at once; a minimum that is about
/// to begin is asked for a lead time early, as far as the maximum of now allows it.
Verdict schedule(const Turn& turn, Replicas before) {
    if (turn.policy().schedule.empty()) return {before, Reason::steady, {}};
    const BoundsAt now = bounds_at(turn.service, turn.now);
    const BoundsAt soon = bounds_at(turn.service, turn.now + turn.inputs.lead_time);
    if (now.entry != nullptr && before > now.most)
        return {now.most, Reason::schedule,
                fmt::format("the maximum of {} is {}", now.entry->text, now.most.value())};
    const bool is_early = soon.least > now.least;
    const BoundsAt& holds = is_early ? soon : now;
    const Replicas least = std::min(holds.least, now.most);
    if (holds.entry == nullptr || before >= least) return {before, Reason::steady, {}};
    return {least, Reason::schedule,
            fmt::format("the minimum of {} is {}{}", holds.entry->text, holds.least.value(),
                        is_early ? ", which is asked for early" : "")};
}

}  // namespace forescale::rules
