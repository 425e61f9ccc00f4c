#pragma once
#include "simulation/policy.h"

#include <memory>
#include <vector>

namespace forescale {

/// What an open predictive autoscaler knows of the future, on a grid of buckets from the start of
/// the trace.
class GridModel {
public:
    virtual ~GridModel() = default;
    /// The mean demand of the next bucket; NaN: nothing was measured in it.
    virtual void learn(double demand) = 0;
    /// What it expects of bucket `index`, counted from 0, at or after those that it has learned.
    /// NaN: nothing to say.
    [[nodiscard]] virtual double expected(std::size_t index) const = 0;
};

/// The forecasts of a model as a policy reads them: the largest demand from now to some time ahead.
/// They do not depend on the setting of the policy, so the policies of a frontier share one of
/// these; each step is forecast when the first of them comes to it.
class PeerForecast {
public:
    PeerForecast(const PolicyWorld& world, Duration ahead, std::unique_ptr<GridModel> model);

    /// Largest expected demand of a bucket of step `t` .. `t` + ahead, where `before` is the demand
    /// of step t - 1. NaN: nothing to say. `t` is at most one more than the largest before.
    [[nodiscard]] double largest(std::size_t t, double before);
    /// 5 min, or the step of the world where that is coarser.
    [[nodiscard]] static Duration bucket_width(const PolicyWorld& world);

private:
    void observe(std::size_t t, double demand);
    [[nodiscard]] std::size_t bucket_of(Duration since_start) const {
        return static_cast<std::size_t>(since_start / width_);
    }

    Duration step_;
    Duration width_;
    Duration ahead_;
    std::unique_ptr<GridModel> model_;
    std::vector<double> known_;  ///< per step
    std::size_t buckets_ = 0;    ///< learned
    double sum_ = 0.0;
    int count_ = 0;
};

}  // namespace forescale
