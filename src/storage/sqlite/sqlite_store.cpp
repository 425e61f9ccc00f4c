#include "storage/sqlite/sqlite_store.h"

#include "storage/sqlite/integrity.h"
#include "storage/sqlite/migrations.h"
#include "storage/sqlite/owner_lock.h"
#include "storage/sqlite/reader.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/writer.h"

#include <filesystem>
#include <mutex>
#include <system_error>

#include <sys/stat.h>

namespace forescale {
namespace {

using sqlite::Connection;
using sqlite::Limits;
using sqlite::OwnerLock;
using sqlite::ReaderPool;
using sqlite::Writer;

constexpr std::string_view in_memory = ":memory:";
constexpr Duration integrity_check_max = std::chrono::milliseconds(500);

/// Which file a path leads to.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

FileIdentity identity_of(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return {};
    return {status.st_dev, status.st_ino};
}

/// What a store on SQLite is made of; destroyed from the last to the first.
struct Parts {
    std::string path;
    std::optional<OwnerLock> lock;        ///< files open for writing
    std::optional<Writer> writer;         ///< nothing: read_only
    std::unique_ptr<ReaderPool> readers;  ///< null in memory: there, one connection does both
    FileIdentity file;
};

class SqliteStore final : public Store {
public:
    explicit SqliteStore(Parts parts) : parts_(std::move(parts)) {}

    Result<void> write(const Batch& batch) override {
        TRY_VOID(check_writable());
        const std::scoped_lock lock(writing_);
        return parts_.writer->write(batch);
    }
    Result<std::int64_t> expire(const Retention& retention, Timestamp now) override {
        TRY_VOID(check_writable());
        const std::scoped_lock lock(writing_);
        return parts_.writer->expire(retention, now, expire_rows_max);
    }

    Result<std::vector<RawRow>> raw(const Span& turns) override {
        return read([&](Connection& c) { return sqlite::read_raw(c, turns); });
    }
    Result<std::vector<HourlyRow>> hourly(const Span& starts) override {
        return read([&](Connection& c) { return sqlite::read_hourly(c, starts); });
    }
    Result<std::vector<PredictionRow>> predictions(const Page& page) override {
        return read([&](Connection& c) { return sqlite::read_predictions(c, page); });
    }
    Result<std::vector<Decision>> decisions(const Page& page) override {
        return read([&](Connection& c) { return sqlite::read_decisions(c, page); });
    }
    Result<Decision> decision(const std::string& id) override {
        return read([&](Connection& c) { return sqlite::read_decision(c, id); });
    }
    Result<std::vector<Operation>> operations(const Page& page) override {
        return read([&](Connection& c) { return sqlite::read_operations(c, page); });
    }
    Result<std::vector<Operation>> open_operations() override {
        return read([&](Connection& c) { return sqlite::read_open_operations(c); });
    }
    Result<std::vector<Control>> controls(std::int64_t after) override {
        return read([&](Connection& c) { return sqlite::read_controls(c, after); });
    }
    Result<std::vector<BusinessEvent>> events(Timestamp since) override {
        return read([&](Connection& c) { return sqlite::read_events(c, since); });
    }
    Result<std::vector<PerformanceRow>> performance(const Page& page) override {
        return read([&](Connection& c) { return sqlite::read_performance(c, page); });
    }
    Result<std::vector<AuditEntry>> audit(std::int64_t first, std::size_t rows_max) override {
        return read([&](Connection& c) { return sqlite::read_audit(c, first, rows_max); });
    }
    Result<std::optional<AuditEntry>> audit_head() override {
        return read([&](Connection& c) { return sqlite::read_audit_head(c); });
    }
    Result<std::optional<CheckpointRow>> checkpoint(const ServiceId& service) override {
        return read([&](Connection& c) { return sqlite::read_checkpoint(c, service); });
    }
    Result<std::optional<TurnRow>> turn(const ServiceId& service) override {
        return read([&](Connection& c) { return sqlite::read_turn(c, service); });
    }

private:
    template <class Read>
    auto read(Read read) -> decltype(read(std::declval<Connection&>())) {
        if (parts_.readers) return parts_.readers->with(read);
        const std::scoped_lock lock(writing_);
        return read(parts_.writer->connection());
    }

