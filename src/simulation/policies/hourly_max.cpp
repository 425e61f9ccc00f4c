#include "simulation/policies/hourly_model.h"
#include "simulation/policies/policies.h"

#include <algorithm>
#include <cmath>
#include <deque>

namespace forescale {
namespace {

constexpr Duration scheduling_buffer = std::chrono::seconds(300);

/// Target tracking with its alarms: out when demand was above the target for 3 min, in when it was
/// below 90 % of the target for 15 min, then to what the largest demand of these needs.
class TargetTracking {
public:
    TargetTracking(const PolicyWorld& world, double target)
        : world_(world), per_replica_(world.capacity_per_replica * target) {
        out_steps_ = steps(std::chrono::minutes(3));
        in_steps_ = steps(std::chrono::minutes(15));
    }

    [[nodiscard]] int size(double demand, int current) {
        seen_.push_back(demand);
        if (seen_.size() > std::max(out_steps_, in_steps_)) seen_.pop_front();
        const double serves = current * per_replica_;
        if (all_of_last(out_steps_, [&](double d) { return d > serves; }))
            return size_for(seen_.back());
        if (all_of_last(in_steps_, [&](double d) { return d < in_share * serves; }))
            return std::min(size_for(*std::ranges::max_element(seen_)), current);
        return current;
    }
    [[nodiscard]] int size_for(double demand) const {
        const double size = std::ceil(std::min(demand / per_replica_ - 1e-9, 1e6));
        return std::clamp(static_cast<int>(size), world_.replicas_min.value(),
                          world_.replicas_max.value());
    }

private:
    static constexpr double in_share = 0.9;
    [[nodiscard]] std::size_t steps(Duration span) const {
        return static_cast<std::size_t>((span + world_.step - Duration(1)) / world_.step);
    }
    /// A missing sample satisfies nothing.
    template <class Is>
    [[nodiscard]] bool all_of_last(std::size_t count, Is is) const {
        return seen_.size() >= count &&
               std::all_of(seen_.end() - static_cast<std::ptrdiff_t>(count), seen_.end(),
                           [&](double d) { return std::isfinite(d) && is(d); });
    }

    PolicyWorld world_;
    double per_replica_;
    std::size_t out_steps_ = 1;
    std::size_t in_steps_ = 1;
    std::deque<double> seen_;
};

/// Target tracking, and beside it capacity that is there when the hour begins that a forecast says
/// needs it; the forecast takes nothing away.
class HourlyMax final : public Policy {
public:
    HourlyMax(const PolicyWorld& world, double target, std::shared_ptr<PeerForecast> forecast)
        : tracking_(world, target), forecast_(std::move(forecast)) {}

    Replicas desired(std::size_t t, double demand, Replicas ready, Replicas pending) override {
        const int current = (ready + pending).value();
        const int tracked = tracking_.size(demand, current);
        const double expected = forecast_->largest(t, demand);
        const int ahead = std::isfinite(expected) ? tracking_.size_for(expected) : 0;
        reason_ = ahead > tracked ? "forecast" : tracked != current ? "tracking" : "steady";
        return Replicas(std::max(tracked, ahead));
    }
    [[nodiscard]] std::string_view reason() const override { return reason_; }

private:
    TargetTracking tracking_;
    std::shared_ptr<PeerForecast> forecast_;
    std::string_view reason_ = "steady";
};

}  // namespace

PolicyKind hourly_max_kind() {
    return {.make =
                [](const PolicyWorld& world, std::span<const double> settings) {
                    auto forecast = std::make_shared<PeerForecast>(
                        world, std::max(world.lead_time, scheduling_buffer),
                        std::make_unique<HourlyModel>(PeerForecast::bucket_width(world)));
                    std::vector<std::unique_ptr<Policy>> made;
                    for (const double target : settings)
                        made.push_back(std::make_unique<HourlyMax>(world, target, forecast));
                    return made;
                },
            .setting_name = target_setting,
            .usual = usual_target,
            .least = target_least,
            .settings = target_settings()};
}

}  // namespace forescale
