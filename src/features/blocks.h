#pragma once
#include "features/feature.h"

/// The blocks of the declared list, one function each; what a block holds stands in the list's help
/// text.
namespace forescale::blocks {

void lags(const FeatureContext& context, Timestamp target, std::span<double> out);
void rates(const FeatureContext& context, Timestamp target, std::span<double> out);
void fine_levels(const FeatureContext& context, Timestamp target, std::span<double> out);
void fine_deviation(const FeatureContext& context, Timestamp target, std::span<double> out);
void rolling_means(const FeatureContext& context, Timestamp target, std::span<double> out);
void rolling_deviation(const FeatureContext& context, Timestamp target, std::span<double> out);

void slot_at_origin(const FeatureContext& context, Timestamp target, std::span<double> out);
void habit_gap(const FeatureContext& context, Timestamp target, std::span<double> out);
void profile_change(const FeatureContext& context, Timestamp target, std::span<double> out);
void slot_change(const FeatureContext& context, Timestamp target, std::span<double> out);

void time_of_week(const FeatureContext& context, Timestamp target, std::span<double> out);
void holiday(const FeatureContext& context, Timestamp target, std::span<double> out);
void fourier(const FeatureContext& context, Timestamp target, std::span<double> out);
void constant(const FeatureContext& context, Timestamp target, std::span<double> out);

}  // namespace forescale::blocks
