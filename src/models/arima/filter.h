#pragma once
#include "models/arima/sarima.h"

#include <optional>

#include <Eigen/Core>

namespace forescale::arima {

/// The first column of the covariance of a state, step by step, from a stationary start on while
/// nothing is missing: what a step changes of the covariance is then a matrix of rank one. O(state)
/// a step
/// source  Morf, Sidhu and Kailath 1974, IEEE Trans. on Automatic Control 19(4),
/// doi:10.1109/TAC.1974.1100576
class GainRecursion {
public:
    GainRecursion() = default;
    /// covariance: stationary, [n][n] upper triangle
    GainRecursion(const Eigen::MatrixXd& covariance, const Eigen::VectorXd& ar);

    void advance();
    [[nodiscard]] const double* gain() const { return gain_.data(); }  ///< [n + 1], the last one 0
    [[nodiscard]] std::size_t steps() const { return steps_; }
    /// How much the trace of the covariance has grown.
    [[nodiscard]] double trace_change() const { return trace_change_; }
    [[nodiscard]] bool runs() const { return !gain_.empty(); }

private:
    // Filled up with zeros to whole vectors and one more.
    std::vector<double> gain_;
    std::vector<double> change_;  ///< the covariance grows by weight * change * change'
    double weight_ = 0.0;
    double trace_change_ = 0.0;
    std::size_t steps_ = 0;
};

/// The best linear prediction of an ARMA process, step by step, with its variance: Kalman's filter
/// on Harvey's state of max(p, q + 1) numbers. Exact from the stationary start, O(state) per step
/// until one is missing, O(state^2) from then on. Once the gain has settled (variance within 1e-4
/// of its limit, which an invertible model reaches) a step costs O(terms); a missing step
/// unsettles it.
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
    void settle() { forget_covariance(), is_exact_ = false; }

    template <class Archive>
    void fields(Archive& archive) {  // of a settled filter
        archive(arma_, state_);
        if constexpr (Archive::is_reading) set_terms(), is_exact_ = false;
    }

private:
    void set_terms();
    [[nodiscard]] bool start();
    [[nodiscard]] bool is_settled() const { return covariance_.size() == 0; }
    Innovation step_settled(double v);
    Innovation step_exact(double v);
    void correct(const double* gain, double v);
    void learn_seen();
    void step_missing();
    void leave_recursion();
    void forget_covariance() { covariance_.resize(0, 0), recursion_ = {}; }
    void shift(double level);
    [[nodiscard]] bool has_converged() const;

    Arma arma_;
    std::vector<double> state_;   ///< predicted, [n]
    Eigen::VectorXd ar_, shock_;  ///< [n] dense: coefficients by lag - 1; 1 and the ma by lag
    /// Of the state, upper triangle; empty once settled. While recursion_ runs, that of the start.
    Eigen::MatrixXd covariance_;
    GainRecursion recursion_;
    double excess_ = 0.0;   ///< of the trace of the covariance of the start over its limit
    bool is_exact_ = true;  ///< missing steps unsettle it
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
