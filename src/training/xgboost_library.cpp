#include "training/xgboost_library.h"

#include "base/json.h"

#include <bit>

#include <fmt/format.h>
#include <xgboost/c_api.h>

namespace forescale::xgboost_library {

namespace {
/// What the library says goes into the error, never to the terminal.
void say_nothing(const char*) {}

Result<void> check(int code, std::string_view tried) {
    if (code == 0) return {};
    const std::string said = XGBGetLastError();
    return fail(Errc::unavailable, "{}: libxgboost says: {}", tried,
                said.substr(0, said.find('\n')));
}

/// The settings are per thread in the library.
Result<void> be_silent() {
    TRY_VOID(check(XGBRegisterLogCallback(say_nothing), "silencing the log"));
    return check(XGBSetGlobalConfig(R"({"verbosity":0})"), "silencing the library");
}

/// The arrays of one tree in the document that the library writes.
struct TreeArrays {
    const json::array& left;
    const json::array& right;
    const json::array& column;
    const json::array& threshold;
};

Result<const json::array*> array_at(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    if (value == nullptr || !value->is_array())
        return fail(Errc::corrupt, "a model of libxgboost has no list {}", name);
    return &value->get_array();
}

std::int64_t index_of(const json::value& value) {
    json::error_code failed;
    const auto index = value.to_number<std::int64_t>(failed);
    return failed ? -1 : index;
}

Result<TreeArrays> arrays_of(const json::value& tree) {
    if (!tree.is_object()) return fail(Errc::corrupt, "a tree of libxgboost is no object");
    TRY(const json::array* left, array_at(tree.get_object(), "left_children"));
    TRY(const json::array* right, array_at(tree.get_object(), "right_children"));
    TRY(const json::array* column, array_at(tree.get_object(), "split_indices"));
    TRY(const json::array* threshold, array_at(tree.get_object(), "split_conditions"));
    const std::size_t nodes = left->size();
    if (nodes == 0 || nodes > std::numeric_limits<std::uint16_t>::max() || right->size() != nodes ||
        column->size() != nodes || threshold->size() != nodes)
        return fail(Errc::corrupt, "a tree of libxgboost has lists of different lengths");
    return TreeArrays{*left, *right, *column, *threshold};
}

/// Breadth first, so that children stand side by side behind their parent.
Result<boosted::Tree> lay_out(const TreeArrays& arrays, std::size_t columns) {
    const auto nodes = static_cast<std::int64_t>(arrays.left.size());
    boosted::Tree tree;
    std::vector<std::size_t> order{0};
    for (std::size_t at = 0; at < order.size(); ++at) {
        const std::size_t from = order[at];
        json::error_code failed;
        const auto threshold = arrays.threshold[from].to_number<double>(failed);
        if (failed) return fail(Errc::corrupt, "a node of libxgboost has no number");
        boosted::Node node{.threshold = static_cast<float>(threshold),
                           .column = static_cast<std::uint16_t>(columns),
                           .left = static_cast<std::uint16_t>(at)};
        const std::int64_t left = index_of(arrays.left[from]);
        const std::int64_t right = index_of(arrays.right[from]);
        if (left >= 0) {
            const std::int64_t column = index_of(arrays.column[from]);
            if (left >= nodes || right < 0 || right >= nodes || column < 0 ||
                column >= static_cast<std::int64_t>(columns) ||
                order.size() + 2 > arrays.left.size())
                return fail(Errc::corrupt, "a node of libxgboost leads nowhere");
            node.column = static_cast<std::uint16_t>(column);
            node.left = static_cast<std::uint16_t>(order.size());
            order.push_back(static_cast<std::size_t>(left));
            order.push_back(static_cast<std::size_t>(right));
        }
        tree.push_back(node);
    }
    return tree;
}

constexpr const char* missing_is_nan = R"({"missing":NaN,"nthread":1})";

struct Shape {
    const bst_ulong* sizes = nullptr;
    bst_ulong dimensions = 0;
    [[nodiscard]] std::size_t total() const {
        std::size_t product = 1;
        for (bst_ulong d = 0; d < dimensions; ++d) product *= sizes[d];
        return product;
    }
};

constexpr const char* sums_of_all_trees =
    R"({"type":1,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})";

/// The first tree of a booster.
Result<boosted::Tree> first_tree(void* booster, std::size_t columns) {
    bst_ulong size = 0;
    const char* text = nullptr;
    TRY_VOID(check(XGBoosterSaveModelToBuffer(booster, R"({"format":"json"})", &size, &text),
                   "writing a tree"));
    TRY(const json::value model, parse_json({text, size}));
    json::error_code failed;
    const json::value* const tree =
        model.find_pointer("/learner/gradient_booster/model/trees/0", failed);
    if (tree == nullptr) return fail(Errc::corrupt, "a model of libxgboost has no tree");
    TRY(const TreeArrays arrays, arrays_of(*tree));
    return lay_out(arrays, columns);
}
}  // namespace

void FreeMatrix::operator()(void* handle) const {
    XGDMatrixFree(handle);
}
void FreeBooster::operator()(void* handle) const {
    XGBoosterFree(handle);
}

Result<Matrix> Matrix::make(std::span<const float> values, std::size_t columns) {
    TRY_VOID(be_silent());
    Matrix matrix;
    matrix.rows_ = values.size() / columns;
    matrix.columns_ = columns;
    const std::string shape =
        fmt::format(R"({{"data":[{},true],"shape":[{},{}],"typestr":"<f4","version":3}})",
                    std::bit_cast<std::uintptr_t>(values.data()), matrix.rows_, columns);
    void* handle = nullptr;
    TRY_VOID(
        check(XGDMatrixCreateFromDense(shape.c_str(), missing_is_nan, &handle), "taking the rows"));
    matrix.handle_.reset(handle);
    return matrix;
}

Result<Booster> Booster::make(const Matrix& matrix, std::span<const Parameter> parameters) {
    TRY_VOID(be_silent());
    void* const of[] = {matrix.handle()};
    void* handle = nullptr;
    TRY_VOID(check(XGBoosterCreate(of, 1, &handle), "making a booster"));
    Booster booster;
    booster.handle_.reset(handle);
    for (const Parameter& parameter : parameters)
        TRY_VOID(check(XGBoosterSetParam(handle, parameter.name, parameter.value.c_str()),
                       fmt::format("setting {} = {}", parameter.name, parameter.value)));
    return booster;
}

Result<boosted::Tree> Booster::grow(const Matrix& matrix, std::span<float> first,
                                    std::span<float> second) {
    if (first.size() != matrix.rows() || second.size() != matrix.rows())
        return fail(Errc::invalid_argument, "growing a tree: {} and {} derivatives for {} rows",
                    first.size(), second.size(), matrix.rows());
    TRY_VOID(check(XGBoosterBoostOneIter(handle_.get(), matrix.handle(), first.data(),
                                         second.data(), first.size()),
                   "growing a tree"));
    void* handle = nullptr;
    TRY_VOID(
        check(XGBoosterSlice(handle_.get(), trees_, trees_ + 1, 1, &handle), "taking out a tree"));
    ++trees_;
    const std::unique_ptr<void, FreeBooster> slice(handle);
    return first_tree(slice.get(), matrix.columns());
}

Result<std::vector<float>> Booster::predict(const Matrix& matrix) const {
    Shape shape;
    const float* values = nullptr;
    TRY_VOID(check(XGBoosterPredictFromDMatrix(handle_.get(), matrix.handle(), sums_of_all_trees,
                                               &shape.sizes, &shape.dimensions, &values),
                   "predicting"));
    if (shape.total() != matrix.rows())
        return fail(Errc::unavailable, "predicting {} rows: libxgboost answered {} numbers",
                    matrix.rows(), shape.total());
    return std::vector<float>(values, values + shape.total());
}

}  // namespace forescale::xgboost_library
