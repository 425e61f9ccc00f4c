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
constexpr std::array<Duration, 3> fading_spans{std::chrono::minutes(2), std::chrono::seconds(270),
                                               std::chrono::minutes(9)};

/// Mean of the present values whose weight fades with their age over `span`; NaN without one.
double fading_mean(std::span<const double> values, double keep) {
    double sum = 0.0;
    double weight = 0.0;
    for (const double value : values) {
        sum *= keep;
        weight *= keep;
        if (std::isnan(value)) continue;
        sum += value;
        weight += 1.0;
    }
    return weight > 0.0 ? sum / weight : Series::missing;
}
}  // namespace

// Without finer samples the columns say "as now".
void fine_levels(const FeatureContext& context, Timestamp, std::span<double> out) {
    std::ranges::fill(out, 0.0);
    if (context.fine.empty()) return;
    const double now = level_now(context);
    const auto relative = [&](double demand) { return log_level(demand, context.scale) - now; };
    out[0] = relative(context.fine.back());
    out[1] = relative(
        fading_mean(context.fine.last(std::min<std::size_t>(2, context.fine.size())), 1.0));
    for (std::size_t i = 0; i < fading_spans.size(); ++i) {
        const double steps = static_cast<double>(context.fine_step.count()) /
                             static_cast<double>(fading_spans[i].count());
        out[i + 2] = relative(fading_mean(context.fine, std::exp(-steps)));
    }
}

void fine_deviation(const FeatureContext& context, Timestamp, std::span<double> out) {
    double sum = 0.0;
    double squares = 0.0;
    double count = 0.0;
    for (const double value : context.fine) {
        if (std::isnan(value)) continue;
        sum += value;
        squares += value * value;
        count += 1.0;
    }
    if (count < 2.0) {
        out[0] = 0.0;
        return;
    }
    const double mean = sum / count;
    out[0] = std::sqrt(std::max(0.0, squares / count - mean * mean)) / (mean + context.scale);
}

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
