#include "models/flair/day_shape.h"

#include "features/mean.h"

#include <cmath>
#include <ranges>

#include <Eigen/Cholesky>

namespace forescale::flair {

namespace {
constexpr Duration cell_min = std::chrono::minutes(15);
constexpr int rounds = 4;
constexpr double half_life_days = 10.0;
constexpr double error_floor = 0.02;  ///< of what is expected: smaller errors count no more

/// Means per cell of the local day, one row per day, newest first; NaN: missing.
struct Cells {
    std::size_t per_day = 0;
    std::vector<double> values;

    [[nodiscard]] std::size_t days() const { return values.size() / per_day; }
    [[nodiscard]] std::span<const double> day(std::size_t d) const {
        return std::span(values).subspan(d * per_day, per_day);
    }
};

Cells to_cells(const FeatureContext& context, Duration cell) {
    const Series& demand = context.demand;
    const auto values = demand.values();
    const auto steps = static_cast<std::size_t>(day / demand.step());
    Cells cells{.per_day = static_cast<std::size_t>(day / cell), .values = {}};
    const std::size_t days = std::min(days_kept, values.size() / steps);
    cells.values.assign(days * cells.per_day, 0.0);
    std::vector<double> counts(cells.values.size());
    for (std::size_t d = 0; d < days; ++d) {
        const Timestamp newest = demand.newest() - day * static_cast<Duration::rep>(d);
        const Timestamp local = context.zone.to_local(newest);
        const Duration since_midnight = local - floor_to(local, day);
        for (std::size_t k = 0; k < steps; ++k) {
            const double value = values[values.size() - 1 - d * steps - k];
            if (std::isnan(value)) continue;
            const Duration at =
                (since_midnight - demand.step() * static_cast<Duration::rep>(k) + day) % day;
            const auto c = std::min(static_cast<std::size_t>(at / cell), cells.per_day - 1);
            cells.values[d * cells.per_day + c] += value;
            counts[d * cells.per_day + c] += 1.0;
        }
    }
    for (std::size_t i = 0; i < counts.size(); ++i)
        cells.values[i] = counts[i] > 0.0 ? cells.values[i] / counts[i] : Series::missing;
    return cells;
}

/// One sum of the reweighted least squares of values on expected = factor * other.
struct Sums {
    double product = 0.0;
    double square = 0.0;
    void add(double value, double other, double expected, double weight) {
        const double error = std::abs(value - expected);
        const double w = weight / std::max(error, error_floor * expected + 1e-12);
        product += w * value * other;
        square += w * other * other;
    }
    [[nodiscard]] double factor(double otherwise) const {
        return square > 0.0 ? product / square : otherwise;
    }
};

class RankOne {
public:
    explicit RankOne(const Cells& cells) : cells_(cells), shape_(cells.per_day, 1.0) {
        for (std::size_t d = 0; d < cells.days(); ++d)
            levels_.push_back(mean_of_most(cells.day(d)));
    }
    void round() {
        fit_shape();
        fit_levels();
    }
    [[nodiscard]] const std::vector<double>& shape() const { return shape_; }
    [[nodiscard]] const std::vector<double>& levels() const { return levels_; }

private:
    void fit_shape() {
        double mean = 0.0;
        for (std::size_t c = 0; c < shape_.size(); ++c) {
            Sums sums;
            for (std::size_t d = 0; d < levels_.size(); ++d) {
                const double value = cells_.values[d * cells_.per_day + c];
                if (std::isnan(value) || std::isnan(levels_[d])) continue;
                const double fading = std::exp2(-static_cast<double>(d) / half_life_days);
                sums.add(value, levels_[d], levels_[d] * shape_[c], fading);
            }
            shape_[c] = sums.factor(shape_[c]);
            mean += shape_[c] / static_cast<double>(shape_.size());
        }
        if (mean > 0.0)
            for (double& s : shape_) s /= mean;
    }
    void fit_levels() {
        for (std::size_t d = 0; d < levels_.size(); ++d) {
            if (std::isnan(levels_[d])) continue;
            Sums sums;
            const auto values = cells_.day(d);
            for (std::size_t c = 0; c < shape_.size(); ++c)
                if (!std::isnan(values[c]))
                    sums.add(values[c], shape_[c], levels_[d] * shape_[c], 1.0);
            levels_[d] = sums.factor(levels_[d]);
        }
    }

