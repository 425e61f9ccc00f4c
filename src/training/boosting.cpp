#include "training/boosting.h"

#include "training/xgboost_library.h"

#include <algorithm>

#include <fmt/format.h>

namespace forescale {

namespace {
using xgboost_library::Booster;
using xgboost_library::Matrix;
using xgboost_library::Parameter;
using LeafOfRow = std::vector<std::uint32_t>;

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
    /// Gives every leaf its value, and takes it off the residuals. Returns value per node of the
    /// library.
    std::vector<float> settle(const LeafOfRow& leaf_of) {
        sort_by_leaf(leaf_of);
        std::vector<float> values(begins_.size() - 1, 0.0F);
        for (std::size_t leaf = 0; leaf < values.size(); ++leaf) {
            const std::span items =
                std::span(items_).subspan(begins_[leaf], begins_[leaf + 1] - begins_[leaf]);
            if (items.empty()) continue;
            values[leaf] = static_cast<float>(settings_.learning_rate) *
                           weighted_quantile(items, settings_.quantile);
        }
        for (std::size_t i = 0; i < residuals_.size(); ++i) residuals_[i] -= values[leaf_of[i]];
        return values;
    }

private:
    void sort_by_leaf(const LeafOfRow& leaf_of) {
        const std::size_t count = std::ranges::max(leaf_of) + std::size_t{1};
        begins_.assign(count + 1, 0);
        for (const std::uint32_t leaf : leaf_of) ++begins_[leaf + std::size_t{1}];
        for (std::size_t leaf = 0; leaf < count; ++leaf) begins_[leaf + 1] += begins_[leaf];
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

/// The trees with the values of their leaves; a leaf that no row reached says 0.
std::vector<boosted::Tree> with_values(std::vector<Booster::Grown> grown,
                                       const std::vector<std::vector<float>>& values) {
    std::vector<boosted::Tree> trees;
    for (std::size_t t = 0; t < grown.size(); ++t) {
        boosted::Tree tree = std::move(grown[t].tree);
        for (std::size_t from = 0; from < grown[t].place.size(); ++from) {
            const std::size_t at = grown[t].place[from];
            if (tree[at].left == at)
                tree[at].threshold = from < values[t].size() ? values[t][from] : 0.0F;
        }
        trees.push_back(std::move(tree));
    }
    return trees;
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
    std::vector<std::vector<float>> values;
    for (int t = 0; t < settings.trees; ++t) {
        run.fill_derivatives(first, second);
        TRY_VOID(booster.grow(matrix, first, second));
        TRY(const LeafOfRow leaf_of, booster.leaves(matrix, t));
        values.push_back(run.settle(leaf_of));
    }
    TRY(std::vector<Booster::Grown> grown, booster.trees(rows.columns));
    return with_values(std::move(grown), values);
}

}  // namespace forescale
