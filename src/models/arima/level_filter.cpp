#include "models/arima/level_filter.h"

#include <algorithm>
#include <cmath>

namespace forescale::arima {

namespace {
constexpr std::int32_t clipped_max = 3;

std::size_t lag_max(const std::vector<Term>& terms) {
    return terms.empty() ? 1 : static_cast<std::size_t>(terms.back().lag);
}
}  // namespace

std::optional<LevelFilter> LevelFilter::of(const Estimate& estimate, double deviation,
                                           double clip) {
    auto filter = ArmaFilter::stationary(arma_of(estimate.order, estimate.parameters));
    if (!filter) return std::nullopt;
    LevelFilter levels;
    levels.filter_ = std::move(*filter);
    levels.integration_ = integration(estimate.order);
    levels.deviation_ = deviation;
    levels.clip_ = clip;
    return levels;
}

bool LevelFilter::has_past() const {
    return integration_.empty() || levels_.size() >= lag_max(integration_);
}

double LevelFilter::integrated() const {
    double sum = 0.0;
    for (const Term& term : integration_)
        sum += term.value * levels_[levels_.size() - static_cast<std::size_t>(term.lag)];
    return sum;
}

double LevelFilter::plausible(double level) const {
    return std::clamp(level, level_min_ - 1.0, level_max_ + 1.0);
}

double LevelFilter::prediction() const {
    if (!has_past()) return std::numeric_limits<double>::quiet_NaN();
    return plausible(filter_.prediction() + integrated());
}

double LevelFilter::believed(double level, double predicted) {
    const double error = level - predicted;
    const double reach = clip_ * deviation_;
    if (!(std::abs(error) > reach)) {
        clipped_in_a_row_ = 0;
        return level;
    }
    if (clipped_in_a_row_ >= clipped_max) return level;
    ++clipped_in_a_row_;
    return predicted + std::clamp(error, -reach, reach);
}

double LevelFilter::difference_of(double level) const {
    for (const Term& term : integration_)
        if (is_seen_[is_seen_.size() - static_cast<std::size_t>(term.lag)] == 0)
            return std::numeric_limits<double>::quiet_NaN();
    return level - integrated();
}

void LevelFilter::keep(double level, bool is_seen) {
    if (levels_.size() >= lag_max(integration_)) {
        levels_.erase(levels_.begin());
        is_seen_.erase(is_seen_.begin());
    }
    levels_.push_back(level);
    is_seen_.push_back(is_seen ? 1 : 0);
}

double LevelFilter::step(double level) {
    const double predicted = prediction();
    const bool is_seen = std::isfinite(level);
    if (is_seen) {
        level_min_ = std::min(level_min_, level);
        level_max_ = std::max(level_max_, level);
    }
    if (std::isnan(predicted)) {
        keep(is_seen ? level : newest(), is_seen);
        return predicted;
    }
    const double taken = is_seen ? believed(level, predicted) : predicted;
    filter_.step(is_seen ? difference_of(taken) : level);
    keep(taken, is_seen);
    return level - predicted;
}

std::vector<double> LevelFilter::predictions(std::size_t steps) const {
    if (!has_past()) return std::vector<double>(steps, newest());
    LevelFilter ahead = *this;
    std::vector<double> levels;
    for (const double w : filter_.predictions(steps)) {
        levels.push_back(plausible(w + ahead.integrated()));
        ahead.keep(levels.back(), false);
    }
    return levels;
}

std::vector<double> prediction_deviations(const Estimate& estimate, std::size_t steps) {
    const Arma arma = arma_of(estimate.order, estimate.parameters);
    const std::vector<Term> lags = integration(estimate.order);
    std::vector<double> of_difference(steps, 0.0);
    std::vector<double> of_level(steps, 0.0);
    std::vector<double> deviations;
    double sum = 0.0;
    for (std::size_t j = 0; j < steps; ++j) {
        of_difference[j] = j == 0 ? 1.0 : 0.0;
        for (const Term& term : arma.ma)
            if (static_cast<std::size_t>(term.lag) == j) of_difference[j] += term.value;
        const auto feed = [j](const std::vector<Term>& terms, const std::vector<double>& from) {
            double fed = 0.0;
            for (const Term& term : terms)
                if (static_cast<std::size_t>(term.lag) <= j)
                    fed += term.value * from[j - static_cast<std::size_t>(term.lag)];
            return fed;
        };
        of_difference[j] += feed(arma.ar, of_difference);
        of_level[j] = of_difference[j] + feed(lags, of_level);
        sum += of_level[j] * of_level[j];
        deviations.push_back(std::sqrt(estimate.variance * sum));
    }
    return deviations;
}

}  // namespace forescale::arima
