#pragma once
#include "simulation/policy.h"

namespace forescale {

// One file per policy; policies() lists them.
[[nodiscard]] std::unique_ptr<Policy> make_clairvoyant(const PolicyWorld& world);
[[nodiscard]] std::unique_ptr<Policy> make_forescale(const PolicyWorld& world);
[[nodiscard]] std::unique_ptr<Policy> make_hpa(const PolicyWorld& world);
[[nodiscard]] std::unique_ptr<Policy> make_last_week(const PolicyWorld& world);
[[nodiscard]] std::unique_ptr<Policy> make_static_peak(const PolicyWorld& world);

/// Instances that serve `demand`, within the world's bounds; replicas_min when it is NaN.
[[nodiscard]] Replicas need_of(const PolicyWorld& world, double demand);
/// The lead time in steps, rounded up.
[[nodiscard]] std::size_t lead_steps(const PolicyWorld& world);

}  // namespace forescale
