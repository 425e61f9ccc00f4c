#include "models/feature_memory.h"

namespace forescale {

namespace {
/// Columns that the history does not reach say "as now".
void keep_row(std::span<const double> row, float* out) {
    for (const double value : row) *out++ = std::isfinite(value) ? static_cast<float>(value) : 0.0F;
}
}  // namespace

FeatureMemory::FeatureMemory(const Anchors& anchors) {
    const auto rows = static_cast<std::size_t>(anchors.back()) + 1;
    levels_.assign(rows, Series::missing);
    origins_.assign(rows * feature_columns(FeatureOf::origin), 0.0F);
    for (const int horizon : anchors)
        targets_.emplace_back((static_cast<std::size_t>(horizon) + 1) *
                              feature_columns(FeatureOf::target));
}

std::span<const float> FeatureMemory::origin_row(std::size_t slot) const {
    const std::size_t columns = feature_columns(FeatureOf::origin);
    return std::span(origins_).subspan(slot * columns, columns);
}

std::span<const float> FeatureMemory::target_row(std::size_t anchor, std::uint64_t step) const {
    const std::size_t columns = feature_columns(FeatureOf::target);
    const std::size_t rows = targets_[anchor].size() / columns;
    return std::span(targets_[anchor]).subspan((step % rows) * columns, columns);
}

void FeatureMemory::look(const FeatureContext& context, const Anchors& anchors) {
    ++steps_;
    levels_[slot(0)] = forescale::level_now(context);
    std::vector<double> row(feature_columns(FeatureOf::origin));
    compute_features(context, FeatureOf::origin, context.origin(), row);
    keep_row(row, origins_.data() + slot(0) * row.size());
    row.resize(feature_columns(FeatureOf::target));
    for (std::size_t a = 0; a < anchors.size(); ++a) {
        compute_features(context, FeatureOf::target,
                         context.origin() + context.demand.step() * anchors[a], row);
        const std::size_t rows = targets_[a].size() / row.size();
        keep_row(row, targets_[a].data() + (steps_ % rows) * row.size());
    }
}

void FeatureMemory::forget() {
    std::ranges::fill(levels_, Series::missing);
}

std::vector<double> FeatureMemory::levels() const {
    std::vector<double> newest_first(steps_kept());
    std::size_t at = slot(0);
    for (double& level : newest_first) {
        level = levels_[at];
        at = at == 0 ? levels_.size() - 1 : at - 1;
    }
    return newest_first;
}

void FeatureMemory::relevel(std::size_t steps, double factor, double scale) {
    for (std::size_t ago = steps + 1; ago < steps_kept(); ++ago) {
        double& level = levels_[slot(ago)];
        if (!std::isnan(level)) level = log_level(factor * from_log_level(level, scale), scale);
    }
}

void FeatureMemory::forget(std::size_t from, std::size_t until) {
    for (std::size_t ago = until; ago <= from && ago < steps_kept(); ++ago)
        levels_[slot(ago)] = Series::missing;
}

Lesson FeatureMemory::lesson(std::size_t anchor, int horizon, double level) const {
    const auto ago = static_cast<std::uint64_t>(horizon);
    if (ago >= steps_) return {};
    const double level_then = levels_[slot(ago)];
    if (std::isnan(level_then) || std::isnan(level)) return {};
    return {.present = true,
            .origin = origin_row(slot(ago)),
            .target = target_row(anchor, steps_ - ago),
            .level_then = level_then,
            .level = level};
}

}  // namespace forescale
