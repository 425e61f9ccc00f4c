#include "simulation/worlds/checks.h"

#include <algorithm>
#include <cmath>

namespace forescale::worlds::checks {
namespace {

constexpr double rounding_noise = 1e-9;

/// What the parts of a mix come to.
struct Sums {
    double replicas = 0.0;
    double of_spot = 0.0;
    double price_hour = 0.0;
};

Finding not_of_policy(const MixPart& part, const ScalingPolicy& policy) {
    const auto type = std::ranges::find(policy.instance_types, part.type, &InstanceType::name);
    if (type == policy.instance_types.end())
        return fmt::format("'{}' is in the mix and not in the policy", part.type);
    if (part.count <= 0 || (type->max > 0 && part.count > type->max))
        return fmt::format("{} of '{}' are in the mix", part.count, part.type);
    return std::nullopt;
}

Sums sums_of(const InstanceMix& mix) {
    Sums sums;
    for (const MixPart& part : mix.parts) {
        sums.replicas += part.count * part.weight;
        sums.price_hour += part.count * part.price_hour;
        if (part.spot) sums.of_spot += part.count * part.weight;
    }
    return sums;
}

}  // namespace

/// The catalogue knows no limits, so that every size can be covered; of one type alone, each
/// instance is needed.
Finding mix_covers_the_size(const ServiceTurn& turn) {
    const ScalingPolicy& policy = turn.service.policy;
    const auto& mix = turn.decision.mix;
    if (mix.has_value() == policy.instance_types.empty())
        return mix ? "there is a mix of no types" : "there is no mix";
    if (!mix) return std::nullopt;
    for (const MixPart& part : mix->parts)
        if (auto finding = not_of_policy(part, policy)) return finding;
    const Sums sums = sums_of(*mix);
    const double size = turn.made.desired;
    if (sums.replicas < size - rounding_noise)
        return fmt::format("the mix has the capacity of {} replicas, {} are decided on",
                           sums.replicas, turn.made.desired);
    if (policy.spot_share_max < 1.0 && sums.of_spot > policy.spot_share_max * size + rounding_noise)
        return fmt::format("{} of {} replicas are on spot instances, the share is {}", sums.of_spot,
                           size, policy.spot_share_max);
    if (std::abs(sums.price_hour - mix->price_hour) > 1e-6 * (1.0 + sums.price_hour))
        return fmt::format("the mix costs {} an hour and says {}", sums.price_hour,
                           mix->price_hour);
    return std::nullopt;
}

Finding mix_is_asked_for(const ServiceTurn& turn) {
    for (const Call& call : turn.record.calls) {
        if (call.operation.id != turn.decision.id) continue;
        const auto wanted =
            turn.decision.mix ? turn.decision.mix->counts() : std::vector<InstanceCount>{};
        if (call.operation.mix != wanted)
            return fmt::format("operation {} has another mix than its decision", call.operation.id);
    }
    return std::nullopt;
}

}  // namespace forescale::worlds::checks
