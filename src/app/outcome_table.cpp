#include "app/outcome_table.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

/// "0.912", "<= 0.912", or "-" where there is none.
std::string read_off(const FrontierReading& reading) {
    if (std::isnan(reading.value)) return "-";
    const char* const sign = reading.bound == Bound::at_most    ? "<= "
                             : reading.bound == Bound::at_least ? ">= "
                                                                : "";
    return fmt::format("{}{:.3f}", sign, reading.value);
}

std::string number_or_none(double value) {
    return std::isnan(value) ? "-" : fmt::format("{:.3f}", value);
}

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
    return out.empty() ? "all" : "not " + out;
}

std::string rows_of_series(const std::vector<PolicyComparison>& comparisons) {
    std::string out;
    std::string series;
    for (const PolicyComparison& c : comparisons) {
        if (c.series != series) {
            series = c.series;
            out += fmt::format("{}: where hpa at 0.7 leaves {:.4f} % unserved\n", series,
                               c.hpa_unserved_share * 100.0);
            out += fmt::format("  {:<14} {:>8} {:>12} {:>15} {:>14} {:>12}   {}\n", "policy",
                               "settings", "cost of hpa", "of clairvoyant", "short of hpa",
                               "worst of hpa", "lies below");
        }
        out += fmt::format("  {:<14} {:>8} {:>12} {:>15.3f} {:>14} {:>11.3f}{}   {}\n", c.policy,
                           c.settings, read_off(c.cost), c.of_clairvoyant,
                           read_off(c.short_minutes), c.against_hpa.worst,
                           c.against_hpa.reaches ? " " : "+", joined(c.not_below));
    }
    return out;
}

}  // namespace

std::string comparison_table(const std::vector<PolicyComparison>& comparisons) {
    std::string out = rows_of_series(comparisons);
    out +=
        fmt::format("over all series\n  {:<14} {:>8} {:>12} {:>15} {:>14} {:>12} {:>10} {:>10}\n",
                    "policy", "served", "cost of hpa", "of clairvoyant", "short of hpa",
                    "worst of hpa", "below hpa", "below all");
    for (const ComparisonSummary& s : summarize(comparisons))
        out += fmt::format(
            "  {:<14} {:>5}/{:<2} {:>12} {:>15} {:>14} {:>12.3f} {:>7}/{:<2} {:>7}/{:<2}\n",
            s.policy, s.served, s.series, number_or_none(s.cost), number_or_none(s.of_clairvoyant),
            number_or_none(s.short_minutes), s.worst_against_hpa, s.below_hpa, s.series,
            s.below_all, s.series);
    return out +
           "\ncost: at the share that hpa at 0.7 leaves unserved, relative to hpa; short: "
           "minutes at the cost of hpa at 0.7, relative to hpa;\nworst: largest cost relative "
           "to hpa at equal unserved share, along hpa's whole frontier (+: its safest setting "
           "is not reached);\nbelow: on the whole frontiers. Means over the series on which "
           "hpa at 0.7 serves all but 0.5 %.\n";
}

std::string outcome_table(const std::vector<PolicyOutcome>& outcomes, const std::string& currency) {
    std::string out;
    std::string series;
    const bool in_money = !currency.empty();
    for (const auto& o : outcomes) {
        if (o.series != series) {
            if (!series.empty()) out += '\n';
            series = o.series;
            out += fmt::format("{}\n  {:<18} {:>14} {:>16} {:>12} {:>16} {:>13} {:>10}", series,
                               "policy", "instance-hours", "of clairvoyant", "not served",
                               "short (minutes)", "actions/day", "reversals");
            out += in_money ? fmt::format(" {:>14} {:>14} {:>16}\n", currency + "/day",
                                          currency + "/30 days", "not served/day")
                            : "\n";
        }
        out += fmt::format("  {:<18} {:>14.1f} {:>16.3f} {:>10.4f} % {:>16.0f} {:>13.1f} {:>10}",
                           o.label(), o.instance_hours, o.of_clairvoyant, o.unserved_share * 100,
                           o.under_provisioned_min, o.actions_per_day, o.reversals);
        out += in_money ? fmt::format(" {:>14.2f} {:>14.2f} {:>16.0f}\n", o.cost_per_day(),
                                      30.0 * o.cost_per_day(), o.unserved / std::max(o.days, 1e-9))
                        : "\n";
    }
    return out;
}

}  // namespace forescale
