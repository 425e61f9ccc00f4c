#include "simulation/frontier.h"

#include "base/assert.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

constexpr double rounding_noise = 1e-9;

/// Where z lies between a and b, as a share of the way.
double share_of_way(double a, double b, double z) {
    return (z - a) / (b - a);
}

}  // namespace

Frontier::Frontier(std::vector<FrontierPoint> points, double floor) : floor_(floor) {
    ASSERT(!points.empty());
    std::ranges::sort(points, [](const FrontierPoint& a, const FrontierPoint& b) {
        return std::pair(a.hours, a.undone) < std::pair(b.hours, b.undone);
    });
    for (const FrontierPoint& point : points) {
        const double undone = std::max(point.undone, floor);
        if (points_.empty() || undone < points_.back().undone)
            points_.push_back({undone, point.hours});
    }
}

FrontierReading Frontier::hours_at(double undone) const {
    const double z = std::max(undone, floor_);
    const FrontierPoint& cheapest = points_.front();
    if (z >= cheapest.undone)
        return {cheapest.hours, z > cheapest.undone ? Bound::at_most : Bound::exact};
    if (z < points_.back().undone) return {points_.back().hours, Bound::at_least};
    std::size_t i = 1;
    while (points_[i].undone > z) ++i;
    const FrontierPoint &a = points_[i - 1], &b = points_[i];
    const double share = share_of_way(std::log10(a.undone), std::log10(b.undone), std::log10(z));
    return {a.hours + share * (b.hours - a.hours), Bound::exact};
}

FrontierReading Frontier::undone_at(double hours) const {
    const FrontierPoint& cheapest = points_.front();
    if (hours <= cheapest.hours)
        return {cheapest.undone, hours < cheapest.hours ? Bound::at_least : Bound::exact};
    if (hours > points_.back().hours) return {points_.back().undone, Bound::at_most};
    std::size_t i = 1;
    while (points_[i].hours < hours) ++i;
    const FrontierPoint &a = points_[i - 1], &b = points_[i];
    const double share = share_of_way(a.hours, b.hours, hours);
    const double log_undone =
        std::log10(a.undone) + share * (std::log10(b.undone) - std::log10(a.undone));
    return {std::pow(10.0, log_undone), Bound::exact};
}

bool FrontierRatio::below() const {
    return reaches && worst <= 1.0 + rounding_noise;
}

FrontierRatio ratio_of(const Frontier& ours, const Frontier& other) {
    FrontierRatio ratio;
    ratio.reaches = ours.points().back().undone <= other.points().back().undone;
    // Both are linear between their points, so the largest ratio lies at a point of one of them.
    for (const Frontier* frontier : {&ours, &other})
        for (const FrontierPoint& point : frontier->points()) {
            const FrontierReading a = ours.hours_at(point.undone);
            const FrontierReading b = other.hours_at(point.undone);
            if (a.bound == Bound::exact && b.bound == Bound::exact)
                ratio.worst = std::max(ratio.worst, a.value / b.value);
        }
    return ratio;
}

}  // namespace forescale
