#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace forescale::ridge {

/// The normal equations of one weighted least squares problem whose rows fade.
class NormalEquations {
public:
    NormalEquations() = default;
    explicit NormalEquations(std::size_t columns);

    /// All earlier rows count `keep` times as much; then the row is added. O(columns^2).
    void add(std::span<const double> row, double y, double weight, double keep);
    /// Coefficients with a penalty relative to each column's own square sum. False (and none) when
    /// they are not finite. O(columns^3 / 6).
    [[nodiscard]] bool solve(double penalty, std::span<double> coefficients) const;
    [[nodiscard]] double rows() const { return rows_; }  ///< faded count

    template <class Archive>
    void fields(Archive& archive) {
        archive(gram_, moments_, rows_);
    }

private:
    std::vector<double>
        gram_;  ///< lower triangle by rows: entry (i, j), j <= i, at i * (i + 1) / 2 + j
    std::vector<double> moments_;
    double rows_ = 0.0;
};

}  // namespace forescale::ridge
