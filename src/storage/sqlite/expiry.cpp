#include "storage/sqlite/writer.h"

#include <array>
#include <limits>

namespace forescale::sqlite {
namespace {

/// Rows that go: older than the limit, and at most rows_max of them, oldest first.
struct Expiry {
    std::string_view find;    ///< the key of the first row beyond ?2 rows that are older than ?1
    std::string_view remove;  ///< rows older than ?1 and before that key (?2 ...)
};

// The keys lead with the time, so that both statements walk over the rows that go and no others.
constexpr Expiry raw_expiry{
    "SELECT turn, service, arrival FROM metrics_raw WHERE turn < ?1 ORDER BY turn, service, "
    "arrival LIMIT 1 OFFSET ?2",
    "DELETE FROM metrics_raw WHERE turn < ?1 AND (turn, service, arrival) < (?2, ?3, ?4)"};
constexpr Expiry prediction_expiry{
    "SELECT origin, service, horizon FROM predictions WHERE origin < ?1 ORDER BY origin, service, "
    "horizon LIMIT 1 OFFSET ?2",
    "DELETE FROM predictions WHERE origin < ?1 AND (origin, service, horizon) < (?2, ?3, ?4)"};

// A decision fills a page and has three indexes: deleting it costs as much as many raw rows.
constexpr std::int64_t decision_rows = 20;

constexpr std::string_view decisions_remove =
    "DELETE FROM scaling_decisions WHERE row IN (SELECT row FROM scaling_decisions WHERE at < ?1 "
    "ORDER BY at LIMIT ?2)";
constexpr std::string_view operations_remove =
    "DELETE FROM operations WHERE row IN (SELECT row FROM operations WHERE intended_at < ?1 "
    "AND state NOT IN ('intended', 'executing') ORDER BY intended_at LIMIT ?2)";
constexpr std::string_view controls_remove =
    "DELETE FROM controls WHERE sequence IN (SELECT sequence FROM controls WHERE at < ?1 "
    "ORDER BY sequence LIMIT ?2)";
constexpr std::string_view performance_remove =
    "DELETE FROM model_performance WHERE (day, service, member, horizon) IN (SELECT day, service, "
    "member, horizon "
    "FROM model_performance WHERE day < ?1 ORDER BY day LIMIT ?2)";
constexpr std::string_view hourly_remove =
    "DELETE FROM metrics_hourly WHERE service = ?1 AND start IN (SELECT start FROM metrics_hourly "
    "WHERE service = ?1 "
    "AND start < ?2 ORDER BY start LIMIT ?3)";

/// ?1 the limit, ?2 how many at most.
Result<std::int64_t> remove_oldest(Connection& connection, std::string_view sql, Timestamp limit,
                                   std::int64_t rows_max) {
    TRY_VOID(connection.run(sql, limit, rows_max));
    return connection.changes();
}

Result<std::int64_t> remove_up_to(Connection& connection, const Expiry& expiry, Timestamp limit,
                                  std::int64_t rows_max) {
    std::array<std::int64_t, 3> key{std::numeric_limits<std::int64_t>::max(), 0, 0};
    {
        TRY(auto find, connection.query(expiry.find, limit, rows_max));
        TRY(const bool more, find.next());
        if (more) key = {find.integer(0), find.integer(1), find.integer(2)};
    }
    TRY_VOID(connection.run(expiry.remove, limit, key[0], key[1], key[2]));
    return connection.changes();
}

Result<std::int64_t> remove_hourly(Connection& connection, Timestamp limit, std::int64_t rows_max) {
    std::int64_t removed = 0;
    TRY(auto services, connection.query("SELECT service FROM services ORDER BY service"));
    while (removed < rows_max) {
        TRY(const bool row, services.next());
        if (!row) break;
        TRY_VOID(connection.run(hourly_remove, services.integer(0), limit, rows_max - removed));
        removed += connection.changes();
    }
    return removed;
}

}  // namespace

Result<std::int64_t> Writer::expire_hourly(Timestamp limit, std::int64_t rows_max) {
    // Windows end on the hour: until the next one, there is nothing to look for in every service.
    const Timestamp whole = floor_to(limit, std::chrono::hours(1));
    if (whole <= hourly_expired_) return 0;
    TRY(const auto removed, remove_hourly(connection_, limit, rows_max));
    if (removed < rows_max) hourly_expired_ = whole;
    return removed;
}

Result<std::int64_t> Writer::expire(const Retention& retention, Timestamp now,
                                    std::int64_t rows_max) {
    TRY(auto transaction, Transaction::write(connection_));
    TRY(const auto raw, remove_up_to(connection_, raw_expiry, now - retention.raw, rows_max));
    TRY(const auto predictions,
        remove_up_to(connection_, prediction_expiry, now - retention.predictions, rows_max));
    TRY(const auto hourly, expire_hourly(now - retention.hourly, rows_max));
    TRY(const auto decisions, remove_oldest(connection_, decisions_remove,
                                            now - retention.decisions, rows_max / decision_rows));
    TRY(const auto operations,
        remove_oldest(connection_, operations_remove, now - retention.decisions, rows_max));
    TRY(const auto controls,
        remove_oldest(connection_, controls_remove, now - retention.decisions, rows_max));
    TRY(const auto performance,
        remove_oldest(connection_, performance_remove, now - retention.performance, rows_max));
    TRY_VOID(transaction.commit());
    return raw + predictions + hourly + decisions + operations + controls + performance;
}

}  // namespace forescale::sqlite
