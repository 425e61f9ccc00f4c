#include "features/rollup.h"

#include <cmath>

namespace forescale {

namespace {
constexpr Duration history = day * 60;

Duration bucket_of(Duration grid_step) {
    constexpr Duration hour = std::chrono::hours(1);
    return (hour + grid_step - Duration(1)) / grid_step * grid_step;
}
}  // namespace

Rollup::Rollup(Duration grid_step)
    : grid_step_(grid_step),
      series_(bucket_of(grid_step), static_cast<std::size_t>(history / bucket_of(grid_step))) {}

void Rollup::add(Timestamp at, double value) {
    if (!std::isnan(value)) {
        sum_ += value;
        present_ += 1.0;
    }
    const Duration width = series_.step();
    const Timestamp bucket = floor_to(at, width);
    if (at + grid_step_ < bucket + width) return;
    const double steps = static_cast<double>(width / grid_step_);
    series_.append(bucket, present_ >= 0.5 * steps ? sum_ / present_ : Series::missing);
    sum_ = 0.0;
    present_ = 0.0;
}

void Rollup::correct(const Series& demand, Timestamp from) {
    if (series_.empty()) return;
    const Duration width = series_.step();
    Timestamp bucket = std::max(floor_to(std::max(from, demand.oldest()), width), series_.oldest());
    for (; bucket <= series_.newest(); bucket += width) {
        if (std::isnan(series_.at(bucket))) continue;
        double sum = 0.0;
        double present = 0.0;
        for (Timestamp at = bucket; at < bucket + width; at += grid_step_) {
            const double value = demand.at(at);
            if (std::isnan(value)) continue;
            sum += value;
            present += 1.0;
        }
        if (present > 0.0) series_.replace(bucket, sum / present);
    }
}

void Rollup::relevel(Timestamp time, double factor) {
    if (series_.empty()) return;
    for (Timestamp at = series_.oldest(); at <= series_.newest() && at < time; at += series_.step())
        series_.replace(at, factor * series_.at(at));
}

}  // namespace forescale
