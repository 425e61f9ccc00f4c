#include "models/ridge/normal_equations.h"

#include "base/assert.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

namespace forescale::ridge {

namespace {
/// Per row, in square log levels: what makes a column that is always zero solvable.
constexpr double absolute_penalty = 1e-6;
}  // namespace

template <class Number>
NormalEquations<Number>::NormalEquations(std::size_t columns)
    : gram_(triangle_size<Number>(columns)), moments_(columns) {
    ASSERT(columns <= columns_max);
}

template <class Number>
void NormalEquations<Number>::add(std::span<const Number> row, double y, double weight,
                                  double keep) {
    ASSERT(row.size() == moments_.size());
    std::array<Number, columns_max> with_zeros;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    std::ranges::copy(row, with_zeros.begin());
    std::fill(with_zeros.begin() + static_cast<std::ptrdiff_t>(row.size()),
              with_zeros.begin() + static_cast<std::ptrdiff_t>(padded<Number>(row.size())),
              Number{0});
    // Both sides of the equations fade by the same number.
    const auto kept = static_cast<Number>(keep);
    add_row({.columns = row.size(),
             .row = with_zeros.data(),
             .weight = static_cast<Number>(weight),
             .keep = kept,
             .triangle = gram_.data()},
            best_path());
    const auto fading = static_cast<double>(kept);
    for (std::size_t i = 0; i < row.size(); ++i)
        moments_[i] = fading * moments_[i] + (weight * static_cast<double>(row[i])) * y;
    rows_ = fading * rows_ + 1.0;
}

template <class Number>
bool NormalEquations<Number>::solve(double penalty, std::span<double> coefficients) const {
    return solve(1.0 + penalty, absolute_penalty * (rows_ + 1.0), coefficients);
}

template <class Number>
bool NormalEquations<Number>::solve_with_absolute(double penalty,
                                                  std::span<double> coefficients) const {
    return solve(1.0, penalty, coefficients);
}

template <class Number>
bool NormalEquations<Number>::solve(double relative, double absolute,
                                    std::span<double> coefficients) const {
    const std::size_t columns = moments_.size();
    const std::size_t stride = stride_of(columns);
    // Not filled first, which would take longer than to spread the half of it that is used.
    // NOLINTNEXTLINE(modernize-avoid-c-arrays)
    const auto matrix = std::make_unique_for_overwrite<double[]>(columns * stride);
    spread(gram_.data(), columns, matrix.get(), best_path());
    for (std::size_t i = 0; i < columns; ++i) {
        double* const row = matrix.get() + i * stride;
        row[i] = row[i] * relative + absolute;
        std::fill_n(row + padded<double>(columns), simd::lanes<double>, moments_[i]);
    }
    std::vector<double> solution(padded<double>(columns));
    if (!ridge::solve({.columns = columns, .matrix = matrix.get(), .x = solution.data()},
                      best_path()))
        return false;
    solution.resize(columns);
    if (!std::ranges::all_of(solution, [](double x) { return std::isfinite(x); })) return false;
    std::ranges::copy(solution, coefficients.begin());
    return true;
}

template class NormalEquations<float>;
template class NormalEquations<double>;

}  // namespace forescale::ridge
