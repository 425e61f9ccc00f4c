#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace forescale {

/// Weighted ridge regression that forgets: only its normal equations are kept, so that a sample
/// costs O(columns^2) and none has to be stored. Deterministic: the same samples in the same order
/// give the same bits.
class ForgettingRidge {
public:
    ForgettingRidge() = default;
    /// half_life in samples; prior: samples' worth of pull of every coefficient towards 0, in units
    /// of its column's spread.
    ForgettingRidge(std::size_t columns, double half_life, double prior);

    /// One sample. features [columns], the first of them the constant 1.
    void learn(std::span<const double> features, double target, double weight);
    /// Makes the coefficients of everything learned so far. O(columns^3); a singular system keeps
    /// the coefficients.
    void solve();
    /// Sum of coefficients times features; 0 before the first solve().
    [[nodiscard]] double predict(std::span<const double> features) const;
    /// What has been learned counts `share` of what it did.
    void discount(double share);
    /// Samples that count: the sum of their weights after forgetting.
    [[nodiscard]] double samples() const { return samples_ / growth_; }

    template <class Archive>
    void fields(Archive& archive) {
        archive(columns_, step_growth_, prior_, growth_, samples_, gram_, moment_, coefficients_);
    }

private:
    void rescale(double factor);

    std::size_t columns_ = 0;
    double step_growth_ =
        1.0;  ///< a newer sample weighs more by this factor, which equals forgetting the older ones
    double prior_ = 0.0;
    double growth_ = 1.0;
    double samples_ = 0.0;
    std::vector<double> gram_;  ///< lower triangle, row by row
    std::vector<double> moment_;
    std::vector<double> coefficients_;
};

}  // namespace forescale
