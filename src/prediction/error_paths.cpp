#include "prediction/error_paths.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <ranges>

namespace forescale {
namespace {

constexpr Duration between_paths = std::chrono::hours(5);
constexpr double error_max = 8.0;  // of the spread: beyond it, it was no demand like any other
constexpr std::size_t low_index = 0;
constexpr std::size_t high_index = 10;
static_assert(quantile_levels[low_index] == 0.05 && quantile_levels[high_index] == 0.95);

double above(const Quantiles& quantiles) {
    return quantiles[high_index] - quantiles[median_index];
}
double below(const Quantiles& quantiles) {
    return quantiles[median_index] - quantiles[low_index];
}

double error_of(double value, double median, double above, double below) {
    const double unit = value >= median ? above : below;
    return unit > 0.0 ? std::clamp((value - median) / unit, -error_max, error_max) : 0.0;
}

auto near_points(const ForecastPath& path) {
    return path.points | std::views::take_while([](const ForecastPoint& point) {
               return point.horizon <= ErrorPaths::reach;
           });
}

/// What an error makes of a point, in whole percents of its median.
std::uint16_t percent_of(const Quantiles& quantiles, double error) {
    const double median = quantiles[median_index];
    if (!(median > 0.0)) return 100;
    const double value = median + error * (error >= 0.0 ? above(quantiles) : below(quantiles));
    constexpr double most = std::numeric_limits<std::uint16_t>::max();
    return static_cast<std::uint16_t>(std::clamp(std::round(100.0 * value / median), 0.0, most));
}

}  // namespace

void ErrorPaths::observe(const Window& window) {
    const bool is_known = window.present() && std::isfinite(window.mean());
    for (Path& path : followed_) {
        const auto said = std::ranges::find(path, window.start, &Said::target);
        if (said == path.end() || !is_known) continue;
        said->error = error_of(window.mean(), said->median, said->above, said->below);
        said->is_known = true;
    }
    // Nothing older than the newest window will come any more.
    while (!followed_.empty() && followed_.front().back().target <= window.start) keep_matured();
}

void ErrorPaths::keep_matured() {
    const Path path = std::move(followed_.front());
    followed_.pop_front();
    if (!std::ranges::all_of(path, &Said::is_known)) return;
    std::vector<float> errors;
    errors.reserve(path.size());
    for (const Said& said : path) errors.push_back(static_cast<float>(said.error));
    kept_.push_back(std::move(errors));
    if (kept_.size() > kept_max) kept_.pop_front();
}

void ErrorPaths::follow(const ForecastPath& path) {
    if (begun_ && path.origin - *begun_ < between_paths) return;
    Path followed;
    for (const ForecastPoint& point : near_points(path))
        followed.push_back({.target = path.origin + point.horizon,
                            .median = point.quantiles[median_index],
                            .above = above(point.quantiles),
                            .below = below(point.quantiles)});
    if (followed.empty()) return;
    begun_ = path.origin;
    followed_.push_back(std::move(followed));
}

PathScenarios ErrorPaths::scenarios(const ForecastPath& path) const {
    PathScenarios out;
    const auto points = near_points(path);
    const auto width = static_cast<std::size_t>(std::ranges::distance(points));
    for (const std::vector<float>& errors : kept_) {
        if (errors.size() != width) continue;
        std::size_t i = 0;
        for (const ForecastPoint& point : points)
            out.percent.push_back(percent_of(point.quantiles, static_cast<double>(errors[i++])));
        ++out.count;
    }
    if (width == 0 || out.count < kept_least) return {};
    return out;
}

}  // namespace forescale
