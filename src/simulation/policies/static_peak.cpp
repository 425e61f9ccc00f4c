#include "simulation/policies/policies.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

/// No autoscaling: the peak of the warm-up, for ever. While it warms up, the peak so far.
class StaticPeak final : public Policy {
public:
    explicit StaticPeak(const PolicyWorld& world) : world_(world) {}

    Replicas desired(std::size_t t, double demand, Replicas /*ready*/,
                     Replicas /*pending*/) override {
        if (t <= world_.warm_up_steps && std::isfinite(demand)) peak_ = std::max(peak_, demand);
        return need_of(world_, peak_);
    }
    [[nodiscard]] std::string_view reason() const override { return "peak"; }

private:
    PolicyWorld world_;
    double peak_ = 0.0;
};

}  // namespace

std::unique_ptr<Policy> make_static_peak(const PolicyWorld& world) {
    return std::make_unique<StaticPeak>(world);
}

}  // namespace forescale
