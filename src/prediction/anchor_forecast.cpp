#include "prediction/anchor_forecast.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
/// Without fresh samples the error grows like that of a random walk; four times is as wide as
/// anything gets.
double staleness(double age_steps, double horizon) {
    return std::min(4.0, std::sqrt(1.0 + age_steps / horizon));
}
}  // namespace

AnchorForecast::AnchorForecast(std::size_t members, Duration step, int horizon)
    : step_(step),
      members_(members),
      aggregation_(members, step, step * horizon),
      calibration_(step, step * horizon),
      medians_(members * static_cast<std::size_t>(horizon), Series::missing),
      said_(static_cast<std::size_t>(horizon)) {}

AnchorForecast::Said AnchorForecast::matured() const {
    const Kept& kept = said_[slot_of_ring()];
    return {.medians = std::span(medians_).subspan(slot_of_ring() * members_, members_),
            .combined = kept.combined,
            .scale = static_cast<double>(kept.scale),
            .offset_05 = static_cast<double>(kept.offset_05),
            .offset_95 = static_cast<double>(kept.offset_95)};
}

void AnchorForecast::learn(double actual, double demand_scale, std::size_t slot) {
    const Said said = matured();
    if (std::isnan(actual) || std::isnan(said.combined)) return;
    aggregation_.learn(said.medians, said.combined, actual);
    if (std::isnan(said.scale)) return;
    const double error = log_level(actual, demand_scale) - log_level(said.combined, demand_scale);
    calibration_.learn(slot, error, said.scale, said.offset_05, said.offset_95);
}

void AnchorForecast::combine(std::span<const double> medians, double demand_scale, std::size_t slot,
                             double age_steps) {
    combined_ = aggregation_.combine(medians);
    level_ = log_level(combined_.value, demand_scale);
    const double scale =
        calibration_.scale(slot) * staleness(age_steps, static_cast<double>(said_.size()));
    offsets_ = calibration_.offsets(scale);
    said_[slot_of_ring()] = {.combined = combined_.value,
                             .scale = static_cast<float>(scale),
                             .offset_05 = static_cast<float>(offsets_[0]),
                             .offset_95 = static_cast<float>(offsets_[quantile_levels.size() - 2])};
    std::ranges::copy(medians,
                      medians_.begin() + static_cast<std::ptrdiff_t>(slot_of_ring() * members_));
    ++steps_;
}

void AnchorForecast::rescale() {
    calibration_ = Calibration(step_, step_ * static_cast<Duration::rep>(said_.size()));
    for (Kept& kept : said_) kept.scale = std::numeric_limits<float>::quiet_NaN();
}

}  // namespace forescale
