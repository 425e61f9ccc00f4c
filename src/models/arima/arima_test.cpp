#include "base/rng.h"
#include "models/arima/level_filter.h"

#include <numbers>

#include <Eigen/Cholesky>
#include <gtest/gtest.h>

namespace forescale::arima {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double normal(Rng& rng) {  // Box and Muller
    return std::sqrt(-2.0 * std::log(1.0 - rng.uniform())) *
           std::cos(2.0 * std::numbers::pi * rng.uniform());
}
double unbounded(double partial) {
    return std::atanh(partial / 0.99);
}
double coefficient(const std::vector<Term>& terms, int lag) {
    for (const Term& term : terms)
        if (term.lag == lag) return term.value;
    return 0.0;
}

/// What an ARMA process makes of normal shocks, after a run-in.
std::vector<double> simulated(const Arma& arma, std::size_t count, std::uint64_t seed) {
    Rng rng(seed);
    std::vector<double> w;
    std::vector<double> e;
    for (std::size_t t = 0; t < count + 500; ++t) {
        e.push_back(normal(rng));
        double value = e.back();
        for (const Term& term : arma.ar)
            if (static_cast<std::size_t>(term.lag) <= t)
                value += term.value * w[t - static_cast<std::size_t>(term.lag)];
        for (const Term& term : arma.ma)
            if (static_cast<std::size_t>(term.lag) <= t)
                value += term.value * e[t - static_cast<std::size_t>(term.lag)];
        w.push_back(value);
    }
    return {w.end() - static_cast<std::ptrdiff_t>(count), w.end()};
}
/// Levels whose differences are w.
std::vector<double> integrated(std::span<const double> w, const Order& order) {
    const std::vector<Term> lags = integration(order);
    std::vector<double> levels(lags.empty() ? 0 : static_cast<std::size_t>(lags.back().lag), 0.0);
    for (const double difference : w) {
        double level = difference;
        for (const Term& term : lags)
            level += term.value * levels[levels.size() - static_cast<std::size_t>(term.lag)];
        levels.push_back(level);
    }
    return levels;
}

/// The same likelihood from the joint normal distribution of the steps that are present, its
/// covariances from three thousand weights of the infinite moving average.
double direct_likelihood(const std::vector<double>& w, const Arma& arma) {
    constexpr std::size_t terms = 3000;
    std::vector<double> psi(terms, 0.0);
    for (std::size_t j = 0; j < terms; ++j) {
        psi[j] = j == 0 ? 1.0 : coefficient(arma.ma, static_cast<int>(j));
        for (const Term& term : arma.ar)
            if (static_cast<std::size_t>(term.lag) <= j)
                psi[j] += term.value * psi[j - static_cast<std::size_t>(term.lag)];
    }
    std::vector<std::size_t> at;
    for (std::size_t t = 0; t < w.size(); ++t)
        if (!std::isnan(w[t])) at.push_back(t);
    const auto n = static_cast<Eigen::Index>(at.size());
    Eigen::MatrixXd covariance(n, n);
    Eigen::VectorXd values(n);
    for (Eigen::Index i = 0; i < n; ++i) {
        values[i] = w[at[static_cast<std::size_t>(i)]] - arma.mean;
        for (Eigen::Index j = 0; j <= i; ++j) {
            const std::size_t lag =
                at[static_cast<std::size_t>(i)] - at[static_cast<std::size_t>(j)];
            double sum = 0.0;
            for (std::size_t k = lag; k < terms; ++k) sum += psi[k] * psi[k - lag];
            covariance(i, j) = covariance(j, i) = sum;
        }
    }
    const Eigen::LLT<Eigen::MatrixXd> factor(covariance);
    const auto count = static_cast<double>(n);
    const double variance = values.dot(factor.solve(values)) / count;
    const double log_determinant =
        2.0 * Eigen::MatrixXd(factor.matrixL()).diagonal().array().log().sum();
    return -0.5 * (count * (std::log(2.0 * std::numbers::pi * variance) + 1.0) + log_determinant);
}

struct Process {
    std::string name;
    Order order;
    std::vector<double> partials;
    bool has_gaps = false;
};
class EveryProcess : public ::testing::TestWithParam<Process> {};

TEST_P(EveryProcess, HasTheLikelihoodOfItsJointNormalDistribution) {
    std::vector<double> parameters;
    for (const double partial : GetParam().partials) parameters.push_back(unbounded(partial));
    if (GetParam().order.has_mean) parameters.push_back(0.4);
    const Arma arma = arma_of(GetParam().order, parameters);
    std::vector<double> w = simulated(arma, 80, 7);
    if (GetParam().has_gaps)
        for (const std::size_t t : {0U, 13U, 14U, 15U, 40U, 62U, 79U}) w[t] = nan;
    const auto filtered = likelihood(w, arma);
    ASSERT_TRUE(filtered.has_value());
    EXPECT_NEAR(filtered->log, direct_likelihood(w, arma), 1e-3);
}
INSTANTIATE_TEST_SUITE_P(
    Arma, EveryProcess,
    ::testing::Values(
        Process{"ar1", {.p = 1}, {0.8}}, Process{"ar1_gaps", {.p = 1}, {0.8}, true},
        Process{"ma1", {.q = 1}, {-0.6}}, Process{"ma1_gaps", {.q = 1}, {0.9}, true},
        Process{"arma21", {.p = 2, .q = 1}, {0.6, -0.3, 0.5}},
        Process{"arma12_mean_gaps", {.p = 1, .q = 2, .has_mean = true}, {0.9, 0.3, -0.4}, true},
        Process{"seasonal",
                {.p = 1, .q = 1, .seasonal_p = 1, .seasonal_q = 1, .season = 6},
                {0.5, 0.3, 0.7, -0.4}},
        Process{"seasonal_gaps",
                {.p = 1, .q = 1, .seasonal_p = 1, .seasonal_q = 1, .season = 6},
                {0.5, 0.3, 0.7, 0.4},
                true}),
    [](const auto& of) { return of.param.name; });

TEST(Sarima, FactorsAreMultipliedOut) {
    const Order order{.p = 1, .q = 1, .seasonal_p = 1, .seasonal_q = 1, .season = 4};
    const std::vector<double> u{unbounded(0.5), unbounded(0.2), unbounded(0.6), unbounded(0.3)};
    const Arma arma = arma_of(order, u);
    ASSERT_EQ(arma.ar.size(), 3U);
    EXPECT_NEAR(coefficient(arma.ar, 1), 0.5, 1e-12);
    EXPECT_NEAR(coefficient(arma.ar, 4), 0.6, 1e-12);
    EXPECT_NEAR(coefficient(arma.ar, 5), -0.3, 1e-12);
    EXPECT_NEAR(coefficient(arma.ma, 1), -0.2, 1e-12);
    EXPECT_NEAR(coefficient(arma.ma, 4), -0.3, 1e-12);
    EXPECT_NEAR(coefficient(arma.ma, 5), 0.06, 1e-12);
}

TEST(Sarima, PartialAutocorrelationsGiveCoefficients) {
    const std::vector<double> u{unbounded(0.5), unbounded(0.3)};
    const Arma arma = arma_of({.p = 2}, u);
    EXPECT_NEAR(coefficient(arma.ar, 1), 0.35, 1e-12);  // 0.5 - 0.3 * 0.5
    EXPECT_NEAR(coefficient(arma.ar, 2), 0.3, 1e-12);
}

TEST(Sarima, DifferencesNeedAllTheirLevels) {
    const std::vector<double> levels{1.0, 2.0, 4.0, 7.0, nan, 16.0, 22.0};
    const auto w = difference(levels, {.d = 1, .seasonal_d = 1, .season = 2});
    ASSERT_EQ(w.size(), 4U);
    EXPECT_DOUBLE_EQ(w[0], 2.0);  // (7 - 4) - (2 - 1)
    EXPECT_TRUE(std::isnan(w[1]) && std::isnan(w[2]) && std::isnan(w[3]));
}

TEST(Estimate, ConditionalResidualsStartFromZeros) {
    const Arma arma{.ar = {}, .ma = {{.lag = 1, .value = 0.5}}};
    const Eigen::VectorXd e = conditional_residuals(std::vector<double>{1.0, 2.0, 3.0}, arma);
    EXPECT_DOUBLE_EQ(e[0], 1.0);
    EXPECT_DOUBLE_EQ(e[1], 1.5);
    EXPECT_DOUBLE_EQ(e[2], 2.25);
}

TEST(Estimate, RecoversTheCoefficients) {
    const Order order{.p = 1, .q = 1, .seasonal_q = 1, .season = 12};
    const std::vector<double> truth{unbounded(0.7), unbounded(-0.4), unbounded(0.5)};
    const auto w = simulated(arma_of(order, truth), 1500, 3);
    for (const Method method : {Method::conditional, Method::exact}) {
        const Estimate found = estimate(w, order, first_guess(w, order), method);
        const Arma arma = arma_of(order, found.parameters);
        EXPECT_NEAR(coefficient(arma.ar, 1), 0.7, 0.06);
        EXPECT_NEAR(coefficient(arma.ma, 1), 0.4, 0.08);
        EXPECT_NEAR(coefficient(arma.ma, 12), -0.5, 0.06);
        EXPECT_NEAR(found.variance, 1.0, 0.1);
    }
}

struct Truth {
    std::string name;
    Order order;
    std::vector<double> partials;
};
class OrderSearch : public ::testing::TestWithParam<Truth> {};

TEST_P(OrderSearch, FindsTheOrderThatMadeTheSeries) {
    std::vector<double> parameters;
    for (const double partial : GetParam().partials) parameters.push_back(unbounded(partial));
    const auto w = simulated(arma_of(GetParam().order, parameters), 1000, 11);
    Estimate found = search(integrated(w, GetParam().order), GetParam().order.season);
    found.order.has_mean = false;
    EXPECT_EQ(found.order, GetParam().order)
        << "(" << found.order.p << found.order.d << found.order.q << ")(" << found.order.seasonal_p
        << found.order.seasonal_d << found.order.seasonal_q << ")";
}
INSTANTIATE_TEST_SUITE_P(
    Arima, OrderSearch,
    ::testing::Values(
        Truth{"ar2", {.p = 2}, {0.6, -0.5}}, Truth{"ma1", {.q = 1}, {-0.7}},
        Truth{"random_walk_ma1", {.d = 1, .q = 1}, {0.6}},
        Truth{"seasonal_ma", {.d = 1, .q = 1, .seasonal_q = 1, .season = 12}, {0.4, 0.5}},
        Truth{"ar1_seasonal_ar", {.p = 1, .seasonal_p = 1, .season = 12}, {0.6, 0.5}}),
    [](const auto& of) { return of.param.name; });

TEST(Search, ASeasonIsToldFromNoise) {
    Rng rng(4);
    std::vector<double> season;
    std::vector<double> noise;
    for (int t = 0; t < 24 * 20; ++t) {
        season.push_back(std::sin(2.0 * std::numbers::pi * t / 24.0) + 0.1 * normal(rng));
        noise.push_back(normal(rng));
    }
    EXPECT_GT(seasonal_strength(season, 24), 0.95);
    EXPECT_LT(seasonal_strength(noise, 24), 0.2);
    EXPECT_FALSE(needs_difference(noise));
    EXPECT_EQ(search(season, 24).order.seasonal_d, 1);
    EXPECT_EQ(search(noise, 24).order.seasonal_d, 0);
}

Estimate fixed(const Order& order, std::vector<double> parameters) {
    Estimate estimate;
    estimate.order = order;
    estimate.parameters = std::move(parameters);
    estimate.variance = 0.04;
    return estimate;
}

TEST(LevelFilter, ASeasonalDifferenceAloneRepeatsTheSeason) {
    const Estimate naive = fixed({.seasonal_d = 1, .season = 3}, {});
    auto filter = LevelFilter::of(naive, 1.0, LevelFilter::no_clip);
    ASSERT_TRUE(filter.has_value());
    for (const double level : {1.0, 2.0, 3.0, 1.5, 2.5, nan}) filter->step(level);
    EXPECT_EQ(filter->predictions(4), (std::vector<double>{1.5, 2.5, 3.0, 1.5}));
}

TEST(LevelFilter, AnIncidentDoesNotComeBackASeasonLater) {
    const Estimate model =
        fixed({.seasonal_d = 1, .seasonal_q = 1, .season = 24}, {unbounded(0.6)});
    auto filter = LevelFilter::of(model, 0.05, 4.0);
    ASSERT_TRUE(filter.has_value());
    for (int t = 0; t < 240; ++t) {
        const double usual = 2.0 + std::sin(2.0 * std::numbers::pi * t / 24.0);
        filter->step(t == 230 ? usual + 20.0 : usual);
    }
    const double usual = 2.0 + std::sin(2.0 * std::numbers::pi * 254 / 24.0);
    EXPECT_NEAR(filter->predictions(15)[14], usual, 0.25);
}

TEST(LevelFilter, AShiftIsBelievedAfterThreeSteps) {
    auto filter = LevelFilter::of(fixed({.d = 1}, {}), 0.05, 4.0);
    ASSERT_TRUE(filter.has_value());
    for (int t = 0; t < 30; ++t) filter->step(t < 20 ? 1.0 : 6.0);
    EXPECT_NEAR(filter->prediction(), 6.0, 1e-9);
}

TEST(LevelFilter, PredictionsOfADriftStayWithinWhatIsPlausible) {
    Estimate drift = fixed({.d = 1, .has_mean = true}, {0.5});
    auto filter = LevelFilter::of(drift, 1.0, LevelFilter::no_clip);
    ASSERT_TRUE(filter.has_value());
    for (int t = 0; t < 10; ++t) filter->step(0.5 * t);
    EXPECT_NEAR(filter->predictions(1)[0], 5.0, 1e-9);
    EXPECT_NEAR(filter->predictions(50)[49], 5.5, 1e-9);  // the largest level, and one
}

TEST(PredictionDeviations, GrowAsTheModelSays) {
    const auto walk = prediction_deviations(fixed({.d = 1}, {}), 9);
    EXPECT_NEAR(walk[0], 0.2, 1e-12);
    EXPECT_NEAR(walk[8], 0.6, 1e-12);
    const auto ar = prediction_deviations(fixed({.p = 1}, {unbounded(0.5)}), 3);
    EXPECT_NEAR(ar[1], 0.2 * std::sqrt(1.25), 1e-12);
    EXPECT_NEAR(ar[2], 0.2 * std::sqrt(1.3125), 1e-12);
    const auto seasonal = prediction_deviations(fixed({.seasonal_d = 1, .season = 2}, {}), 3);
    EXPECT_NEAR(seasonal[1], 0.2, 1e-12);
    EXPECT_NEAR(seasonal[2], 0.2 * std::sqrt(2.0), 1e-12);
}

}  // namespace
}  // namespace forescale::arima
