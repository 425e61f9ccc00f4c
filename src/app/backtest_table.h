#pragma once
#include "simulation/backtest.h"

#include <string>

namespace forescale {

/// What a backtest found out as text of at most 110 columns: over series, halves of the series, per
/// series, who carried which part of the day, cold start where it was asked for, and what falls
/// short.
[[nodiscard]] std::string backtest_table(const Backtest& backtest);

/// Every model on every series at every horizon, one a line.
[[nodiscard]] std::string member_table(const Backtest& backtest);

}  // namespace forescale
