#include "features/blocks.h"
#include "features/past.h"

#include <array>

namespace forescale::blocks {

namespace {
constexpr std::array<Past::Steps, 6> lag_steps{3, 4, 5, 6, 8, 11};
constexpr std::array<Duration, 6> mean_spans{std::chrono::minutes(15), std::chrono::minutes(30),
                                             std::chrono::hours(1),    std::chrono::hours(2),
                                             std::chrono::hours(6),    day};
constexpr std::array<Duration, 2> deviation_spans{std::chrono::hours(1), day};
}  // namespace

void lags(const FeatureContext& context, Timestamp, std::span<double> out) {
    const Past past(context.demand);
    const double now = level_now(context);
    for (std::size_t i = 0; i < lag_steps.size(); ++i)
        out[i] = log_level(past.at(lag_steps[i]), context.scale) - now;
}

void rates(const FeatureContext& context, Timestamp, std::span<double> out) {
    const Past past(context.demand);
    const double now = log_level(past.at(0), context.scale);
    const double one = log_level(past.at(1), context.scale);
    const double two = log_level(past.at(2), context.scale);
    out[0] = now - one;
    out[1] = now - 2.0 * one + two;
}

void rolling_means(const FeatureContext& context, Timestamp, std::span<double> out) {
    const Past past(context.demand);
    const double now = level_now(context);
    for (std::size_t i = 0; i < mean_spans.size(); ++i)
        out[i] =
            log_level(past.mean(0, steps_in(context.demand, mean_spans[i])), context.scale) - now;
}

void rolling_deviation(const FeatureContext& context, Timestamp, std::span<double> out) {
    const Past past(context.demand);
    for (std::size_t i = 0; i < deviation_spans.size(); ++i) {
        const Past::Steps count = steps_in(context.demand, deviation_spans[i]);
        out[i] = past.deviation(count) / (past.mean(0, count) + context.scale);
    }
}

}  // namespace forescale::blocks
