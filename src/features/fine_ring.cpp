#include "features/fine_ring.h"

#include "features/feature.h"

#include <algorithm>

namespace forescale {

FineRing::FineRing(Duration fine_step, Duration grid_step)
    : fine_step_(fine_step), grid_step_(grid_step) {
    if (fine_step < grid_step)
        values_.assign(static_cast<std::size_t>(fine_history / fine_step), Series::missing);
}

void FineRing::add(Timestamp at, double value) {
    if (values_.empty() || at <= newest_) return;
    const auto steps = static_cast<std::size_t>((at - newest_) / fine_step_);
    const auto shift = std::min(steps, values_.size());
    std::shift_left(values_.begin(), values_.end(), static_cast<std::ptrdiff_t>(shift));
    std::fill(values_.end() - static_cast<std::ptrdiff_t>(shift), values_.end(), Series::missing);
    values_.back() = value;
    newest_ = at;
}

std::span<const double> FineRing::up_to(Timestamp origin) const {
    if (newest_ + fine_step_ != origin + grid_step_) return {};
    return values_;
}

}  // namespace forescale
