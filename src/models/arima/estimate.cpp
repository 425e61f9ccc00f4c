#include "models/arima/estimate.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>

namespace forescale::arima {

namespace {
constexpr int iterations_max = 12;
constexpr double step_of_difference = 1e-4;
constexpr double settled = 1e-4;  ///< relative decrease of the sum of squares

using Residuals = std::optional<Eigen::VectorXd>;

Residuals residuals_of(std::span<const double> w, const Order& order,
                       std::span<const double> parameters, Method method) {
    const Arma arma = arma_of(order, parameters);
    if (method == Method::conditional) return conditional_residuals(w, arma);
    auto exact = likelihood(w, arma);
    if (!exact) return std::nullopt;
    return std::move(exact->residuals);
}

/// A least-squares problem in a few unknowns, at one place.
struct Place {
    std::vector<double> parameters;
    Eigen::VectorXd residuals;
    [[nodiscard]] double sum() const { return residuals.squaredNorm(); }
};

class Descent {
public:
    Descent(std::span<const double> w, const Order& order, Method method)
        : w_(w), order_(order), method_(method) {}

    [[nodiscard]] std::optional<Place> at(std::vector<double> parameters) const {
        Residuals residuals = residuals_of(w_, order_, parameters, method_);
        if (!residuals || !residuals->allFinite()) return std::nullopt;
        return Place{.parameters = std::move(parameters), .residuals = std::move(*residuals)};
    }
    Place run(Place place) {
        for (int i = 0; i < iterations_max && place.parameters.size() > 0; ++i) {
            const double before = place.sum();
            if (!improve(place) || before - place.sum() < settled * before) break;
        }
        return place;
    }

private:
    [[nodiscard]] Eigen::MatrixXd jacobian(const Place& place) const {
        Eigen::MatrixXd slopes(place.residuals.size(),
                               static_cast<Eigen::Index>(place.parameters.size()));
        for (std::size_t j = 0; j < place.parameters.size(); ++j) {
            std::vector<double> moved = place.parameters;
            moved[j] += step_of_difference;
            const auto there = at(std::move(moved));
            auto column = slopes.col(static_cast<Eigen::Index>(j));
            if (there)
                column = (there->residuals - place.residuals) / step_of_difference;
            else
                column.setZero();
        }
        return slopes;
    }
    // False: no step of any length lowers the sum.
    bool improve(Place& place) {
        const Eigen::MatrixXd slopes = jacobian(place);
        const Eigen::MatrixXd gram = slopes.transpose() * slopes;
        const Eigen::VectorXd gradient = slopes.transpose() * place.residuals;
        for (int attempt = 0; attempt < 6; ++attempt, damping_ *= 8.0) {
            Eigen::MatrixXd damped = gram;
            damped.diagonal() +=
                damping_ * gram.diagonal() +
                Eigen::VectorXd::Constant(gram.rows(), 1e-12 + 1e-9 * gram.trace());
            const Eigen::VectorXd step = damped.ldlt().solve(-gradient);
            std::vector<double> moved = place.parameters;
            for (std::size_t j = 0; j < moved.size(); ++j)
                moved[j] += std::clamp(step[static_cast<Eigen::Index>(j)], -1.0, 1.0);
            auto there = at(std::move(moved));
            if (!there || !(there->sum() < place.sum())) continue;
            place = std::move(*there);
            damping_ = std::max(damping_ * 0.2, 1e-6);
            return true;
        }
        return false;
    }

    std::span<const double> w_;
    const Order& order_;
    Method method_;
    double damping_ = 1e-3;
};

double aicc_of(double log_likelihood, std::size_t present, const Order& order) {
    const double k = static_cast<double>(order.parameters()) + 1.0;
    const double n = static_cast<double>(present);
    if (n <= k + 1.0) return std::numeric_limits<double>::infinity();
    return -2.0 * log_likelihood + 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0);
}
}  // namespace

std::vector<double> first_guess(std::span<const double> w, const Order& order) {
    std::vector<double> guess(order.parameters(), 0.0);
    if (order.p > 0) guess[0] = 0.5;
    const auto seasonal_ma = static_cast<std::size_t>(order.p + order.q + order.seasonal_p);
    if (order.seasonal_q > 0) guess[seasonal_ma] = order.seasonal_d > 0 ? 0.8 : 0.0;
    if (!order.has_mean) return guess;
    double sum = 0.0;
    double present = 0.0;
    for (const double value : w) {
        if (!std::isfinite(value)) continue;
        sum += value;
        present += 1.0;
    }
    guess.back() = present > 0.0 ? sum / present : 0.0;
    return guess;
}

Estimate estimate(std::span<const double> w, const Order& order, std::vector<double> start,
                  Method method) {
    Estimate result{.order = order, .parameters = std::move(start)};
    result.aicc = std::numeric_limits<double>::infinity();
    Descent descent(w, order, method);
    auto place = descent.at(result.parameters);
    if (!place || place->residuals.size() == 0) return result;
    *place = descent.run(std::move(*place));
    const auto count = static_cast<double>(place->residuals.size());
    result.parameters = place->parameters;
    result.variance = std::max(place->sum() / count, 1e-12);
    // The residuals hold the geometric mean of the variances, so this is the exact log likelihood
    // too, less a constant.
    result.aicc = aicc_of(
        -0.5 * count * std::log(result.variance),
        place->residuals.size() > 0 ? static_cast<std::size_t>(place->residuals.size()) : 0, order);
    return result;
}

}  // namespace forescale::arima
