#include "pipeline/recorder.h"

namespace forescale {
namespace {

template <class Row>
void append_rows(std::vector<Row>& to, std::vector<Row> from) {
    if (to.empty())
        to = std::move(from);
    else
        std::ranges::move(from, std::back_inserter(to));
}

/// Replaces the rows of the same services; they stand in the same order in every turn.
void replace_turns(std::vector<TurnRow>& to, std::vector<TurnRow> from) {
    if (to.empty()) {
        to = std::move(from);
        return;
    }
    for (std::size_t i = 0; i < from.size(); ++i) {
        const bool in_place = i < to.size() && to[i].service == from[i].service;
        const auto before = in_place ? to.begin() + static_cast<std::ptrdiff_t>(i)
                                     : std::ranges::find(to, from[i].service, &TurnRow::service);
        if (before == to.end())
            to.push_back(std::move(from[i]));
        else
            *before = std::move(from[i]);
    }
}

/// One batch that leaves behind what both would, one after the other.
void append(Batch& to, Batch from) {
    replace_turns(to.turns, std::move(from.turns));
    append_rows(to.raw, std::move(from.raw));
    append_rows(to.hourly, std::move(from.hourly));
    append_rows(to.predictions, std::move(from.predictions));
    append_rows(to.outcomes, std::move(from.outcomes));
    append_rows(to.decisions, std::move(from.decisions));
    append_rows(to.operations, std::move(from.operations));
    append_rows(to.events, std::move(from.events));
    append_rows(to.controls, std::move(from.controls));
    append_rows(to.performance, std::move(from.performance));
    append_rows(to.audit, std::move(from.audit));
    append_rows(to.checkpoints, std::move(from.checkpoints));
}

/// What was not recorded is never applied, and what it would have replaced goes on. How operations
/// that were recorded before have moved on is not forgotten: they would stay open for ever.
void forget_intended(std::vector<Operation>& operations) {
    std::erase_if(operations, [](const Operation& one) {
        const bool is_new = one.state == OperationState::intended && one.attempts == 0;
        return is_new || one.state == OperationState::superseded;
    });
}

}  // namespace

Result<std::unique_ptr<Recorder>> Recorder::open(Store& store, Duration gather) {
    TRY(auto head, store.audit_head());
    return std::unique_ptr<Recorder>(
        new Recorder(store, AuditLogger(head), gather));  // NOLINT: private constructor
}

void Recorder::audit(Timestamp at, std::string kind, std::string subject, std::string body) {
    const std::scoped_lock lock(mutex_);
    entries_.push_back(audit_.append(at, std::move(kind), std::move(subject), std::move(body)));
}

Result<void> Recorder::record(Batch batch) {
    const std::scoped_lock lock(mutex_);
    batch.audit = std::exchange(entries_, {});
    append(gathered_, std::move(batch));
    return is_due() ? store_all() : Result<void>{};
}

Result<void> Recorder::flush() {
    const std::scoped_lock lock(mutex_);
    return store_all();
}

bool Recorder::is_due() const {
    return !gathered_.operations.empty() || !gathered_.events.empty() ||
           !gathered_.controls.empty() || !waiting_.empty() ||
           std::chrono::steady_clock::now() - stored_at_ >= gather_;
}

Result<void> Recorder::store_all() {
    stored_at_ = std::chrono::steady_clock::now();
    if (waiting_.size() >= waiting_max)
        append(waiting_.back(), std::exchange(gathered_, {}));
    else if (!gathered_.empty())
        waiting_.push_back(std::exchange(gathered_, {}));
    while (!waiting_.empty()) {
        if (auto stored = store_.write(waiting_.front()); !stored) {
            forget_intended(waiting_.back().operations);
            return stored;
        }
        waiting_.pop_front();
    }
    return {};
}

bool Recorder::has_room() const {
    return waiting() < waiting_max;
}

std::size_t Recorder::waiting() const {
    const std::scoped_lock lock(mutex_);
    return waiting_.size();
}

}  // namespace forescale
