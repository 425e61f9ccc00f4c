#include "models/prophet/fit.h"

#include "features/feature.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Cholesky>

namespace forescale::prophet {

namespace {
constexpr Duration span_min = day * 3;
constexpr int iterations_max = 6;
constexpr double half_life_days = 14.0;   ///< after which a bucket counts half
constexpr double huber = 0.3;             ///< robust deviations up to which a residual counts whole
constexpr double deviation_floor = 1e-3;  ///< log levels
/// Residuals of neighbouring hours are alike: this many count as one against the priors.
constexpr double alike = 12.0;
constexpr double change_scale = 0.1;   ///< of the Laplace prior, log levels per span
constexpr double change_floor = 1e-3;  ///< below it a change of slope counts as none
constexpr double settled = 1e-3;       ///< in robust deviations

/// Standard deviation of a coefficient's normal prior, log levels.
double prior_scale(Part part) {
    switch (part) {
        case Part::constant:
            return 10.0;
        case Part::slope:
            return 1.0;
        case Part::change_point:
            return change_scale;
        case Part::daily:
            return 1.0;
        case Part::weekly:
            return 0.3;
        case Part::season:
            return 0.3;
        case Part::holiday:
            return 0.5;
    }
    return 1.0;
}

/// One history as a weighted regression: buckets that are present, one column each.
struct Regression {
    Eigen::MatrixXd rows;     ///< [columns x buckets]
    Eigen::VectorXd levels;   ///< [buckets]
    Eigen::VectorXd recency;  ///< [buckets] weight 0..1
    std::vector<Part> parts;
    Eigen::VectorXd prior;  ///< [columns] where a coefficient is believed to be
};

Regression regression_of(const Series& levels, const Calendar& calendar,
                         const Structure& structure) {
    const std::span<const double> values = levels.values();
    const auto present = std::ranges::count_if(values, [](double v) { return std::isfinite(v); });
    const auto columns = static_cast<Eigen::Index>(structure.columns());
    Regression regression{.rows = Eigen::MatrixXd(columns, present),
                          .levels = Eigen::VectorXd(present),
                          .recency = Eigen::VectorXd(present),
                          .parts = structure.parts(),
                          .prior = Eigen::VectorXd::Zero(columns)};
    Eigen::Index n = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) continue;
        const Timestamp start = levels.oldest() + levels.step() * static_cast<Duration::rep>(i);
        structure.row(calendar, start + levels.step() / 2,
                      std::span(regression.rows.col(n).data(), structure.columns()));
        const double age = static_cast<double>((levels.newest() - start).count()) /
                           static_cast<double>(day.count());
        regression.levels[n] = values[i];
        regression.recency[n] = std::exp2(-age / half_life_days);
        ++n;
    }
    return regression;
}

double median_of(Eigen::VectorXd values) {
    double* const middle = values.data() + values.size() / 2;
    std::nth_element(values.data(), middle, values.data() + values.size());
    return *middle;
}
double robust_deviation(const Eigen::VectorXd& residuals) {
    return std::max(1.4826 * median_of(residuals.cwiseAbs()), deviation_floor);
}

/// The solution of the reweighted normal equations, and what it leaves.
struct Solution {
    Eigen::VectorXd coefficients;
    Eigen::VectorXd residuals;
    double deviation = 0.0;
};

/// Precision of each coefficient, in units of the weighted rows. A Laplace prior is a normal one
/// whose width follows from the coefficient.
Eigen::VectorXd penalties(const Regression& regression, const Solution& last) {
    Eigen::VectorXd penalty(last.coefficients.size());
    for (Eigen::Index j = 0; j < penalty.size(); ++j) {
        const Part part = regression.parts[static_cast<std::size_t>(j)];
        const double scale = prior_scale(part);
        const double width = part == Part::change_point
                                 ? scale * std::max(std::abs(last.coefficients[j]), change_floor)
                                 : scale * scale;
        penalty[j] = alike * last.deviation * last.deviation / width;
    }
    return penalty;
}

Eigen::VectorXd weights(const Regression& regression, const Solution& last) {
    Eigen::VectorXd weights(last.residuals.size());
    for (Eigen::Index i = 0; i < weights.size(); ++i)
        weights[i] =
            regression.recency[i] *
            std::min(1.0, huber * last.deviation / std::max(std::abs(last.residuals[i]), 1e-12));
    return weights;
}

