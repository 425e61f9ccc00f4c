#pragma once
#include "monitoring/alerts.h"
#include "monitoring/health.h"
#include "pipeline/service_state.h"
#include "pipeline/view.h"

#include <memory>
#include <vector>

namespace forescale {

[[nodiscard]] std::shared_ptr<const FleetView> build_view(
    const std::vector<std::unique_ptr<ServiceState>>& services, const HealthChecker& health,
    const AlertManager& alerts, Timestamp now, std::int64_t turn);

}  // namespace forescale
