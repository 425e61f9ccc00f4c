#include "training/train_forests.h"

#include "models/boosted/tree_row.h"
#include "models/ridge/normal_equations.h"

#include <array>
#include <cmath>
#include <map>

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

constexpr double regression_penalty = 1e-2;
/// Log levels: below it an error is no reason for more weight.
constexpr double error_floor = 0.005;
/// Log levels: a row with a column beyond counts less, as in models/ridge.
constexpr double ordinary = 1.0;
constexpr int fit_rounds = 4;

LinearStart from_now(const BoostingRows&) {
    return {};
}

double dot(std::span<const double> a, std::span<const double> b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

/// One round of reweighted least squares: rows that the solution so far misses count less. False
/// when there is no solution.
bool fit_round(const BoostingRows& rows, bool is_first, std::vector<double>& solution) {
    ridge::NormalEquations<double> equations(rows.columns);
    std::vector<double> row(rows.columns);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        double largest = ordinary;
        for (std::size_t c = 0; c < row.size(); ++c) {
            row[c] = static_cast<double>(rows.row(i)[c]);
            largest = std::max(largest, std::abs(row[c]));
        }
        const double y = static_cast<double>(rows.targets[i]);
        const double error = std::max(std::abs(y - dot(row, solution)), error_floor);
        const double weight = static_cast<double>(rows.weights[i]) / largest;
        equations.add(row, y, is_first ? weight : weight / error, 1.0);
    }
    return equations.solve(regression_penalty, solution);
}

/// From a regression on all columns with least absolute error, as in models/ridge; from now when it
/// cannot be solved.
LinearStart from_regression(const BoostingRows& rows) {
    std::vector<double> solution(rows.columns, 0.0);
    for (int round = 0; round < fit_rounds; ++round)
        if (!fit_round(rows, round == 0, solution)) return {};
    LinearStart start;
    for (const double coefficient : solution)
        start.coefficients.push_back(static_cast<float>(coefficient));
    return start;
}

struct Variant {
    const char* member;
    LinearStart (*start)(const BoostingRows& rows);
};
constexpr std::array<Variant, 2> variants{
    {{"xgboost", from_now}, {"xgboost_residual", from_regression}}};

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
