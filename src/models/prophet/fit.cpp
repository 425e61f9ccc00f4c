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

/// One history as a weighted regression: buckets that are present, one column each. Coefficients
/// stand in the order of Structure, but for its waves, which come last: buckets at the same time of
/// the week share them, so that sums over a hundred times of the week stand for sums over all
/// buckets, a fifth of the work.
struct Regression {
    Eigen::MatrixXd own;              ///< [columns but waves x buckets]
    Eigen::MatrixXd waves;            ///< [columns x times of the week]
    std::vector<Eigen::Index> slots;  ///< [buckets] time of the week
    Eigen::VectorXd levels;           ///< [buckets]
    Eigen::VectorXd recency;          ///< [buckets] weight 0..1
    std::vector<Part> parts;          ///< [columns]
    Eigen::VectorXd prior;            ///< [columns] where a coefficient is believed to be
    Eigen::Index used = 0;            ///< columns of `own` up to the last that is not always zero

    [[nodiscard]] Eigen::VectorXd level_of(const Eigen::VectorXd& coefficients) const;
};

/// The middles of the buckets that are present.
std::vector<Timestamp> times_of(const Series& levels) {
    std::vector<Timestamp> times;
    Timestamp middle = levels.oldest() + levels.step() / 2;
    for (const double value : levels.values()) {
        if (std::isfinite(value)) times.push_back(middle);
        middle += levels.step();
    }
    return times;
}

/// The times of the week that occur, and which of them every bucket has.
void set_waves(Regression& regression, std::span<const Timestamp> times, const Calendar& calendar,
               const Structure& structure) {
    std::vector<Duration> of_week;
    for (const Timestamp at : times) of_week.push_back(Structure::time_of_week(calendar, at));
    std::vector<Duration> distinct = of_week;
    std::ranges::sort(distinct);
    distinct.erase(std::ranges::unique(distinct).begin(), distinct.end());
    for (const Duration time : of_week)
        regression.slots.push_back(std::ranges::lower_bound(distinct, time) - distinct.begin());
    regression.waves.resize(static_cast<Eigen::Index>(structure.wave_columns()),
                            static_cast<Eigen::Index>(distinct.size()));
    for (std::size_t slot = 0; slot < distinct.size(); ++slot)
        structure.wave_row(distinct[slot],
                           std::span(regression.waves.col(static_cast<Eigen::Index>(slot)).data(),
                                     structure.wave_columns()));
}

void set_own(Regression& regression, std::span<const Timestamp> times, const Calendar& calendar,
             const Structure& structure) {
    const std::size_t columns = structure.columns() - structure.wave_columns();
    regression.own.resize(static_cast<Eigen::Index>(columns),
                          static_cast<Eigen::Index>(times.size()));
    for (std::size_t n = 0; n < times.size(); ++n) {
        const std::span row(regression.own.col(static_cast<Eigen::Index>(n)).data(), columns);
        structure.trend_row(times[n], row.first(Structure::trend_columns));
        structure.other_row(calendar, times[n], row.subspan(Structure::trend_columns));
    }
    const auto holidays = static_cast<Eigen::Index>(Structure::holiday_columns);
    const bool has_holidays = (regression.own.bottomRows(holidays).array() > 0.0).any();
    regression.used = regression.own.rows() - (has_holidays ? 0 : holidays);
}

Regression regression_of(const Series& levels, const Calendar& calendar,
                         const Structure& structure) {
    Regression regression;
    const std::vector<Timestamp> times = times_of(levels);
    set_own(regression, times, calendar, structure);
    set_waves(regression, times, calendar, structure);
    const auto present = static_cast<Eigen::Index>(times.size());
    regression.levels.resize(present);
    std::ranges::copy_if(levels.values(), regression.levels.begin(),
                         [](double v) { return std::isfinite(v); });
    regression.recency.resize(present);
    const Timestamp newest = levels.newest() + levels.step() / 2;
    for (Eigen::Index n = 0; n < present; ++n) {
        const double age =
            static_cast<double>((newest - times[static_cast<std::size_t>(n)]).count()) /
            static_cast<double>(day.count());
        regression.recency[n] = std::exp2(-age / half_life_days);
    }
    regression.parts = structure.parts();
    const auto waves = regression.parts.begin() + Structure::trend_columns;
    std::rotate(waves, waves + regression.waves.rows(), regression.parts.end());
    regression.prior = Eigen::VectorXd::Zero(regression.own.rows() + regression.waves.rows());
    return regression;
}

