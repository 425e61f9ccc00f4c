#include "simulation/policies/hourly_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forescale {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t hours_of_day = 24;
constexpr std::size_t hours_of_week = 7 * hours_of_day;
constexpr std::size_t history_hours = 14 * hours_of_day;
constexpr std::size_t horizon_hours = 48;
constexpr std::size_t refresh_hours = 6;

/// Mean of what is there; NaN of nothing.
class Mean {
public:
    void add(double value) {
        if (!std::isfinite(value)) return;
        sum_ += value;
        ++count_;
    }
    [[nodiscard]] double value() const { return count_ > 0 ? sum_ / count_ : none; }

private:
    double sum_ = 0.0;
    int count_ = 0;
};

}  // namespace

HourlyModel::HourlyModel(Duration width)
    : per_hour_(std::max<std::size_t>(
          1, static_cast<std::size_t>(Duration(std::chrono::hours(1)) / width))),
      most_(none) {}

void HourlyModel::learn(double demand) {
    most_ = std::fmax(most_, demand);
    if (++learned_ % per_hour_ == 0) close_hour();
}

void HourlyModel::close_hour() {
    hours_.push_back(most_);
    most_ = none;
    if (hours_.size() >= hours_of_day && hours_.size() % refresh_hours == 0) refresh();
}

/// The mean of the same hour of the week, within the history that is used; of the day, where a week
/// back nothing is known.
double HourlyModel::usual(std::size_t hour, std::size_t known) const {
    for (const std::size_t period : {hours_of_week, hours_of_day}) {
        Mean mean;
        for (std::size_t back = period; back <= hour && hour - back + history_hours >= known;
             back += period)
            if (hour - back < known) mean.add(hours_[hour - back]);
        if (std::isfinite(mean.value())) return mean.value();
    }
    return none;
}

void HourlyModel::refresh() {
    const std::size_t known = hours_.size();
    double was = 0.0;
    double should_be = 0.0;
    for (std::size_t hour = known - hours_of_day; hour < known; ++hour) {
        const double expected = usual(hour, hour);
        if (!std::isfinite(expected) || !std::isfinite(hours_[hour])) continue;
        was += hours_[hour];
        should_be += expected;
    }
    const double level = was > 0.0 && should_be > 0.0 ? was / should_be : 1.0;
    coming_from_ = known;
    coming_.clear();
    for (std::size_t hour = known; hour < known + horizon_hours; ++hour)
        coming_.push_back(usual(hour, known) * level);
}

double HourlyModel::expected(std::size_t index) const {
    const std::size_t hour = index / per_hour_;
    if (hour < coming_from_ || hour - coming_from_ >= coming_.size()) return none;
    return coming_[hour - coming_from_];
}

}  // namespace forescale
