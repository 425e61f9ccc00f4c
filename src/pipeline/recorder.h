#pragma once
#include "base/error.h"
#include "monitoring/audit.h"
#include "storage/store.h"

#include <deque>
#include <mutex>

namespace forescale {

/// Where turns are recorded, whole and in order, with the audit trail beside them. A turn with an
/// operation or an event is stored before record() returns; turns that ask for nothing may be
/// stored together with the next ones, within `gather_max` of real time: losing them in a crash
/// loses nothing, since their samples are collected again and give the same decisions. While the
/// store fails, turns wait here and nothing is acted upon; they are stored in order when it is
/// back. Thread-safe: the API records events beside the turn.
class Recorder {
public:
    /// Turns that may wait; then the turn stops taking in samples, so that their source keeps them.
    /// 2 h of turns of 30 s.
    static constexpr std::size_t waiting_max = 240;
    /// Far less than the interval of turns in real time, where each turn is stored by itself; many
    /// turns of a fast replay.
    static constexpr std::chrono::milliseconds gather_max{50};

    /// Continues the audit chain of the store.
    /// errors  as the store's
    [[nodiscard]] static Result<std::unique_ptr<Recorder>> open(Store& store,
                                                                Duration gather = gather_max);

    /// Adds an entry to the trail; it is stored with the next record().
    void audit(Timestamp at, std::string kind, std::string subject, std::string body);
    /// Stores what waits, then this. On an error everything waits, except operations that are new:
    /// what was not recorded is never applied.
    [[nodiscard]] Result<void> record(Batch batch);
    /// Stores everything that was recorded.
    /// errors  as the store's
    [[nodiscard]] Result<void> flush();
    /// Can one more turn wait if the store fails?
    [[nodiscard]] bool has_room() const;
    [[nodiscard]] std::size_t waiting() const;

private:
    Recorder(Store& store, AuditLogger audit, Duration gather)
        : store_(store), gather_(gather), audit_(std::move(audit)) {}
    [[nodiscard]] bool is_due() const;
    Result<void> store_all();

    Store& store_;
    Duration gather_;
    mutable std::mutex mutex_;
    AuditLogger audit_;
    std::vector<AuditEntry> entries_;  ///< not stored yet
    Batch gathered_;                   ///< turns that will be stored together
    std::chrono::steady_clock::time_point stored_at_;
    std::deque<Batch> waiting_;  ///< refused by the store, oldest first
};

}  // namespace forescale
