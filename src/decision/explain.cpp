#include "decision/explain.h"

#include <algorithm>
#include <iterator>
#include <ranges>

#include <fmt/format.h>

namespace forescale {
namespace {

std::string risk_of(const Turn& turn, const LeadDemand& demand, Replicas fewer) {
    const double serves = turn.inputs.capacity_per_replica.value() * fewer.value();
    const double risk = probability_above(demand.quantiles, serves);
    return fmt::format(
        "{} would serve {:.4g}: demand over the next {} exceeds that with a probability of {:.2g} "
        "%",
        fewer.value(), serves, format_duration(demand.lead), risk * 100.0);
}

/// The last rule that lifted the number above `fewer`; null when it was above from the start.
const RuleStep* lifting(const Decision& decision, Replicas fewer) {
    for (const RuleStep& step : decision.steps | std::views::reverse)
        if (step.before <= fewer && fewer < step.after) return &step;
    return nullptr;
}

}  // namespace

std::string sentence_of(const Turn& turn, const Decision& decision, const RuleStep& decisive) {
    std::string text;
    text.reserve(160);
    const auto out = std::back_inserter(text);
    if (decision.changes())
        fmt::format_to(out, "Scaling {} from {} to {}: ", turn.service.id.str(),
                       turn.current.value(), decision.desired.value());
    else
        fmt::format_to(out, "Keeping {} at {}: ", turn.service.id.str(), decision.desired.value());
    text += decisive.detail;
    text += '.';
    return text;
}

std::string why_not_fewer(const Turn& turn, const Decision& decision, const RuleStep& decisive) {
    const Replicas fewer = decision.desired - Replicas(1);
    if (fewer < turn.policy().replicas_min)
        return fmt::format("replicas_min is {}.", turn.policy().replicas_min.value());
    const RuleStep* const step = lifting(decision, fewer);
    const RuleStep& cause = step != nullptr ? *step : decisive;
    if (cause.rule != "required_capacity") return cause.detail + '.';
    if (const auto& demand = turn.inputs.lead_demand) return risk_of(turn, *demand, fewer) + '.';
    return "Nothing asks for a change.";
}

}  // namespace forescale
