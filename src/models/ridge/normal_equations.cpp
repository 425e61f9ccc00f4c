#include "models/ridge/normal_equations.h"

#include "base/assert.h"

#include <cmath>

#include <Eigen/Cholesky>

namespace forescale::ridge {

namespace {
/// Per row, in square log levels: what makes a column that is always zero solvable.
constexpr double absolute_penalty = 1e-6;
}  // namespace

NormalEquations::NormalEquations(std::size_t columns)
    : gram_(columns * (columns + 1) / 2), moments_(columns) {}

void NormalEquations::add(std::span<const double> row, double y, double weight, double keep) {
    ASSERT(row.size() == moments_.size());
    double* entry = gram_.data();
    for (std::size_t i = 0; i < row.size(); ++i) {
        const double scaled = weight * row[i];
        const double* const other = row.data();
        for (std::size_t j = 0; j <= i; ++j) entry[j] = keep * entry[j] + scaled * other[j];
        entry += i + 1;
        moments_[i] = keep * moments_[i] + scaled * y;
    }
    rows_ = keep * rows_ + 1.0;
}

bool NormalEquations::solve(double penalty, std::span<double> coefficients) const {
    const auto n = static_cast<Eigen::Index>(moments_.size());
    Eigen::MatrixXd gram(n, n);
    const double* entry = gram_.data();
    for (Eigen::Index i = 0; i < n; ++i)
        for (Eigen::Index j = 0; j <= i; ++j) gram(i, j) = *entry++;
    gram.diagonal() = gram.diagonal() * (1.0 + penalty) +
                      Eigen::VectorXd::Constant(n, absolute_penalty * (rows_ + 1.0));
    const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>, Eigen::Lower> factor(gram);
    if (factor.info() != Eigen::Success) return false;
    const Eigen::VectorXd solution =
        factor.solve(Eigen::Map<const Eigen::VectorXd>(moments_.data(), n));
    if (!solution.allFinite()) return false;
    std::copy(solution.begin(), solution.end(), coefficients.begin());
    return true;
}

}  // namespace forescale::ridge
