#pragma once
#include "domain/service.h"
#include "simulation/policy.h"
#include "simulation/virtual_run.h"

namespace forescale {

/// The policy of the service at a safety setting, which is the one place that says what is turned:
/// the quantile of the demand of the lead time that capacity is planned at; with it how long recent
/// demand is insured against and how much calm is worth; and, beyond the usual quantile, how much
/// room the reactive rule leaves that stands in for forecasts.
[[nodiscard]] ScalingPolicy at_setting(double setting);

/// A service of that world with the policy's defaults, but for what the world and the setting say.
[[nodiscard]] Service simulated_service(const PolicyWorld& world, const ScalingPolicy& policy);

/// The product itself: one turn of the real pipeline at the start of every step.
class Forescale final : public Policy {
public:
    Forescale(const PolicyWorld& world, const ScalingPolicy& policy);

    Replicas desired(std::size_t t, double demand, Replicas ready, Replicas pending) override;
    [[nodiscard]] std::string_view reason() const override;

    /// When the turn of step `t` is: on the grid of steps counted from 1970, which is the one that
    /// windows are cut on.
    [[nodiscard]] Timestamp turn_at(std::size_t t) const {
        return world_.start - phase_ + world_.step * static_cast<Duration::rep>(t);
    }
    [[nodiscard]] const VirtualRun& run() const { return *run_; }

private:
    PolicyWorld world_;
    Duration phase_;
    std::unique_ptr<VirtualRun> run_;
};

}  // namespace forescale
