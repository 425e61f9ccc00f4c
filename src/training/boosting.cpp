#include "training/boosting.h"

#include "training/xgboost_library.h"

#include <algorithm>

#include <fmt/format.h>

namespace forescale {

namespace {
using xgboost_library::Booster;
using xgboost_library::Matrix;
using xgboost_library::Parameter;

/// The leaf in which every row ends.
std::vector<std::uint16_t> leaves_of(const boosted::Tree& tree, const BoostingRows& rows) {
    std::vector<std::uint16_t> leaves;
    leaves.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto row = rows.row(i);
        std::uint16_t at = 0;
        while (tree[at].left != at) {
            const bool is_right = row[tree[at].column] >= tree[at].threshold;
            at = static_cast<std::uint16_t>(tree[at].left + (is_right ? 1 : 0));
        }
        leaves.push_back(at);
    }
    return leaves;
}

std::vector<Parameter> parameters(const BoostingSettings& settings) {
    return {{"verbosity", "0"},
            {"nthread", "1"},
            {"tree_method", "hist"},
            {"grow_policy", "lossguide"},
            {"objective", "reg:squarederror"},
            {"base_score", "0"},
            {"eta", "1"},  // leaves get their values from us
            {"lambda", "1"},
            {"max_leaves", fmt::format("{}", settings.leaves)},
            {"max_depth", fmt::format("{}", settings.depth_max)},
            {"min_child_weight", fmt::format("{}", settings.leaf_weight_min)},
            {"max_bin", fmt::format("{}", settings.bins)},
            {"colsample_bytree", fmt::format("{}", settings.keep_columns)},
            {"seed", fmt::format("{}", settings.seed & 0x7fffffffU)}};
}

/// One boosting run: what the trees say so far, and what is left to explain.
class Run {
public:
    Run(const BoostingRows& rows, std::span<const float> start, const BoostingSettings& settings)
        : rows_(rows), settings_(settings), residuals_(rows.size()) {
        for (std::size_t i = 0; i < rows.size(); ++i) residuals_[i] = rows.targets[i] - start[i];
    }

    void fill_derivatives(std::span<float> first, std::span<float> second) const {
        const auto above = static_cast<float>(settings_.quantile);
        for (std::size_t i = 0; i < residuals_.size(); ++i) {
            first[i] = rows_.weights[i] * (residuals_[i] > 0.0F ? -above : 1.0F - above);
            second[i] = rows_.weights[i];
        }
    }
    /// Gives every leaf its value, and takes it off the residuals. A leaf that no row reaches says
    /// 0.
    void settle(boosted::Tree& tree) {
        const std::vector<std::uint16_t> leaf_of = leaves_of(tree, rows_);
        sort_by_leaf(leaf_of, tree.size());
        for (std::size_t leaf = 0; leaf < tree.size(); ++leaf) {
            if (tree[leaf].left != leaf) continue;
            const std::span items =
                std::span(items_).subspan(begins_[leaf], begins_[leaf + 1] - begins_[leaf]);
            tree[leaf].threshold = items.empty() ? 0.0F
                                                 : static_cast<float>(settings_.learning_rate) *
                                                       weighted_quantile(items, settings_.quantile);
        }
        for (std::size_t i = 0; i < residuals_.size(); ++i)
            residuals_[i] -= tree[leaf_of[i]].threshold;
    }

private:
    void sort_by_leaf(std::span<const std::uint16_t> leaf_of, std::size_t nodes) {
        begins_.assign(nodes + 1, 0);
        for (const std::uint16_t leaf : leaf_of) ++begins_[leaf + std::size_t{1}];
        for (std::size_t leaf = 0; leaf < nodes; ++leaf) begins_[leaf + 1] += begins_[leaf];
        std::vector<std::size_t> next(begins_.begin(), begins_.end() - 1);
        items_.resize(leaf_of.size());
        for (std::size_t i = 0; i < leaf_of.size(); ++i)
            items_[next[leaf_of[i]]++] = {residuals_[i], rows_.weights[i]};
    }

    const BoostingRows& rows_;
    const BoostingSettings& settings_;
    std::vector<float> residuals_;
    std::vector<std::size_t> begins_;
    std::vector<std::pair<float, float>> items_;  ///< residual and weight, by leaf
};

Result<void> check_rows(const BoostingRows& rows, std::span<const float> start) {
    const std::size_t count = rows.size();
    if (count == 0 || rows.columns == 0)
        return fail(Errc::invalid_argument, "trees need at least one row and one column");
    if (rows.values.size() != count * rows.columns || rows.weights.size() != count ||
        start.size() != count)
        return fail(Errc::invalid_argument,
                    "{} targets, {} values in {} columns, {} weights and {} starts do not fit",
                    count, rows.values.size(), rows.columns, rows.weights.size(), start.size());
    return {};
}
}  // namespace

float weighted_quantile(std::span<std::pair<float, float>> items, double share) {
    std::ranges::sort(items);
    double total = 0.0;
    for (const auto& item : items) total += static_cast<double>(item.second);
    double below = 0.0;
    for (const auto& item : items) {
        below += static_cast<double>(item.second);
        if (below >= share * total) return item.first;
    }
    return items.back().first;
}

Result<std::vector<boosted::Tree>> grow_trees(const BoostingRows& rows,
                                              std::span<const float> start,
                                              const BoostingSettings& settings) {
    TRY_VOID(check_rows(rows, start));
    TRY(const Matrix matrix, Matrix::make(rows.values, rows.columns));
    TRY(Booster booster, Booster::make(matrix, parameters(settings)));
    Run run(rows, start, settings);
    std::vector<float> first(rows.size());
    std::vector<float> second(rows.size());
    std::vector<boosted::Tree> trees;
    for (int t = 0; t < settings.trees; ++t) {
        run.fill_derivatives(first, second);
        TRY(boosted::Tree tree, booster.grow(matrix, first, second));
        run.settle(tree);
        trees.push_back(std::move(tree));
    }
    return trees;
}

}  // namespace forescale
