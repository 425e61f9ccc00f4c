#include "storage/sqlite/integrity.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace forescale::sqlite {
namespace {

/// Interrupts what runs on a connection when the time is over. SQLite's own progress callback is
/// not asked within a check.
class Deadline {
public:
    Deadline(sqlite3* db, Duration bound)
        : thread_([this, db, bound](const std::stop_token& stop) {
              std::unique_lock lock(mutex_);
              wake_.wait_for(lock, stop, bound, [] { return false; });
              if (!stop.stop_requested()) sqlite3_interrupt(db);
          }) {}

private:
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;
};

}  // namespace

Result<void> check_integrity(Connection& connection, Duration bound) {
    sqlite3_stmt* statement = nullptr;
    const int prepared =
        sqlite3_prepare_v2(connection.handle(), "PRAGMA quick_check(1)", -1, &statement, nullptr);
    const std::unique_ptr<sqlite3_stmt, FinalizeStatement> owned(statement);
    if (prepared != SQLITE_OK)
        return std::unexpected(connection.error(prepared, "read the schema"));
    int code = SQLITE_OK;
    {
        const Deadline deadline(connection.handle(), bound);
        code = sqlite3_step(statement);
    }
    if ((code & 0xFF) == SQLITE_INTERRUPT) return {};
    if (code != SQLITE_ROW) return std::unexpected(connection.error(code, "check the pages"));
    const Query row(owned.get(), connection.path());
    if (row.text(0) == "ok") return {};
    return fail(Errc::corrupt,
                "'{}' is damaged: {}; it was left as it is. Restore a backup, or move it away "
                "together with '{}-wal' and "
                "'{}-shm' and start anew; `sqlite3 FILE .recover` may save rows",
                connection.path(), row.text(0), connection.path(), connection.path());
}

}  // namespace forescale::sqlite
