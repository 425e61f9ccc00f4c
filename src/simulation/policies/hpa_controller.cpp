#include "simulation/policies/hpa_controller.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

constexpr double tolerance = 0.1;
constexpr Duration down_stabilization = std::chrono::seconds(300);
constexpr int up_pods = 4;
constexpr double rounding_noise = 1e-9;

bool within_tolerance(double ratio) {
    return std::abs(ratio - 1.0) <= tolerance;
}

}  // namespace

int HpaController::bounded(int replicas) const {
    return std::clamp(replicas, world_.replicas_min.value(), world_.replicas_max.value());
}

int HpaController::size_for(double demand) const {
    return bounded(
        static_cast<int>(std::ceil(std::min(demand / per_replica_ - rounding_noise, 1e6))));
}

int HpaController::recommend(double demand, int ready, int pending) const {
    if (std::isnan(demand)) return bounded(ready + pending);
    double ratio = demand / (std::max(ready, 1) * per_replica_);
    if (ratio > 1.0 && pending > 0)
        ratio = std::max(demand / ((ready + pending) * per_replica_), 1.0);
    return within_tolerance(ratio) ? bounded(ready + pending) : size_for(demand);
}

int HpaController::recommend_external(double demand, int current) const {
    const double ratio = demand / (std::max(current, 1) * per_replica_);
    return within_tolerance(ratio) ? bounded(current) : size_for(demand);
}

Replicas HpaController::move(std::size_t t, int current, std::optional<int> recommended) {
    if (recommended) {
        while (!window_.empty() && window_.back().replicas <= *recommended) window_.pop_back();
        window_.push_back({t, *recommended});
    }
    const auto keep = static_cast<std::size_t>(down_stabilization / world_.step);
    while (!window_.empty() && window_.front().step + keep < t) window_.pop_front();
    return Replicas(bounded(limited(current, recommended.value_or(current))));
}

int HpaController::limited(int current, int recommended) {
    if (recommended > current) {
        reason_ = "ratio";
        return std::min(recommended, std::max(current + up_pods, 2 * current));
    }
    const bool down = !window_.empty() && window_.front().replicas < current;
    reason_ = down ? "ratio" : recommended < current ? "stabilization" : "steady";
    return down ? window_.front().replicas : current;
}

}  // namespace forescale
