#pragma once
#include "base/time.h"
#include "simulation/policies/peer_forecast.h"

#include <array>
#include <vector>

namespace forescale {

/// The way of the managed clouds: one number per hour for the next 48 h, refreshed every 6 h from
/// up to 14 days, and never before 24 h are known. How they forecast is not published; here it is
/// the mean of the largest bucket of the hour at the same hour of the week (of the day, before a
/// week is known), scaled by how the last day compares with its own hours of the past.
class HourlyModel final : public GridModel {
public:
    explicit HourlyModel(Duration width);

    void learn(double demand) override;
    [[nodiscard]] double expected(std::size_t index) const override;

private:
    void close_hour();
    void refresh();
    [[nodiscard]] double usual(std::size_t hour, std::size_t known) const;

    std::size_t per_hour_;        ///< buckets; 1 where a bucket is an hour or longer
    std::size_t learned_ = 0;     ///< buckets
    double most_;                 ///< of the hour that has begun; NaN: nothing yet
    std::vector<double> hours_;   ///< largest bucket of each hour; NaN: nothing measured
    std::vector<double> coming_;  ///< of the 48 h from coming_from_ on
    std::size_t coming_from_ = 0;
};

}  // namespace forescale
