#include "simulation/policies/fft_model.h"
#include "simulation/policies/policies.h"
#include "simulation/policies/predictive_hpa.h"

namespace forescale {

PolicyKind fft_kind() {
    return {.make =
                [](const PolicyWorld& world, std::span<const double> settings) {
                    auto forecast = std::make_shared<PeerForecast>(
                        world, world.lead_time,
                        std::make_unique<FftModel>(PeerForecast::bucket_width(world)));
                    std::vector<std::unique_ptr<Policy>> made;
                    for (const double target : settings)
                        made.push_back(std::make_unique<PredictiveHpa>(
                            world, target, ForecastAs::metric, forecast));
                    return made;
                },
            .setting_name = target_setting,
            .usual = usual_target,
            .least = target_least,
            .settings = target_settings()};
}

}  // namespace forescale
