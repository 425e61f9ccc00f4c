#pragma once
#include "base/time.h"

#include <optional>
#include <string>

namespace forescale {

/// Money of one day or month on a service's wall clock.
struct SpendingSpan {
    Timestamp begins;  ///< of the span, or when counting began, where that was later
    Timestamp ends;
    double spent = 0.0;     ///< since then
    double expected = 0.0;  ///< by its end, at the sizes that are expected until then
    double limit = 0.0;     ///< of the budget; 0: none
    /// When spending is expected to come to the limit; nothing: not before the span ends, or it
    /// has.
    std::optional<Timestamp> exhausted_at = {};

    [[nodiscard]] bool is_reached() const { return limit > 0.0 && spent >= limit; }
};

/// What the replicas of a service cost, from when they are asked for.
struct Spending {
    std::string currency;  ///< empty: replica-hours
    SpendingSpan day;
    SpendingSpan month;

    [[nodiscard]] bool is_reached() const { return day.is_reached() || month.is_reached(); }
};

}  // namespace forescale
