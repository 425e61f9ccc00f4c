#pragma once
#include "simulation/policies/peer_forecast.h"

#include <vector>

namespace forescale {

/// Smoothing factors of level, trend and season, 0..1.
struct Smoothing {
    double level = 0;
    double trend = 0;
    double season = 0;
};

/// Additive Holt-Winters with a season of `season` buckets. Nothing is expected before one season
/// is over; a bucket without demand is taken to be what was expected.
/// cost  O(1) a bucket.
/// source  Winters 1960, Management Science 6(3), doi:10.1287/mnsc.6.3.324
class HoltWinters final : public GridModel {
public:
    HoltWinters(std::size_t season, const Smoothing& smoothing)
        : season_steps_(season), smoothing_(smoothing) {}

    void learn(double demand) override;
    [[nodiscard]] double expected(std::size_t index) const override;

private:
    void begin();

    std::size_t season_steps_;
    Smoothing smoothing_;
    std::vector<double> first_;   ///< of the first season
    std::vector<double> season_;  ///< by phase; empty while the first season lasts
    std::size_t learned_ = 0;
    double level_ = 0.0;
    double trend_ = 0.0;
};

}  // namespace forescale
