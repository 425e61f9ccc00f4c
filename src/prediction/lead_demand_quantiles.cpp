#include "prediction/lead_demand_quantiles.h"

#include "base/assert.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

// asinh spacing: bins are 0.02 wide around 0 and 2 % wide far out, up to +-2,000 expected sizes.
constexpr std::size_t half_bins = 380;
constexpr std::size_t bins = 2 * half_bins;
constexpr double center = 0.8;     // where the spacing turns from constant to proportional
constexpr double per_unit = 44.0;  // bins per unit of asinh(value / center)
constexpr double growth_max = 1e200;

double edge(std::size_t bin) {
    return center *
           std::sinh((static_cast<double>(bin) - static_cast<double>(half_bins)) / per_unit);
}

std::size_t bin_of(double value) {
    const double position = std::asinh(value / center) * per_unit + static_cast<double>(half_bins);
    return static_cast<std::size_t>(std::clamp(position, 0.0, static_cast<double>(bins - 1)));
}

}  // namespace

ForgettingHistogram::ForgettingHistogram(double half_life)
    : step_growth_(std::exp2(1.0 / half_life)), bins_(bins, 0.0) {
    ASSERT(half_life > 0.0);
}

void ForgettingHistogram::learn(double value, double weight) {
    if (!std::isfinite(value)) return;
    growth_ *= step_growth_;
    if (growth_ > growth_max) {
        for (double& bin : bins_) bin /= growth_;
        total_ /= growth_;
        growth_ = 1.0;
    }
    bins_[bin_of(value)] += weight * growth_;
    total_ += weight * growth_;
}

double ForgettingHistogram::quantile(double level) const {
    if (!(total_ > 0.0)) return 0.0;
    double left = level * total_;
    for (std::size_t bin = 0; bin < bins_.size(); ++bin) {
        if (left > bins_[bin] || !(bins_[bin] > 0.0)) {
            left -= bins_[bin];
            continue;
        }
        const double share = std::max(left, 0.0) / bins_[bin];
        return edge(bin) + share * (edge(bin + 1) - edge(bin));
    }
    const auto last =
        std::find_if(bins_.rbegin(), bins_.rend(), [](double bin) { return bin > 0.0; });
    return edge(static_cast<std::size_t>(bins_.rend() - last));
}

void ForgettingHistogram::discount(double share) {
    for (double& bin : bins_) bin *= share;
    total_ *= share;
}

}  // namespace forescale
