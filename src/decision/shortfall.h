#pragma once
#include "domain/forecast.h"
#include "domain/service.h"

#include <optional>

namespace forescale {

/// Demand that the largest size allowed cannot serve.
struct Shortfall {
    Timestamp from;         ///< when it begins
    double demand = 0.0;    ///< then
    Replicas needed{0};     ///< for it
    Replicas most{0};       ///< that may be there then
    bool is_quota = false;  ///< what the provider grants is the bound, and not what the policy says
};

/// The largest size that a service may have at an instant: its maximum then, its hard maximum where
/// that gives way, and no more than the provider's quota.
[[nodiscard]] Replicas most_at(const Service& service, Timestamp time);

/// The first step of a path at which demand exceeds what may be there, with a probability of a
/// tenth or more: seldom enough to be news, early enough to raise a maximum or a quota.
/// O(points * spans of the schedule).
[[nodiscard]] std::optional<Shortfall> first_shortfall(const Service& service,
                                                       const ForecastPath& path);

}  // namespace forescale
