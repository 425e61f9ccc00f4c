#pragma once
#include "base/clock.h"
#include "base/config.h"
#include "execution/simulated/journal.h"
#include "execution/target.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forescale {

/// How the simulated provider behaves. Every rate is a share of operations (observe_failure_rate:
/// of looks), 0..1.
struct SimulatedTargetSettings {
    Duration lead_time = std::chrono::minutes(5);
    double lead_time_jitter = 0.0;
    std::int64_t seed = 1;
    double failure_rate = 0.0;
    double refuse_rate = 0.0;
    double partial_rate = 0.0;
    double observe_failure_rate = 0.0;
    std::int64_t replicas_initial = 2;
    void describe(config::Fields& f);
};

namespace simulated {

/// One operation that took effect.
struct Applied {
    std::string id;
    Replicas to{0};
    Timestamp at;
    int asked =
        1;  ///< how often it was asked for since the process started, or when it took effect

    template <class Archive>
    void fields(Archive& archive) {
        archive(id, to, at, asked);
    }
};

/// A replica on its way.
struct Pending {
    Timestamp asked_at;
    Timestamp ready_at;  ///< Timestamp::max(): never

    template <class Archive>
    void fields(Archive& archive) {
        archive(asked_at, ready_at);
    }
};

/// What the provider has of one service.
struct Fleet {
    int ready = 0;
    std::vector<Pending> pending;  ///< in the order in which they were asked for
    Timestamp billed_to;
    std::int64_t billed_ms = 0;  ///< replica-milliseconds until billed_to

    template <class Archive>
    void fields(Archive& archive) {
        archive(ready, pending, billed_to, billed_ms);
    }
    [[nodiscard]] int total() const { return ready + static_cast<int>(pending.size()); }
};

}  // namespace simulated

/// A provider in the process, in the world of forecasts and decisions that are scored: a replica
/// becomes ready after the lead time and costs from the moment that it is asked for; fewer replicas
/// cancel pending ones first, newest first, then ready ones at once. Services need not be told to
/// it: one that is seen for the first time has replicas_initial ready replicas.
///
/// Faults are a function of (seed, operation id, number of the call) alone, not of the order of
/// calls, so that the same operations meet the same faults when they are repeated after a crash.
/// What was taken is in the journal before apply() returns.
class SimulatedTarget final : public Target {
public:
    static constexpr std::size_t applied_max =
        10'000;  ///< operations remembered per service, newest last
    static constexpr std::int64_t replicas_max = 1'000'000;
    static constexpr std::uint64_t journal_bytes_compact = std::uint64_t{4} << 20U;

    /// journal: file that outlives the process; empty: none.
    /// errors  invalid_argument: a setting; else as Journal::open
    [[nodiscard]] static Result<std::unique_ptr<SimulatedTarget>> open(
        const SimulatedTargetSettings& settings, const std::string& journal, const Clock& clock);

    Result<Capacity> observe(const ServiceId& service) override;
    /// errors  also conflict: the id was used before for another size
    Result<void> apply(const Operation& operation) override;

    /// The hand of somebody else: from now on exactly `ready` ready replicas and none pending, at
    /// once.
    /// errors  unavailable: journal
    [[nodiscard]] Result<void> place(const ServiceId& service, Replicas ready);

    /// Operations that took effect, oldest first.
    [[nodiscard]] std::vector<simulated::Applied> applied(const ServiceId& service) const;
    /// Replica-hours from when the service was first seen until now.
    [[nodiscard]] double replica_hours(const ServiceId& service);
    [[nodiscard]] double replica_hours();  ///< of all services
    [[nodiscard]] std::vector<ServiceId> services() const;

private:
    struct Entry {
        simulated::Fleet fleet;
        std::vector<simulated::Applied> applied;
        std::vector<std::uint64_t> keys;  ///< fnv1a of applied[i].id: most comparisons end there
    };
    enum class Fault : std::uint8_t { none, before, after };

    SimulatedTarget(const SimulatedTargetSettings& settings, const Clock& clock)
        : settings_(settings), clock_(clock) {}

    Result<void> read_journal(const std::string& path);
    Result<void> restore(std::string_view record);
    Result<void> compact();
    Entry& entry(const ServiceId& service);
    void remember(Entry& entry, simulated::Applied applied) const;
    [[nodiscard]] static simulated::Applied* find(Entry& entry, const std::string& id);
    Result<void> apply_again(simulated::Applied& before, const Operation& operation);
    Result<void> take(Entry& entry, const Operation& operation);
    Result<void> commit(const ServiceId& service, Entry& entry, simulated::Fleet fleet,
                        std::optional<simulated::Applied> applied);
    void resize(simulated::Fleet& fleet, const Operation& operation) const;
    void ask(simulated::Fleet& fleet, int count, const std::string& id) const;
    void settle(simulated::Fleet& fleet) const;
    [[nodiscard]] Fault fault_of(const Operation& operation) const;
    [[nodiscard]] double draw(std::string_view what, std::string_view key,
                              std::int64_t number) const;

    SimulatedTargetSettings settings_;
    const Clock& clock_;
    std::map<ServiceId, Entry> entries_;
    std::optional<simulated::Journal> journal_;
};

}  // namespace forescale
