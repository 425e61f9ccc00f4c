#pragma once
#include "base/error.h"
#include "models/boosted/forest.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

/// libxgboost's C interface with owners for its handles and a Result for its return codes. It says
/// nothing on stdout or stderr. Several threads may each use objects of their own at the same time.
namespace forescale::xgboost_library {

struct FreeMatrix {
    void operator()(void* handle) const;
};
struct FreeBooster {
    void operator()(void* handle) const;
};

/// Rows as the library keeps them.
class Matrix {
public:
    /// values: [rows x columns], finite.
    /// errors  unavailable
    static Result<Matrix> make(std::span<const float> values, std::size_t columns);
    [[nodiscard]] void* handle() const { return handle_.get(); }
    [[nodiscard]] std::size_t rows() const { return rows_; }
    [[nodiscard]] std::size_t columns() const { return columns_; }

private:
    std::unique_ptr<void, FreeMatrix> handle_;
    std::size_t rows_ = 0;
    std::size_t columns_ = 0;
};

struct Parameter {
    const char* name;
    std::string value;
};

/// Trees under construction.
class Booster {
public:
    /// errors  unavailable
    static Result<Booster> make(const Matrix& matrix, std::span<const Parameter> parameters);

    /// One more tree, grown on first and second derivatives per row, in the form that this program
    /// evaluates.
    /// errors  unavailable; corrupt: a tree of another form
    Result<boosted::Tree> grow(const Matrix& matrix, std::span<float> first,
                               std::span<float> second);
    /// What the library itself predicts per row.
    /// errors  unavailable
    [[nodiscard]] Result<std::vector<float>> predict(const Matrix& matrix) const;

private:
    std::unique_ptr<void, FreeBooster> handle_;
    int trees_ = 0;
};

}  // namespace forescale::xgboost_library
