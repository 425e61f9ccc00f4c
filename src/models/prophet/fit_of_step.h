#pragma once
#include "models/model.h"
#include "models/prophet/fit.h"

namespace forescale::prophet {

/// The newest fit that was made at one step. Two members fit the same history at the same step of
/// the day, each with what it believes of holidays, which mostly is the same: some ms that are
/// spent once.
struct FitOfStep {
    std::optional<HolidayEffect> believed;  ///< nothing: no fit was made yet
    std::optional<Fit> made;
};

/// fit() of the roll-up of a moment, with its seasons and calendar; what Moment::fit_of_step holds
/// is taken where it is the same fit.
[[nodiscard]] std::optional<Fit> fit_history(const Moment& moment, const HolidayEffect& holiday);

}  // namespace forescale::prophet
