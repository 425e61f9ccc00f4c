#pragma once
#include "base/error.h"
#include "base/time.h"
#include "storage/store.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <sqlite3.h>

namespace forescale::sqlite {

/// What a connection does when it meets limits; tests lower them.
struct Limits {
    Duration busy_timeout =
        std::chrono::seconds(2);  ///< wait for a lock of another process before `unavailable`
    std::int64_t pages_max = 0;   ///< size of the file in pages of 4 KiB; 0: what the disk has
};

/// The error of the newest failed call on `db`, with the path, the reason and what to do. `doing`
/// ends "cannot ...".
[[nodiscard]] Error error_of(sqlite3* db, int code, const std::string& path,
                             std::string_view doing);

struct CloseDatabase {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

/// Bytes that are no text.
struct Blob {
    std::string_view bytes;
};

/// One prepared statement in use. Destroyed, it goes back to its connection reset; texts that were
/// bound must live until then.
class Query {
public:
    Query(sqlite3_stmt* statement, const std::string& path) : statement_(statement), path_(&path) {}
    Query(Query&& other) noexcept
        : statement_(std::exchange(other.statement_, nullptr)),
          path_(other.path_),
          bind_code_(other.bind_code_) {}
    Query& operator=(Query&&) = delete;
    ~Query() { sqlite3_reset(statement_); }

    /// Sets the parameters ?1, ?2, ... and starts over.
    template <class... T>
    void bind(const T&... values) {
        sqlite3_reset(statement_);
        bind_code_ = SQLITE_OK;
        int index = 0;
        (put(++index, values), ...);
    }
    /// True: a row is there to be read. False: the end.
    [[nodiscard]] Result<bool> next();
    /// bind() and run to the end.
    template <class... T>
    [[nodiscard]] Result<void> run(const T&... values) {
        bind(values...);
        return finish();
    }

    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(
        int column) const;  ///< NULL is not-a-number: SQLite has none of its own
    [[nodiscard]] std::optional<double> real_if(int column) const;
    [[nodiscard]] std::string_view text(int column) const;  ///< or blob; lives until the next call
    [[nodiscard]] Timestamp time(int column) const { return Timestamp(Duration(integer(column))); }
    [[nodiscard]] Duration duration(int column) const { return Duration(integer(column)); }

private:
    [[nodiscard]] Result<void> finish();
    void keep(int code) {
        if (code != SQLITE_OK && bind_code_ == SQLITE_OK) bind_code_ = code;
    }
    void put(int index, std::int64_t value) { keep(sqlite3_bind_int64(statement_, index, value)); }
    void put(int index, int value) { keep(sqlite3_bind_int(statement_, index, value)); }
    void put(int index, double value) { keep(sqlite3_bind_double(statement_, index, value)); }
    void put(int index, Timestamp value) {
        put(index, std::int64_t{value.time_since_epoch().count()});
    }
    void put(int index, Duration value) { put(index, std::int64_t{value.count()}); }
    void put(int index, std::string_view value) {
        keep(sqlite3_bind_text64(statement_, index, value.data() != nullptr ? value.data() : "",
                                 value.size(), nullptr, SQLITE_UTF8));
    }
    void put(int index, const Blob& value) {
        keep(sqlite3_bind_blob64(statement_, index,
                                 value.bytes.data() != nullptr ? value.bytes.data() : "",
                                 value.bytes.size(), nullptr));
    }
    void put(int index, const std::optional<double>& value) {
        if (value)
            put(index, *value);
        else
            keep(sqlite3_bind_null(statement_, index));
    }

    sqlite3_stmt* statement_;
    const std::string* path_;
    int bind_code_ = SQLITE_OK;
};

/// One connection with its prepared statements. Not thread-safe: whoever holds it, holds it alone.
class Connection {
public:
    static Result<Connection> open(const std::string& path, OpenMode mode, const Limits& limits);

    /// `sql` must be a literal: it is prepared once and found again by its text. One use at a time
    /// of each.
    [[nodiscard]] Result<Query> query(std::string_view sql);
    /// query() and bind().
    template <class... T>
    [[nodiscard]] Result<Query> query(std::string_view sql, const T&... values) {
        auto found = query(sql);
        if (found) found->bind(values...);
        return found;
    }
    /// One statement to its end.
    template <class... T>
    [[nodiscard]] Result<void> run(std::string_view sql, const T&... values) {
        TRY(auto found, query(sql));
        return found.run(values...);
    }
    /// Turns the file into one with a write-ahead log, where readers and the writer do not wait for
    /// each other. After it, a commit survives the death of the process; a loss of power may cost
    /// the commits since the last checkpoint (some seconds to minutes), never the database.
    [[nodiscard]] Result<void> keep_write_ahead_log();
    /// Any number of statements, prepared for this call only.
    [[nodiscard]] Result<void> execute(const std::string& script);

    [[nodiscard]] const std::string& path() const { return *path_; }
    [[nodiscard]] sqlite3* handle() const { return db_.get(); }
    [[nodiscard]] std::int64_t changes() const { return sqlite3_changes64(db_.get()); }
    [[nodiscard]] Error error(int code, std::string_view doing) const {
        return error_of(db_.get(), code, *path_, doing);
    }

private:
    using StatementPtr = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;
    Connection() = default;
    [[nodiscard]] Result<void> configure(OpenMode mode, const Limits& limits);

    std::unique_ptr<std::string> path_;  // a stable address: queries refer to it
    std::unique_ptr<sqlite3, CloseDatabase> db_;
    std::unordered_map<std::string_view, StatementPtr> statements_;
};

/// All or nothing: rolls back unless commit() succeeded.
class Transaction {
public:
    /// Takes the write lock at once, so that nothing can fail for want of it later.
    [[nodiscard]] static Result<Transaction> write(Connection& connection);
    /// Several reads see one state.
    [[nodiscard]] static Result<Transaction> read(Connection& connection);
    Transaction(Transaction&& other) noexcept
        : connection_(std::exchange(other.connection_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    [[nodiscard]] Result<void> commit();

private:
    explicit Transaction(Connection& connection) : connection_(&connection) {}
    Connection* connection_;
};

}  // namespace forescale::sqlite
