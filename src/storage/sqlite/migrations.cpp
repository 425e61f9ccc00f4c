#include "storage/sqlite/migrations.h"

#include "base/hash.h"

#include <array>

namespace forescale::sqlite {
namespace {

/// "FCST": tells our files from those of other programs.
constexpr std::int64_t application_id = 0x46435354;

// Times and durations are milliseconds (UTC, since 1970). Doubles stand in columns of type ANY: in
// a REAL column SQLite turns -0.0 into 0. Not-a-number is NULL. States of samples: 0 present, 1
// missing, 2 stale, 3 not a number, 4 counter reset. Tables that take rows of all services each
// turn lead with the time, so that a turn touches a few pages at their end: leading with the
// service was 20 times slower. Hourly windows come once an hour, and lead with the service to be
// read fast.
constexpr std::string_view first_schema = R"sql(
CREATE TABLE services (
    service INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE metrics_raw (
    turn INTEGER NOT NULL,
    service INTEGER NOT NULL,
    arrival INTEGER NOT NULL,
    at INTEGER NOT NULL,
    value ANY,
    state INTEGER NOT NULL,
    PRIMARY KEY (turn, service, arrival)
) STRICT, WITHOUT ROWID;

CREATE TABLE metrics_hourly (
    service INTEGER NOT NULL,
    start INTEGER NOT NULL,
    width INTEGER NOT NULL,
    count INTEGER NOT NULL,
    sum ANY,
    min ANY,
    max ANY,
    last ANY,
    state INTEGER NOT NULL,
    PRIMARY KEY (service, start)
) STRICT, WITHOUT ROWID;

CREATE TABLE predictions (
    origin INTEGER NOT NULL,
    service INTEGER NOT NULL,
    horizon INTEGER NOT NULL,
    q05 ANY, q10 ANY, q20 ANY, q30 ANY, q40 ANY, q50 ANY,
    q60 ANY, q70 ANY, q80 ANY, q90 ANY, q95 ANY, q99 ANY,
    confidence ANY,
    actual ANY,
    PRIMARY KEY (origin, service, horizon)
) STRICT, WITHOUT ROWID;

CREATE TABLE scaling_decisions (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    service INTEGER NOT NULL,
    at INTEGER NOT NULL,
    current INTEGER NOT NULL,
    desired INTEGER NOT NULL,
    reason TEXT NOT NULL,
    quantile ANY,
    demand_planned ANY,
    confidence ANY,
    record TEXT NOT NULL
) STRICT;
CREATE INDEX scaling_decisions_at ON scaling_decisions (at);
CREATE INDEX scaling_decisions_service_at ON scaling_decisions (service, at);

CREATE TABLE business_events (
    id TEXT NOT NULL PRIMARY KEY,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    services TEXT NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    expected_uplift ANY,
    source TEXT NOT NULL,
    cancelled INTEGER NOT NULL
) STRICT;
CREATE INDEX business_events_end ON business_events (end);

CREATE TABLE model_performance (
    day INTEGER NOT NULL,
    service INTEGER NOT NULL,
    member TEXT NOT NULL,
    horizon INTEGER NOT NULL,
    count INTEGER NOT NULL,
    absolute_error_sum ANY,
    actual_sum ANY,
    inside_90 INTEGER NOT NULL,
    PRIMARY KEY (day, service, member, horizon)
) STRICT, WITHOUT ROWID;

CREATE TABLE operations (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    service INTEGER NOT NULL,
    replicas_from INTEGER NOT NULL,
    replicas_to INTEGER NOT NULL,
    state TEXT NOT NULL,
    intended_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX operations_intended_at ON operations (intended_at);
CREATE INDEX operations_service_intended_at ON operations (service, intended_at);
CREATE INDEX operations_open ON operations (intended_at) WHERE state IN ('intended', 'executing');

CREATE TABLE audit_log (
    sequence INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only: no entry is ever changed'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only: no entry is ever deleted'); END;
CREATE TRIGGER audit_log_in_order BEFORE INSERT ON audit_log
WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM audit_log)
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only: an entry follows the newest one'); END;

CREATE TABLE checkpoints (
    service INTEGER PRIMARY KEY,
    turn INTEGER NOT NULL,
    state BLOB NOT NULL
) STRICT;

CREATE TABLE turns (
    service INTEGER PRIMARY KEY,
    turn INTEGER NOT NULL,
    state BLOB NOT NULL
) STRICT;
)sql";

constexpr std::string_view controls_schema = R"sql(
CREATE TABLE controls (
    sequence INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    service INTEGER NOT NULL,
    kind TEXT NOT NULL,
    by TEXT NOT NULL,
    why TEXT NOT NULL,
    mode TEXT,
    until INTEGER,
    direction TEXT NOT NULL,
    proposal TEXT NOT NULL
) STRICT;
)sql";

// A list of {"type", "count"}; empty where a service runs on one kind of instance.
constexpr std::string_view operation_mix_schema =
    "ALTER TABLE operations ADD COLUMN mix TEXT NOT NULL DEFAULT '[]';";

constexpr std::array all_migrations{Migration{1, "first schema", first_schema},
                                    Migration{2, "controls", controls_schema},
                                    Migration{3, "mix of operations", operation_mix_schema}};

enum class Kind { empty, ours };

Result<std::int64_t> single_number(Connection& connection, std::string_view sql) {
    TRY(auto query, connection.query(sql));
    TRY(const bool row, query.next());
    return row ? query.integer(0) : 0;
}

Result<Kind> kind_of(Connection& connection) {
    TRY(const auto id, single_number(connection, "PRAGMA application_id"));
    if (id == application_id) return Kind::ours;
    TRY(const auto tables, single_number(connection, "SELECT count(*) FROM sqlite_schema"));
    if (id == 0 && tables == 0) return Kind::empty;
    return fail(
        Errc::invalid_argument,
        "'{}' is the SQLite database of another program; it was left as it is. Give another path",
        connection.path());
}

/// Compares what the database says was applied with the steps known; returns how many of them it
/// has.
Result<std::size_t> count_applied(Connection& connection, std::span<const Migration> steps) {
    TRY(const Kind kind, kind_of(connection));
    if (kind == Kind::empty) return 0;
    TRY(auto query,
        connection.query("SELECT version, checksum FROM schema_migrations ORDER BY version"));
    std::size_t applied = 0;
    for (;; ++applied) {
        TRY(const bool row, query.next());
        if (!row) return applied;
        const std::int64_t version = query.integer(0);
        if (applied >= steps.size())
            return fail(Errc::invalid_argument,
                        "'{}' has schema version {}, this program knows {}; use the newer program "
                        "that wrote it, or another path",
                        connection.path(), version, steps.size());
        if (version != steps[applied].version || query.text(1) != sha256_hex(steps[applied].script))
            return fail(Errc::corrupt,
                        "step {} of the schema of '{}' is not the one that this program knows; it "
                        "was left as it is. Use the "
                        "program that wrote it, or restore a backup",
                        version, connection.path());
    }
}

Result<void> begin_history(Connection& connection) {
    TRY(auto transaction, Transaction::write(connection));
    TRY_VOID(connection.execute(
        fmt::format("PRAGMA application_id = {}; CREATE TABLE schema_migrations (version INTEGER "
                    "PRIMARY KEY, name TEXT NOT NULL, "
                    "checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
                    application_id)));
    return transaction.commit();
}

Result<void> apply(Connection& connection, const Migration& step) {
    TRY(auto transaction, Transaction::write(connection));
    TRY_VOID(connection.execute(std::string(step.script)));
    TRY_VOID(
        connection.run("INSERT INTO schema_migrations VALUES (?1, ?2, ?3, CAST(strftime('%s', "
                       "'now') AS INTEGER) * 1000)",
                       step.version, step.name, std::string_view(sha256_hex(step.script))));
    return transaction.commit();
}

}  // namespace

std::span<const Migration> migrations() {
    return all_migrations;
}

Result<void> refuse_unknown(Connection& connection, std::span<const Migration> steps) {
    TRY_VOID(count_applied(connection, steps));
    return {};
}

Result<void> migrate(Connection& connection, std::span<const Migration> steps) {
    TRY(const Kind kind, kind_of(connection));
    if (kind == Kind::empty) TRY_VOID(begin_history(connection));
    TRY(const std::size_t applied, count_applied(connection, steps));
    for (const Migration& step : steps.subspan(applied)) TRY_VOID(apply(connection, step));
    return {};
}

Result<void> check_migrated(Connection& connection, std::span<const Migration> steps) {
    TRY(const std::size_t applied, count_applied(connection, steps));
    if (applied == steps.size()) return {};
    return fail(
        Errc::invalid_argument,
        "'{}' has schema version {}, and reading needs {}; start `forescale run` on it once",
        connection.path(), applied, steps.size());
}

}  // namespace forescale::sqlite
