#include "training/train_forests.h"

#include "models/boosted/tree_row.h"

#include <array>
#include <cmath>
#include <map>

#include <Eigen/Cholesky>

namespace forescale {

namespace {
using boosted::LinearStart;

std::vector<float> starts(const LinearStart& start, const BoostingRows& rows) {
    std::vector<float> said;
    said.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        said.push_back(static_cast<float>(start.say(rows.row(i))));
    return said;
}

constexpr double profile_penalty = 1e-3;
constexpr double regression_penalty = 1e-2;
constexpr double error_floor =
    0.005;  ///< log levels: below it an error is no reason for more weight

LinearStart from_now(const BoostingRows&) {
    return {};
}

/// Weighted least absolute error on some of the columns, by reweighting as in models/ridge. Nothing
/// when it cannot be solved.
LinearStart fit(const BoostingRows& rows, std::span<const std::size_t> columns, double penalty) {
    constexpr int rounds = 6;
    const auto n = static_cast<Eigen::Index>(columns.size());
    Eigen::VectorXd solution = Eigen::VectorXd::Zero(n);
    Eigen::VectorXd row(n);
    for (int round = 0; round < rounds; ++round) {
        Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(n, n);
        Eigen::VectorXd moments = Eigen::VectorXd::Zero(n);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto values = rows.row(i);
            for (Eigen::Index c = 0; c < n; ++c)
                row[c] = static_cast<double>(values[columns[static_cast<std::size_t>(c)]]);
            const double y = static_cast<double>(rows.targets[i]);
            double weight =
                static_cast<double>(rows.weights[i]) / std::max(1.0, row.lpNorm<Eigen::Infinity>());
            if (round > 0) weight /= std::max(std::abs(y - solution.dot(row)), error_floor);
            gram.selfadjointView<Eigen::Lower>().rankUpdate(row, weight);
            moments += weight * y * row;
        }
        gram.diagonal() *= 1.0 + penalty;
        gram.diagonal().array() += 1e-6 * static_cast<double>(rows.size());
        const Eigen::LLT<Eigen::MatrixXd> factor(gram);
        if (factor.info() != Eigen::Success) return {};
        const Eigen::VectorXd next = factor.solve(moments);
        if (!next.allFinite()) return {};
        solution = next;
    }
    LinearStart start{.coefficients = std::vector<float>(rows.columns, 0.0F)};
    for (Eigen::Index c = 0; c < n; ++c)
        start.coefficients[columns[static_cast<std::size_t>(c)]] = static_cast<float>(solution[c]);
    return start;
}

/// From the usual levels at the target, as far as they have explained it: the trimmed profile of a
/// week, the days and weeks before.
LinearStart from_profile(const BoostingRows& rows) {
    std::vector<std::size_t> columns{boosted::tree_column("habit_gap"),
                                     boosted::tree_column("profile_change")};
    for (std::size_t c = rows.columns - boosted::tree_sums(); c < rows.columns; ++c)
        if (c != rows.columns - boosted::tree_sums()) columns.push_back(c);
    return fit(rows, columns, profile_penalty);
}

/// From a regression on everything.
LinearStart from_regression(const BoostingRows& rows) {
    std::vector<std::size_t> columns;
    for (std::size_t c = 0; c < rows.columns; ++c) columns.push_back(c);
    return fit(rows, columns, regression_penalty);
}

struct Variant {
    const char* member;
    LinearStart (*start)(const BoostingRows& rows);
};
constexpr std::array<Variant, 3> variants{{{"xgboost", from_now},
                                           {"xgboost_profile", from_profile},
                                           {"xgboost_residual", from_regression}}};

Result<boosted::Forest> train_one(const BoostingRows& rows, const Variant& variant,
                                  const BoostingSettings& settings) {
    const LinearStart start = variant.start(rows);
    TRY(const std::vector<boosted::Tree> trees, grow_trees(rows, starts(start, rows), settings));
    return boosted::Forest(rows.columns, start, trees);
}

Result<void> train_grid(std::span<const TrainingSeries* const> fleet, Duration step,
                        const ForestSettings& settings, boosted::ForestSet& set) {
    std::vector<boosted::ForestGroup> groups;
    for (const Variant& variant : variants)
        groups.push_back({.variant = variant.member, .step = step, .horizons = {}, .forests = {}});
    for (LessonRows& lessons : collect_lessons(fleet, step, settings.lessons)) {
        if (lessons.rows.size() < settings.rows_min) continue;
        for (std::size_t v = 0; v < variants.size(); ++v) {
            TRY(boosted::Forest forest, train_one(lessons.rows, variants[v], settings.boosting));
            groups[v].horizons.push_back(lessons.horizon);
            groups[v].forests.push_back(std::move(forest));
        }
        lessons.rows = {};
    }
    for (boosted::ForestGroup& group : groups)
        if (!group.horizons.empty()) set.groups.push_back(std::move(group));
    return {};
}
}  // namespace

Result<boosted::ForestSet> train_forests(std::span<const TrainingSeries> fleet,
                                         const ForestSettings& settings) {
    std::map<Duration, std::vector<const TrainingSeries*>> grids;
    for (const TrainingSeries& series : fleet)
        if (!series.demand.empty()) grids[series.demand.step()].push_back(&series);
    boosted::ForestSet set{.columns_hash = boosted::tree_columns_hash(), .groups = {}};
    for (const auto& [step, members] : grids) TRY_VOID(train_grid(members, step, settings, set));
    if (set.empty())
        return fail(Errc::invalid_argument,
                    "none of {} series has {} lessons for trees: more history is needed",
                    fleet.size(), settings.rows_min);
    return set;
}

}  // namespace forescale
