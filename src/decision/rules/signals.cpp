#include "decision/rules/rules.h"

#include <algorithm>

#include <fmt/format.h>

namespace forescale::rules {
namespace {

std::string why_missing(const SignalDemand& signal) {
    if (signal.newest.state != SampleState::present)
        return fmt::format("the newest sample of signal {} is {}", signal.name,
                           to_string(signal.newest.state));
    return fmt::format("the newest sample of signal {} is {} old", signal.name,
                       format_duration(signal.newest_age));
}

std::string detail(const Turn& turn, const SignalNeed& need) {
    const SignalDemand& signal = *need.signal;
    const double serves = signal.capacity_per_replica.value();
    if (!need.trusted)
        return fmt::format(
            "signal {} needs most: no forecast of it to trust, measured at {:.4g}, at a target "
            "utilization of {:.4g} %; one replica serves {:.4g}",
            signal.name, signal.newest.value, turn.policy().target_utilization * 100.0, serves);
    std::string text =
        need.fresh ? std::string() : why_missing(signal) + ", the forecast stands in; ";
    text += fmt::format("signal {} needs most: planned at {:.4g} ({:.6g} % level over the next {})",
                        signal.name, need.planned, turn.level * 100.0,
                        format_duration(signal.lead_demand->lead));
    if (turn.policy().headroom > 0.0)
        text += fmt::format(", with {:.3g} % headroom", turn.policy().headroom * 100.0);
    return text + fmt::format("; one replica serves {:.4g}", serves);
}

}  // namespace

/// A service is as large as the worst of its demand signals needs. Missing is not zero: while one
/// of them has no fresh sample nothing is given back, and the others may still ask for more.
Verdict signals(const Turn& turn, Replicas before) {
    const SignalNeed* worst = nullptr;
    const SignalNeed* missing = nullptr;
    for (const SignalNeed& need : turn.signals) {
        if (!need.fresh && missing == nullptr) missing = &need;
        if (need.needed > (worst != nullptr ? worst->needed : before)) worst = &need;
    }
    const Replicas wanted = worst != nullptr ? worst->needed : before;
    if (missing != nullptr && wanted < turn.current)
        return {turn.current, Reason::hold_missing_data,
                why_missing(*missing->signal) + ": nothing is given back until a fresh one comes",
                missing->signal->name};
    if (worst == nullptr) return {before, Reason::steady, {}};
    return {wanted, Reason::signal, detail(turn, *worst), worst->signal->name};
}

}  // namespace forescale::rules
