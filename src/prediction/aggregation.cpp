#include "prediction/aggregation.h"

#include "base/assert.h"
#include "prediction/startup.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace forescale {

namespace {
constexpr Duration near = std::chrono::hours(1);
constexpr double half_life_days_near = 1.5;  ///< feedback comes within the hour: follow quickly
constexpr double half_life_days_far = 3.0;
constexpr double half_life_days_part = 1.2;  ///< counted in time spent in the part: about 5 days
constexpr double part_prior = 50.0;          ///< targets that the whole day counts as within a part
/// Targets that what is expected of a member counts as; those of a day ahead come in long runs of
/// like errors.
constexpr double start_count_near = 12.0;
constexpr double start_count_far = 288.0;
constexpr double regret_max = 10.0;      ///< in mean losses: one incident must not decide a week
constexpr double loss_ratio_max = 30.0;  ///< a larger loss counts as so many mean losses
constexpr std::size_t few_max = 7;
constexpr double few_ratio = 2.0;  ///< of the smallest error, that the best few may have

/// Shares of the four combinations.
struct Shares {
    double regret;
    double error;
    double few;
    double stacked;
};
constexpr Shares shares_near{.regret = 0.2, .error = 0.1, .few = 0.1, .stacked = 0.6};
constexpr Shares shares_far{.regret = 0.25, .error = 0.25, .few = 0.25, .stacked = 0.25};

/// To the eighth.
double error_power(double ratio) {
    const double square = ratio * ratio;
    const double fourth = square * square;
    return fourth * fourth;
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
std::uint64_t bits_of(std::span<const double> heard) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < heard.size(); ++i)
        if (!std::isnan(heard[i])) bits |= std::uint64_t{1} << i;
    return bits;
}
/// Median of what the members with the smallest errors say.
double median_of_best(std::span<const double> medians, std::span<const double> errors) {
    std::vector<std::pair<double, double>> awake;  // error, median
    awake.reserve(medians.size());
    for (std::size_t i = 0; i < medians.size(); ++i)
        if (!std::isnan(medians[i])) awake.emplace_back(errors[i], medians[i]);
    std::ranges::sort(awake);
    std::vector<double> best;
    best.reserve(few_max);
    for (const auto& [error, median] : awake)
        if (best.size() < few_max && error <= few_ratio * awake.front().first)
            best.push_back(median);
    std::ranges::sort(best);
    const std::size_t half = best.size() / 2;
    return best.size() % 2 == 1 ? best[half] : 0.5 * (best[half - 1] + best[half]);
}
}  // namespace

Aggregation::Aggregation(std::span<const std::string_view> names, Duration step, Duration horizon)
    : keep_(keep_per_step(step, horizon <= near ? half_life_days_near : half_life_days_far)),
      keep_part_(keep_per_step(step, half_life_days_part)),
      is_near_(horizon <= near),
      log_count_(std::log(std::max<double>(2.0, static_cast<double>(names.size())))),
      guard_(names, step, horizon),
      priors_(startup_errors(names, horizon)),
      experts_(names.size()),
      stacking_(names.size(), step, horizon) {
    ASSERT(names.size() <= 64);
    expect();
}

double Aggregation::start_count() const {
    return is_near_ ? start_count_near : start_count_far;
}

// As if each member had been heard for start_count targets and had erred as is expected of it: one
// that has just woken up has no claim on more weight than that.
void Aggregation::expect() {
    if (priors_.empty()) return;
    const double best = *std::ranges::min_element(priors_);
    constexpr double gap_min = 0.5;  // mean losses: what a regret varies by anyway
    for (std::size_t i = 0; i < experts_.size(); ++i) {
        const double gap = priors_[i] - best;
        const double spread = std::max(gap, gap_min);
        experts_[i].regret = -start_count() * gap;
        experts_[i].square = start_count() * spread * spread;
        experts_[i].range = spread;
    }
}

double Aggregation::rate(const Expert& expert) const {
    constexpr double floor = 1e-3;  // a member without any regret yet would have an infinite rate
    return std::min(0.5 / std::max(expert.range, floor),
                    std::sqrt(log_count_ / std::max(expert.square, floor)));
}

std::vector<double> Aggregation::regret_weights(std::span<const double> medians) const {
    double best = -std::numeric_limits<double>::infinity();
    std::vector<double> weights(experts_.size(), 0.0);
    for (std::size_t i = 0; i < experts_.size(); ++i) {
        if (std::isnan(medians[i])) continue;
        weights[i] = rate(experts_[i]);
        best = std::max(best, weights[i] * experts_[i].regret);
    }
    for (std::size_t i = 0; i < experts_.size(); ++i)
        if (weights[i] > 0.0) weights[i] *= std::exp(weights[i] * experts_[i].regret - best);
    normalise(weights);
    return weights;
}

