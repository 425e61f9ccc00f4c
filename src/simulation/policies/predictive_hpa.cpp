#include "simulation/policies/predictive_hpa.h"

#include <algorithm>
#include <cmath>

namespace forescale {

Replicas PredictiveHpa::desired(std::size_t t, double demand, Replicas ready, Replicas pending) {
    const double expected = forecast_->largest(t, demand);
    const int current = (ready + pending).value();
    std::optional<int> recommended;
    if (std::isfinite(demand))
        recommended = controller_.recommend(demand, ready.value(), pending.value());
    by_forecast_ = false;
    if (std::isfinite(expected)) {
        const int ahead = as_ == ForecastAs::metric
                              ? controller_.recommend_external(expected, current)
                              : controller_.size_for(expected);
        by_forecast_ = ahead > recommended.value_or(current);
        if (by_forecast_) recommended = ahead;
    }
    return controller_.move(t, current, recommended);
}

}  // namespace forescale
