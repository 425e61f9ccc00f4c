#include "training/augment.h"

#include <cmath>
#include <numbers>

namespace forescale {

namespace {
bool once_in(double times, Rng& rng) {
    return rng.uniform() * times < 1.0;
}
double between(double low, double high, Rng& rng) {
    return low + (high - low) * rng.uniform();
}
/// Standard normal, by the sum of twelve: the same bits everywhere.
double normal(Rng& rng) {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += rng.uniform();
    return sum;
}
double median(std::vector<double> values) {
    std::erase_if(values, [](double v) { return std::isnan(v) || v <= 0.0; });
    if (values.empty()) return 1.0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Days that come up to half an hour early or late, by a slow wave.
void bend_time(std::vector<double>& values, Duration step, Rng& rng) {
    const double most = between(0.0, 30.0 * 60e3 / static_cast<double>(step.count()), rng);
    const double period = between(2.0, 9.0, rng) * static_cast<double>(day / step);
    const double phase = between(0.0, 2.0 * std::numbers::pi, rng);
    const std::vector<double> before = values;
    const auto last = static_cast<double>(values.size() - 1);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double at = static_cast<double>(i);
        const double from = at + most * std::sin(2.0 * std::numbers::pi * at / period + phase);
        values[i] = before[static_cast<std::size_t>(std::clamp(std::round(from), 0.0, last))];
    }
}
void swing(std::vector<double>& values, Rng& rng) {
    const double middle = median(values);
    const double power = std::exp(between(-0.5, 0.4, rng));
    for (double& value : values)
        if (value > 0.0) value = middle * std::pow(value / middle, power);
}
void shift_level(std::vector<double>& values, Rng& rng) {
    const std::size_t from = rng.below(values.size());
    const double factor = std::exp(between(-0.6, 0.6, rng));
    for (std::size_t i = from; i < values.size(); ++i) values[i] *= factor;
}
void add_noise(std::vector<double>& values, Rng& rng) {
    const double size = between(0.0, 0.03, rng);
    for (double& value : values) value *= std::exp(size * normal(rng));
}
void lose_samples(std::vector<double>& values, Rng& rng) {
    const double share = between(0.0, 0.05, rng);
    for (double& value : values)
        if (rng.uniform() < share) value = Series::missing;
    const std::size_t gap = rng.below(values.size());
    const std::size_t end = std::min(values.size(), gap + rng.below(60));
    for (std::size_t i = gap; i < end; ++i) values[i] = Series::missing;
}

/// Finer samples change by the factor by which their step changed.
void follow(TrainingSeries& series, std::span<const double> before, std::span<const double> after) {
    if (series.fine.empty() || series.fine_step <= Duration(0)) return;
    const auto per_step = static_cast<std::size_t>(series.demand.step() / series.fine_step);
    for (std::size_t k = 0; k < series.fine.size(); ++k) {
        const std::size_t back = k / per_step;  // grid steps before the newest
        if (back >= after.size()) break;
        const double was = before[before.size() - 1 - back];
        const double is = after[after.size() - 1 - back];
        const double factor = was > 0.0 ? is / was : (std::isnan(is) ? is : 1.0);
        float& sample = series.fine[series.fine.size() - 1 - k];
        sample = static_cast<float>(static_cast<double>(sample) * factor);
    }
}
}  // namespace

TrainingSeries altered(const TrainingSeries& series, Rng& rng) {
    TrainingSeries other = series;
    if (series.demand.empty()) return other;
    const std::span<const double> before = series.demand.values();
    std::vector<double> values(before.begin(), before.end());
    const Duration step = series.demand.step();
    if (once_in(3.0, rng)) {
        bend_time(values, step, rng);
        other.fine.clear();
    }
    if (once_in(1.5, rng)) swing(values, rng);
    if (once_in(2.0, rng)) shift_level(values, rng);
    if (once_in(3.0, rng)) add_noise(values, rng);
    if (once_in(4.0, rng)) lose_samples(values, rng);
    if (once_in(4.0, rng)) other.fine.clear();
    follow(other, before, values);
    const Duration::rep half_day = std::max<Duration::rep>(1, day / step / 2);
    const auto zone =
        static_cast<Duration::rep>(rng.below(static_cast<std::uint64_t>(2 * half_day)));
    Timestamp at = series.demand.oldest() + step * (zone - half_day);
    other.demand = Series(step, values.size());
    for (const double value : values) {
        other.demand.append(at, value);
        at += step;
    }
    return other;
}

}  // namespace forescale
