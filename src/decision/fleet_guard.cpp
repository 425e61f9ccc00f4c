#include "decision/fleet_guard.h"

#include "base/assert.h"

#include <algorithm>
#include <cmath>

namespace forescale {
namespace {

int removed_since(const DecisionState& state, Timestamp oldest) {
    int removed = 0;
    for (const SizeChange& change : state.changes)
        if (change.at > oldest) removed += std::max((change.from - change.to).value(), 0);
    return removed;
}

}  // namespace

void FleetGuard::open(std::size_t services, Timestamp now) {
    now_ = now;
    parts_.assign(services, {});
    size_ = 0;
    removed_ = 0;
}

void FleetGuard::see(std::size_t service, Replicas size, const DecisionState& state) {
    ASSERT(service < parts_.size());
    Part& part = parts_[service];
    size_ -= part.size;
    removed_ -= part.removed;
    part = {.size = size.value(), .removed = removed_since(state, now_ - limit_.window)};
    size_ += part.size;
    removed_ += part.removed;
}

std::optional<FleetAllowance> FleetGuard::allowance() const {
    if (!limit_.is_set()) return std::nullopt;
    const int whole = size_ + removed_;
    const double share = std::max(1.0, std::floor(limit_.removal_max * whole + 1e-9));
    return FleetAllowance{.removable = Replicas(std::max(static_cast<int>(share) - removed_, 0)),
                          .removed = Replicas(removed_),
                          .fleet = Replicas(whole),
                          .share = limit_.removal_max,
                          .window = limit_.window};
}

}  // namespace forescale
