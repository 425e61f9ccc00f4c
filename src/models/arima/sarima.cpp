#include "models/arima/sarima.h"

#include <algorithm>
#include <cmath>

namespace forescale::arima {

namespace {
constexpr double partial_max = 0.99;

/// Coefficients of 1 - c1 z - c2 z^2 ... whose roots lie outside of the unit circle
/// (Durbin-Levinson).
std::vector<double> from_partials(std::span<const double> unbounded) {
    std::vector<double> coefficients;
    for (const double u : unbounded) {
        const double partial = partial_max * std::tanh(u);
        const std::vector<double> before = coefficients;
        for (std::size_t j = 0; j < before.size(); ++j)
            coefficients[j] = before[j] - partial * before[before.size() - 1 - j];
        coefficients.push_back(partial);
    }
    return coefficients;
}

/// A dense polynomial 1 + sum c z^k, [degree + 1].
using Polynomial = std::vector<double>;

Polynomial factor(std::span<const double> coefficients, double sign, std::int32_t spacing) {
    Polynomial polynomial(coefficients.size() * static_cast<std::size_t>(spacing) + 1, 0.0);
    polynomial[0] = 1.0;
    for (std::size_t k = 0; k < coefficients.size(); ++k)
        polynomial[(k + 1) * static_cast<std::size_t>(spacing)] = sign * coefficients[k];
    return polynomial;
}
Polynomial multiply(const Polynomial& a, const Polynomial& b) {
    Polynomial product(a.size() + b.size() - 1, 0.0);
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < b.size(); ++j) product[i + j] += a[i] * b[j];
    return product;
}
std::vector<Term> terms(const Polynomial& polynomial, double sign) {
    std::vector<Term> terms;
    for (std::size_t k = 1; k < polynomial.size(); ++k)
        if (std::abs(polynomial[k]) > 0.0)
            terms.push_back({static_cast<std::int32_t>(k), sign * polynomial[k]});
    return terms;
}
}  // namespace

Arma arma_of(const Order& order, std::span<const double> parameters) {
    const auto take = [&parameters](std::int32_t count) {
        const auto taken = parameters.first(static_cast<std::size_t>(count));
        parameters = parameters.subspan(static_cast<std::size_t>(count));
        return from_partials(taken);
    };
    const std::vector<double> ar = take(order.p);
    const std::vector<double> ma = take(order.q);
    const std::vector<double> seasonal_ar = take(order.seasonal_p);
    const std::vector<double> seasonal_ma = take(order.seasonal_q);
    Arma arma;
    arma.ar = terms(multiply(factor(ar, -1.0, 1), factor(seasonal_ar, -1.0, order.season)), -1.0);
    arma.ma = terms(multiply(factor(ma, -1.0, 1), factor(seasonal_ma, -1.0, order.season)), 1.0);
    if (order.has_mean) arma.mean = parameters.front();
    return arma;
}

std::vector<Term> integration(const Order& order) {
    Polynomial product{1.0};
    constexpr double once[] = {1.0};
    for (std::int32_t i = 0; i < order.d; ++i) product = multiply(product, factor(once, -1.0, 1));
    for (std::int32_t i = 0; i < order.seasonal_d; ++i)
        product = multiply(product, factor(once, -1.0, order.season));
    return terms(product, -1.0);
}

std::vector<double> difference(std::span<const double> levels, const Order& order) {
    const std::vector<Term> lags = integration(order);
    const std::size_t lost = lags.empty() ? 0 : static_cast<std::size_t>(lags.back().lag);
    std::vector<double> differences;
    for (std::size_t t = lost; t < levels.size(); ++t) {
        double w = levels[t];
        for (const Term& term : lags)
            w -= term.value * levels[t - static_cast<std::size_t>(term.lag)];
        differences.push_back(w);
    }
    return differences;
}

}  // namespace forescale::arima
