#include "prediction/plausible.h"

#include "features/fading.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forescale {

namespace {
constexpr double half_life_days = 30.0;
constexpr double believed_max = 10.0;  ///< times what was confirmed
constexpr Duration believed_after = std::chrono::minutes(5);
constexpr double longer_per_decade = 3.0;
constexpr double ceiling_old = 3.0;
constexpr double ceiling_young = 10.0;
constexpr Duration hour = std::chrono::hours(1);
}  // namespace

PlausibleDemand::PlausibleDemand(Duration step)
    : step_(step), keep_(keep_per_step(step, half_life_days)) {}

double PlausibleDemand::confirmed() const {
    return std::max({lasting_, second_, std::min(largest_, of_hour_)});
}

double PlausibleDemand::believe(double demand) {
    fade();
    if (std::isnan(demand)) return demand;
    if (is_first_after_zeros(demand)) {
        ++disbelieved_;
        note(demand);
        return std::numeric_limits<double>::quiet_NaN();
    }
    const double known = confirmed();
    const bool suspect = is_suspect(demand);
    suspects_ = suspect ? suspects_ + 1 : 0;
    if (suspect && !has_lasted(demand / known)) {
        ++disbelieved_;
        if (suspects_ == 1) of_hour_ = std::max(of_hour_, believed_max * known);
        return std::numeric_limits<double>::quiet_NaN();
    }
    note(demand);
    return demand;
}

bool PlausibleDemand::is_suspect(double demand) const {
    return is_known() && demand > believed_max * confirmed();
}

bool PlausibleDemand::is_first_after_zeros(double demand) const {
    return demand > 0.0 && step_ * (steps_ - 1) >= hour && std::max(largest_, of_hour_) <= 0.0;
}

/// Whether the suspects have gone on for as long as they are asked to, this one not counted.
bool PlausibleDemand::has_lasted(double times) const {
    const double asked = static_cast<double>(believed_after.count()) *
                         std::pow(longer_per_decade, std::log10(times / believed_max));
    return static_cast<double>((step_ * (suspects_ - 1)).count()) >= asked;
}

void PlausibleDemand::fade() {
    for (double* most : {&lasting_, &largest_, &second_, &of_hour_}) *most *= keep_;
    if (steps_ % std::max<std::int64_t>(1, hour / step_) == 0) {
        second_ = std::max(second_, std::min(largest_, of_hour_));
        largest_ = std::max(largest_, of_hour_);
        of_hour_ = 0.0;
    }
    ++steps_;
}

void PlausibleDemand::note(double demand) {
    if (steps_ > 1) lasting_ = std::max(lasting_, std::min(before_, demand));
    before_ = demand;
    of_hour_ = std::max(of_hour_, demand);
}

double PlausibleDemand::ceiling() const {
    const double age_days = static_cast<double>(steps_) * static_cast<double>(step_.count()) /
                            static_cast<double>(day.count());
    const double factor = ceiling_old + (ceiling_young - ceiling_old) * std::exp2(-age_days);
    const double known = confirmed();
    return factor * (known > 0.0 ? known : std::max(largest_, of_hour_));
}

}  // namespace forescale
