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

namespace {
SlotProfile profile_of_days(const FeatureContext& context, Timestamp target) {
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

double profile_of_weeks(const FeatureContext& context, Timestamp target) {
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

const SlotProfiles::Kept* kept_for(const FeatureContext& context, Timestamp target) {
    return context.profiles == nullptr ? nullptr : context.profiles->find(target);
}
}  // namespace

SlotProfile slot_profile(const FeatureContext& context, Timestamp target) {
    const auto* kept = kept_for(context, target);
    return kept != nullptr ? kept->days : profile_of_days(context, target);
}

double week_profile(const FeatureContext& context, Timestamp target) {
    const auto* kept = kept_for(context, target);
    return kept != nullptr ? kept->weeks : profile_of_weeks(context, target);
}

SlotProfiles::SlotProfiles(Duration step)
    : step_(step), kept_(static_cast<std::size_t>(std::max<Duration::rep>(1, day / step))) {}

std::size_t SlotProfiles::slot(Timestamp target) const {
    return static_cast<std::size_t>(target.time_since_epoch() / step_) % kept_.size();
}

void SlotProfiles::keep(const FeatureContext& context, Timestamp target) {
    kept_[slot(target)] = {.target = target,
                           .days = profile_of_days(context, target),
                           .weeks = profile_of_weeks(context, target)};
}

// A slot stands on its neighbours too, the last of which is seen a day less the radius before it.
// Where a clock change moves the slot of a day before, what it stands on is later by the change.
void SlotProfiles::look(const FeatureContext& context) {
    const Past::Steps ahead = day / step_ - slot_radius(context.demand);
    if (ahead <= 0) return;
    const Timestamp target = context.origin() + step_ * ahead;
    if (same_slot(context, target, 1) == slot_radius(context.demand)) keep(context, target);
}

void SlotProfiles::rebuild(const FeatureContext& context) {
    std::ranges::fill(kept_, Kept{});
    const Past::Steps ahead = day / step_ - slot_radius(context.demand);
    for (Past::Steps k = 0; k <= ahead; ++k) {
        const Timestamp target = context.origin() + step_ * k;
        if (same_slot(context, target, 1) >= slot_radius(context.demand)) keep(context, target);
    }
}

const SlotProfiles::Kept* SlotProfiles::find(Timestamp target) const {
    const Kept& kept = kept_[slot(target)];
    return kept.target == target ? &kept : nullptr;
}

}  // namespace forescale
