#include "storage/sqlite/connection.h"

#include <cerrno>
#include <filesystem>
#include <limits>
#include <system_error>

namespace forescale::sqlite {
namespace {

std::string folder_of(const std::string& path) {
    const auto folder = std::filesystem::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

/// Why the operating system refused, as the log or the database file remembers it:
/// sqlite3_system_errno() stays 0 when a statement fails.
int system_error_of(sqlite3* db) {
    if (db == nullptr) return 0;
    for (const int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
        sqlite3_file* file = nullptr;
        const bool found = sqlite3_file_control(db, "main", which, &file) == SQLITE_OK;
        if (!found || file == nullptr || file->pMethods == nullptr) continue;
        int system_error = 0;
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &system_error);
        if (system_error != 0) return system_error;
    }
    return sqlite3_system_errno(db);
}

std::string reason_of(int system_error, std::string_view fallback) {
    if (system_error == 0) return std::string(fallback);
    return std::generic_category().message(system_error);
}

bool is_out_of_space(int code, int system_error) {
    if (code == SQLITE_FULL) return true;
    const bool failed_io = code == SQLITE_IOERR || code == SQLITE_CANTOPEN;
    return failed_io && (system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG);
}

bool is_damage(int code, int extended) {
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || extended == SQLITE_IOERR_SHORT_READ ||
           extended == SQLITE_IOERR_CORRUPTFS || extended == SQLITE_IOERR_DATA;
}

Error damaged(const std::string& path, std::string_view doing, std::string_view reason) {
    return {
        Errc::corrupt,
        fmt::format("cannot {} in '{}': the database is damaged or no SQLite file ({}); it was "
                    "left as it is. Restore a "
                    "backup, or move it away together with '{}-wal' and '{}-shm' and start anew; "
                    "`sqlite3 FILE .recover` may save rows",
                    doing, path, reason, path, path)};
}

}  // namespace

Error error_of(sqlite3* db, int extended, const std::string& path, std::string_view doing) {
    const int code = extended & 0xFF;
    const int system_error = system_error_of(db);
    const std::string_view reason = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(extended);
    if (is_out_of_space(code, system_error))
        return {
            Errc::unavailable,
            fmt::format(
                "cannot {} in '{}': no space left; nothing of it was written. Free space on '{}'",
                doing, path, folder_of(path))};
    if (is_damage(code, extended)) return damaged(path, doing, reason);
    switch (code) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {Errc::unavailable, fmt::format("cannot {} in '{}': another program holds its "
                                                   "lock; nothing of it was written. Close the "
                                                   "other program, or try again",
                                                   doing, path)};
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
            return {Errc::invalid_argument,
                    fmt::format("cannot {} in '{}': {}; check the path and its permissions", doing,
                                path, reason_of(system_error, reason))};
        case SQLITE_READONLY:
            return {Errc::unavailable,
                    fmt::format("cannot {} in '{}': {}; make the file and its folder writable",
                                doing, path, reason)};
        case SQLITE_IOERR:
            return {Errc::unavailable, fmt::format("cannot {} in '{}': {}; check the disk", doing,
                                                   path, reason_of(system_error, reason))};
        case SQLITE_CONSTRAINT:
            return {Errc::conflict, fmt::format("cannot {} in '{}': {}", doing, path, reason)};
        case SQLITE_TOOBIG:
            return {Errc::invalid_argument,
                    fmt::format("cannot {} in '{}': a text of more than 1 GB", doing, path)};
        case SQLITE_ERROR:
        case SQLITE_SCHEMA:
            return damaged(path, doing, reason);
        default:
            return {Errc::unavailable,
                    fmt::format("cannot {} in '{}': {}; try again", doing, path, reason)};
    }
}

Result<bool> Query::next() {
    const int code = bind_code_ == SQLITE_OK ? sqlite3_step(statement_) : bind_code_;
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    const std::string_view sql = sqlite3_sql(statement_);
    const bool reads = sql.starts_with("SELECT") || sql.starts_with("PRAGMA");
    return std::unexpected(
        error_of(sqlite3_db_handle(statement_), code, *path_, reads ? "read" : "write"));
}

