#include "models/arima/estimate.h"

#include <algorithm>
#include <cmath>

namespace forescale::arima {

namespace {
constexpr std::int32_t plain_max = 3;
constexpr std::int32_t seasonal_max = 1;
constexpr std::size_t models_max = 30;
constexpr double strong_season = 0.64;   ///< Hyndman's threshold for a seasonal difference
constexpr double kpss_critical = 0.463;  ///< 5 %, around a level

std::vector<double> present_of(std::span<const double> values) {
    std::vector<double> present;
    for (const double value : values)
        if (std::isfinite(value)) present.push_back(value);
    return present;
}
double mean_of(std::span<const double> values) {
    double sum = 0.0;
    for (const double value : values) sum += value;
    return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}
double variance_of(std::span<const double> values) {
    const double mean = mean_of(values);
    double sum = 0.0;
    for (const double value : values) sum += (value - mean) * (value - mean);
    return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}

/// Deviations from the mean of the whole season around each step; NaN near the ends and gaps.
std::vector<double> detrended(std::span<const double> levels, std::size_t season) {
    std::vector<double> deviations(levels.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t t = season / 2; t + season - season / 2 <= levels.size(); ++t)
        deviations[t] = levels[t] - mean_of(levels.subspan(t - season / 2, season));
    return deviations;
}

/// One search: the best model so far, and which were tried.
class Search {
public:
    Search(std::span<const double> w, Order differences) : w_(w) {
        best_.order = differences;
        best_.aicc = std::numeric_limits<double>::infinity();
    }

    Estimate run() {
        const Order none = best_.order;
        const std::int32_t s = none.season > 1 ? 1 : 0;
        const bool has_mean = none.d + none.seasonal_d <= 1;
        for (const auto& [p, q, sp, sq] :
             {std::array{2, 2, s, s}, {0, 0, 0, 0}, {1, 0, s, 0}, {0, 1, 0, s}})
            consider(changed(none, {p, q, sp, sq}, has_mean));
        while (tried_.size() < models_max && look_around()) {
        }
        return best_;
    }

private:
    using Change = std::array<int, 4>;  ///< of p, q, seasonal p, seasonal q

    static Order changed(Order order, const Change& change, bool has_mean) {
        order.p += change[0];
        order.q += change[1];
        order.seasonal_p += change[2];
        order.seasonal_q += change[3];
        order.has_mean = has_mean;
        return order;
    }
    [[nodiscard]] bool is_allowed(const Order& order) const {
        const auto within = [](std::int32_t value, std::int32_t max) {
            return value >= 0 && value <= max;
        };
        const std::int32_t of_season = order.season > 1 ? seasonal_max : 0;
        return within(order.p, plain_max) && within(order.q, plain_max) &&
               within(order.seasonal_p, of_season) && within(order.seasonal_q, of_season) &&
               (!order.has_mean || order.d + order.seasonal_d <= 1) &&
               std::ranges::find(tried_, order) == tried_.end();
    }
    /// True when it is better than all before.
    bool consider(const Order& order) {
        if (!is_allowed(order) || tried_.size() >= models_max) return false;
        tried_.push_back(order);
        Estimate estimate = arima::estimate(w_, order, first_guess(w_, order), Method::conditional);
        if (!(estimate.aicc < best_.aicc)) return false;
        best_ = std::move(estimate);
        return true;
    }
    // Moves on at the first neighbour that is better.
    bool look_around() {
        static constexpr std::array<Change, 12> neighbours{{{0, 0, 1, 0},
                                                            {0, 0, -1, 0},
                                                            {0, 0, 0, 1},
                                                            {0, 0, 0, -1},
                                                            {0, 0, 1, 1},
                                                            {0, 0, -1, -1},
                                                            {1, 0, 0, 0},
                                                            {-1, 0, 0, 0},
                                                            {0, 1, 0, 0},
                                                            {0, -1, 0, 0},
                                                            {1, 1, 0, 0},
                                                            {-1, -1, 0, 0}}};
        const Order center = best_.order;
        for (const Change& change : neighbours)
            if (consider(changed(center, change, center.has_mean))) return true;
        return consider(changed(center, {0, 0, 0, 0}, !center.has_mean));
    }

    std::span<const double> w_;
    Estimate best_;
    std::vector<Order> tried_;
};
}  // namespace

double seasonal_strength(std::span<const double> levels, std::int32_t season) {
    const auto period = static_cast<std::size_t>(season);
    if (season < 2 || levels.size() < 2 * period) return 0.0;
    const std::vector<double> deviations = detrended(levels, period);
    std::vector<std::vector<double>> by_slot(period);
    for (std::size_t t = 0; t < deviations.size(); ++t)
        if (std::isfinite(deviations[t])) by_slot[t % period].push_back(deviations[t]);
    double within = 0.0;
    double total = 0.0;
    std::vector<double> all = present_of(deviations);
    for (const auto& slot : by_slot) within += variance_of(slot) * static_cast<double>(slot.size());
    total = variance_of(all) * static_cast<double>(all.size());
    return total > 1e-12 ? std::max(0.0, 1.0 - within / total) : 0.0;
}

bool needs_difference(std::span<const double> levels) {
    const std::vector<double> values = present_of(levels);
    const auto n = static_cast<double>(values.size());
    const auto lags = static_cast<std::size_t>(3.0 * std::sqrt(n) / 13.0);
    if (values.size() < 20) return false;
    const double mean = mean_of(values);
    double partial = 0.0;
    double partial_squares = 0.0;
    for (const double value : values) {
        partial += value - mean;
        partial_squares += partial * partial;
    }
    double variance = variance_of(values);
    for (std::size_t lag = 1; lag <= lags; ++lag) {
        double sum = 0.0;
        for (std::size_t t = lag; t < values.size(); ++t)
            sum += (values[t] - mean) * (values[t - lag] - mean);
        variance +=
            2.0 * (1.0 - static_cast<double>(lag) / static_cast<double>(lags + 1)) * sum / n;
    }
    return variance > 1e-12 && partial_squares / (n * n * variance) > kpss_critical;
}

Estimate search(std::span<const double> levels, std::int32_t season) {
    Order order{.season = season};
    order.seasonal_d = seasonal_strength(levels, season) > strong_season ? 1 : 0;
    order.d = needs_difference(difference(levels, order)) ? 1 : 0;
    const std::vector<double> w = difference(levels, order);
    const Estimate found = Search(w, order).run();
    if (!std::isfinite(found.aicc)) return found;
    return estimate(w, found.order, found.parameters, Method::exact);
}

}  // namespace forescale::arima
