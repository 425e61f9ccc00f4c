#include "execution/executor.h"

#include "base/assert.h"
#include "base/hash.h"
#include "base/retry.h"

namespace forescale {
namespace {

Operation moved(Operation operation, OperationState state, std::string detail, Timestamp now) {
    operation.state = state;
    operation.detail = std::move(detail);
    operation.changed_at = now;
    return operation;
}

std::string verified_text(const Operation& open, const Capacity& seen) {
    return fmt::format("{} of {} ready", std::min(seen.ready, open.to).value(), open.to.value());
}

}  // namespace

void ExecutorSettings::describe(config::Fields& f) {
    std::int64_t attempts = attempts_max;
    f.field("attempts_max", attempts,
            {.min = 1,
             .max = 100,
             .help = "Calls of the target for one operation before it is given up"});
    attempts_max = static_cast<int>(attempts);
    f.field("verify_factor", verify_factor,
            {.min = 1,
             .max = 100,
             .help = "An operation that is not ready after this many lead times is rolled back"});
    f.field("verify_min", verify_min,
            {.min = 0, .max = 86400, .help = "An operation is never rolled back sooner than this"});
    f.field("retry_delay_first", retry_delay_first,
            {.min = 0.001,
             .max = 3600,
             .help = "Wait after the first unanswered call; doubles with every further one"});
    f.field("retry_delay_max", retry_delay_max,
            {.min = 0.001, .max = 86400, .help = "Longest wait between two calls"});
    f.field("intent_age_max", intent_age_max,
            {.min = 0,
             .max = 86400,
             .help = "An operation that could not be applied for this long is given up; the next "
                     "decision decides anew"});
}

Executor::Executor(Target& target, ExecutorSettings settings)
    : target_(target),
      settings_(settings),
      verification_(settings.verify_min, settings.verify_factor),
      rollback_(target) {}

Result<Operation> Executor::intend(const Decision& decision, Timestamp now) {
    const auto from = decision.inputs.capacity.total();
    if (!decision.changes() || decision.desired < Replicas(0))
        return fail(
            Errc::invalid_argument,
            "decision {} asks for {} replicas of {} where there are {}; there is nothing to apply",
            decision.id, decision.desired.value(), decision.service, from.value());
    TRY(const auto seen, target_.observe(decision.service));
    if (seen.total() != from)
        return fail(Errc::conflict,
                    "the size of {} was changed by somebody else from {} to {} since decision {} "
                    "looked; the next turn decides on what is there now",
                    decision.service, from.value(), seen.total().value(), decision.id);
    return Operation{.id = decision.id,
                     .service = decision.service,
                     .from = from,
                     .to = decision.desired,
                     .state = OperationState::intended,
                     .intended_at = now,
                     .changed_at = now,
                     .attempts = 0,
                     .detail = {},
                     .mix = decision.mix ? decision.mix->counts() : std::vector<InstanceCount>{}};
}

Operation Executor::execute(Operation operation, Timestamp now) {
    ASSERT(operation.state == OperationState::intended);
    ++operation.attempts;
    const auto answer = target_.apply(operation);
    if (answer) return moved(std::move(operation), OperationState::executing, "accepted", now);
    const bool again = is_retryable(answer.error().code);
    return moved(std::move(operation), again ? OperationState::intended : OperationState::failed,
                 answer.error().message, now);
}

std::optional<Operation> Executor::advance(const Operation& open, const Capacity& seen,
                                           Duration lead_time, Timestamp now) {
    if (!is_open(open.state) || seen.seen_at < open.changed_at) return std::nullopt;
    if (open.state == OperationState::intended) return advance_intended(open, seen, now);
    return advance_executing(open, seen, lead_time, now);
}

std::optional<Operation> Executor::watch(const Operation& open, const Capacity& seen,
                                         Duration lead_time, Timestamp now) const {
    if (!is_open(open.state) || seen.seen_at < open.changed_at) return std::nullopt;
    if (open.state == OperationState::executing) {
        if (verification_.judge(open, seen, lead_time, now) != VerificationVerdict::verified)
            return std::nullopt;
        return moved(open, OperationState::done, verified_text(open, seen), now);
    }
    if (seen.total() == open.to)
        return moved(open, OperationState::executing, "found in effect", now);
    // As in advance(): a look in the instant of the last call proves nothing about it.
    if (open.attempts > 0 && seen.seen_at == open.changed_at) return std::nullopt;
    return moved(open, OperationState::withdrawn,
                 "not applied: the mode, a pause or a newer decision does not let it", now);
}

std::optional<Operation> Executor::advance_intended(const Operation& open, const Capacity& seen,
                                                    Timestamp now) {
    if (seen.total() == open.to)
        return moved(open, OperationState::executing, "found in effect", now);
    // A look in the same instant as the last call may show what was before the call: it proves
    // nothing about it.
    if (seen.seen_at > open.changed_at)
        if (auto why = hopeless(open, seen, now))
            return moved(open, OperationState::failed, std::move(*why), now);
    if (open.attempts >= settings_.attempts_max || now < next_try(open)) return std::nullopt;
    return execute(open, now);
}

/// Why an operation that is not in effect will not be asked for again; nothing while it may be.
std::optional<std::string> Executor::hopeless(const Operation& intended, const Capacity& seen,
                                              Timestamp now) const {
    if (seen.total() != intended.from)
        return fmt::format("the size was changed by somebody else from {} to {}; not applied",
                           intended.from.value(), seen.total().value());
    if (intended.attempts >= settings_.attempts_max)
        return fmt::format("given up after {} calls, the size still is {}; last answer: {}",
                           intended.attempts, intended.from.value(), intended.detail);
    if (now - intended.intended_at > settings_.intent_age_max)
        return fmt::format("not in effect after {}; too old to be asked for now",
                           format_duration(settings_.intent_age_max));
    return std::nullopt;
}

std::optional<Operation> Executor::advance_executing(const Operation& open, const Capacity& seen,
                                                     Duration lead_time, Timestamp now) {
    switch (verification_.judge(open, seen, lead_time, now)) {
        case VerificationVerdict::verified:
            return moved(open, OperationState::done, verified_text(open, seen), now);
        case VerificationVerdict::waiting:
            return std::nullopt;
        case VerificationVerdict::overdue:
            return rollback_.roll_back(open, seen, now);
    }
    return std::nullopt;
}

Operation Executor::supersede(Operation open, const Operation& newer, Timestamp now) {
    return moved(std::move(open), OperationState::superseded,
                 fmt::format("replaced by {}", newer.id), now);
}

Timestamp Executor::next_try(const Operation& intended) const {
    if (intended.attempts == 0) return intended.intended_at;
    const RetryPolicy policy{.attempts_max = settings_.attempts_max,
                             .delay_first = settings_.retry_delay_first,
                             .delay_max = settings_.retry_delay_max};
    Rng rng(fnv1a(fmt::format("{}/{}", intended.id, intended.attempts)));
    return intended.changed_at + policy.delay_after(intended.attempts, rng);
}

}  // namespace forescale
