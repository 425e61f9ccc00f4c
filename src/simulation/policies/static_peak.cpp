#include "simulation/policies/policies.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

/// No autoscaling: the peak of the warm-up, for ever. While it warms up, the peak so far.
class StaticPeak final : public Policy {
public:
    StaticPeak(const PolicyWorld& world, double share) : world_(world), share_(share) {}

    Replicas desired(std::size_t t, double demand, Replicas /*ready*/,
                     Replicas /*pending*/) override {
        if (t <= world_.warm_up_steps && std::isfinite(demand)) peak_ = std::max(peak_, demand);
        return need_of(world_, peak_ * share_);
    }
    [[nodiscard]] std::string_view reason() const override { return "peak"; }

private:
    PolicyWorld world_;
    double share_;
    double peak_ = 0.0;
};

}  // namespace

PolicyKind static_peak_kind() {
    return {.make = each<StaticPeak>,
            .setting_name = "share of the peak",
            .usual = 1.0,
            .least = 0.01,
            .most = 10.0,
            .settings = {.3, .4, .5, .6, .7, .8, .9, 1.0, 1.1, 1.25, 1.5, 2.0}};
}

}  // namespace forescale
