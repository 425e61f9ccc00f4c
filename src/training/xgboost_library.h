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
    /// values: [rows x columns], finite. errors  unavailable
    static Result<Matrix> make(std::span<const float> values, std::size_t columns);
    [[nodiscard]] void* handle() const { return handle_.get(); }
    [[nodiscard]] std::size_t rows() const { return rows_; }

private:
    std::unique_ptr<void, FreeMatrix> handle_;
    std::size_t rows_ = 0;
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

    /// One more tree, grown on first and second derivatives per row, which it may change. errors
    /// unavailable
    Result<void> grow(const Matrix& matrix, std::span<float> first, std::span<float> second);
    /// In which leaf of tree `index` each row ends: indices of nodes as in trees(). errors
    /// unavailable
    Result<std::vector<std::uint32_t>> leaves(const Matrix& matrix, int index) const;
    /// What the library itself predicts per row. errors  unavailable
    [[nodiscard]] Result<std::vector<float>> predict(const Matrix& matrix) const;
    /// A tree in the library's own order of nodes, and where each of its nodes stands in `tree`.
    struct Grown {
        boosted::Tree tree;
        std::vector<std::uint16_t> place;
    };
    /// errors  unavailable; corrupt: a tree of another form than this program can evaluate
    [[nodiscard]] Result<std::vector<Grown>> trees(std::size_t columns) const;

private:
    std::unique_ptr<void, FreeBooster> handle_;
};

}  // namespace forescale::xgboost_library
