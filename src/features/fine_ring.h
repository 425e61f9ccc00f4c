#pragma once
#include "domain/sample.h"
#include "domain/series.h"

#include <span>
#include <vector>

namespace forescale {

/// The newest samples finer than the grid, as features see them (FeatureContext::fine).
class FineRing {
public:
    FineRing() = default;
    /// fine_step == grid_step: nothing is finer, and nothing is kept.
    FineRing(Duration fine_step, Duration grid_step);

    /// The next fine step; what was not seen in between is missing. Earlier steps are ignored.
    void add(Timestamp at, double value);
    /// Those that end with the grid step that begins at `origin`; empty when the newest one does
    /// not.
    [[nodiscard]] std::span<const double> up_to(Timestamp origin) const;
    [[nodiscard]] Duration step() const { return fine_step_; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(newest_, values_);
    }

private:
    Duration fine_step_{0};
    Duration grid_step_{0};
    Timestamp newest_;
    std::vector<double> values_;  ///< newest last
};

}  // namespace forescale
