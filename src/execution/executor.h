#pragma once
#include <optional>

#include "domain/decision.h"
#include "domain/operation.h"
#include "execution/target.h"

namespace forescale {

struct ExecutorSettings {
    int attempts_max = 5;            ///< calls of the target for one operation
    double verify_factor = 3.0;      ///< an operation that is not ready after factor x lead time is rolled back ...
    Duration verify_min = std::chrono::minutes(10);  ///< ... but never sooner than this
    Duration retry_delay_first = std::chrono::seconds(2);
    Duration retry_delay_max = std::chrono::minutes(2);
};

/// The flow of one operation over many turns; it never waits. The caller records what each step returns before it takes the
/// next one: intend -> (record) -> execute -> (record) -> advance ... -> done | failed | rolled back.
/// At most one operation of a service is open; a newer one supersedes it. Single-threaded; holds no state of its own but the
/// random numbers of its jitter, so that a restart goes on from the recorded operation alone.
class Executor {
public:
    Executor(Target& target, ExecutorSettings settings);

    /// Pre-flight: what there is now still is what the decision saw, and the change is one. errors  conflict: somebody else changed
    /// the size meanwhile; unavailable: the target does not answer
    [[nodiscard]] Result<Operation> intend(const Decision& decision, Timestamp now);

    /// Calls the target for an intended operation. The answer is in the state: executing, intended (to be tried again by
    /// advance() after a backoff), or failed.
    [[nodiscard]] Operation execute(Operation operation, Timestamp now);

    /// Looks after an open operation: tries again, verifies, or rolls back. Nothing when nothing changed.
    [[nodiscard]] std::optional<Operation> advance(const Operation& open, const Capacity& seen, Duration lead_time,
                                                   Timestamp now);

private:
    Target& target_;
    ExecutorSettings settings_;
};

}  // namespace forescale
