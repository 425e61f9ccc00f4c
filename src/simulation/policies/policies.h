#pragma once
#include "simulation/policy.h"

namespace forescale {

// One file per policy; policies() lists them.
[[nodiscard]] PolicyKind clairvoyant_kind();
[[nodiscard]] PolicyKind forescale_kind();
[[nodiscard]] PolicyKind hpa_kind();
[[nodiscard]] PolicyKind last_week_kind();
[[nodiscard]] PolicyKind static_peak_kind();

/// Instances that serve `demand`, within the world's bounds; replicas_min when it is NaN.
[[nodiscard]] Replicas need_of(const PolicyWorld& world, double demand);
/// The lead time in steps, rounded up.
[[nodiscard]] std::size_t lead_steps(const PolicyWorld& world);

}  // namespace forescale
