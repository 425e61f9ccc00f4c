#pragma once
#include "base/time.h"
#include "models/ridge/normal_equations.h"

#include <span>
#include <vector>

namespace forescale {

/// What members say differently from their pool explains part of the pool's error: a ridge
/// regression, forgetting, of that error on those differences. Least absolute error by reweighting;
/// members whose differences point the same way share one coefficient's worth, which weights from
/// each member's own error cannot see.
/// source  stacked generalization: Wolpert 1992, doi:10.1016/S0893-6080(05)80023-1
class Stacking {
public:
    Stacking() = default;
    Stacking(std::size_t members, Duration step, Duration horizon);

    /// pool: the forecast to be corrected. Members that are NaN agree with it.
    [[nodiscard]] double correct(std::span<const double> medians, double pool) const;
    /// O(members^2), and O(members^3) every 30 min.
    void learn(std::span<const double> medians, double pool, double actual);

    template <class Archive>
    void fields(Archive& archive) {
        archive(equations_, coefficients_, error_mean_, targets_);
    }

private:
    /// What a member says beyond the pool, in mean errors.
    [[nodiscard]] double difference(double median, double pool) const;

    double keep_ = 1.0;
    double penalty_ = 1.0;
    std::uint64_t solve_every_ = 1;
    ridge::NormalEquations<double> equations_;
    std::vector<double> coefficients_;
    double error_mean_ = 0.0;  ///< of the corrected forecast: the unit
    std::uint64_t targets_ = 0;
};

}  // namespace forescale
