#include "prediction/guard.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace forescale {

namespace {
constexpr std::array<std::string_view, 3> baselines{"last_value", "seasonal_naive", "weekly_naive"};
constexpr std::string_view yardstick = "seasonal_naive";
constexpr double seen_min = 24.0;  ///< targets before an error says anything: 2 h at 5 min
constexpr double half_life_days_near = 1.5;
constexpr double half_life_days_far = 5.0;

/// Times an error at which a member falls asleep, and below which it wakes up again.
struct Bound {
    double asleep;
    double awake;
};
constexpr Bound of_yardstick{.asleep = 1.3, .awake = 1.1};
constexpr Bound of_best{.asleep = 2.2, .awake = 1.9};
}  // namespace

bool is_baseline(std::string_view member) {
    return std::ranges::find(baselines, member) != baselines.end();
}

Guard::Guard(std::span<const std::string_view> names, Duration step, Duration horizon)
    : yardstick_(static_cast<std::size_t>(std::ranges::find(names, yardstick) - names.begin())),
      pairs_(names.size()),
      because_(names.size()) {
    const double days = horizon <= std::chrono::hours(1) ? half_life_days_near : half_life_days_far;
    keep_ = keep_per_step(step, days);
}

bool Guard::Pair::is_known() const {
    return own.count >= seen_min && naive.sum > 0.0;
}

double Guard::error(std::size_t member, double expected, double targets) const {
    if (!(naive_.sum > 0.0)) return 0.0;
    const Pair& pair = pairs_[member];
    const double prior = targets * naive_.value();
    return naive_.value() * (pair.own.sum + expected * prior) / (pair.naive.sum + prior);
}

std::vector<double> Guard::heard(std::span<const double> medians) const {
    std::vector<double> heard(medians.begin(), medians.end());
    for (std::size_t m = 0; m < heard.size(); ++m)
        if (sleeps(m)) heard[m] = std::numeric_limits<double>::quiet_NaN();
    const bool any = std::ranges::any_of(heard, [](double m) { return !std::isnan(m); });
    return any ? heard : std::vector<double>(medians.begin(), medians.end());
}

double Guard::naive_loss(std::span<const double> losses) const {
    if (yardstick_ < losses.size()) return losses[yardstick_];
    FadingMean all;
    for (const double loss : losses)
        if (!std::isnan(loss)) all.add(loss, 1.0);
    return all.value();
}

void Guard::learn(std::span<const double> losses) {
    const double naive = naive_loss(losses);
    if (std::isnan(naive)) return;
    naive_.add(naive, keep_);
    for (std::size_t m = 0; m < losses.size(); ++m) {
        if (std::isnan(losses[m])) continue;
        pairs_[m].own.add(losses[m], keep_);
        pairs_[m].naive.add(naive, keep_);
    }
    review();
}

void Guard::review() {
    double best = std::numeric_limits<double>::infinity();
    for (const Pair& pair : pairs_)
        if (pair.is_known()) best = std::min(best, pair.ratio());
    if (!(best > 0.0)) return;  // somebody makes no error: ratios say nothing
    for (std::size_t m = 0; m < pairs_.size(); ++m) {
        if (!pairs_[m].is_known()) continue;
        const double of_naive = pairs_[m].ratio();
        const double of_best_one = of_naive / best;
        const bool is_bad = of_naive > of_yardstick.asleep || of_best_one > of_best.asleep;
        if (is_bad && !sleeps(m))
            because_[m] = of_naive > of_yardstick.asleep
                              ? fmt::format("{:.3g} times the error of {}", of_naive, yardstick)
                              : fmt::format("{:.3g} times the error of the best", of_best_one);
        else if (of_naive <= of_yardstick.awake && of_best_one <= of_best.awake)
            because_[m].clear();
    }
}

}  // namespace forescale
