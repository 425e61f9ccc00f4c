#pragma once
#include "base/config.h"
#include "domain/decision.h"
#include "domain/operation.h"
#include "execution/rollback.h"
#include "execution/target.h"
#include "execution/verification.h"

#include <optional>

namespace forescale {

struct ExecutorSettings {
    int attempts_max = 5;  ///< calls of the target for one operation
    double verify_factor =
        3.0;  ///< an operation that is not ready after factor x lead time is rolled back ...
    Duration verify_min = std::chrono::minutes(10);  ///< ... but never sooner than this
    Duration retry_delay_first = std::chrono::seconds(2);
    Duration retry_delay_max = std::chrono::minutes(2);
    /// An intention older than this is not applied any more: demand has moved on while the process
    /// or the target was away.
    Duration intent_age_max = std::chrono::minutes(10);
    void describe(config::Fields& f);
};

/// The flow of one operation over many turns; it never waits. The caller records what each step
/// returns before it takes the next one: intend -> (record) -> execute -> (record) -> advance ...
/// -> done | failed | rolled back. At most one operation of a service is open; a newer one
/// supersedes it. Single-threaded; holds no state of its own (the jitter of its retries is a
/// function of the operation), so that a restart goes on from the recorded operation alone.
///
/// Where an operation can go, and why:
/// - intended -> executing: the target took the call, or is seen to have the size asked for
/// - intended -> intended: no answer; tried again after a backoff, attempts_max times
/// - intended -> failed: refused; or a look after the last call shows that it is not in effect, and
///   it will not be asked for again (attempts spent, too old, somebody else changed the size)
/// - intended -> withdrawn: watch(); it must not be asked for any more
/// - executing -> done: verified (VerificationSystem)
/// - executing -> rolled back: not ready in time, and the size before was asked for again
///   (RollbackManager)
/// - executing -> executing: not ready in time, and no answer to the rollback; tried again at every
///   look
/// - executing -> failed: not ready in time, and the rollback was refused or the size is the work
/// of
///   somebody else
/// - both -> superseded: by the caller, with supersede()
///
/// With no look at the target nothing is concluded: an operation whose outcome is not known stays
/// open.
class Executor {
public:
    Executor(Target& target, ExecutorSettings settings);

    /// Pre-flight: what there is now still is what the decision saw, and the change is one. errors
    /// conflict: somebody else changed the size meanwhile; unavailable: the target does not answer;
    /// not_found: no such service there; invalid_argument: no change
    [[nodiscard]] Result<Operation> intend(const Decision& decision, Timestamp now);

    /// Calls the target for an intended operation. The answer is in the state: executing, intended
    /// (to be tried again by advance() after a backoff), or failed. changed_at is the time of the
    /// call.
    [[nodiscard]] Operation execute(Operation operation, Timestamp now);

    /// Looks after an open operation: tries again, verifies, or rolls back. Nothing when nothing
    /// changed. seen: what observe() gave in this turn. An intended operation that a crash left
    /// behind is given to this function, not to execute(): it may be in effect already, or too old
    /// to be applied. When something is returned the target may have been called: observe again
    /// before deciding on the size.
    [[nodiscard]] std::optional<Operation> advance(const Operation& open, const Capacity& seen,
                                                   Duration lead_time, Timestamp now);

    /// Looks after an open operation without ever calling the target, where it must not be called:
    /// notices what took effect and what is ready, and withdraws what was not accepted yet. What
    /// the target accepted stays open until it is ready, or until advance() may judge it again.
    [[nodiscard]] std::optional<Operation> watch(const Operation& open, const Capacity& seen,
                                                 Duration lead_time, Timestamp now) const;

    /// The open operation, closed because `newer` took its place.
    [[nodiscard]] static Operation supersede(Operation open, const Operation& newer, Timestamp now);

    /// When an intended operation may be tried (again): derived from the operation alone.
    [[nodiscard]] Timestamp next_try(const Operation& intended) const;

private:
    [[nodiscard]] std::optional<Operation> advance_intended(const Operation& open,
                                                            const Capacity& seen, Timestamp now);
    [[nodiscard]] std::optional<std::string> hopeless(const Operation& intended,
                                                      const Capacity& seen, Timestamp now) const;
    [[nodiscard]] std::optional<Operation> advance_executing(const Operation& open,
                                                             const Capacity& seen,
                                                             Duration lead_time, Timestamp now);

    Target& target_;
    ExecutorSettings settings_;
    VerificationSystem verification_;
    RollbackManager rollback_;
};

}  // namespace forescale
