#pragma once
#include "decision/rule.h"

namespace forescale {

/// What the mode makes of the size that the rules left.
struct Permission {
    Replicas replicas{0};
    bool acts = true;    ///< a change to it may be made
    std::string detail;  ///< one clause for a person; empty in mode automatic
};

/// Below automatic the size stays what would be asked for, for the record, and is not acted upon.
/// An approval is read against what is wanted now, not when it was given: one that added replicas
/// lets as many be added as are wanted now, more too, because too few drops requests; one that
/// removed some lets none go beyond the size that was shown; in the other direction it says
/// nothing.
[[nodiscard]] Permission permission(const Turn& turn, Replicas desired);

/// How a sentence about a decision begins in this mode: "Scaling", "Would scale" and so on.
[[nodiscard]] std::string_view verb_of(Mode mode, bool acts);

}  // namespace forescale
