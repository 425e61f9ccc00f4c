#include "base/assert.h"
#include "simulation/policies/policies.h"

#include <algorithm>

namespace forescale {
namespace {

/// Knows the trace: the largest need of now .. now + lead time. Less would come too late for that
/// need, more would only cost; giving an instance back and asking for it again within a lead time
/// is impossible, so this is the least cost that serves all.
class Clairvoyant final : public Policy {
public:
    Clairvoyant(const PolicyWorld& world, double /*setting*/) : world_(world) {
        ASSERT(world_.future != nullptr);
    }

    Replicas desired(std::size_t t, double /*demand*/, Replicas /*ready*/,
                     Replicas /*pending*/) override {
        const std::size_t end = std::min(t + lead_steps(world_) + 1, world_.future->size());
        Replicas most = world_.replicas_min;
        for (std::size_t i = t; i < end; ++i)
            most = std::max(most, need_of(world_, (*world_.future)[i]));
        return most;
    }
    [[nodiscard]] std::string_view reason() const override { return "known"; }

private:
    PolicyWorld world_;
};

}  // namespace

PolicyKind clairvoyant_kind() {
    return {.make = each<Clairvoyant>, .setting_name = "", .usual = 0.0, .settings = {}};
}

}  // namespace forescale
