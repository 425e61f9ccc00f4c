#pragma once
#include "domain/forecast.h"

#include <array>
#include <string>
#include <vector>

namespace forescale {

struct BacktestSeries;

constexpr std::size_t day_parts = 6;  ///< of 4 h, by the wall clock of the target

/// A forecast as a chart shows it.
struct BandPoint {
    Timestamp target;
    double actual = 0, q05 = 0, q25 = 0, q50 = 0, q75 = 0, q95 = 0;
};

struct DayCoverage {
    Timestamp day;  ///< UTC, of the target
    double share = 0;
    std::int64_t count = 0;
};

/// One horizon of one series beyond its scores. Vectors per model hold the members in order, then
/// the ensemble.
struct HorizonView {
    Duration horizon{0};
    std::vector<std::array<double, 24>> error_by_hour;  ///< per model: WAPE of the targets in a
                                                        ///< local hour of day; NaN without any
    std::vector<std::array<double, day_parts>> weight_by_part;  ///< per member: mean weight
    std::vector<std::array<double, day_parts>> error_by_part;   ///< per model: WAPE
    std::vector<DayCoverage> coverage_by_day;                   ///< of the 90 % interval
    std::array<double, quantile_levels.size()>
        below{};              ///< share of actuals at or below each level
    Duration weight_step{0};  ///< width of a bin of `weights`
    Timestamp weights_from;
    std::vector<std::vector<float>> weights;  ///< per member, per bin: mean weight; NaN in a hole
    std::vector<BandPoint> band;              ///< of the last days, ascending
};

/// What charts and tables show of one series beyond its scores.
struct BacktestView {
    std::string name;
    Timestamp first;      ///< start of the series
    Timestamp test_from;  ///< start of the test part
    Timestamp last;       ///< start of its last bucket
    Duration step{0};
    std::vector<std::string> members;
    std::vector<HorizonView> horizons;  ///< those with a scored row
    bool is_zero = true;                ///< no actual of the test part is above 0
};

/// band_max: points of a band at most; the newest ones are kept.
[[nodiscard]] BacktestView view_of(const BacktestSeries& series, std::size_t band_max);

}  // namespace forescale
