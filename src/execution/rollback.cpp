#include "execution/rollback.h"

namespace forescale {
namespace {

Operation ended(Operation operation, OperationState state, std::string detail, Timestamp now) {
    operation.state = state;
    operation.detail = std::move(detail);
    operation.changed_at = now;
    return operation;
}

}  // namespace

Replicas RollbackManager::size_for(const Operation& overdue, const Capacity& seen) {
    return std::max(overdue.from, seen.ready);
}

bool RollbackManager::is_own_work(const Operation& overdue, const Capacity& seen) {
    const auto total = seen.total();
    return total == overdue.to || total == overdue.from || total == size_for(overdue, seen);
}

Operation RollbackManager::compensation(const Operation& overdue, const Capacity& seen,
                                        Timestamp now) {
    const auto size = size_for(overdue, seen);
    return {.id = fmt::format("{}-rollback-{}", overdue.id, size.value()),
            .service = overdue.service,
            .from = seen.total(),
            .to = size,
            .state = OperationState::intended,
            .intended_at = now,
            .changed_at = now,
            .attempts = overdue.attempts,
            .detail = {}};
}

Operation RollbackManager::roll_back(Operation overdue, const Capacity& seen, Timestamp now) {
    if (!is_own_work(overdue, seen))
        return ended(std::move(overdue), OperationState::failed,
                     fmt::format("not ready in time, and somebody else changed the size to {} "
                                 "meanwhile; it is left alone",
                                 seen.total().value()),
                     now);
    ++overdue.attempts;
    const auto call = compensation(overdue, seen, now);
    const auto answer = target_.apply(call);
    if (answer)
        return ended(std::move(overdue), OperationState::rolled_back,
                     fmt::format("{} of {} ready in time; {} asked for again", seen.ready.value(),
                                 overdue.to.value(), call.to.value()),
                     now);
    if (!is_retryable(answer.error().code))
        return ended(std::move(overdue), OperationState::failed,
                     fmt::format("not ready in time, and going back to {} was refused: {}",
                                 call.to.value(), answer.error().message),
                     now);
    // changed_at stays: the deadline that it counts from has passed and must not come back.
    overdue.detail = fmt::format("not ready in time; going back to {}: {}", call.to.value(),
                                 answer.error().message);
    return overdue;
}

}  // namespace forescale
