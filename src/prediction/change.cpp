#include "prediction/change.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace forescale {

namespace {
constexpr Duration new_level_after = std::chrono::hours(12);
constexpr Duration far_level_after = std::chrono::hours(6);
constexpr Duration back_level_after = std::chrono::hours(2);
constexpr Duration longest_max = std::chrono::hours(48);
constexpr Duration outage_max = day * 7;
constexpr Duration incident_max = std::chrono::hours(3);
constexpr Duration back_after = std::chrono::minutes(15);
constexpr double base_half_life_days = 2.0;
constexpr double size_half_life_days = 7.0;
constexpr double share_half_life_days = 7.0;
constexpr double longest_half_life_days = 30.0;
constexpr double shift_half_life_days = 2.0;
constexpr double longest_ratio = 1.3;
constexpr double back_share = 0.4;
constexpr double seen_min_days = 3.0;  ///< before that nothing is known to be usual
constexpr double size_min = 0.02;      ///< smaller changes are none
constexpr double floor_share = 0.05;   ///< of the usual level, below which ratios say nothing
constexpr double slack = 2.0;       ///< usual sizes that demand may be off without being suspected
constexpr double alarm = 8.0;       ///< sum of sizes beyond the slack: an excursion has begun
constexpr double step_max = 6.0;    ///< sizes that a single step may count
constexpr double level_min = 0.25;  ///< a factor of 1.28
constexpr double far_level_min = 0.45;  ///< a factor of 1.57
constexpr double outage = -2.0;         ///< mean distance below which there was next to no demand
constexpr double level_sizes_min = 5.0;
constexpr double factor_min = 0.05;   ///< next to nothing is an outage, and no level
constexpr double unsteady_max = 0.3;  ///< deviation of a new level's distances over their mean
constexpr double incident_min = 0.7;  ///< a factor of 2
constexpr double incident_sizes_min = 8.0;
constexpr double incident_share_max = 0.02;
}  // namespace

double ChangeWatch::steps_in(Duration span) const {
    return static_cast<double>(std::max<Duration::rep>(1, span / step_));
}

double ChangeWatch::distance(const Step& step) const {
    const auto log_of = [&](double demand) { return std::log(demand + floor_share * step.scale); };
    const double days = log_of(step.demand) - log_of(step.by_days);
    const double weeks = log_of(step.demand) - log_of(step.by_weeks);
    if (std::isnan(days) || std::isnan(weeks)) return std::numeric_limits<double>::quiet_NaN();
    if (days * weeks <= 0.0) return 0.0;
    return std::abs(days) < std::abs(weeks) ? days : weeks;
}

/// Demand at that distance from what came.
double ChangeWatch::usual(const Step& step, double distance) {
    const double floor = floor_share * step.scale;
    return std::max((step.demand + floor) * std::exp(-distance) - floor, 0.0);
}

void ChangeWatch::learn(double distance) {
    const double off = distance - base_.towards(0.0, steps_in(day));
    const double size = size_.towards(size_min, steps_in(day));
    base_.add(std::clamp(distance, -slack * size, slack * size),
              keep_per_step(step_, base_half_life_days));
    size_.add(std::min(std::abs(off), step_max * size), keep_per_step(step_, size_half_life_days));
}

std::optional<Change> ChangeWatch::see(const Step& step) {
    const double off = distance(step);
    if (std::isnan(off)) {  // a gap decides nothing
        if (excursion_.is_open())
            excursion_.expected.push_back(std::numeric_limits<double>::quiet_NaN());
        return std::nullopt;
    }
    const double keep = keep_per_step(step_, share_half_life_days);
    steps_ = steps_ * keep + 1.0;
    marked_ *= keep;
    longest_ *= keep_per_step(step_, longest_half_life_days);
    newest_shift_ *= keep_per_step(step_, shift_half_life_days);
    if (size_.count < seen_min_days * steps_in(day)) {
        learn(off);
        return std::nullopt;
    }
    follow(step, off);
    if (!excursion_.is_noticed) {
        learn(off);
        return std::nullopt;
    }
    if (is_new_level()) return new_level(step);
    if (static_cast<double>(excursion_.back) >= steps_in(back_after)) return ended(step);
    return std::nullopt;
}