Result<void> Query::finish() {
    for (;;) {
        TRY(const bool row, next());
        if (!row) break;
    }
    sqlite3_reset(statement_);
    return {};
}

bool Query::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Query::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

double Query::real(int column) const {
    return is_null(column) ? std::numeric_limits<double>::quiet_NaN()
                           : sqlite3_column_double(statement_, column);
}

std::optional<double> Query::real_if(int column) const {
    if (is_null(column)) return std::nullopt;
    return sqlite3_column_double(statement_, column);
}

std::string_view Query::text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return bytes != nullptr ? std::string_view(bytes, size) : std::string_view();
}

Result<Connection> Connection::open(const std::string& path, OpenMode mode, const Limits& limits) {
    Connection connection;
    connection.path_ = std::make_unique<std::string>(path);
    const int access = mode == OpenMode::read_only ? SQLITE_OPEN_READONLY
                                                   : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    sqlite3* db = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &db,
                                     access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    connection.db_.reset(db);
    if (code != SQLITE_OK) return std::unexpected(connection.error(code, "open the database"));
    TRY_VOID(connection.configure(mode, limits));
    return connection;
}

Result<void> Connection::configure(OpenMode mode, const Limits& limits) {
    sqlite3_busy_timeout(db_.get(), static_cast<int>(limits.busy_timeout.count()));
    // secure_delete is on in Debian's build and writes every freed page; 16 MiB of cache hold the
    // tail of every table for 1,000 services; a checkpoint each 4,000 pages needs a quarter of the
    // fsyncs of the default 1,000.
    TRY_VOID(execute(
        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA secure_delete = OFF;"
        "PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000;"
        "PRAGMA journal_size_limit = 67108864;"));
    if (mode == OpenMode::read_only) return execute("PRAGMA query_only = ON");
    if (sqlite3_db_readonly(db_.get(), "main") == 1)
        return fail(
            Errc::invalid_argument,
            "cannot open '{}' for writing: the file or its folder is read-only; make it writable",
            path());
    if (limits.pages_max > 0)
        return execute(fmt::format("PRAGMA max_page_count = {}", limits.pages_max));
    return {};
}

Result<void> Connection::keep_write_ahead_log() {
    {
        TRY(auto query, query("PRAGMA journal_mode = WAL"));
        TRY(const bool row, query.next());
        const std::string_view mode = row ? query.text(0) : std::string_view();
        if (mode != "wal" && mode != "memory")
            return fail(Errc::invalid_argument,
                        "cannot keep a write-ahead log beside '{}' (it stays in mode '{}'); use a "
                        "local disk",
                        path(), mode);
    }
    return execute("PRAGMA synchronous = NORMAL");
}

Result<Query> Connection::query(std::string_view sql) {
    const auto found = statements_.find(sql);
    if (found != statements_.end()) return Query(found->second.get(), *path_);
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return std::unexpected(error(code, "read the schema"));
    statements_.emplace(sql, StatementPtr(statement));
    return Query(statement, *path_);
}

Result<void> Connection::execute(const std::string& script) {
    const int code = sqlite3_exec(db_.get(), script.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return std::unexpected(error(code, "open or change the database"));
    return {};
}

Result<Transaction> Transaction::write(Connection& connection) {
    TRY_VOID(connection.run("BEGIN IMMEDIATE"));
    return Transaction(connection);
}

Result<Transaction> Transaction::read(Connection& connection) {
    TRY_VOID(connection.run("BEGIN"));
    return Transaction(connection);
}

Transaction::~Transaction() {
    if (connection_ == nullptr || sqlite3_get_autocommit(connection_->handle()) != 0) return;
    // A rollback cannot fail for want of space or locks; what else could go wrong is met by the
    // next statement.
    static_cast<void>(connection_->run("ROLLBACK"));
}

Result<void> Transaction::commit() {
    return connection_->run("COMMIT");
}

}  // namespace forescale::sqlite
