#pragma once
#include "base/zone.h"
#include "domain/series.h"

#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>

namespace forescale {

class SlotProfiles;

/// What features may look at: nothing after the origin exists in it.
struct FeatureContext {
    const Series& demand;  ///< grid steps up to and including the origin
    const Zone& zone;      ///< seasons follow this wall clock
    /// Local midnights of known holidays on the UTC time line, ascending; a calendar is known in
    /// advance.
    std::span<const Timestamp> holidays;
    /// Demand at which the logarithm turns from additive to multiplicative: the service's usual
    /// level.
    double scale = 1.0;
    /// Samples finer than the grid, newest last: the fine_history that ends with the origin's step.
    /// NaN marks missing ones; empty where nothing is finer. They are fresher than its mean.
    std::span<const double> fine = {};
    Duration fine_step{0};
    /// Profiles that were computed before; null: none are kept.
    const SlotProfiles* profiles = nullptr;

    [[nodiscard]] Timestamp origin() const { return demand.newest(); }
};

/// Levels are compared as log(1 + demand / scale): ratios where there is load, differences near
/// zero, and zero is a number. By log and exp, since log1p and expm1 take half as long again: a
/// level is about one, so that 1e-16 is all the precision it needs.
[[nodiscard]] inline double log_level(double demand, double scale) {
    return std::log(1.0 + std::max(demand, 0.0) / scale);
}
[[nodiscard]] inline double from_log_level(double level, double scale) {
    return std::max(scale * (std::exp(level) - 1.0), 0.0);
}

/// Whether a feature depends on the origin alone, and is computed once for all horizons, or on the
/// target too.
enum class FeatureOf : std::uint8_t { origin, target };

/// One named block of columns about an origin and a target.
struct Feature {
    std::string_view name;
    std::string_view help;
    FeatureOf of;
    std::size_t width;  ///< how many columns
    void (*compute)(const FeatureContext& context, Timestamp target, std::span<double> out);
};

/// The declared list, in the order of the columns: those of the origin first.
[[nodiscard]] std::span<const Feature> all_features();
[[nodiscard]] std::size_t feature_columns();
[[nodiscard]] std::size_t feature_columns(FeatureOf of);

/// All columns at the newest step of context.demand, for one target. The one way in which features
/// are computed: a batch is this, called for every origin with the series as it was then. Levels
/// are relative to level_now(), so that a model of them survives a shift of the level. NaN where
/// the history does not reach. Looks back at most feature_history.
void compute_features(const FeatureContext& context, Timestamp target, std::span<double> out);
/// The columns of one kind only: [feature_columns(of)].
void compute_features(const FeatureContext& context, FeatureOf of, Timestamp target,
                      std::span<double> out);

/// Log level of the newest sample, if it is at most now_age_max old; NaN otherwise.
[[nodiscard]] double level_now(const FeatureContext& context);
constexpr Duration now_age_max = std::chrono::minutes(30);

/// How far back finer samples are looked at.
constexpr Duration fine_history = std::chrono::minutes(15);
/// How far back any feature looks: four weeks, and the width of the smoothing around the same slot.
constexpr Duration feature_history = day * 29;

}  // namespace forescale
