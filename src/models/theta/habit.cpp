#include "models/theta/habit.h"

#include <cmath>

namespace forescale::theta {

namespace {
constexpr Duration hour = std::chrono::hours(1);
constexpr Duration week = day * 7;
constexpr Duration monday = day * 4;  // 1970-01-05 was one
constexpr std::size_t hours_of_week = 168;
constexpr std::size_t phases_max = 300;
constexpr double rate_day = 0.1;      ///< per day: a memory of ten days
constexpr double rate_week = 0.2;     ///< per week and hour, shared by the steps of the hour
constexpr double rate_other = 0.15;   ///< per period
constexpr double surprise_max = 3.0;  ///< in usual deviations; the rest is an incident
constexpr double strength_min = 0.1;  ///< of another season: below it following it adds noise
}  // namespace

Habit::Habit(Duration step)
    : step_(step),
      day_(static_cast<std::size_t>(std::max<Duration::rep>(1, day / step)),
           std::numeric_limits<float>::quiet_NaN()),
      seen_(day_.size()),
      week_(hours_of_week) {}

void Habit::follow(std::span<const Season> seasons) {
    Duration period{0};
    for (const Season& season : seasons)
        if (season.period != day && season.period != week && season.strength >= strength_min) {
            period = season.period;
            break;
        }
    if (period == other_period_) return;
    other_period_ = period;
    const auto steps = static_cast<std::size_t>((period + step_ - Duration(1)) / step_);
    other_.assign(std::min(steps, phases_max), 0.0F);
}

std::size_t Habit::slot(Timestamp local) const {
    return std::min(static_cast<std::size_t>((local - floor_to(local, day)) / step_),
                    day_.size() - 1);
}

Habit::Place Habit::place(Timestamp local) {
    const Timestamp shifted = local - monday - hour / 2;  // values stand for the middle of an hour
    const Duration since = shifted - floor_to(shifted, week);
    const auto from = static_cast<std::size_t>(since / hour);
    return {
        .from = from,
        .to = (from + 1) % hours_of_week,
        .share = static_cast<double>((since % hour).count()) / static_cast<double>(hour.count())};
}

std::size_t Habit::phase(Timestamp time) const {
    const Duration since = time - floor_to(time, other_period_);
    return static_cast<std::size_t>(since.count()) * other_.size() /
           static_cast<std::size_t>(other_period_.count());
}

double Habit::week_at(Timestamp local) const {
    const auto [from, to, share] = place(local);
    return (1.0 - share) * static_cast<double>(week_[from]) +
           share * static_cast<double>(week_[to]);
}

double Habit::at(Timestamp time, const Zone& zone) const {
    const Timestamp local = zone.to_local(time);
    const double other = other_.empty() ? 0.0 : static_cast<double>(other_[phase(time)]);
    return static_cast<double>(day_[slot(local)]) + week_at(local) + other;
}

void Habit::multiply(double factor) {
    for (float& level : day_)
        level = static_cast<float>(
            log_level(factor * from_log_level(static_cast<double>(level), 1.0), 1.0));
}

void Habit::learn(Timestamp time, const Zone& zone, double level, double lasting) {
    const Timestamp local = zone.to_local(time);
    const std::size_t s = slot(local);
    ++steps_;
    const double usual = at(time, zone);
    if (std::isnan(usual)) {
        day_[s] = static_cast<float>(level - lasting);
        seen_[s] = 1;
        return;
    }
    constexpr double deviation_rate = 0.003;  // a day of 5 min steps
    constexpr double floor = 1e-3;
    const double surprise = level - usual - lasting;
    deviation_ +=
        deviation_rate * (std::min(std::abs(surprise), 5.0 * deviation_ + floor) - deviation_);
    const double bounded =
        std::clamp(surprise, -surprise_max * deviation_, surprise_max * deviation_);
    if (seen_[s] < 1.0 / rate_day) ++seen_[s];
    day_[s] += static_cast<float>(std::max(rate_day, 1.0 / seen_[s]) * bounded);
    if (!other_.empty()) other_[phase(time)] += static_cast<float>(rate_other * bounded);
    if (steps_ <= 7 * day_.size()) return;  // before that, days and weeks cannot be told apart
    const auto [from, to, part] = place(local);
    const double rate = rate_week * static_cast<double>(step_.count()) /
                        static_cast<double>(std::max(hour, step_).count());
    week_[from] += static_cast<float>((1.0 - part) * rate * bounded);
    week_[to] += static_cast<float>(part * rate * bounded);
}

}  // namespace forescale::theta
