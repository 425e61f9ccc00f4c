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
            .offset_05 = static_cast<double>(kept.offset_05),
            .offset_95 = static_cast<double>(kept.offset_95)};
}

void AnchorForecast::learn(double actual, double demand_scale, std::size_t slot) {
    const Said said = matured();
    const Kept& kept = said_[slot_of_ring()];
    if (std::isnan(actual) || std::isnan(said.combined) || !kept.teaches) return;
    aggregation_.learn({.medians = said.medians,
                        .heard = said.heard,
                        .by_regret = kept.by_regret,
                        .by_error = kept.by_error,
                        .actual = actual,
                        .part = part_of(slot)});
    if (std::isnan(kept.interval.scale)) return;  // log levels have changed since
    const double error = log_level(actual, demand_scale) - log_level(said.combined, demand_scale);
    calibration_.learn(slot, error, kept.interval);
}

ErrorSigns AnchorForecast::signs(const Now& now) const {
    ErrorSigns signs{.slot = now.slot, .disagreement = 0.0, .unrest = now.unrest};
    FadingMean distance;
    FadingMean spread;
    for (std::size_t m = 0; m < members_; ++m) {
        if (!heard(m)) continue;
        distance.add(std::abs(log_level(now.medians[m], now.demand_scale) - level_), 1.0);
        if (!std::isnan(now.spreads[m])) spread.add(now.spreads[m], 1.0);
    }
    if (distance.count > 0.0) signs.disagreement = distance.value();
    if (spread.count > 0.0) signs.spread = spread.value();
    return signs;
}

void AnchorForecast::combine(const Now& now) {
    combined_ = aggregation_.combine(now.medians, part_of(now.slot));
    level_ = log_level(combined_.value, now.demand_scale);
    const ErrorSigns seen = signs(now);
    calibration_.note_signs(seen);
    const Calibration::Interval interval =
        calibration_.say(seen, staleness(now.age_steps, static_cast<double>(said_.size())));
    offsets_ = interval.offsets;
    for (double& offset : offsets_) offset *= now.caution;
    said_[slot_of_ring()] = {.combined = combined_.value,
                             .by_regret = combined_.by_regret,
                             .by_error = combined_.by_error,
                             .heard = combined_.heard,
                             .offset_05 = static_cast<float>(offsets_[0]),
                             .offset_95 = static_cast<float>(offsets_[quantile_levels.size() - 2]),
                             .interval = interval.said};
    std::ranges::transform(
        now.medians, medians_.begin() + static_cast<std::ptrdiff_t>(slot_of_ring() * members_),
        [](double median) {
            constexpr auto largest = static_cast<double>(std::numeric_limits<float>::max());
            return static_cast<float>(std::min(median, largest));  // NaN stays: it is not less
        });
    ++steps_;
}

void AnchorForecast::unlearn_doubt(std::size_t steps) {
    if (before_doubt_) {
        aggregation_ = std::move(before_doubt_->aggregation);
        calibration_ = std::move(before_doubt_->calibration);
        before_doubt_.reset();
    }
    for (std::size_t ago = 1; ago <= std::min<std::uint64_t>({steps, steps_, said_.size()}); ++ago)
        said_[(steps_ - ago) % said_.size()].teaches = false;
}

void AnchorForecast::rescale() {
    calibration_ = Calibration(step_, step_ * static_cast<Duration::rep>(said_.size()));
    if (before_doubt_) before_doubt_->calibration = calibration_;
    for (Kept& kept : said_) kept.interval.scale = std::numeric_limits<float>::quiet_NaN();
}

}  // namespace forescale
