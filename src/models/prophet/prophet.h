#pragma once
#include "models/registry.h"

namespace forescale::prophet {

/// Structural model of the hourly roll-up: trend with change points, day, week, other periods that
/// were found, holidays (see fit.h), fitted anew once a day. Its level at the target is carried off
/// by what deviates from it now: the newest sample, the last hours, the last day, and the same time
/// of the days before, each as far as such deviations have lasted (CarryOver). Answers from 1 h
/// on: nearer, a model without the newest samples has nothing to add. Needs 3 days of history;
/// lives through gaps. About 2 us a step, and some ms once a day.
[[nodiscard]] std::unique_ptr<Model> make(const ModelSettings& settings);

}  // namespace forescale::prophet
