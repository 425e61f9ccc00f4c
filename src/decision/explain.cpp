#include "decision/explain.h"

#include "decision/costs.h"
#include "decision/mix.h"
#include "decision/mode.h"
#include "decision/price.h"

#include <algorithm>
#include <iterator>
#include <ranges>

#include <fmt/format.h>

namespace forescale {
namespace {

std::string percent(double probability) {
    constexpr double least = 1e-4;
    return probability < least ? "less than 0.01 %" : fmt::format("{:.2g} %", probability * 100.0);
}

std::string not_enough(const std::optional<LeadDemand>& demand, double serves) {
    if (!demand) return {};
    return fmt::format(", and demand over the next {} exceeds that with a probability of {}",
                       format_duration(demand->lead),
                       percent(probability_above(demand->quantiles, serves)));
}

/// What `fewer` replicas would serve of the demand that needs most, and how likely that is not to
/// be enough.
std::string served_by(const Turn& turn, const Decision& decision, Replicas fewer) {
    for (const SignalDemand& signal : turn.inputs.signals) {
        if (signal.name != decision.signal) continue;
        const double serves = signal.capacity_per_replica.value() * fewer.value();
        return fmt::format("{} would serve {:.4g} of signal {}{}", fewer.value(), serves,
                           signal.name, not_enough(signal.lead_demand, serves));
    }
    const double serves = turn.inputs.capacity_per_replica.value() * fewer.value();
    return fmt::format("{} would serve {:.4g}{}", fewer.value(), serves,
                       not_enough(turn.inputs.lead_demand, serves));
}

/// What speaks against `fewer`: the rule that lifted the number above it, or the one that spoke
/// last.
std::string objection(const Turn& turn, const RuleStep& cause, Replicas fewer) {
    if (cause.rule != "required_capacity") return cause.detail;
    if (turn.policy().headroom <= 0.0 ||
        turn.inputs.capacity_per_replica.value() * fewer.value() < turn.planned)
        return fmt::format("that is less than the planned {:.4g}", turn.planned);
    return fmt::format("the planned {:.4g} would have less than its headroom of {:.3g} %",
                       turn.planned, turn.policy().headroom * 100.0);
}

/// The last rule that lifted the number above `fewer`; null when it was above from the start.
const RuleStep* lifting(const Decision& decision, Replicas fewer) {
    for (const RuleStep& step : decision.steps | std::views::reverse)
        if (step.before <= fewer && fewer < step.after) return &step;
    return nullptr;
}

/// What one fewer would save and what it would cost, as a clause.
std::string fewer_in_money(const DecisionCosts& costs) {
    const SizeCost& chosen = costs.chosen;
    const SizeCost& fewer = *costs.one_fewer;
    if (!fewer.unserved) return "; without a lead demand nobody can say what that would cost";
    auto text = fmt::format(
        "; over the next {} {} would cost {}, {:.3g} of it for demand that is not served",
        format_duration(costs.span), fewer.replicas.value(),
        money_text(*fewer.total(), costs.prices), *fewer.unserved);
    return text + fmt::format(", and {} cost {:.3g}, {:.3g} of it for that",
                              chosen.replicas.value(), *chosen.total(), *chosen.unserved);
}

}  // namespace

std::string sentence_of(const Turn& turn, const Decision& decision, const RuleStep& decisive) {
    std::string text;
    text.reserve(160);
    const auto out = std::back_inserter(text);
    if (decision.changes())
        fmt::format_to(out, "{} {} from {} to {}: ", verb_of(turn.inputs.mode, decision.acts),
                       turn.service.id.str(), turn.current.value(), decision.desired.value());
    else
        fmt::format_to(out, "Keeping {} at {}: ", turn.service.id.str(), decision.desired.value());
    text += decisive.detail;
    text += '.';
    if (decision.mix)
        fmt::format_to(out, " They run best on {}.", mix_text(*decision.mix, turn.policy().prices));
    return text;
}

std::string why_not_fewer(const Turn& turn, const Decision& decision, const RuleStep& decisive) {
    const Replicas fewer = decision.desired - Replicas(1);
    if (fewer < turn.policy().replicas_min)
        return fmt::format("replicas_min is {}.", turn.policy().replicas_min.value());
    const RuleStep* const step = lifting(decision, fewer);
    const auto why = objection(turn, step != nullptr ? *step : decisive, fewer);
    return served_by(turn, decision, fewer) + (why.empty() ? "" : "; " + why) +
           fewer_in_money(*decision.costs) + '.';
}

}  // namespace forescale
