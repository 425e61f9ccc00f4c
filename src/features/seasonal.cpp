#include "features/blocks.h"
#include "features/profile.h"

#include <array>

namespace forescale::blocks {

namespace {
constexpr std::array<Duration, 3> gap_spans{std::chrono::hours(1), std::chrono::hours(6), day};

/// Log of the usual mean over a span that ends at the origin's wall-clock time, from the seven days
/// before.
double usual_mean(const FeatureContext& context, Past::Steps count) {
    const Past past(context.demand);
    std::array<double, profile_days> seen{};
    for (std::size_t d = 0; d < profile_days; ++d)
        seen[d] = past.mean(same_slot(context, context.origin(), static_cast<int>(d) + 1), count);
    return log_level(trimmed_mean(seen), context.scale);
}
}  // namespace

void slot_at_origin(const FeatureContext& context, Timestamp, std::span<double> out) {
    const Past past(context.demand);
    const double now = level_now(context);
    const Timestamp origin = context.origin();
    const auto level = [&](double demand) { return log_level(demand, context.scale) - now; };
    for (int d = 1; d <= 3; ++d)
        out[static_cast<std::size_t>(d) - 1] = level(past.at(same_slot(context, origin, d)));
    out[3] = level(past.around(same_slot(context, origin, 7), slot_radius(context.demand)));
    out[4] = level(week_profile(context, origin));
}

void habit_gap(const FeatureContext& context, Timestamp, std::span<double> out) {
    const Past past(context.demand);
    const double gap_now =
        log_level(slot_profile(context, context.origin()).trimmed, context.scale) -
        level_now(context);
    out[0] = gap_now;
    for (std::size_t i = 0; i < gap_spans.size(); ++i) {
        const Past::Steps count = steps_in(context.demand, gap_spans[i]);
        const double mean = log_level(past.mean(0, count), context.scale);
        out[i + 1] = mean - usual_mean(context, count) + gap_now;
    }
}

void profile_change(const FeatureContext& context, Timestamp target, std::span<double> out) {
    const SlotProfile there = slot_profile(context, target);
    const SlotProfile here = slot_profile(context, context.origin());
    out[0] = log_level(there.trimmed, context.scale) - log_level(here.trimmed, context.scale);
    out[1] = log_level(there.mean, context.scale) - log_level(here.mean, context.scale);
}

void slot_change(const FeatureContext& context, Timestamp target, std::span<double> out) {
    const Past past(context.demand);
    const Past::Steps radius = slot_radius(context.demand);
    const Timestamp origin = context.origin();
    const auto change = [&](double there, double here) {
        return log_level(there, context.scale) - log_level(here, context.scale);
    };
    for (int d = 1; d <= 3; ++d)
        out[static_cast<std::size_t>(d) - 1] =
            change(past.at(same_slot(context, target, d)), past.at(same_slot(context, origin, d)));
    out[3] = log_level(past.around(same_slot(context, target, 1), radius), context.scale) -
             level_now(context);
    out[4] = change(past.around(same_slot(context, target, 7), radius),
                    past.around(same_slot(context, origin, 7), radius));
    out[5] = change(week_profile(context, target), week_profile(context, origin));
}

}  // namespace forescale::blocks
