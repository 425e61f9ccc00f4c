#pragma once
#include "simulation/policies/hpa_controller.h"
#include "simulation/policies/peer_forecast.h"

namespace forescale {

/// How a controller takes in the forecast beside the measured demand.
enum class ForecastAs : std::uint8_t {
    metric,    ///< a second metric of the HPA: tolerance, and the larger recommendation (Crane)
    replicas,  ///< a second count of replicas: the larger of the two (PHPA)
};

/// The HPA with a forecast beside the live metric: the larger of both is asked for, so that a
/// forecast never makes it smaller than the HPA alone. Without fresh demand only the forecast is
/// there, and may scale up only.
class PredictiveHpa final : public Policy {
public:
    PredictiveHpa(const PolicyWorld& world, double target, ForecastAs forecast_as,
                  std::shared_ptr<PeerForecast> forecast)
        : controller_(world, target), as_(forecast_as), forecast_(std::move(forecast)) {}

    Replicas desired(std::size_t t, double demand, Replicas ready, Replicas pending) override;
    [[nodiscard]] std::string_view reason() const override {
        return by_forecast_ ? "forecast" : controller_.reason();
    }

private:
    HpaController controller_;
    ForecastAs as_;
    std::shared_ptr<PeerForecast> forecast_;
    bool by_forecast_ = false;
};

}  // namespace forescale