// Before a member has been seen, its error is what is expected of it, in units of the mean loss.
std::vector<double> Aggregation::errors(std::size_t part) const {
    const double unit = loss_mean_ > 0.0 ? loss_mean_ : 1.0;
    std::vector<double> errors(experts_.size());
    for (std::size_t i = 0; i < experts_.size(); ++i) {
        const double seen = guard_.error(i, priors_[i], start_count());
        const double whole_day = seen > 0.0 ? seen : priors_[i] * unit;
        errors[i] = experts_[i].error_in[part].towards(whole_day, part_prior);
    }
    return errors;
}

std::vector<double> Aggregation::error_weights(std::span<const double> medians,
                                               std::span<const double> errors) const {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < errors.size(); ++i)
        if (!std::isnan(medians[i])) least = std::min(least, errors[i]);
    std::vector<double> weights(errors.size(), 0.0);
    for (std::size_t i = 0; i < errors.size(); ++i)
        if (!std::isnan(medians[i]))
            weights[i] =
                errors[i] > 0.0 ? error_power(std::max(least, 1e-6 * errors[i]) / errors[i]) : 1.0;
    normalise(weights);
    return weights;
}

Aggregation::Combined Aggregation::combine(std::span<const double> said, std::size_t part) const {
    if (std::ranges::all_of(said, [](double m) { return std::isnan(m); }))
        return {.value = std::numeric_limits<double>::quiet_NaN(),
                .weights = std::vector<double>(said.size(), 0.0)};
    const std::vector<double> medians = guard_.heard(said);
    const std::vector<double> of_part = errors(part);
    const std::vector<double> by_regret = regret_weights(medians);
    const std::vector<double> by_error = error_weights(medians, of_part);
    const Shares shares = is_near_ ? shares_near : shares_far;
    Combined combined;
    combined.heard = bits_of(medians);
    combined.by_regret = weighted(by_regret, medians);
    combined.by_error = weighted(by_error, medians);
    combined.value = shares.regret * combined.by_regret + shares.error * combined.by_error +
                     shares.few * median_of_best(medians, of_part) +
                     shares.stacked * stacking_.correct(medians, combined.by_error);
    combined.weights.reserve(medians.size());
    for (std::size_t i = 0; i < medians.size(); ++i)
        combined.weights.push_back((shares.regret * by_regret[i] + shares.error * by_error[i]) /
                                   (shares.regret + shares.error));
    return combined;
}

// BOA's gradient is taken at its own combination: at another one its weights drift to where that
// one errs (a day ahead 0.854 against 0.799 of the naive error).
void Aggregation::learn_regret(std::span<const double> heard, const Outcome& outcome) {
    const double gradient = outcome.by_regret > outcome.actual ? 1.0 : -1.0;
    for (std::size_t i = 0; i < experts_.size(); ++i) {
        if (std::isnan(heard[i])) continue;
        Expert& expert = experts_[i];
        const double ahead =
            loss_mean_ > 0.0 ? gradient * (outcome.by_regret - heard[i]) / loss_mean_ : 0.0;
        const double regret = std::clamp(ahead, -regret_max, regret_max);
        const double eta = rate(expert);
        expert.range = std::max(expert.range * keep_, std::abs(regret));
        expert.square = expert.square * keep_ + regret * regret;
        expert.regret = expert.regret * keep_ + regret - eta * regret * regret;
    }
}

void Aggregation::learn(const Outcome& outcome) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const double loss_max =
        loss_mean_ > 0.0 ? loss_ratio_max * loss_mean_ : std::numeric_limits<double>::max();
    std::vector<double> losses(experts_.size(), nan);
    std::vector<double> heard(experts_.size(), nan);
    FadingMean loss_of_heard;
    for (std::size_t i = 0; i < experts_.size(); ++i) {
        if (std::isnan(outcome.medians[i])) continue;
        losses[i] = std::min(std::abs(outcome.medians[i] - outcome.actual), loss_max);
        experts_[i].error_in[outcome.part].add(losses[i], keep_part_);
        if ((outcome.heard >> i & 1U) == 0) continue;
        heard[i] = outcome.medians[i];
        loss_of_heard.add(losses[i], 1.0);
    }
    guard_.learn(losses);
    if (loss_of_heard.count < 1.0) return;
    const double loss = loss_of_heard.value();
    loss_mean_ = loss_mean_ > 0.0 ? keep_ * loss_mean_ + (1.0 - keep_) * loss : loss;
    learn_regret(heard, outcome);
    stacking_.learn(heard, outcome.by_error, std::min(outcome.actual, outcome.by_error + loss_max));
}

}  // namespace forescale
