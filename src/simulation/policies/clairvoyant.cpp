#include "base/assert.h"
#include "simulation/policies/policies.h"

#include <algorithm>

namespace forescale {
namespace {

/// Knows the trace: the largest need of now .. now + lead time. Less would come too late for that
/// need, more would only cost; giving an instance back and asking for it again within a lead time
/// is impossible, so this is the least cost that serves all. Where lead times are drawn it knows
/// them too, and asks for each need at the last step that is early enough.
class Clairvoyant final : public Policy {
public:
    Clairvoyant(const PolicyWorld& world, double /*setting*/) : world_(world) {
        ASSERT(world_.future != nullptr);
        const std::vector<double>& demand = *world_.future;
        sizes_.assign(demand.size(), world_.replicas_min);
        const std::vector<std::size_t> asked_at = last_steps_in_time(demand.size());
        for (std::size_t s = 0; s < demand.size(); ++s)
            for (std::size_t t = asked_at[s]; t <= s; ++t)
                sizes_[t] = std::max(sizes_[t], need_of(world_, demand[s]));
    }

    Replicas desired(std::size_t t, double /*demand*/, Replicas /*ready*/,
                     Replicas /*pending*/) override {
        return sizes_[t];
    }
    [[nodiscard]] std::string_view reason() const override { return "known"; }

private:
    /// Per step: the last one at which what is asked for is ready by then; 0 where there is none.
    [[nodiscard]] std::vector<std::size_t> last_steps_in_time(std::size_t count) const {
        std::vector<std::size_t> last(count, 0);
        for (std::size_t t = 0; t < count; ++t) {
            const std::size_t lead = world_.leads != nullptr
                                         ? static_cast<std::size_t>((*world_.leads)[t])
                                         : lead_steps(world_);
            if (t + lead < count) last[t + lead] = std::max(last[t + lead], t);
        }
        for (std::size_t s = 1; s < count; ++s) last[s] = std::max(last[s], last[s - 1]);
        return last;
    }

    PolicyWorld world_;
    std::vector<Replicas> sizes_;
};

}  // namespace

PolicyKind clairvoyant_kind() {
    return {.make = each<Clairvoyant>, .setting_name = "", .usual = 0.0, .settings = {}};
}

}  // namespace forescale