Solution solve(const Regression& regression, const Solution& last) {
    const Eigen::VectorXd root = weights(regression, last).cwiseSqrt();
    const Eigen::VectorXd penalty = penalties(regression, last);
    const Eigen::MatrixXd scaled = regression.rows * root.asDiagonal();
    Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(scaled.rows(), scaled.rows());
    gram.selfadjointView<Eigen::Lower>().rankUpdate(scaled);
    gram.diagonal() += penalty;
    const Eigen::VectorXd moments =
        scaled * regression.levels.cwiseProduct(root) + penalty.cwiseProduct(regression.prior);
    Solution next;
    next.coefficients = gram.selfadjointView<Eigen::Lower>().ldlt().solve(moments);
    next.residuals = regression.levels - regression.rows.transpose() * next.coefficients;
    next.deviation = robust_deviation(next.residuals);
    return next;
}

Solution solve(const Regression& regression) {
    Solution last;
    last.coefficients = Eigen::VectorXd::Ones(regression.prior.size());
    last.residuals = regression.levels.array() - median_of(regression.levels);
    last.deviation = robust_deviation(last.residuals);
    for (int i = 0; i < iterations_max; ++i) {
        Solution next = solve(regression, last);
        const double moved = (next.residuals - last.residuals).cwiseAbs().mean();
        last = std::move(next);
        if (!(moved > settled * last.deviation)) break;
    }
    return last;
}

double sum_of(const Fit& fit, std::span<const double> row) {
    return std::inner_product(row.begin(), row.end(), fit.coefficients.begin(), 0.0);
}
}  // namespace

Components Fit::components(const Calendar& calendar, Timestamp at) const {
    std::vector<double> row(structure.columns());
    structure.row(calendar, at, row);
    const std::vector<Part> parts = structure.parts();
    Components sums;
    for (std::size_t j = 0; j < row.size(); ++j) {
        const double value = coefficients[j] * row[j];
        switch (parts[j]) {
            case Part::constant:
            case Part::slope:
            case Part::change_point:
                sums.trend += value;
                break;
            case Part::daily:
                sums.daily += value;
                break;
            case Part::weekly:
                sums.weekly += value;
                break;
            case Part::season:
                sums.season += value;
                break;
            case Part::holiday:
                sums.holiday += value;
                break;
        }
    }
    return sums;
}

double Fit::level(const Calendar& calendar, Timestamp at) const {
    std::vector<double> row(structure.columns());
    structure.row(calendar, at, row);
    return std::clamp(sum_of(*this, row), 0.0, level_max + 1.0);
}

HolidayEffect Fit::holiday_effect() const {
    HolidayEffect effect{};
    std::copy(coefficients.end() - static_cast<std::ptrdiff_t>(effect.size()), coefficients.end(),
              effect.begin());
    return effect;
}

std::optional<Fit> fit(const Series& levels, const Calendar& calendar,
                       std::span<const Duration> found, const HolidayEffect& holiday) {
    const std::span<const double> values = levels.values();
    const auto first = std::ranges::find_if(values, [](double v) { return std::isfinite(v); });
    const auto present = std::ranges::count_if(values, [](double v) { return std::isfinite(v); });
    if (present * levels.step() < span_min) return std::nullopt;
    const Timestamp from = levels.oldest() + levels.step() * (first - values.begin());
    const Timestamp until = levels.newest() + levels.step();
    Fit fit;
    fit.structure = Structure::of(from, until - from, levels.step(), found);
    Regression regression = regression_of(levels, calendar, fit.structure);
    std::ranges::copy(holiday,
                      regression.prior.end() - static_cast<std::ptrdiff_t>(holiday.size()));
    const Solution solution = solve(regression);
    if (!solution.coefficients.allFinite()) return std::nullopt;
    fit.coefficients.assign(solution.coefficients.begin(), solution.coefficients.end());
    fit.level_max = regression.levels.maxCoeff();
    fit.scale = solution.deviation;
    return fit;
}

Series log_levels(const Series& demand, double scale) {
    Series levels(demand.step(), std::max<std::size_t>(demand.size(), 1));
    Timestamp at = demand.oldest();
    for (const double value : demand.values()) {
        levels.append(at, std::isnan(value) ? value : log_level(value, scale));
        at += demand.step();
    }
    return levels;
}

std::vector<Components> decompose(const Series& hourly, double scale, const Calendar& calendar,
                                  std::span<const Duration> found, Timestamp until) {
    if (hourly.empty()) return {};
    const auto fitted = fit(log_levels(hourly, scale), calendar, found, HolidayEffect{});
    std::vector<Components> components;
    if (!fitted) return components;
    for (Timestamp at = hourly.oldest(); at < until; at += hourly.step())
        components.push_back(fitted->components(calendar, at + hourly.step() / 2));
    return components;
}

}  // namespace forescale::prophet
