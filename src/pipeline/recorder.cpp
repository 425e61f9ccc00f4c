#include "pipeline/recorder.h"

namespace forescale {

Result<std::unique_ptr<Recorder>> Recorder::open(Store& store) {
    TRY(auto head, store.audit_head());
    return std::unique_ptr<Recorder>(
        new Recorder(store, AuditLogger(head)));  // NOLINT: private constructor
}

void Recorder::audit(Timestamp at, std::string kind, std::string subject, std::string body) {
    const std::scoped_lock lock(mutex_);
    entries_.push_back(audit_.append(at, std::move(kind), std::move(subject), std::move(body)));
}

Result<void> Recorder::record(Batch batch) {
    const std::scoped_lock lock(mutex_);
    batch.audit = std::exchange(entries_, {});
    waiting_.push_back(std::move(batch));
    auto stored = drain();
    if (!stored && !waiting_.empty()) waiting_.back().operations.clear();
    return stored;
}

Result<void> Recorder::drain() {
    while (!waiting_.empty()) {
        TRY_VOID(store_.write(waiting_.front()));
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
