#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {

/// A person's word, until it expires. It holds back the measured load as well.
Verdict pause(const Turn& turn, Replicas before) {
    if (before == turn.current) return {before, Reason::steady, {}};
    for (const Pause& said : turn.inputs.pauses)
        if (turn.now < said.until && covers(said.direction, before > turn.current))
            return {turn.current, Reason::pause,
                    fmt::format("paused by {} until {}{}{}", said.by, format_timestamp(said.until),
                                said.why.empty() ? "" : ": ", said.why)};
    return {before, Reason::steady, {}};
}

}  // namespace forescale::rules
