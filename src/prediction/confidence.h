#pragma once
#include "domain/forecast.h"

namespace forescale {

/// Confidence: the accuracy that the forecast expects of itself, one hour ahead. 1 - E[ min(1,
/// |demand - median| / median) ] where the expectation is over the forecast's own distribution of
/// demand (its quantiles, integrated by the trapezoid rule). 1: the median will be met exactly; 0:
/// an error of the size of the demand is expected. It is calibrated when forecasts of confidence c
/// turn out to have a mean accuracy (the same expression with the demand that came) of c. A median
/// of zero counts as met when every quantile is zero, and as missed otherwise.
[[nodiscard]] double confidence_of(const Quantiles& quantiles);

/// Of a forecast of nothing but zero, which no error has ever widened: that the next hour is like
/// all those that demand has been zero for, by Laplace's rule of succession. hours >= 0
[[nodiscard]] double confidence_of_zero(double hours);

/// What confidence_of is the expectation of.
[[nodiscard]] double accuracy_of(double median, double actual);

}  // namespace forescale