    const Cells& cells_;
    std::vector<double> shape_;
    std::vector<double> levels_;
};
}  // namespace

double DayShape::at(Timestamp local) const {
    const auto n = static_cast<std::int64_t>(shape.size());
    const double place = static_cast<double>((local - floor_to(local, day)).count()) /
                             static_cast<double>(cell.count()) -
                         0.5 + static_cast<double>(n);
    const double below = std::floor(place);
    const auto from = static_cast<std::size_t>(static_cast<std::int64_t>(below) % n);
    const std::size_t to = (from + 1) % shape.size();
    return static_cast<double>(shape[from]) +
           (place - below) * (static_cast<double>(shape[to]) - static_cast<double>(shape[from]));
}

namespace {
constexpr std::size_t columns = 4;
constexpr double level_half_life_days = 14.0;
constexpr double believed = 0.75;   ///< of a change that is foretold: 20 days are few to learn from
constexpr double change_max = 0.7;  ///< logs: a day that doubles is an incident or a shift
using Row = Eigen::Matrix<double, columns, 1>;
using Square = Eigen::Matrix<double, columns, columns>;

/// What is known before day d, relative to the day before it; levels in logs, newest first.
Row row_before(std::span<const double> logs, std::size_t d) {
    const auto mean = [&](std::size_t count) {
        double sum = 0.0;
        for (std::size_t k = 0; k < count; ++k) sum += logs[d + k];
        return sum / static_cast<double>(count) - logs[d];
    };
    const auto change = [&](std::size_t days) { return logs[d + days - 1] - logs[d + days]; };
    const double last_week = change(7);
    return {mean(3), mean(7), last_week, d + 14 < logs.size() ? change(14) : last_week};
}

/// Ridge whose penalty is a mean over several, each weighted by its leave-one-out error.
class LevelRidge {
public:
    void add(const Row& row, double change, double weight) {
        rows_.push_back(row);
        changes_.push_back(change);
        weights_.push_back(weight);
        gram_ += weight * row * row.transpose();
        moments_ += weight * change * row;
    }
    [[nodiscard]] double say(const Row& row) const {
        constexpr std::array<double, 5> penalties{0.03, 0.3, 3.0, 30.0, 1e6};
        std::array<double, penalties.size()> errors{};
        std::array<double, penalties.size()> said{};
        for (std::size_t i = 0; i < penalties.size(); ++i) {
            const double penalty = penalties[i] * (gram_.trace() / columns + 1e-9);
            const Eigen::LLT<Square> factor(gram_ + penalty * Square::Identity());
            const Row shares = factor.solve(moments_);
            errors[i] = left_out_error(factor, shares);
            said[i] = shares.dot(row);
        }
        return averaged(errors, said);
    }

private:
    [[nodiscard]] double left_out_error(const Eigen::LLT<Square>& factor, const Row& shares) const {
        double sum = 0.0;
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const double leverage = weights_[i] * rows_[i].dot(factor.solve(rows_[i]));
            const double error =
                (changes_[i] - shares.dot(rows_[i])) / (1.0 - std::min(leverage, 0.9));
            sum += weights_[i] * error * error;
        }
        return sum;
    }
    // As if errors were Gaussian: the likelihood of n of them falls with the power n / 2.
    [[nodiscard]] double averaged(std::span<const double> errors,
                                  std::span<const double> said) const {
        const double least = *std::ranges::min_element(errors) + 1e-12;
        const double power = 0.5 * static_cast<double>(rows_.size());
        double sum = 0.0;
        double weight_sum = 0.0;
        for (std::size_t i = 0; i < errors.size(); ++i) {
            const double weight = std::pow(least / (errors[i] + 1e-12), power);
            sum += weight * said[i];
            weight_sum += weight;
        }
        return sum / weight_sum;
    }

    std::vector<Row> rows_;
    std::vector<double> changes_;
    std::vector<double> weights_;
    Square gram_ = Square::Zero();
    Row moments_ = Row::Zero();
};
}  // namespace

double next_level(std::span<const double> logs) {
    constexpr std::size_t rows_min = 4;
    constexpr std::size_t reach = 8;  // days that a row looks back
    if (logs.size() < reach + rows_min) return logs[0];
    LevelRidge ridge;
    for (std::size_t d = 1; d + reach <= logs.size(); ++d)
        ridge.add(row_before(logs, d), std::clamp(logs[d - 1] - logs[d], -change_max, change_max),
                  std::exp2(-static_cast<double>(d) / level_half_life_days));
    return logs[0] + believed * ridge.say(row_before(logs, 0));
}

double DayShape::level_at(Timestamp time) const {
    const double days_ago =
        static_cast<double>((until - time).count()) / static_cast<double>(Duration(day).count());
    const double place = std::clamp(days_ago + 1.5, 0.0, static_cast<double>(levels.size() - 1));
    const auto from = static_cast<std::size_t>(place);
    const std::size_t to = std::min(from + 1, levels.size() - 1);
    const double share = place - static_cast<double>(from);
    return static_cast<double>(levels[from]) +
           share * (static_cast<double>(levels[to]) - static_cast<double>(levels[from]));
}

namespace {
/// Logs of the levels from the newest day back; a day that is missing has the level of the day
/// after it, or, at the front, of the day before.
std::vector<double> logs_without_holes(std::span<const double> levels) {
    constexpr double tiny = 1e-9;
    double after = 0.0;
    for (const double level : levels | std::views::reverse)
        if (!std::isnan(level)) after = level;
    std::vector<double> logs;
    for (const double level : levels) {
        if (!std::isnan(level)) after = level;
        logs.push_back(std::log(after + tiny));
    }
    return logs;
}

/// Levels of the two coming days before those that are known, all from the future to the past.
std::vector<float> with_coming_days(std::span<const double> known) {
    std::vector<double> logs(known.size() + 2);
    std::ranges::copy(known, logs.begin() + 2);
    logs[1] = next_level(std::span(logs).subspan(2));
    logs[0] = next_level(std::span(logs).subspan(1));
    std::vector<float> levels;
    for (const double level : logs) levels.push_back(static_cast<float>(std::exp(level)));
    return levels;
}
}  // namespace

DayShape fit_day_shape(const FeatureContext& context) {
    const Duration cell = std::max(context.demand.step(), cell_min);
    DayShape fitted{
        .cell = cell, .shape = {}, .levels = {}, .until = context.origin() + context.demand.step()};
    constexpr std::size_t days_min = 2;
    if (day % cell != Duration(0)) return fitted;
    const Cells cells = to_cells(context, cell);
    if (cells.days() < days_min) return fitted;
    RankOne fit(cells);
    if (std::isnan(fit.levels()[0]) && std::isnan(fit.levels()[1])) return fitted;
    for (int i = 0; i < rounds; ++i) fit.round();
    fitted.shape.assign(fit.shape().begin(), fit.shape().end());
    fitted.levels = with_coming_days(logs_without_holes(fit.levels()));
    return fitted;
}

}  // namespace forescale::flair
