#pragma once
#include "models/arima/filter.h"

namespace forescale::arima {

/// A model fitted to a differenced series.
struct Estimate {
    Order order;
    std::vector<double> parameters;  ///< as arma_of() takes them
    double variance = 0.0;           ///< of e
    double aicc = 0.0;  ///< corrected Akaike criterion; comparable for one series and one method

    template <class Archive>
    void fields(Archive& archive) {
        archive(order, parameters, variance, aicc);
    }
};

/// What is minimised.
enum class Method : std::uint8_t {
    conditional,  ///< sum of squares given zeros before the start: 25 us an evaluation
    exact,        ///< the Gaussian likelihood: 0.1 to 1 ms an evaluation
};

/// Levenberg-Marquardt from `start` ([order.parameters()]), the Jacobian by differences. The
/// exact likelihood is a sum of squares too, of the residuals that Likelihood holds.
/// w  differenced as the order says, NaN: missing
[[nodiscard]] Estimate estimate(std::span<const double> w, const Order& order,
                                std::vector<double> start, Method method);
/// Where nothing is known yet.
[[nodiscard]] std::vector<double> first_guess(std::span<const double> w, const Order& order);

/// Orders by stepwise search: differences first (seasonal by the strength of the season, plain by
/// the KPSS test), then the neighbours of the best model so far by AICc, on conditional sums of
/// squares; the winner is estimated by exact likelihood. p, q <= 3; seasonal <= 1, since a second
/// season of state makes the exact likelihood four times as dear; at most 30 models. levels  NaN:
/// missing; season in steps, 1: none
/// cost  60 days of hours: tens of ms
/// source  Hyndman and Khandakar 2008, J. Statistical Software 27(3), doi:10.18637/jss.v027.i03;
/// KPSS: Kwiatkowski et al. 1992, doi:10.1016/0304-4076(92)90104-Y
[[nodiscard]] Estimate search(std::span<const double> levels, std::int32_t season);

/// Share 0..1 of the variance around the moving mean of a season that repeats with it.
[[nodiscard]] double seasonal_strength(std::span<const double> levels, std::int32_t season);
/// Whether stationarity around a level is rejected at 5 %.
[[nodiscard]] bool needs_difference(std::span<const double> levels);

}  // namespace forescale::arima
