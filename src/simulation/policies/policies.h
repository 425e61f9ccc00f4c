#pragma once
#include "simulation/policy.h"

namespace forescale {

// One file per policy; policies() lists them.
[[nodiscard]] PolicyKind clairvoyant_kind();
[[nodiscard]] PolicyKind fft_kind();
[[nodiscard]] PolicyKind forescale_kind();
[[nodiscard]] PolicyKind holt_winters_kind();
[[nodiscard]] PolicyKind hourly_max_kind();
[[nodiscard]] PolicyKind hpa_kind();
[[nodiscard]] PolicyKind last_week_kind();
[[nodiscard]] PolicyKind static_peak_kind();

/// What those that are steered by a target utilization have in common: its least, that of the HPA,
/// and the settings of the frontier.
inline constexpr std::string_view target_setting = "target utilization";
inline constexpr double target_least = 0.05;
inline constexpr double usual_target = 0.7;
[[nodiscard]] std::vector<double> target_settings();

/// Policies that share nothing: one P(world, setting) per setting.
template <class P>
[[nodiscard]] std::vector<std::unique_ptr<Policy>> each(const PolicyWorld& world,
                                                        std::span<const double> settings) {
    std::vector<std::unique_ptr<Policy>> made;
    for (const double setting : settings) made.push_back(std::make_unique<P>(world, setting));
    return made;
}

/// Instances that serve `demand`, within the world's bounds; replicas_min when it is NaN.
[[nodiscard]] Replicas need_of(const PolicyWorld& world, double demand);
/// The lead time in steps, rounded up.
[[nodiscard]] std::size_t lead_steps(const PolicyWorld& world);

}  // namespace forescale
