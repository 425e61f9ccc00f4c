#include "monitoring/health.h"

namespace forescale {

bool HealthChecker::report(std::string_view component, HealthState state, std::string detail,
                           Timestamp now) {
    const std::scoped_lock lock(mutex_);
    auto found = components_.find(component);
    if (found == components_.end()) {
        ComponentHealth fresh{.component = std::string(component),
                              .state = state,
                              .detail = std::move(detail),
                              .since = now};
        components_.emplace(component, std::move(fresh));
        return true;
    }
    auto& known = found->second;
    const bool moved = known.state != state;
    if (moved) known.since = now;
    known.state = state;
    known.detail = std::move(detail);
    return moved;
}

std::vector<ComponentHealth> HealthChecker::all() const {
    const std::scoped_lock lock(mutex_);
    std::vector<ComponentHealth> out;
    out.reserve(components_.size());
    for (const auto& [name, health] : components_) out.push_back(health);
    return out;
}

HealthState HealthChecker::overall() const {
    const std::scoped_lock lock(mutex_);
    auto worst = HealthState::ok;
    for (const auto& [name, health] : components_) worst = std::max(worst, health.state);
    return worst;
}

}  // namespace forescale
