#pragma once
#include "features/feature.h"

#include <vector>

namespace forescale::flair {

constexpr std::size_t days_kept = 28;

/// Demand of the last days as shape of the day times level of the day.
struct DayShape {
    Duration cell{0};          ///< width of one entry of the shape
    std::vector<float> shape;  ///< per cell of the local day, mean 1; empty: not fitted
    /// Level of a day each, from the future to the past: of the 24 h that begin 24 h after `until`,
    /// of those that begin there, of those that end there, and of the days before.
    std::vector<float> levels;
    Timestamp until;  ///< end of what was fitted

    /// Shape at a local time, linear between the middles of cells. A shape must be there.
    [[nodiscard]] double at(Timestamp local) const;
    /// Level at a time, linear between the middles of days, from 36 h after `until` back.
    [[nodiscard]] double level_at(Timestamp time) const;

    template <class Archive>
    void fields(Archive& archive) {
        archive(cell, shape, levels, until);
    }
};

/// Least absolute error by reweighting; newer days count more. Without two days: no shape.
/// O(days * cells), 0.1 ms.
[[nodiscard]] DayShape fit_day_shape(const FeatureContext& context);

/// Level of the next 24 h from the levels before, newest first, in logs: a ridge on the change
/// since the newest, with columns for the last 3 and 7 days and for the same weekday of earlier
/// weeks. Penalties are averaged by how well each foretells the days left out. The newest itself
/// where fewer than 12 are there.
[[nodiscard]] double next_level(std::span<const double> logs);

}  // namespace forescale::flair
