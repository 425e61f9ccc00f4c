#include "simulation/policies/policies.h"

#include <algorithm>
#include <cmath>
#include <deque>

namespace forescale {
namespace {

constexpr double usual_target = 0.7;
constexpr double tolerance = 0.1;
constexpr Duration down_stabilization = std::chrono::seconds(300);
constexpr int up_pods = 4;

/// The Kubernetes HorizontalPodAutoscaler with its defaults: ratio rule, pending instances idle, at
/// most 4 or 100 % more per sync (a sync per step, the finest at which demand is known), down to
/// the largest recommendation of the last 300 s.
class Hpa final : public Policy {
public:
    Hpa(const PolicyWorld& world, double target)
        : world_(world), per_replica_(world.capacity_per_replica * target) {}

    Replicas desired(std::size_t t, double demand, Replicas ready, Replicas pending) override {
        const int current = (ready + pending).value();
        int recommended = current;
        if (std::isfinite(demand)) {
            recommended = recommend(demand, ready.value(), pending.value());
            while (!window_.empty() && window_.back().replicas <= recommended) window_.pop_back();
            window_.push_back({t, recommended});
        }
        const auto keep = static_cast<std::size_t>(down_stabilization / world_.step);
        while (!window_.empty() && window_.front().step + keep < t) window_.pop_front();
        return Replicas(bounded(move(current, recommended)));
    }
    [[nodiscard]] std::string_view reason() const override { return reason_; }

private:
    struct Recommendation {
        std::size_t step;
        int replicas;
    };

    [[nodiscard]] int bounded(int replicas) const {
        return std::clamp(replicas, world_.replicas_min.value(), world_.replicas_max.value());
    }

    [[nodiscard]] int recommend(double demand, int ready, int pending) const {
        double ratio = demand / (std::max(ready, 1) * per_replica_);
        if (ratio > 1.0 && pending > 0)
            ratio = std::max(demand / ((ready + pending) * per_replica_), 1.0);
        if (std::abs(ratio - 1.0) <= tolerance) return bounded(ready + pending);
        return bounded(static_cast<int>(std::ceil(std::min(demand / per_replica_ - 1e-9, 1e6))));
    }

    int move(int current, int recommended) {
        if (recommended > current) {
            reason_ = "ratio";
            return std::min(recommended, std::max(current + up_pods, 2 * current));
        }
        const bool down = !window_.empty() && window_.front().replicas < current;
        reason_ = down ? "ratio" : recommended < current ? "stabilization" : "steady";
        return down ? window_.front().replicas : current;
    }

    PolicyWorld world_;
    double per_replica_;  ///< demand that one instance shall serve
    std::deque<Recommendation>
        window_;  ///< falling in size: the front is the largest of the window
    std::string_view reason_ = "steady";
};

}  // namespace

PolicyKind hpa_kind() {
    return {.make = [](const PolicyWorld& world, double setting) -> std::unique_ptr<Policy> {
                return std::make_unique<Hpa>(world, setting);
            },
            .setting_name = "target utilization",
            .usual = usual_target,
            .settings = {.95, .9, .85, .8, .75, .7, .65, .6, .55, .5, .45, .4, .35, .3}};
}

}  // namespace forescale
