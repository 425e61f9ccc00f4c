#pragma once
#include "base/error.h"
#include "domain/audit.h"
#include "domain/control.h"
#include "domain/decision.h"
#include "domain/event.h"
#include "domain/operation.h"
#include "domain/sample.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forescale {

/// metrics_raw: one accepted point. `turn` is when it was taken in, so that a restart can repeat
/// the turns.
struct RawRow {
    ServiceId service;
    Point point;
    Timestamp turn;
};
/// metrics_hourly: the closed window of one hour. Written by the stream, not computed again.
struct HourlyRow {
    ServiceId service;
    Window window;
};
/// predictions: what was said at `origin` of `target`.
struct PredictionRow {
    ServiceId service;
    Timestamp origin;
    Duration horizon{0};
    Quantiles quantiles{};
    double confidence = 0.0;
    std::optional<double> actual;  ///< filled when the target has matured
};
/// What came of a prediction: fills `actual` of the row with the same service, origin and horizon;
/// ignored when there is none.
struct OutcomeRow {
    ServiceId service;
    Timestamp origin;
    Duration horizon{0};
    double actual = 0.0;
};
/// model_performance: scores of one member at one horizon over one UTC day of targets.
struct PerformanceRow {
    ServiceId service;
    std::string member;  ///< "ensemble" is the product's answer
    Duration horizon{0};
    Timestamp day;
    std::int64_t count = 0;
    double absolute_error_sum = 0.0;
    double actual_sum = 0.0;
    std::int64_t inside_90 = 0;  ///< ensemble only: targets inside the central 90 % interval
};
/// Learned state of one service at one turn (base/archive.h), replaced as a whole.
struct CheckpointRow {
    ServiceId service;
    Timestamp turn;
    std::string state;
};
/// The small state of one service after its newest turn (base/archive.h).
struct TurnRow {
    ServiceId service;
    Timestamp turn;
    std::string state;
};

/// What one turn leaves behind; stored whole or not at all.
struct Batch {
    std::vector<RawRow> raw = {};
    std::vector<HourlyRow> hourly = {};            ///< replaces a row of the same service and start
    std::vector<PredictionRow> predictions = {};   ///< replaces: service, origin and horizon
    std::vector<OutcomeRow> outcomes = {};         ///< applied after predictions
    std::vector<Decision> decisions = {};          ///< ignored when the id exists already
    std::vector<Operation> operations = {};        ///< replaces the row of the same id
    std::vector<BusinessEvent> events = {};        ///< replaces the row of the same id
    std::vector<Control> controls = {};            ///< ignored when the sequence exists already
    std::vector<PerformanceRow> performance = {};  ///< adds to the row: member, horizon and day
    std::vector<AuditEntry> audit = {};  ///< must continue the chain: sequence is newest + 1
    std::vector<CheckpointRow> checkpoints = {};
    std::vector<TurnRow> turns = {};
    [[nodiscard]] bool empty() const;
};

/// A page of rows, newest first; rows of one time stand in a fixed order. `before` continues: rows
/// older than it. The time of a row is its origin (predictions), at (decisions), intended_at
/// (operations) or day (performance). Many services share one time: to continue inside of it, ask
/// for `before` = that time + 1 ms and `skip` = the rows of that time already seen.
struct Page {
    std::optional<ServiceId> service = {};
    std::optional<Timestamp> since = {};   ///< inclusive
    std::optional<Timestamp> before = {};  ///< exclusive
    std::size_t rows_max = 100;
    std::size_t skip = 0;  ///< rows at the front that are left out
};
struct Span {
    ServiceId service;
    Timestamp from;  ///< inclusive
    Timestamp to;    ///< exclusive
};

/// How long rows are kept; measured from the newest turn, not from the wall clock, so that a replay
/// keeps its own history.
struct Retention {
    Duration raw = day * 90;
    Duration hourly = day * 365;
    Duration predictions = day * 90;
    Duration decisions = day * 365;  ///< and the closed operations that came of them, and controls
    Duration performance = day * 365;
};

/// How a store is opened: one process owns it for writing, others may read beside it.
enum class OpenMode : std::uint8_t { read_write, read_only };

/// The tables behind one seam. Thread-safe: any number of readers beside one writer.
/// Every call may fail with unavailable (locked, full, gone: try again, nothing was written) or
/// corrupt (a person must look).
class Store {
public:
    /// Most rows of one table that one expire() deletes, so that a turn never waits long for it
    /// (50,000 raw rows: 25 ms).
    static constexpr std::int64_t expire_rows_max = 50'000;

    virtual ~Store() = default;

    /// errors  conflict: an audit entry does not follow the newest one; invalid_argument: opened
    /// for reading only
    virtual Result<void> write(const Batch& batch) = 0;
    /// Applies retention as of `now`; returns how many rows went. At most expire_rows_max of each
    /// table go in one call: call it every turn (some microseconds when nothing is due), or until
    /// it returns 0. The audit log is never shortened.
    virtual Result<std::int64_t> expire(const Retention& retention, Timestamp now) = 0;

    /// Oldest first. [from, to) is over `turn`; ties in order of arrival.
    virtual Result<std::vector<RawRow>> raw(const Span& turns) = 0;
    /// Oldest first.
    virtual Result<std::vector<HourlyRow>> hourly(const Span& starts) = 0;
    virtual Result<std::vector<PredictionRow>> predictions(const Page& page) = 0;
    virtual Result<std::vector<Decision>> decisions(const Page& page) = 0;
    /// errors  not_found
    virtual Result<Decision> decision(const std::string& id) = 0;
    virtual Result<std::vector<Operation>> operations(const Page& page) = 0;
    virtual Result<std::vector<Operation>> open_operations() = 0;
    /// Events, cancelled ones too, whose end is after `since`; ascending in start.
    virtual Result<std::vector<BusinessEvent>> events(Timestamp since) = 0;
    /// What people asked for, ascending; sequence > after.
    virtual Result<std::vector<Control>> controls(std::int64_t after) = 0;
    virtual Result<std::vector<PerformanceRow>> performance(const Page& page) = 0;
    /// Ascending; sequence >= first, at most rows_max.
    virtual Result<std::vector<AuditEntry>> audit(std::int64_t first, std::size_t rows_max) = 0;
    /// Newest row of the chain, if any.
    virtual Result<std::optional<AuditEntry>> audit_head() = 0;
    virtual Result<std::optional<CheckpointRow>> checkpoint(const ServiceId& service) = 0;
    virtual Result<std::optional<TurnRow>> turn(const ServiceId& service) = 0;
};

}  // namespace forescale
