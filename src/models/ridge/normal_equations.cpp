#include "models/ridge/normal_equations.h"

#include "base/assert.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

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
    const std::size_t width = padded<Number>(row.size());
    waiting_.resize(waiting_max * width);  // with zeros behind every row
    std::ranges::copy(row, waiting_.data() + count_ * width);
    // Both sides of the equations fade by the same number.
    const auto kept = static_cast<Number>(keep);
    weights_.at(count_) = static_cast<Number>(weight);
    keeps_.at(count_) = kept;
    if (++count_ == waiting_max) take_in();
    const auto fading = static_cast<double>(kept);
    for (std::size_t i = 0; i < row.size(); ++i)
        moments_[i] = fading * moments_[i] + (weight * static_cast<double>(row[i])) * y;
    rows_ = fading * rows_ + 1.0;
}

template <class Number>
void NormalEquations<Number>::take_in() {
    const std::size_t columns = moments_.size();
    const std::size_t rows = std::exchange(count_, 0);
    if (rows == waiting_max) {
        add_four_rows({.columns = columns,
                       .rows = waiting_.data(),
                       .weights = weights_.data(),
                       .keeps = keeps_.data(),
                       .triangle = gram_.data()},
                      best_path());
        return;
    }
    for (std::size_t row = 0; row < rows; ++row)
        add_row({.columns = columns,
                 .row = waiting_.data() + row * padded<Number>(columns),
                 .weight = weights_.at(row),
                 .keep = keeps_.at(row),
                 .triangle = gram_.data()},
                best_path());
}

template <class Number>
bool NormalEquations<Number>::solve(double penalty, std::span<double> coefficients) {
    return solve(1.0 + penalty, absolute_penalty * (rows_ + 1.0), coefficients);
}

template <class Number>
bool NormalEquations<Number>::solve_with_absolute(double penalty, std::span<double> coefficients) {
    return solve(1.0, penalty, coefficients);
}

template <class Number>
bool NormalEquations<Number>::solve(double relative, double absolute,
                                    std::span<double> coefficients) {
    take_in();
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
