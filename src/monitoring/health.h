#pragma once
#include "domain/alert.h"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace forescale {

/// The state of every component, as they report it. Thread-safe.
class HealthChecker {
public:
    /// `since` of the component moves only when its state changes; returns true then (and for the
    /// first report of a component), so that the change can be logged once.
    bool report(std::string_view component, HealthState state, std::string detail, Timestamp now);
    [[nodiscard]] std::vector<ComponentHealth> all() const;  ///< sorted by component
    [[nodiscard]] HealthState overall() const;  ///< the worst one; ok while nothing has reported

private:
    mutable std::mutex mutex_;
    std::map<std::string, ComponentHealth, std::less<>> components_;
};

}  // namespace forescale
