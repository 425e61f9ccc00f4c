#include "prediction/aggregation.h"

#include <algorithm>
#include <cmath>

namespace forescale {

namespace {
constexpr Duration near = std::chrono::hours(1);
constexpr double half_life_days_near = 1.5;  ///< feedback comes within the hour: follow quickly
constexpr double half_life_days_far = 3.0;
constexpr double regret_max = 10.0;  ///< in mean losses: one incident must not decide a week
constexpr double error_power = 4.0;

double keep_per_step(Duration step, double half_life_days) {
    return std::exp2(-static_cast<double>(step.count()) /
                     (half_life_days * static_cast<double>(day.count())));
}
void normalise(std::vector<double>& weights) {
    double sum = 0.0;
    for (const double w : weights) sum += w;
    for (double& w : weights) w /= sum;
}
double weighted(std::span<const double> weights, std::span<const double> medians) {
    double sum = 0.0;
    for (std::size_t i = 0; i < weights.size(); ++i)
        if (weights[i] > 0.0) sum += weights[i] * medians[i];
    return sum;
}
double median_of_awake(std::span<const double> medians) {
    std::vector<double> awake;
    for (const double m : medians)
        if (!std::isnan(m)) awake.push_back(m);
    std::ranges::sort(awake);
    const std::size_t half = awake.size() / 2;
    return awake.size() % 2 == 1 ? awake[half] : 0.5 * (awake[half - 1] + awake[half]);
}
}  // namespace

Aggregation::Aggregation(std::size_t members, Duration step, Duration horizon)
    : keep_(keep_per_step(step, horizon <= near ? half_life_days_near : half_life_days_far)),
      regret_share_(horizon <= near ? 0.8 : 0.3),
      experts_(members) {}

double Aggregation::rate(const Expert& expert) const {
    constexpr double floor = 1e-3;  // a member without any regret yet would have an infinite rate
    const double log_count = std::log(std::max<double>(2.0, static_cast<double>(experts_.size())));
    return std::min(0.5 / std::max(expert.range, floor),
                    std::sqrt(log_count / std::max(expert.square, floor)));
}

std::vector<double> Aggregation::regret_weights(std::span<const double> medians) const {
    double best = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < experts_.size(); ++i)
        if (!std::isnan(medians[i])) best = std::max(best, rate(experts_[i]) * experts_[i].regret);
    std::vector<double> weights(experts_.size(), 0.0);
    for (std::size_t i = 0; i < experts_.size(); ++i) {
        if (std::isnan(medians[i])) continue;
        const double eta = rate(experts_[i]);
        weights[i] = eta * std::exp(eta * experts_[i].regret - best);
    }
    normalise(weights);
    return weights;
}

// A member without a record yet counts as the worst of those that have one.
std::vector<double> Aggregation::error_weights(std::span<const double> medians) const {
    double worst = 0.0;
    double least = std::numeric_limits<double>::infinity();
    for (const Expert& expert : experts_)
        if (expert.count > 0.0) worst = std::max(worst, expert.error / expert.count);
    std::vector<double> errors(experts_.size(), worst);
    for (std::size_t i = 0; i < experts_.size(); ++i) {
        if (experts_[i].count > 0.0) errors[i] = experts_[i].error / experts_[i].count;
        if (!std::isnan(medians[i])) least = std::min(least, errors[i]);
    }
    std::vector<double> weights(experts_.size(), 0.0);
    for (std::size_t i = 0; i < experts_.size(); ++i)
        if (!std::isnan(medians[i]))
            weights[i] = errors[i] > 0.0
                             ? std::pow(std::max(least, 1e-6 * errors[i]) / errors[i], error_power)
                             : 1.0;
    normalise(weights);
    return weights;
}

Aggregation::Combined Aggregation::combine(std::span<const double> medians) const {
    if (std::ranges::all_of(medians, [](double m) { return std::isnan(m); }))
        return {.value = std::numeric_limits<double>::quiet_NaN(),
                .weights = std::vector<double>(medians.size(), 0.0)};
    const std::vector<double> by_regret = regret_weights(medians);
    const std::vector<double> by_error = error_weights(medians);
    const double rest = 0.5 * (1.0 - regret_share_);
    Combined combined;
    combined.value = regret_share_ * weighted(by_regret, medians) +
                     rest * weighted(by_error, medians) + rest * median_of_awake(medians);
    for (std::size_t i = 0; i < medians.size(); ++i)
        combined.weights.push_back((regret_share_ * by_regret[i] + rest * by_error[i]) /
                                   (regret_share_ + rest));
    return combined;
}

void Aggregation::learn(std::span<const double> medians, double combined, double actual) {
    double loss = 0.0;
    double awake = 0.0;
    for (const double m : medians) {
        if (std::isnan(m)) continue;
        loss += std::abs(m - actual);
        awake += 1.0;
    }
    if (awake < 1.0) return;
    loss_mean_ =
        loss_mean_ > 0.0 ? keep_ * loss_mean_ + (1.0 - keep_) * loss / awake : loss / awake;
    const double gradient = combined > actual ? 1.0 : -1.0;
    for (std::size_t i = 0; i < experts_.size(); ++i) {
        if (std::isnan(medians[i])) continue;
        Expert& expert = experts_[i];
        const double ahead =
            loss_mean_ > 0.0 ? gradient * (combined - medians[i]) / loss_mean_ : 0.0;
        const double regret = std::clamp(ahead, -regret_max, regret_max);
        const double eta = rate(expert);
        expert.range = std::max(expert.range * keep_, std::abs(regret));
        expert.square = expert.square * keep_ + regret * regret;
        expert.regret = expert.regret * keep_ + regret - eta * regret * regret;
        expert.error = expert.error * keep_ + std::abs(medians[i] - actual);
        expert.count = expert.count * keep_ + 1.0;
    }
}

}  // namespace forescale
