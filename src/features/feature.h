#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "base/zone.h"
#include "domain/series.h"

namespace forescale {

/// What features may look at: nothing after the origin exists in it.
struct FeatureContext {
    const Series& demand;                  ///< grid steps up to and including the origin
    const Zone& zone;
    std::span<const Timestamp> holidays;   ///< local midnights of known holidays, ascending; the calendar is known in advance
};

/// One named number (or block of numbers) about an origin and a target.
struct Feature {
    std::string_view name;
    std::string_view help;
    std::size_t width;  ///< how many numbers
    void (*compute)(const FeatureContext& context, Timestamp target, std::span<double> out);
};

/// The declared list, in the order of the columns.
[[nodiscard]] std::span<const Feature> all_features();
[[nodiscard]] std::size_t feature_columns();

/// All columns at the newest step of context.demand, for one target. The one way in which features are computed: a batch is
/// this, called for every origin with the series as it was then. NaN where the history does not reach.
void compute_features(const FeatureContext& context, Timestamp target, std::span<double> out);

}  // namespace forescale
