#pragma once
#include "simulation/policy.h"

#include <deque>
#include <optional>

namespace forescale {

/// The rules of the Kubernetes HorizontalPodAutoscaler, with its defaults, at one sync per step
/// (the finest at which demand is known; the controller's own is 15 s).
///   ratio          ceil(demand / (capacity * target)), unless within 10 % of what is there
///   not ready      pending instances count as idle on the way up
///   scale-up       at most the larger of 4 and 100 % more per sync, no stabilization
///   scale-down     to the largest recommendation of the last 300 s
class HpaController {
public:
    HpaController(const PolicyWorld& world, double target)
        : world_(world), per_replica_(world.capacity_per_replica * target) {}

    /// What a metric asks for that is measured at the instances; what is there where it is missing.
    [[nodiscard]] int recommend(double demand, int ready, int pending) const;
    /// What a metric asks for that comes from elsewhere: a forecast.
    [[nodiscard]] int recommend_external(double demand, int current) const;
    /// Instances that serve it at the target, within the bounds. A number.
    [[nodiscard]] int size_for(double demand) const;

    /// What becomes of a recommendation at step `t`; nothing: no metric was there, and no
    /// recommendation is remembered.
    [[nodiscard]] Replicas move(std::size_t t, int current, std::optional<int> recommended);
    /// Of the newest move: "ratio", "stabilization" or "steady".
    [[nodiscard]] std::string_view reason() const { return reason_; }

private:
    struct Recommendation {
        std::size_t step;
        int replicas;
    };
    [[nodiscard]] int bounded(int replicas) const;
    [[nodiscard]] int limited(int current, int recommended);

    PolicyWorld world_;
    double per_replica_;  ///< demand that one instance shall serve
    std::deque<Recommendation>
        window_;  ///< falling in size: the front is the largest of the window
    std::string_view reason_ = "steady";
};

}  // namespace forescale
