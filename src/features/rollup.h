#pragma once
#include "domain/series.h"

namespace forescale {

/// Means per hour, for models whose horizon is a day: 60 days in 12 KB. On a grid of more than an
/// hour a bucket is a step of the grid; one that does not divide the hour gets the next multiple.
class Rollup {
public:
    explicit Rollup(Duration grid_step);

    /// The next grid step; NaN: missing. A bucket closes with its last grid step, and is missing
    /// when less than half of it is there.
    void add(Timestamp at, double value);
    /// Takes closed buckets from `from` on again from `demand`, which was rewritten and still holds
    /// them.
    void correct(const Series& demand, Timestamp from);
    /// Closed buckets that begin before `time` count `factor` times: the level changed there.
    void relevel(Timestamp time, double factor);
    [[nodiscard]] const Series& series() const { return series_; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(series_, sum_, present_);
    }

private:
    Duration grid_step_;
    Series series_;
    double sum_ = 0.0;
    double present_ = 0.0;
};

}  // namespace forescale
