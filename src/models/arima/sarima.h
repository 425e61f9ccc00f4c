#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace forescale::arima {

/// Orders of a seasonal ARIMA model (p,d,q)(P,D,Q)_season, Box and Jenkins' notation.
struct Order {
    std::int32_t p = 0, d = 0, q = 0;
    std::int32_t seasonal_p = 0, seasonal_d = 0, seasonal_q = 0;
    std::int32_t season = 1;  ///< steps; 1: none
    /// A mean of the differenced series: a drift where differenced once.
    bool has_mean = false;

    [[nodiscard]] std::size_t parameters() const {
        return static_cast<std::size_t>(p + q + seasonal_p + seasonal_q) + (has_mean ? 1 : 0);
    }
    friend bool operator==(const Order&, const Order&) = default;

    template <class Archive>
    void fields(Archive& archive) {
        archive(p, d, q, seasonal_p, seasonal_d, seasonal_q, season, has_mean);
    }
};

/// One coefficient of a polynomial in the lag operator.
struct Term {
    std::int32_t lag = 0;
    double value = 0.0;
    template <class Archive>
    void fields(Archive& archive) {
        archive(lag, value);
    }
};

/// A model with its seasonal factors multiplied out, on the differenced series w less its mean:
/// w[t] = sum ar.value * w[t - ar.lag] + e[t] + sum ma.value * e[t - ma.lag]
struct Arma {
    std::vector<Term> ar;
    std::vector<Term> ma;
    double mean = 0.0;

    template <class Archive>
    void fields(Archive& archive) {
        archive(ar, ma, mean);
    }
};

/// From parameters in all of R^n to a stationary and invertible model: every factor is given by
/// partial autocorrelations 0.99 * tanh(u). Order: ar, ma, seasonal ar, seasonal ma, mean.
/// source  Monahan 1984, Biometrika 71(2), doi:10.1093/biomet/71.2.403
[[nodiscard]] Arma arma_of(const Order& order, std::span<const double> parameters);

/// y[t] = w[t] + sum value * y[t - lag]: how levels follow from their differences.
[[nodiscard]] std::vector<Term> integration(const Order& order);
/// The differenced series, [n - largest lag]; NaN wherever a level that it needs is NaN.
[[nodiscard]] std::vector<double> difference(std::span<const double> levels, const Order& order);

}  // namespace forescale::arima
