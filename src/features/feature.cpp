#include "features/feature.h"

#include "base/assert.h"
#include "features/blocks.h"
#include "features/past.h"

#include <array>

namespace forescale {

namespace {
constexpr std::array<Feature, 14> list{{
    {"lags", "Log level 3, 4, 5, 6, 8 and 11 steps ago, relative to now", FeatureOf::origin, 6,
     blocks::lags},
    {"rates", "First and second rate of change of the log level per step", FeatureOf::origin, 2,
     blocks::rates},
    {"fine_levels",
     "Newest sample, mean of the newest two, and fading means (2, 4 and 9 min) of samples finer "
     "than "
     "the grid, relative to now",
     FeatureOf::origin, 5, blocks::fine_levels},
    {"fine_deviation", "Standard deviation of those samples within 15 min as a share of the level",
     FeatureOf::origin, 1, blocks::fine_deviation},
    {"rolling_means", "Mean of the last 15 min, 30 min, 1 h, 2 h, 6 h and 24 h, relative to now",
     FeatureOf::origin, 6, blocks::rolling_means},
    {"rolling_deviation", "Standard deviation of the last 1 h and 24 h as a share of the level",
     FeatureOf::origin, 2, blocks::rolling_deviation},
    {"slot_at_origin",
     "Same time 1, 2 and 3 days ago, a week ago, and the mean of 4 weeks, relative to now",
     FeatureOf::origin, 5, blocks::slot_at_origin},
    {"habit_gap",
     "Usual level of this time of day relative to now, and how far the last 1, 6 and 24 h were off "
     "it",
     FeatureOf::origin, 4, blocks::habit_gap},
    {"profile_change",
     "From the usual level now to the usual level at the target: trimmed and plain mean of 7 days",
     FeatureOf::target, 2, blocks::profile_change},
    {"slot_change",
     "From now to the target 1, 2, 3 and 7 days and 1 to 4 weeks ago, and the target a day ago",
     FeatureOf::target, 6, blocks::slot_change},
    {"time_of_week",
     "Share of the day and of the week passed at the target, and whether it is a weekend",
     FeatureOf::target, 3, blocks::time_of_week},
    {"holiday", "Whether the target lies on a known holiday", FeatureOf::target, 1,
     blocks::holiday},
    {"fourier", "Sine and cosine: 4 harmonics of the day, 2 of the week, at the target",
     FeatureOf::target, 12, blocks::fourier},
    {"constant", "One", FeatureOf::target, 1, blocks::constant},
}};

constexpr std::size_t width_of(FeatureOf of) {
    std::size_t width = 0;
    for (const Feature& feature : list) width += feature.of == of ? feature.width : 0;
    return width;
}
}  // namespace

std::span<const Feature> all_features() {
    return list;
}

std::size_t feature_columns(FeatureOf of) {
    return width_of(of);
}

std::size_t feature_columns() {
    return feature_columns(FeatureOf::origin) + feature_columns(FeatureOf::target);
}

void compute_features(const FeatureContext& context, FeatureOf of, Timestamp target,
                      std::span<double> out) {
    ASSERT(!context.demand.empty() && out.size() == feature_columns(of));
    std::size_t column = 0;
    for (const Feature& feature : list) {
        if (feature.of != of) continue;
        feature.compute(context, target, out.subspan(column, feature.width));
        column += feature.width;
    }
}

void compute_features(const FeatureContext& context, Timestamp target, std::span<double> out) {
    const std::size_t of_origin = feature_columns(FeatureOf::origin);
    compute_features(context, FeatureOf::origin, target, out.first(of_origin));
    compute_features(context, FeatureOf::target, target, out.subspan(of_origin));
}

double level_now(const FeatureContext& context) {
    const Past past(context.demand);
    const Past::Steps age_max = now_age_max / context.demand.step();
    for (Past::Steps k = 0; k <= age_max; ++k)
        if (!std::isnan(past.at(k))) return log_level(past.at(k), context.scale);
    return Series::missing;
}

}  // namespace forescale
