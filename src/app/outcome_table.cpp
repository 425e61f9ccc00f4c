#include "app/outcome_table.h"

namespace forescale {

std::string outcome_table(const std::vector<PolicyOutcome>& outcomes) {
    std::string out;
    std::string series;
    for (const auto& o : outcomes) {
        if (o.series != series) {
            if (!series.empty()) out += '\n';
            series = o.series;
            out += fmt::format("{}\n  {:<14} {:>14} {:>16} {:>12} {:>16} {:>13} {:>10}\n", series,
                               "policy", "instance-hours", "of clairvoyant", "not served",
                               "short (minutes)", "actions/day", "reversals");
        }
        out += fmt::format("  {:<14} {:>14.1f} {:>16.3f} {:>10.4f} % {:>16.0f} {:>13.1f} {:>10}\n",
                           o.policy, o.instance_hours, o.of_clairvoyant, o.unserved_share * 100,
                           o.under_provisioned_min, o.actions_per_day, o.reversals);
    }
    return out;
}

}  // namespace forescale