    [[nodiscard]] Result<void> check_writable() const {
        if (!parts_.writer)
            return fail(Errc::invalid_argument,
                        "cannot write to '{}': it was opened for reading only", parts_.path);
        // SQLite goes on writing to a file that was moved or deleted; its rows would be lost.
        if (parts_.lock && identity_of(parts_.path) != parts_.file)
            return fail(
                Errc::unavailable,
                "cannot write to '{}': the file was moved or deleted; put it back, or restart",
                parts_.path);
        return {};
    }

    Parts parts_;
    std::mutex writing_;
};

/// The path that every name of the file leads to, so that a link does not get round the lock.
Result<std::string> real_path(const std::string& path) {
    if (path.empty())
        return fail(Errc::invalid_argument, "the path of the database is empty; name a file");
    if (path.find('\0') != std::string::npos)
        return fail(Errc::invalid_argument,
                    "the path of the database holds a zero byte; name a file");
    std::error_code code;
    const auto real = std::filesystem::weakly_canonical(path, code);
    if (code)
        return fail(Errc::invalid_argument, "cannot open '{}': {}; check the path", path,
                    code.message());
    if (std::filesystem::is_directory(real, code))
        return fail(Errc::invalid_argument, "cannot open '{}': it is a folder; name a file in it",
                    path);
    if (!std::filesystem::is_directory(real.parent_path(), code))
        return fail(Errc::invalid_argument, "cannot open '{}': there is no folder '{}'; create it",
                    path, real.parent_path().string());
    return real.string();
}

Result<void> prepare_for_writing(Connection& connection) {
    TRY_VOID(sqlite::refuse_unknown(connection, sqlite::migrations()));
    TRY_VOID(sqlite::check_integrity(connection, integrity_check_max));
    TRY_VOID(connection.keep_write_ahead_log());
    return sqlite::migrate(connection, sqlite::migrations());
}

Result<void> check_for_reading(Connection& connection) {
    TRY_VOID(sqlite::check_integrity(connection, integrity_check_max));
    return sqlite::check_migrated(connection, sqlite::migrations());
}

Result<Parts> open_memory(OpenMode mode, const Limits& limits) {
    if (mode == OpenMode::read_only)
        return fail(Errc::invalid_argument,
                    "a database in memory is empty when it is opened; reading needs a file");
    TRY(auto connection, Connection::open(std::string(in_memory), mode, limits));
    TRY_VOID(prepare_for_writing(connection));
    TRY(auto writer, Writer::create(std::move(connection)));
    Parts parts;
    parts.path = in_memory;
    parts.writer = std::move(writer);
    return parts;
}

Result<Parts> open_for_writing(const std::string& path, const Limits& limits) {
    Parts parts;
    TRY(parts.path, real_path(path));
    TRY(auto lock, OwnerLock::take(parts.path));
    parts.lock.emplace(std::move(lock));
    TRY(auto connection, Connection::open(parts.path, OpenMode::read_write, limits));
    TRY_VOID(prepare_for_writing(connection));
    TRY(auto writer, Writer::create(std::move(connection)));
    parts.writer.emplace(std::move(writer));
    parts.readers = std::make_unique<ReaderPool>(parts.path, limits);
    parts.file = identity_of(parts.path);
    return parts;
}

Result<Parts> open_for_reading(const std::string& path, const Limits& limits) {
    Parts parts;
    TRY(parts.path, real_path(path));
    std::error_code code;
    if (!std::filesystem::exists(parts.path, code))
        return fail(Errc::not_found, "cannot read '{}': there is no such file; check the path",
                    path);
    parts.readers = std::make_unique<ReaderPool>(parts.path, limits);
    TRY_VOID(parts.readers->with(check_for_reading));
    return parts;
}

Result<Parts> open_parts(const std::string& path, OpenMode mode, const Limits& limits) {
    if (path == in_memory) return open_memory(mode, limits);
    return mode == OpenMode::read_write ? open_for_writing(path, limits)
                                        : open_for_reading(path, limits);
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, OpenMode mode,
                                           const Limits& limits) {
    TRY(auto parts, open_parts(path, mode, limits));
    return std::make_unique<SqliteStore>(std::move(parts));
}

}  // namespace forescale
