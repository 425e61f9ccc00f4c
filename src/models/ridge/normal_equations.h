#pragma once
#include "models/ridge/kernels.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace forescale::ridge {

/// The normal equations of one weighted least squares problem whose rows fade. The matrix is kept
/// in `Number`: floats are half the memory and twice as fast, and precise enough where rows fade
/// within weeks and the penalty is 1e-3 or more; where they do not fade, sums need doubles.
template <class Number>
class NormalEquations {
public:
    NormalEquations() = default;
    explicit NormalEquations(std::size_t columns);

    /// All earlier rows count `keep` times as much; then the row is added. O(columns^2).
    void add(std::span<const Number> row, double y, double weight, double keep);
    /// Coefficients with a penalty relative to each column's own square sum. False (and none) when
    /// they are not finite. O(columns^3 / 6), in double precision.
    [[nodiscard]] bool solve(double penalty, std::span<double> coefficients);
    /// The same with one penalty for all columns, in the unit of their square sums.
    [[nodiscard]] bool solve_with_absolute(double penalty, std::span<double> coefficients);
    [[nodiscard]] double rows() const { return rows_; }  ///< faded count

    template <class Archive>
    void fields(Archive& archive) {
        take_in();
        archive(gram_, moments_, rows_);
        if constexpr (Archive::is_reading) waiting_.clear();
    }

    static constexpr std::size_t columns_max = 256;

private:
    /// Diagonal entries count `relative` times, plus `absolute`.
    [[nodiscard]] bool solve(double relative, double absolute, std::span<double> coefficients);
    void take_in();

    std::vector<Number> gram_;  ///< a triangle as kernels.h describes it
    /// Rows that are not in gram_ yet: four at a time cost less, and give the same bits.
    static constexpr std::size_t waiting_max = 4;
    std::vector<Number> waiting_;  ///< [waiting_max][padded(columns)]
    std::array<Number, waiting_max> weights_{};
    std::array<Number, waiting_max> keeps_{};
    std::size_t count_ = 0;
    std::vector<double> moments_;
    double rows_ = 0.0;
};

extern template class NormalEquations<float>;
extern template class NormalEquations<double>;

/// Least absolute error by reweighting: a row counts with the inverse of the error that the model
/// made on it, in recent mean errors, so that one incident does not poison weeks.
struct Reweighting {
    double error_mean = 0.0;  ///< fading
    double errors = 0.0;      ///< faded count behind it

    static constexpr double weight_max =
        2.2;  ///< of a row that was met exactly, against one missed by the mean error
    /// keep 0.999 is about two days of 5 min steps; floor: an error below is no reason for more.
    [[nodiscard]] double weight_of(double error, double keep = 0.999, double floor = 1e-6) {
        errors = keep * errors + 1.0;
        error_mean += (error - error_mean) / errors;
        return std::min(error_mean / std::max(error, floor), weight_max);
    }
    template <class Archive>
    void fields(Archive& archive) {
        archive(error_mean, errors);
    }
};

}  // namespace forescale::ridge
