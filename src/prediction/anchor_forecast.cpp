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
std::size_t part_of(std::size_t slot) {
    return slot * Aggregation::parts / Calibration::slots;
}
}  // namespace

AnchorForecast::AnchorForecast(std::span<const std::string_view> members, Duration step,
                               int horizon)
    : step_(step),
      members_(members.size()),
      aggregation_(members, step, step * horizon),
      calibration_(step, step * horizon),
      medians_(members_ * static_cast<std::size_t>(horizon),
               std::numeric_limits<float>::quiet_NaN()),
      said_(static_cast<std::size_t>(horizon)) {}

AnchorForecast::Said AnchorForecast::matured() const {
    const Kept& kept = said_[slot_of_ring()];
    const auto row = std::span(medians_).subspan(slot_of_ring() * members_, members_);
    return {.medians = {row.begin(), row.end()},
            .heard = kept.heard,
            .combined = kept.combined,
            .scale = static_cast<double>(kept.scale),
            .offset_05 = static_cast<double>(kept.offset_05),
            .offset_95 = static_cast<double>(kept.offset_95)};
}

void AnchorForecast::learn(double actual, double demand_scale, std::size_t slot) {
    const Said said = matured();
    if (std::isnan(actual) || std::isnan(said.combined)) return;
    const Kept& kept = said_[slot_of_ring()];
    aggregation_.learn({.medians = said.medians,
                        .heard = said.heard,
                        .by_regret = kept.by_regret,
                        .by_error = kept.by_error,
                        .actual = actual,
                        .part = part_of(slot)});
    if (std::isnan(said.scale)) return;
    const double error = log_level(actual, demand_scale) - log_level(said.combined, demand_scale);
    calibration_.learn(slot, error, said.scale, said.offset_05, said.offset_95);
}

void AnchorForecast::combine(std::span<const double> medians, double demand_scale, std::size_t slot,
                             double age_steps) {
    combined_ = aggregation_.combine(medians, part_of(slot));
    level_ = log_level(combined_.value, demand_scale);
    const double scale =
        calibration_.scale(slot) * staleness(age_steps, static_cast<double>(said_.size()));
    offsets_ = calibration_.offsets(scale);
    said_[slot_of_ring()] = {.combined = combined_.value,
                             .by_regret = combined_.by_regret,
                             .by_error = combined_.by_error,
                             .heard = combined_.heard,
                             .scale = static_cast<float>(scale),
                             .offset_05 = static_cast<float>(offsets_[0]),
                             .offset_95 = static_cast<float>(offsets_[quantile_levels.size() - 2])};
    std::ranges::transform(
        medians, medians_.begin() + static_cast<std::ptrdiff_t>(slot_of_ring() * members_),
        [](double median) {
            constexpr double largest = std::numeric_limits<float>::max();
            return static_cast<float>(std::min(median, largest));  // NaN stays: it is not less
        });
    ++steps_;
}

void AnchorForecast::rescale() {
    calibration_ = Calibration(step_, step_ * static_cast<Duration::rep>(said_.size()));
    for (Kept& kept : said_) kept.scale = std::numeric_limits<float>::quiet_NaN();
}

}  // namespace forescale
