#include "models/arima/filter.h"

#include "base/simd.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <Eigen/LU>

namespace forescale::arima {

namespace {
constexpr double converged = 1e-4;

std::size_t lag_max(std::span<const Term> terms) {
    return terms.empty() ? 0 : static_cast<std::size_t>(terms.back().lag);
}

/// First weights of the infinite moving average, [count].
std::vector<double> psi_weights(const Eigen::VectorXd& ar, const Eigen::VectorXd& shock) {
    const auto count = static_cast<std::size_t>(shock.size());
    std::vector<double> psi(count, 0.0);
    for (std::size_t j = 0; j < count; ++j) {
        psi[j] = shock[static_cast<Eigen::Index>(j)];
        for (std::size_t k = 1; k <= j; ++k)
            psi[j] += ar[static_cast<Eigen::Index>(k - 1)] * psi[j - k];
    }
    return psi;
}

/// Autocovariances 0..n of the process, for e of variance one: the Yule-Walker equations with the
/// moving average's covariances on the right.
Eigen::VectorXd autocovariances(const Eigen::VectorXd& ar, const Eigen::VectorXd& shock,
                                const std::vector<double>& psi) {
    const Eigen::Index n = ar.size();
    Eigen::MatrixXd system = Eigen::MatrixXd::Identity(n + 1, n + 1);
    Eigen::VectorXd right = Eigen::VectorXd::Zero(n + 1);
    for (Eigen::Index k = 0; k <= n; ++k) {
        for (Eigen::Index j = 1; j <= n; ++j) system(k, std::abs(k - j)) -= ar[j - 1];
        for (Eigen::Index j = k; j < n; ++j)
            right[k] += shock[j] * psi[static_cast<std::size_t>(j - k)];
    }
    return system.partialPivLu().solve(right);
}

/// What a step that was seen makes of the covariances, the upper triangle of [n][n] by columns:
/// everything moves up and left by one, less what the step explained, plus the shock's own.
struct Seen {
    std::size_t n;
    double* covariance;
    const double* gain;   ///< [n] its first row
    const double* shock;  ///< [n]
};
FORESCALE_INLINE void learn_seen_of(const Seen& of) {
    constexpr std::size_t lanes = simd::lanes<double>;
    const double variance = of.gain[0];
    for (std::size_t j = 0; j + 1 < of.n; ++j) {
        double* const to = of.covariance + j * of.n;
        const double* const from = to + of.n + 1;
        const double explained = of.gain[j + 1] / variance;
        const double own = of.shock[j];
        std::size_t i = 0;
        for (; i + lanes <= j + 1; i += lanes) {
            simd::Four x;
            simd::Four gain;
            simd::Four shock;
            simd::load(x, from + i);
            simd::load(gain, of.gain + i + 1);
            simd::load(shock, of.shock + i);
            x = (x - gain * explained) + shock * own;
            simd::store(to + i, x);
        }
        for (; i <= j; ++i) to[i] = (from[i] - of.gain[i + 1] * explained) + of.shock[i] * own;
    }
    for (std::size_t i = 0; i < of.n; ++i)
        of.covariance[(of.n - 1) * of.n + i] = of.shock[i] * of.shock[of.n - 1];
}
FORESCALE_AVX2 void learn_seen_avx2(const Seen& of) {
    learn_seen_of(of);
}

/// One step of the recursion; the arrays are `padded` long, and one vector of zeros.
struct GainStep {
    std::size_t padded;
    double* gain;
    double* change;
    double of_gain;    ///< times the change is what the gain grows by
    double of_change;  ///< times the gain is what the change loses
};
/// Returns the square sum of the change as it was.
FORESCALE_INLINE double step_gain_of(const GainStep& of) {
    simd::Four squares{};
    for (std::size_t i = 0; i < of.padded; i += simd::lanes<double>) {
        simd::Four gain;
        simd::Four change;
        simd::Four next_gain;
        simd::Four next_change;
        simd::load(gain, of.gain + i);
        simd::load(change, of.change + i);
        simd::load(next_gain, of.gain + i + 1);
        simd::load(next_change, of.change + i + 1);
        squares += change * change;
        gain += change * of.of_gain;
        next_change -= next_gain * of.of_change;
        simd::store(of.gain + i, gain);
        simd::store(of.change + i, next_change);
    }
    return simd::sum_of(squares);
}
FORESCALE_AVX2 double step_gain_avx2(const GainStep& of) {
    return step_gain_of(of);
}
}  // namespace

GainRecursion::GainRecursion(const Eigen::MatrixXd& covariance, const Eigen::VectorXd& ar) {
    constexpr std::size_t lanes = simd::lanes<double>;
    const auto n = static_cast<std::size_t>(ar.size());
    const std::size_t size = (n + lanes - 1) / lanes * lanes + lanes;
    gain_.assign(size, 0.0);
    change_.assign(size, 0.0);
    for (std::size_t i = 0; i < n; ++i) gain_[i] = covariance(0, static_cast<Eigen::Index>(i));
    for (std::size_t i = 0; i < n; ++i)
        change_[i] = gain_[i + 1] + ar[static_cast<Eigen::Index>(i)] * gain_[0];
    weight_ = -1.0 / gain_[0];
}

void GainRecursion::advance() {
    const double variance = gain_[0];
    const GainStep step{.padded = gain_.size() - simd::lanes<double>,
                        .gain = gain_.data(),
                        .change = change_.data(),
                        .of_gain = weight_ * change_[0],
                        .of_change = change_[0] / variance};
    const double squares =
        simd::best_path() == simd::Path::avx2 ? step_gain_avx2(step) : step_gain_of(step);
    trace_change_ += weight_ * squares;
    weight_ *= variance / gain_[0];
    ++steps_;
}

void ArmaFilter::set_terms() {
    const auto n = static_cast<Eigen::Index>(std::max(lag_max(arma_.ar), lag_max(arma_.ma) + 1));
    ar_ = Eigen::VectorXd::Zero(n);
    shock_ = Eigen::VectorXd::Zero(n);
    shock_[0] = 1.0;
    for (const Term& term : arma_.ar) ar_[term.lag - 1] = term.value;
    for (const Term& term : arma_.ma) shock_[term.lag] = term.value;
    if (state_.empty()) state_.assign(static_cast<std::size_t>(n), 0.0);
}

std::optional<ArmaFilter> ArmaFilter::stationary(const Arma& arma) {
    ArmaFilter filter;
    filter.arma_ = arma;
    filter.set_terms();
    if (!filter.start()) return std::nullopt;
    return filter;
}

// The first row follows from autocovariances, the others from the last one back, since
// P = T P T' + R R' and T shifts.
bool ArmaFilter::start() {
    const Eigen::Index n = ar_.size();
    const std::vector<double> psi = psi_weights(ar_, shock_);
    const Eigen::VectorXd gamma = autocovariances(ar_, shock_, psi);
    Eigen::VectorXd first = Eigen::VectorXd::Zero(n + 1);
    first[0] = gamma[0];
    for (Eigen::Index j = 1; j < n; ++j)
        for (Eigen::Index k = j; k < n; ++k)
            first[j] +=
                ar_[k] * gamma[k + 1 - j] + shock_[k] * psi[static_cast<std::size_t>(k - j)];
    covariance_ = Eigen::MatrixXd::Zero(n, n);
    for (Eigen::Index i = n - 1; i >= 0; --i)
        for (Eigen::Index j = n - 1; j >= i; --j)
            covariance_(i, j) = ar_[i] * ar_[j] * gamma[0] + ar_[i] * first[j + 1] +
                                ar_[j] * first[i + 1] + shock_[i] * shock_[j] +
                                (j + 1 < n ? covariance_(i + 1, j + 1) : 0.0);
    if (!covariance_.allFinite() || !(gamma[0] > 0.0) || covariance_.diagonal().minCoeff() < -1e-9)
        return false;
    recursion_ = GainRecursion(covariance_, ar_);
    excess_ = (covariance_.diagonal() - shock_.cwiseAbs2()).sum();
    return true;
}

// state' = T state: everything moves up by one, and the level enters through the ar terms.
void ArmaFilter::shift(double level) {
    std::move(state_.begin() + 1, state_.end(), state_.begin());
    state_.back() = 0.0;
    for (const Term& term : arma_.ar)
        state_[static_cast<std::size_t>(term.lag - 1)] += term.value * level;
}

ArmaFilter::Innovation ArmaFilter::step(double w) {
    const double v = w - prediction();
    if (!std::isfinite(v)) {
        if (is_exact_) step_missing();
        shift(state_.front());
        return {.value = v, .variance = 1.0};
    }
    return is_settled() ? step_settled(v) : step_exact(v);
}

ArmaFilter::Innovation ArmaFilter::step_settled(double v) {
    shift(state_.front() + v);
    for (const Term& term : arma_.ma)
        state_[static_cast<std::size_t>(term.lag - 1)] += term.value * v;
    return {.value = v, .variance = 1.0};
}

// After a step that was seen the first state is known: the shift needs no ar terms.
void ArmaFilter::correct(const double* gain, double v) {
    shift(state_.front() + v);
    const double share = v / gain[0];
    for (std::size_t i = 0; i + 1 < state_.size(); ++i) state_[i] += gain[i + 1] * share;
}

ArmaFilter::Innovation ArmaFilter::step_exact(double v) {
    double variance = covariance_(0, 0);
    if (recursion_.runs()) {
        variance = recursion_.gain()[0];
        correct(recursion_.gain(), v);
        recursion_.advance();
    } else {
        correct(Eigen::VectorXd(covariance_.row(0).transpose()).data(), v);
        learn_seen();
    }
    if (has_converged()) forget_covariance();
    return {.value = v, .variance = variance};
}

void ArmaFilter::learn_seen() {
    const Eigen::VectorXd gain = covariance_.row(0).transpose();
    const Seen seen{.n = static_cast<std::size_t>(ar_.size()),
                    .covariance = covariance_.data(),
                    .gain = gain.data(),
                    .shock = shock_.data()};
    if (simd::best_path() == simd::Path::avx2)
        learn_seen_avx2(seen);
    else
        learn_seen_of(seen);
}

/// The covariance of now, which the recursion does without.
void ArmaFilter::leave_recursion() {
    for (std::size_t step = 0; step < recursion_.steps(); ++step) learn_seen();
    recursion_ = {};
}

void ArmaFilter::step_missing() {
    const Eigen::Index n = ar_.size();
    if (recursion_.runs()) leave_recursion();
    if (is_settled()) covariance_ = shock_ * shock_.transpose();
    Eigen::VectorXd first = Eigen::VectorXd::Zero(n + 1);
    first.head(n) = covariance_.row(0).transpose();
    for (Eigen::Index j = 0; j < n; ++j)
        for (Eigen::Index i = 0; i <= j; ++i)
            covariance_(i, j) = ar_[i] * ar_[j] * first[0] + ar_[i] * first[j + 1] +
                                ar_[j] * first[i + 1] + shock_[i] * shock_[j] +
                                (j + 1 < n ? covariance_(i + 1, j + 1) : 0.0);
}

bool ArmaFilter::has_converged() const {
    if (recursion_.runs())
        return recursion_.gain()[0] - 1.0 < converged &&
               excess_ + recursion_.trace_change() < converged;
    return covariance_(0, 0) - 1.0 < converged &&
           (covariance_.diagonal() - shock_.cwiseAbs2()).sum() < converged;
}

std::vector<double> ArmaFilter::predictions(std::size_t steps) const {
    ArmaFilter ahead;
    ahead.arma_ = arma_;
    ahead.state_ = state_;
    std::vector<double> predictions;
    for (std::size_t h = 0; h < steps; ++h) {
        predictions.push_back(ahead.prediction());
        ahead.shift(ahead.state_.front());
    }
    return predictions;
}

std::optional<Likelihood> likelihood(std::span<const double> w, const Arma& arma) {
    auto filter = ArmaFilter::stationary(arma);
    if (!filter) return std::nullopt;
    Likelihood result;
    result.residuals.resize(static_cast<Eigen::Index>(w.size()));
    double log_variances = 0.0;
    Eigen::Index n = 0;
    for (const double value : w) {
        const auto [v, variance] = filter->step(value);
        if (!std::isfinite(v)) continue;
        if (!(variance > 0.0)) return std::nullopt;
        result.residuals[n++] = v / std::sqrt(variance);
        log_variances += std::log(variance);
    }
    if (n == 0) return std::nullopt;
    result.residuals.conservativeResize(n);
    const auto count = static_cast<double>(n);
    result.present = static_cast<std::size_t>(n);
    result.variance = std::max(result.residuals.squaredNorm() / count, 1e-12);
    result.log =
        -0.5 * (count * (std::log(2.0 * std::numbers::pi * result.variance) + 1.0) + log_variances);
    result.residuals *= std::exp(0.5 * log_variances / count);
    return result;
}

Eigen::VectorXd conditional_residuals(std::span<const double> w, const Arma& arma) {
    const std::size_t n = w.size();
    std::vector<double> levels(n);
    std::vector<double> errors(n);
    Eigen::VectorXd residuals(static_cast<Eigen::Index>(n));
    Eigen::Index present = 0;
    for (std::size_t t = 0; t < n; ++t) {
        double predicted = 0.0;
        for (const Term& term : arma.ar) {
            const auto lag = static_cast<std::size_t>(term.lag);
            if (lag <= t) predicted += term.value * levels[t - lag];
        }
        for (const Term& term : arma.ma) {
            const auto lag = static_cast<std::size_t>(term.lag);
            if (lag <= t) predicted += term.value * errors[t - lag];
        }
        const bool is_present = std::isfinite(w[t]);
        levels[t] = is_present ? w[t] - arma.mean : predicted;
        errors[t] = levels[t] - predicted;
        if (is_present) residuals[present++] = errors[t];
    }
    residuals.conservativeResize(present);
    return residuals;
}

}  // namespace forescale::arima
