#include "prediction/confidence.h"

#include <algorithm>
#include <cmath>

namespace forescale {

double accuracy_of(double median, double actual) {
    const double distance = std::abs(actual - median);
    if (median <= 0.0) return distance > 0.0 ? 0.0 : 1.0;
    return 1.0 - std::min(1.0, distance / median);
}

double confidence_of_zero(double hours) {
    return (hours + 1.0) / (hours + 2.0);
}

double confidence_of(const Quantiles& quantiles) {
    const double median = quantiles[median_index];
    double sum = 0.0;
    double level = 0.0;
    double before = accuracy_of(median, quantiles.front());
    for (std::size_t i = 0; i < quantiles.size(); ++i) {
        const double accuracy = accuracy_of(median, quantiles[i]);
        sum += 0.5 * (before + accuracy) * (quantile_levels[i] - level);
        level = quantile_levels[i];
        before = accuracy;
    }
    return std::clamp(sum + before * (1.0 - level), 0.0, 1.0);
}

}  // namespace forescale
