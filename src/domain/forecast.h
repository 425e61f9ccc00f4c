#pragma once
#include "base/quantity.h"
#include "base/time.h"

#include <array>
#include <string>
#include <vector>

namespace forescale {

/// The levels that every forecast carries, ascending.
constexpr std::array<double, 12> quantile_levels{0.05, 0.10, 0.20, 0.30, 0.40, 0.50,
                                                 0.60, 0.70, 0.80, 0.90, 0.95, 0.99};
constexpr std::size_t median_index = 5;
/// The three horizons that users see first, and that scores are kept for.
constexpr std::array<Duration, 3> headline_horizons{std::chrono::minutes(15), std::chrono::hours(1),
                                                    std::chrono::hours(24)};

/// A distribution of demand at one instant: one value per level, never crossing.
using Quantiles = std::array<double, quantile_levels.size()>;

/// The value at any level in (0, 1): linear between the levels kept, and in the outermost slope
/// (never below 0) beyond them.
[[nodiscard]] double quantile_at(const Quantiles& quantiles, double level);

struct ForecastPoint {
    Duration horizon{0};  ///< after the origin; the target is the grid step that begins there
    Quantiles quantiles{};
};

/// What one member said, and how much it counted.
struct MemberView {
    std::string name;
    double weight = 0.0;  ///< share of the combination at the 1 h horizon, 0..1; 0 while asleep
    bool asleep = false;
    /// "needs 7 days of history", "broke: not a number"; of a member that is awake: the horizons at
    /// which it is not heard, "not heard at 1d: 1.6 times the error of seasonal_naive".
    std::string asleep_because;
};

/// Demand from the origin to 24 h: every grid step near, hourly far.
struct ForecastPath {
    Timestamp origin;  ///< start of the newest grid step that was known
    Duration step{0};
    std::vector<ForecastPoint> points;  ///< ascending in horizon; the headline horizons are among
                                        ///< them where the grid has them
    double confidence = 0.0;            ///< 0..1, see prediction/confidence.h
    std::vector<MemberView> members;

    [[nodiscard]] bool empty() const { return points.empty(); }
    /// Quantiles at any horizon up to the last point: linear between points. The path must not be
    /// empty.
    [[nodiscard]] Quantiles at(Duration horizon) const;
};

/// The largest demand that any moment of [from, from + lead] will see, at the finest step that is
/// measured.
struct LeadDemand {
    Timestamp from;
    Duration lead{0};
    Quantiles quantiles{};
    double level_max = 0.99;  ///< quantiles above this one are extrapolated

    template <class Archive>
    void fields(Archive& archive) {
        archive(from, lead, quantiles, level_max);
    }
};

}  // namespace forescale
