#pragma once
#include "execution/target.h"

namespace forescale {

/// Takes an overdue operation back, as far as that is safe.
///
/// The size before is asked for again, but never less than what is ready: replicas that serve are
/// not taken away by a failure, that is for an ordinary decision with all its rules. So a failed
/// scale-up from 10 to 20 of which 14 became ready goes to 14: the 6 that never came are cancelled,
/// cost nothing more, and the next decision asks anew. A failed scale-down from 20 to 10 goes back
/// to 20, which costs money and drops nothing.
///
/// The compensating call has an id of its own, made from the operation's id and the size, so that
/// it can be repeated after a crash or a lost answer, and no id ever stands for two sizes.
class RollbackManager {
public:
    explicit RollbackManager(Target& target) : target_(target) {}

    /// max(from, ready)
    [[nodiscard]] static Replicas size_for(const Operation& overdue, const Capacity& seen);
    /// What is seen can be the work of this operation or of its rollback, and of nobody else: to,
    /// from, or size_for().
    [[nodiscard]] static bool is_own_work(const Operation& overdue, const Capacity& seen);
    [[nodiscard]] static Operation compensation(const Operation& overdue, const Capacity& seen,
                                                Timestamp now);

    /// Calls the target at most once. rolled_back: it took the call; executing: no answer, to be
    /// tried at the next look; failed: it refused, or the size is the work of somebody else and is
    /// left alone (no call).
    [[nodiscard]] Operation roll_back(Operation overdue, const Capacity& seen, Timestamp now);

private:
    Target& target_;
};

}  // namespace forescale
