#include "simulation/frontier.h"
#include "simulation/policy.h"
#include "simulation/simulate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <span>

namespace forescale {
namespace {

constexpr double share_floor = 1e-6;         // a smaller share of demand counts as none
constexpr double served_well_share = 0.005;  // hpa serves the series, so that costs compare
constexpr std::string_view yardstick = "hpa";
constexpr std::string_view knows_all = "clairvoyant";
constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// The settings of one policy on one series.
struct Curves {
    std::vector<const PolicyOutcome*> outcomes;
    Frontier unserved;
    Frontier minutes;
};

double minutes_floor(const PolicyOutcome& outcome) {
    return in_seconds(outcome.step) / 60.0 / 2.0;  // less than half a step is none
}

Curves curves_of(std::vector<const PolicyOutcome*> outcomes) {
    std::vector<FrontierPoint> unserved;
    std::vector<FrontierPoint> minutes;
    for (const PolicyOutcome* o : outcomes) {
        unserved.push_back({o->unserved_share, o->instance_hours});
        minutes.push_back({o->under_provisioned_min, o->instance_hours});
    }
    const double floor = minutes_floor(*outcomes.front());
    return {std::move(outcomes), Frontier(std::move(unserved), share_floor),
            Frontier(std::move(minutes), floor)};
}

/// The curves of a series by policy, and hpa at its usual setting.
struct SeriesCurves {
    std::map<std::string, Curves> by_policy;
    const PolicyOutcome* hpa = nullptr;
};

SeriesCurves curves_of_series(std::span<const PolicyOutcome> outcomes) {
    std::map<std::string, std::vector<const PolicyOutcome*>> grouped;
    SeriesCurves series;
    const double usual = policies().at(yardstick).usual;
    for (const PolicyOutcome& o : outcomes) {
        grouped[o.policy].push_back(&o);
        if (o.policy == yardstick && o.setting && std::abs(*o.setting - usual) < 1e-9)
            series.hpa = &o;
    }
    for (auto& [policy, of_policy] : grouped)
        series.by_policy.emplace(policy, curves_of(std::move(of_policy)));
    return series;
}

FrontierReading minutes_of_hpa(const Frontier& minutes, const PolicyOutcome& hpa) {
    const double floor = minutes_floor(hpa);
    if (hpa.under_provisioned_min <= floor) return {none, Bound::exact};
    FrontierReading reading = minutes.undone_at(hpa.instance_hours);
    reading.value = reading.value > floor ? reading.value / hpa.under_provisioned_min : 0.0;
    return reading;
}

PolicyComparison compare(const SeriesCurves& series, const std::string& policy) {
    const Curves& ours = series.by_policy.at(policy);
    const PolicyOutcome& hpa = *series.hpa;
    PolicyComparison out;
    out.series = hpa.series;
    out.policy = policy;
    out.settings = ours.outcomes.size();
    out.hpa_unserved_share = hpa.unserved_share;
    out.cost = ours.unserved.hours_at(hpa.unserved_share);
    out.cost.value /= hpa.instance_hours;
    out.of_clairvoyant = out.cost.value * hpa.of_clairvoyant;
    out.short_minutes = minutes_of_hpa(ours.minutes, hpa);
    out.against_hpa = ratio_of(ours.unserved, series.by_policy.at(std::string(yardstick)).unserved);
    for (const auto& [name, other] : series.by_policy)
        if (name != policy && name != knows_all && !ratio_of(ours.unserved, other.unserved).below())
            out.not_below.push_back(name);
    return out;
}

double geometric_mean(double log_sum, std::size_t count) {
    return count > 0 ? std::exp(log_sum / static_cast<double>(count)) : none;
}

/// Sums of what a ComparisonSummary holds means of.
struct Sums {
    ComparisonSummary summary;
    double log_cost = 0;
    double log_of_clairvoyant = 0;
    double minutes = 0;
    std::size_t with_minutes = 0;

    void add(const PolicyComparison& c) {
        ++summary.series;
        if (c.not_below.empty()) ++summary.below_all;
        if (c.against_hpa.below()) ++summary.below_hpa;
        summary.worst_against_hpa = std::max(summary.worst_against_hpa, c.against_hpa.worst);
        if (!(c.hpa_unserved_share < served_well_share)) return;
        ++summary.served;
        log_cost += std::log(c.cost.value);
        log_of_clairvoyant += std::log(c.of_clairvoyant);
        if (std::isnan(c.short_minutes.value)) return;
        minutes += c.short_minutes.value;
        ++with_minutes;
    }
    [[nodiscard]] ComparisonSummary means() && {
        summary.cost = geometric_mean(log_cost, summary.served);
        summary.of_clairvoyant = geometric_mean(log_of_clairvoyant, summary.served);
        summary.short_minutes =
            with_minutes > 0 ? minutes / static_cast<double>(with_minutes) : none;
        return std::move(summary);
    }
};

}  // namespace

std::vector<PolicyComparison> compare_frontiers(const std::vector<PolicyOutcome>& outcomes) {
    std::vector<PolicyComparison> comparisons;
    for (std::size_t first = 0; first < outcomes.size();) {
        std::size_t end = first;
        while (end < outcomes.size() && outcomes[end].series == outcomes[first].series) ++end;
        const SeriesCurves series =
            curves_of_series(std::span(outcomes).subspan(first, end - first));
        for (const auto& [policy, curves] : series.by_policy)
            comparisons.push_back(compare(series, policy));
        first = end;
    }
    return comparisons;
}

std::vector<ComparisonSummary> summarize(const std::vector<PolicyComparison>& comparisons) {
    std::map<std::string, Sums> by_policy;
    for (const PolicyComparison& comparison : comparisons)
        by_policy[comparison.policy].add(comparison);
    std::vector<ComparisonSummary> summaries;
    for (auto& [policy, sums] : by_policy) {
        sums.summary.policy = policy;
        summaries.push_back(std::move(sums).means());
    }
    return summaries;
}

}  // namespace forescale
