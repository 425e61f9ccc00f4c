#include "simulation/policies/hpa_controller.h"
#include "simulation/policies/policies.h"

#include <cmath>

namespace forescale {
namespace {

/// The Kubernetes HorizontalPodAutoscaler on the measured demand.
class Hpa final : public Policy {
public:
    Hpa(const PolicyWorld& world, double target) : controller_(world, target) {}

    Replicas desired(std::size_t t, double demand, Replicas ready, Replicas pending) override {
        std::optional<int> recommended;
        if (std::isfinite(demand))
            recommended = controller_.recommend(demand, ready.value(), pending.value());
        return controller_.move(t, (ready + pending).value(), recommended);
    }
    [[nodiscard]] std::string_view reason() const override { return controller_.reason(); }

private:
    HpaController controller_;
};

}  // namespace

PolicyKind hpa_kind() {
    return {.make = each<Hpa>,
            .setting_name = target_setting,
            .usual = usual_target,
            .least = target_least,
            .settings = target_settings()};
}

}  // namespace forescale
