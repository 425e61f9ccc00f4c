#include "features/profile.h"

#include <algorithm>

namespace forescale {

Past::Steps same_slot(const FeatureContext& context, Timestamp target, int days) {
    const Timestamp before = target - day * days;
    const Duration clock_change = context.zone.offset_at(target) - context.zone.offset_at(before);
    return (context.origin() - (before + clock_change)) / context.demand.step();
}

double trimmed_mean(std::span<double> values) {
    const auto end =
        std::remove_if(values.begin(), values.end(), [](double v) { return std::isnan(v); });
    const auto count = static_cast<std::size_t>(end - values.begin());
    if (count == 0) return Series::missing;
    std::sort(values.begin(), end);
    const std::size_t cut = (count + 1) / 4;  // 7 days: two on each side
    double sum = 0.0;
    for (std::size_t i = cut; i < count - cut; ++i) sum += values[i];
    return sum / static_cast<double>(count - 2 * cut);
}

SlotProfile slot_profile(const FeatureContext& context, Timestamp target) {
    const Past past(context.demand);
    const Past::Steps radius = slot_radius(context.demand);
    std::array<double, profile_days> seen{};
    double sum = 0.0;
    double present = 0.0;
    for (std::size_t d = 0; d < profile_days; ++d) {
        seen[d] = past.around(same_slot(context, target, static_cast<int>(d) + 1), radius);
        if (std::isnan(seen[d])) continue;
        sum += seen[d];
        present += 1.0;
    }
    if (present < 1.0) return {};
    return {.trimmed = trimmed_mean(seen), .mean = sum / present};
}

double week_profile(const FeatureContext& context, Timestamp target) {
    const Past past(context.demand);
    const Past::Steps radius = slot_radius(context.demand);
    double sum = 0.0;
    double present = 0.0;
    for (int week = 1; week <= static_cast<int>(profile_weeks); ++week) {
        const double value = past.around(same_slot(context, target, 7 * week), radius);
        if (std::isnan(value)) continue;
        sum += value;
        present += 1.0;
    }
    return present > 0.0 ? sum / present : Series::missing;
}

}  // namespace forescale
