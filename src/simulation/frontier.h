#pragma once
#include "base/time.h"

#include <cstdint>
#include <string>
#include <vector>

namespace forescale {

struct PolicyOutcome;

/// One setting of a policy: what it left undone, and what it cost.
struct FrontierPoint {
    double undone = 0;  ///< share of demand not served, or minutes short
    double hours = 0;   ///< instance-hours
};

/// How a value read off a frontier is meant where the frontier ends.
enum class Bound : std::uint8_t { exact, at_most, at_least };
struct FrontierReading {
    double value = 0;
    Bound bound = Bound::exact;
};

/// The settings of a policy that no other of its settings beats in both cost and what is undone.
/// Between two of them hours are linear in log10(undone).
class Frontier {
public:
    /// floor: less undone than this counts as none. At least one point.
    Frontier(std::vector<FrontierPoint> points, double floor);

    /// Least hours that leave `undone` at most.
    [[nodiscard]] FrontierReading hours_at(double undone) const;
    /// Least that is left undone for `hours` at most.
    [[nodiscard]] FrontierReading undone_at(double hours) const;
    /// Cheapest first: hours rise, what is undone falls.
    [[nodiscard]] const std::vector<FrontierPoint>& points() const { return points_; }

private:
    std::vector<FrontierPoint> points_;
    double floor_;
};

/// The largest ratio of the hours of `ours` to those of `other` at equal undone, over the span that
/// both reach.
struct FrontierRatio {
    double worst = 0;
    bool reaches = true;  ///< the other's safest setting leaves no less undone than ours
    [[nodiscard]] bool below() const;
};
[[nodiscard]] FrontierRatio ratio_of(const Frontier& ours, const Frontier& other);

/// A policy's frontier against HPA's usual setting, and against the other policies' frontiers.
struct PolicyComparison {
    std::string series;
    std::string policy;
    std::size_t settings = 0;
    double hpa_unserved_share = 0;  ///< of hpa at its usual setting
    FrontierReading cost;           ///< at that share, relative to hpa's
    double of_clairvoyant = 0;      ///< the same cost relative to the clairvoyant's
    FrontierReading short_minutes;  ///< at hpa's cost, relative to hpa's; NaN where hpa has none
    FrontierRatio against_hpa;      ///< over the whole of hpa's frontier
    std::vector<std::string> not_below;  ///< honest policies below which it does not lie everywhere
};

/// outcomes  of every setting of every policy of every series, hpa among them
/// returns   one per series and policy, in their order
[[nodiscard]] std::vector<PolicyComparison> compare_frontiers(
    const std::vector<PolicyOutcome>& outcomes);

/// A policy over all series.
struct ComparisonSummary {
    std::string policy;
    std::size_t series = 0;
    std::size_t served = 0;        ///< series on which hpa leaves less than 0.5 % unserved
    double cost = 0;               ///< geometric mean over those, relative to hpa
    double of_clairvoyant = 0;     ///< geometric mean over those
    double short_minutes = 0;      ///< mean over those where hpa is short at all
    std::size_t below_all = 0;     ///< series on which it lies below every other honest policy
    std::size_t below_hpa = 0;     ///< series on which it lies below hpa's whole frontier
    double worst_against_hpa = 0;  ///< largest ratio over all series
};
[[nodiscard]] std::vector<ComparisonSummary> summarize(
    const std::vector<PolicyComparison>& comparisons);

}  // namespace forescale
