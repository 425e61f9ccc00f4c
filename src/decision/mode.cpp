#include "decision/mode.h"

#include <algorithm>

#include <fmt/format.h>

namespace forescale {
namespace {

Permission wait_for_approval(Replicas desired) {
    return {desired, false, "the mode is approve: a change waits for an approval"};
}

Permission approved(const Turn& turn, const Approval& approval, Replicas desired) {
    const bool up = desired > turn.current;
    if (desired == turn.current) return {desired, true, {}};
    if (up != approval.up) return wait_for_approval(desired);
    const Replicas granted = up ? desired : std::max(desired, std::min(approval.to, turn.current));
    if (granted == turn.current) return wait_for_approval(desired);
    return {granted, true,
            fmt::format("{} approved {} replicas", approval.by, approval.to.value())};
}

}  // namespace

Permission permission(const Turn& turn, Replicas desired) {
    const DecisionInputs& inputs = turn.inputs;
    switch (inputs.mode) {
        case Mode::automatic:
            return {desired, true, {}};
        case Mode::approve:
            if (inputs.approval) return approved(turn, *inputs.approval, desired);
            return wait_for_approval(desired);
        case Mode::recommend:
        case Mode::observe:
            return {desired, false,
                    fmt::format("the mode is {}: nothing is changed", to_string(inputs.mode))};
    }
    return {desired, false, {}};
}

std::string_view verb_of(Mode mode, bool acts) {
    if (acts) return "Scaling";
    switch (mode) {
        case Mode::recommend:
            return "Recommending to scale";
        case Mode::approve:
            return "Proposing to scale";
        case Mode::observe:
        case Mode::automatic:
            return "Would scale";
    }
    return "Would scale";
}

}  // namespace forescale