void ChangeWatch::follow(const Step& step, double distance) {
    const double base = base_.towards(0.0, steps_in(day));
    const double size = std::max(size_.value(), size_min);
    const double off = (distance - base) / size;
    const double counted = std::clamp(off, -step_max, step_max);
    above_ = std::max(0.0, above_ + counted - slack);
    below_ = std::max(0.0, below_ - counted - slack);
    Excursion& now = excursion_;
    const double sign = above_ > below_ ? 1.0 : -1.0;
    if (!now.is_noticed && std::max(above_, below_) <= 0.0) now = {};
    if (!now.is_noticed && std::max(above_, below_) > 0.0 && now.sign * sign <= 0.0) {
        now = {};
        now.from = step.at;
        now.sign = sign;
    }
    if (!now.is_open()) return;
    now.is_noticed = now.is_noticed || std::max(above_, below_) > alarm;
    now.back = off * now.sign < slack ? now.back + 1 : 0;
    extend(step, distance - base);
}

void ChangeWatch::extend(const Step& step, double distance) {
    Excursion& now = excursion_;
    now.steps += 1.0;
    now.sum += distance;
    now.square += distance * distance;
    now.peak = std::max(now.peak, distance * now.sign);
    if (static_cast<double>(now.expected.size()) <= steps_in(outage_max))
        now.expected.push_back(usual(step, distance));
}

/// Steps that a new level has to hold: longer than excursions that ended by themselves used to
/// last, and less when it is the old level that comes back.
double ChangeWatch::steps_required(double mean) const {
    const bool is_back = std::abs(mean + newest_shift_) < back_share * std::abs(newest_shift_);
    if (is_back) return steps_in(back_level_after);
    const double least =
        steps_in(std::abs(mean) > far_level_min ? far_level_after : new_level_after);
    return std::max(least, std::min(longest_ratio * longest_, steps_in(longest_max)));
}

bool ChangeWatch::is_large(double mean) const {
    return std::abs(mean) > std::max(level_min, level_sizes_min * size_.value());
}

bool ChangeWatch::is_new_level() const {
    const Excursion& now = excursion_;
    const double mean = now.sum / now.steps;
    if (mean < outage || now.steps < steps_required(mean)) return false;
    const double factor = std::exp(mean);
    if (!(factor > factor_min && factor < 1.0 / factor_min)) return false;
    const double variance = std::max(now.square / now.steps - mean * mean, 0.0);
    return is_large(mean) && std::sqrt(variance) < unsteady_max * std::abs(mean);
}

Change ChangeWatch::new_level(const Step& step) {
    const Excursion& now = excursion_;
    const Change change{.from = now.from,
                        .until = step.at,
                        .factor = std::exp(now.sum / now.steps),
                        .is_incident = false,
                        .expected = {}};
    newest_shift_ = now.sum / now.steps;
    ++shifts_;
    excursion_ = {};
    above_ = below_ = 0.0;
    return change;
}

std::optional<Change> ChangeWatch::ended(const Step& step) {
    const Excursion past = std::exchange(excursion_, Excursion{});
    above_ = below_ = 0.0;
    const double steps = past.steps - static_cast<double>(past.back);
    const auto length = static_cast<double>(past.expected.size());
    const double mean = past.sum / past.steps;
    if (mean > outage && is_large(mean)) longest_ = std::max(longest_, steps);
    const bool was_outage = past.sum < outage * past.steps && length <= steps_in(outage_max);
    const bool was_extreme =
        past.peak > std::max(incident_min, incident_sizes_min * size_.value()) &&
        length <= steps_in(incident_max);
    if (!was_outage && !was_extreme) return std::nullopt;
    if (was_extreme) marked_ += steps;
    if (!was_outage && marked_ > incident_share_max * std::max(steps_, steps_in(day * 7)))
        return std::nullopt;
    ++incidents_;
    return Change{.from = past.from,
                  .until = step.at - step_ * (past.back - 1),
                  .factor = std::exp(past.sum / past.steps),
                  .is_incident = true,
                  .expected = past.expected};
}

}  // namespace forescale
