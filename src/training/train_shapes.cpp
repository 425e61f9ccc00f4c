#include "training/train_shapes.h"

#include "features/profile.h"

#include <cmath>
#include <optional>

namespace forescale {

namespace {
using sibling::hours_of_week;
using sibling::WeekShape;

constexpr Duration seen_min = day * 14;
constexpr Duration seen_max = day * 56;
constexpr double ratio_min = 0.02;  ///< of the mean: an hour with less reads as this
constexpr int rounds = 12;

/// Means per hour of the history: one entry per hour that has samples.
struct Hour {
    std::size_t of_week = 0;
    double mean = 0.0;
};

std::vector<Hour> hours_of(const TrainingSeries& series) {
    const Series& demand = series.demand;
    const auto values = demand.values();
    std::vector<Hour> hours;
    double sum = 0.0;
    double count = 0.0;
    Timestamp at = demand.oldest();
    for (const double value : values) {
        const bool is_recent = demand.newest() - at < seen_max;
        if (is_recent && !std::isnan(value)) {
            sum += value;
            count += 1.0;
        }
        at += demand.step();
        if (at != floor_to(at, std::chrono::hours(1)) && demand.step() < std::chrono::hours(1))
            continue;
        if (count > 0.0)
            hours.push_back(
                {.of_week = sibling::hour_of_week(series.service.zone.to_local(at - demand.step())),
                 .mean = sum / count});
        sum = 0.0;
        count = 0.0;
    }
    return hours;
}

/// Trimmed mean of what each hour of the week was; NaN: never seen.
std::vector<double> usual_week(std::span<const Hour> hours) {
    std::vector<std::vector<double>> by_hour(hours_of_week);
    for (const Hour& hour : hours) by_hour[hour.of_week].push_back(hour.mean);
    std::vector<double> usual;
    for (std::vector<double>& values : by_hour) usual.push_back(trimmed_mean(values));
    return usual;
}

/// The same hour of another day stands in for one that was never seen. False: a whole hour of the
/// day is missing.
bool fill_holes(std::vector<double>& usual) {
    for (std::size_t h = 0; h < hours_of_week; ++h) {
        for (std::size_t d = 1; std::isnan(usual[h]) && d < 7; ++d)
            usual[h] = usual[(h + 24 * d) % hours_of_week];
        if (std::isnan(usual[h])) return false;
    }
    return true;
}

std::optional<WeekShape> shape_of(const TrainingSeries& series) {
    if (series.demand.empty() || series.demand.newest() - series.demand.oldest() < seen_min)
        return {};
    std::vector<double> usual = usual_week(hours_of(series));
    if (!fill_holes(usual)) return {};
    double mean = 0.0;
    std::size_t idle = 0;
    for (const double value : usual) {
        mean += value / static_cast<double>(hours_of_week);
        idle += value > 0.0 ? 0 : 1;
    }
    if (2 * idle >= hours_of_week || !(mean > 0.0) || !std::isfinite(mean)) return {};
    WeekShape shape;
    for (const double value : usual)
        shape.log_ratios.push_back(static_cast<float>(std::log(std::max(value / mean, ratio_min))));
    return shape;
}

double distance(const WeekShape& a, const WeekShape& b) {
    double sum = 0.0;
    for (std::size_t h = 0; h < hours_of_week; ++h) {
        const double off =
            static_cast<double>(a.log_ratios[h]) - static_cast<double>(b.log_ratios[h]);
        sum += off * off;
    }
    return sum;
}

/// Centres far from each other: the first shape, then always the one that is farthest from all
/// before. source  Gonzalez 1985, doi:10.1016/0304-3975(85)90224-5
std::vector<WeekShape> farthest_points(std::span<const WeekShape> shapes) {
    std::vector<WeekShape> centres{shapes[0]};
    std::vector<double> nearest(shapes.size(), std::numeric_limits<double>::infinity());
    while (centres.size() < sibling::shapes_max) {
        for (std::size_t i = 0; i < shapes.size(); ++i)
            nearest[i] = std::min(nearest[i], distance(shapes[i], centres.back()));
        const auto farthest = std::ranges::max_element(nearest) - nearest.begin();
        centres.push_back(shapes[static_cast<std::size_t>(farthest)]);
    }
    return centres;
}

/// Each centre becomes the mean of the shapes that are nearest to it. source  Lloyd 1982,
/// doi:10.1109/TIT.1982.1056489
std::vector<WeekShape> centred(std::span<const WeekShape> shapes,
                               std::span<const WeekShape> centres) {
    std::vector<WeekShape> means(centres.size());
    for (WeekShape& mean : means)
        mean = {.log_ratios = std::vector<float>(hours_of_week), .services = 0.0F};
    for (const WeekShape& shape : shapes) {
        const auto nearest = std::ranges::min_element(
            centres, {}, [&](const WeekShape& centre) { return distance(shape, centre); });
        WeekShape& mean = means[static_cast<std::size_t>(nearest - centres.begin())];
        mean.services += 1.0F;
        for (std::size_t h = 0; h < hours_of_week; ++h)
            mean.log_ratios[h] += (shape.log_ratios[h] - mean.log_ratios[h]) / mean.services;
    }
    std::erase_if(means, [](const WeekShape& mean) { return mean.services < 0.5F; });
    return means;
}
}  // namespace

sibling::ShapeLibrary train_shapes(std::span<const TrainingSeries> services) {
    std::vector<WeekShape> shapes;
    for (const TrainingSeries& series : services)
        if (std::optional<WeekShape> shape = shape_of(series)) shapes.push_back(*std::move(shape));
    if (shapes.size() <= sibling::shapes_max) return {.shapes = std::move(shapes)};
    std::vector<WeekShape> centres = farthest_points(shapes);
    for (int i = 0; i < rounds; ++i) centres = centred(shapes, centres);
    return {.shapes = std::move(centres)};
}

}  // namespace forescale
