#pragma once
#include "models/arima/sarima.h"

#include <optional>

#include <Eigen/Core>

namespace forescale::arima {

/// The best linear prediction of an ARMA process, step by step, with its variance: Kalman's filter
/// on Harvey's state of max(p, q + 1) numbers. Exact from the stationary start and over missing
/// steps: O(state^2) per step. Once the gain has settled (variance within 1e-4 of its limit, which
/// an invertible model reaches) a step costs O(terms); a missing step unsettles it.
/// source  Gardner, Harvey and Phillips 1980, Applied Statistics 29(3), doi:10.2307/2346910
class ArmaFilter {
public:
    /// What a step brought that was not predicted.
    struct Innovation {
        double value = 0.0;     ///< NaN: the step is missing
        double variance = 1.0;  ///< in units of the variance of e
    };

    ArmaFilter() = default;
    /// Before the first step of a stationary series. nullopt: too close to a unit root for one.
    [[nodiscard]] static std::optional<ArmaFilter> stationary(const Arma& arma);

    /// The next value of the differenced series, mean included; NaN: missing.
    Innovation step(double w);
    [[nodiscard]] double prediction() const { return state_.front() + arma_.mean; }
    /// Predictions of the next `steps`, as if nothing came.
    [[nodiscard]] std::vector<double> predictions(std::size_t steps) const;

    /// Goes on with the limit of the gain, over missing steps too: all that is kept between fits.
    void settle() { covariance_.resize(0, 0), is_exact_ = false; }

    template <class Archive>
    void fields(Archive& archive) {  // of a settled filter
        archive(arma_, state_);
        if constexpr (Archive::is_reading) set_terms();
    }

private:
    void set_terms();
    [[nodiscard]] bool start();
    [[nodiscard]] bool is_settled() const { return covariance_.size() == 0; }
    Innovation step_settled(double v);
    Innovation step_exact(double v);
    void step_missing();
    void shift(double level);
    [[nodiscard]] bool has_converged() const;

    Arma arma_;
    std::vector<double> state_;   ///< predicted, [n]
    Eigen::VectorXd ar_, shock_;  ///< [n] dense: coefficients by lag - 1; 1 and the ma by lag
    Eigen::MatrixXd covariance_;  ///< of the state, upper triangle; empty once settled
    bool is_exact_ = true;        ///< missing steps unsettle it
};

/// Exact Gaussian likelihood of a series under a model, the variance of e at its optimum.
struct Likelihood {
    double log = 0.0;
    double variance = 0.0;    ///< of e
    std::size_t present = 0;  ///< steps that count
    /// e[t] over the root of its relative variance, times the root of the geometric mean of those
    /// variances: least squares of them are maximum likelihood.
    Eigen::VectorXd residuals;
};
/// w: the differenced series, NaN: missing. nullopt: no start, nothing present.
[[nodiscard]] std::optional<Likelihood> likelihood(std::span<const double> w, const Arma& arma);

/// Residuals of the present steps given zeros before the first: the cheap stand-in for the
/// likelihood while orders are searched. O(steps * terms)
[[nodiscard]] Eigen::VectorXd conditional_residuals(std::span<const double> w, const Arma& arma);

}  // namespace forescale::arima
