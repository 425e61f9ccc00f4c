#pragma once
#include <cstddef>
#include <vector>

namespace forescale {

/// Distribution of standardized residuals (residual over its expected size) that forgets: a
/// histogram whose bins widen with the distance from 0, so that the middle is fine and the far tail
/// still kept. 2 KB.
class ForgettingHistogram {
public:
    ForgettingHistogram() = default;
    /// half_life in samples
    explicit ForgettingHistogram(double half_life);

    void learn(double value, double weight = 1.0);
    /// The value below which `level` (0..1) of the distribution lies, linear within a bin; 0
    /// without samples. O(bins).
    [[nodiscard]] double quantile(double level) const;
    /// Samples that count after forgetting.
    [[nodiscard]] double samples() const { return total_ / growth_; }
    /// What has been learned counts `share` of what it did.
    void discount(double share);

    template <class Archive>
    void fields(Archive& archive) {
        archive(step_growth_, growth_, total_, bins_);
    }

private:
    double step_growth_ = 1.0;
    double growth_ = 1.0;
    double total_ = 0.0;
    std::vector<double> bins_;
};

}  // namespace forescale