Eigen::VectorXd Regression::level_of(const Eigen::VectorXd& coefficients) const {
    Eigen::VectorXd level = own.topRows(used).transpose() * coefficients.head(used);
    const Eigen::VectorXd of_waves = waves.transpose() * coefficients.tail(waves.rows());
    for (Eigen::Index n = 0; n < level.size(); ++n)
        level[n] += of_waves[slots[static_cast<std::size_t>(n)]];
    return level;
}

/// Both sides of the normal equations; of the matrix its lower triangle.
struct Equations {
    Eigen::MatrixXd gram;
    Eigen::VectorXd moments;
};

Equations equations_of(const Regression& regression, const Eigen::VectorXd& weights) {
    const auto own = regression.own.topRows(regression.used);
    const Eigen::MatrixXd& waves = regression.waves;
    const Eigen::Index columns = regression.prior.size();
    Equations of{.gram = Eigen::MatrixXd::Zero(columns, columns),
                 .moments = Eigen::VectorXd::Zero(columns)};
    Eigen::MatrixXd own_at = Eigen::MatrixXd::Zero(own.rows(), waves.cols());
    Eigen::VectorXd weight_at = Eigen::VectorXd::Zero(waves.cols());
    Eigen::VectorXd level_at = Eigen::VectorXd::Zero(waves.cols());
    for (Eigen::Index n = 0; n < weights.size(); ++n) {
        const Eigen::Index slot = regression.slots[static_cast<std::size_t>(n)];
        own_at.col(slot) += weights[n] * own.col(n);
        weight_at[slot] += weights[n];
        level_at[slot] += weights[n] * regression.levels[n];
    }
    const Eigen::MatrixXd scaled = own * weights.cwiseSqrt().asDiagonal();
    of.gram.topLeftCorner(own.rows(), own.rows())
        .selfadjointView<Eigen::Lower>()
        .rankUpdate(scaled);
    const Eigen::MatrixXd scaled_waves = waves * weight_at.cwiseSqrt().asDiagonal();
    of.gram.bottomRightCorner(waves.rows(), waves.rows())
        .selfadjointView<Eigen::Lower>()
        .rankUpdate(scaled_waves);
    of.gram.bottomLeftCorner(waves.rows(), own.rows()).noalias() = waves * own_at.transpose();
    of.moments.head(own.rows()) = own * weights.cwiseProduct(regression.levels);
    of.moments.tail(waves.rows()) = waves * level_at;
    return of;
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
    Equations equations = equations_of(regression, weights(regression, last));
    const Eigen::VectorXd penalty = penalties(regression, last);
    equations.gram.diagonal() += penalty;
    equations.moments += penalty.cwiseProduct(regression.prior);
    Solution next;
    next.coefficients =
        equations.gram.selfadjointView<Eigen::Lower>().ldlt().solve(equations.moments);
    next.residuals = regression.levels - regression.level_of(next.coefficients);
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
    Components sums = habits(calendar, at);
    std::vector<double> row(Structure::trend_columns);
    structure.trend_row(at, row);
    for (std::size_t j = 0; j < row.size(); ++j) sums.trend += coefficients[j] * row[j];
    return sums;
}

Components Fit::habits(const Calendar& calendar, Timestamp at) const {
    std::vector<double> row(structure.columns() - Structure::trend_columns);
    const std::span<double> all(row);
    structure.wave_row(Structure::time_of_week(calendar, at), all.first(structure.wave_columns()));
    structure.other_row(calendar, at, all.subspan(structure.wave_columns()));
    Components sums;
    std::size_t j = 0;
    const auto add_to = [&](double& sum, std::size_t until) {
        for (; j < until; ++j) sum += coefficients[Structure::trend_columns + j] * row[j];
    };
    add_to(sums.daily, 2 * static_cast<std::size_t>(structure.daily));
    add_to(sums.weekly, structure.wave_columns());
    add_to(sums.season, row.size() - Structure::holiday_columns);
    add_to(sums.holiday, row.size());
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
    std::ranges::copy(holiday, regression.prior.begin() + regression.own.rows() -
                                   static_cast<std::ptrdiff_t>(holiday.size()));
    const Solution solution = solve(regression);
    if (!solution.coefficients.allFinite()) return std::nullopt;
    fit.coefficients.assign(solution.coefficients.begin(), solution.coefficients.end());
    std::rotate(fit.coefficients.begin() + Structure::trend_columns,
                fit.coefficients.end() - regression.waves.rows(), fit.coefficients.end());
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
