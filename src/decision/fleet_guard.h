#pragma once
#include "decision/decide.h"

#include <vector>

namespace forescale {

/// How much of the fleet may be given back: at most removal_max of its replicas within a window.
/// Replicas count alike, whatever they cost: the guard is for the day on which the numbers are
/// wrong, prices among them.
struct FleetLimit {
    double removal_max = 1.0;  ///< share, 1: no limit
    Duration window = std::chrono::minutes(10);
    [[nodiscard]] bool is_set() const { return removal_max < 1.0; }
};

/// Holds what all services together give back to the limit. It has no state of its own: what was
/// removed is in the DecisionState of each service, so that a restart goes on as if nothing had
/// happened. One turn: open(); see() every service as it is; then, in the order of the turn,
/// allowance() before each decision and see() after it. O(changes within the window) a call.
class FleetGuard {
public:
    explicit FleetGuard(FleetLimit limit) : limit_(limit) {}

    /// A turn at `now` begins.
    void open(std::size_t services, Timestamp now);
    /// What a service has, and what it removed lately. It replaces what was said of it
    /// before: after a decision, the size that it asks for.
    void see(std::size_t service, Replicas size, const DecisionState& state);
    /// What a service may give back now; nothing: no limit. A fleet of any size may lose one
    /// replica within a window.
    [[nodiscard]] std::optional<FleetAllowance> allowance() const;

private:
    struct Part {
        int size = 0;
        int removed = 0;  ///< within the window
    };
    FleetLimit limit_;
    Timestamp now_;
    std::vector<Part> parts_;
    int size_ = 0;
    int removed_ = 0;
};

}  // namespace forescale
