#include "decision/rules/rules.h"

#include <fmt/format.h>

namespace forescale::rules {
namespace {

bool is_frozen(const Freeze& freeze, const Turn& turn, int minute) {
    return freeze.dated ? freeze.dated->contains(turn.now) : contains(freeze.weekly, minute);
}

}  // namespace

/// Nothing moves while the calendar says so, but for what the measured load needs where that is to
/// pass. Where several freezes hold, each has its say.
Verdict change_freeze(const Turn& turn, Replicas before) {
    const auto& freezes = turn.policy().freezes;
    if (freezes.empty() || before == turn.current) return {before, Reason::steady, {}};
    const bool up = before > turn.current;
    const int minute = minute_of_week(turn.service.zone.to_local(turn.now));
    Verdict verdict{before, Reason::steady, {}};
    for (const Freeze& freeze : freezes) {
        if (!covers(freeze.direction, up) || !is_frozen(freeze, turn, minute)) continue;
        const Replicas allowed =
            up && freeze.floor_passes ? turn.grown_to(verdict.replicas, turn.floor) : turn.current;
        if (allowed == verdict.replicas) continue;
        verdict = {allowed, Reason::change_freeze,
                   fmt::format("the freeze '{}' holds the size{}", freeze.name,
                               allowed == turn.current ? "" : ": only the measured load passes")};
    }
    return verdict;
}

}  // namespace forescale::rules
