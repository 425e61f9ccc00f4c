// What only this store meets: files, locks, disks.
#include "storage/sqlite/sqlite_store.h"

#include "base/file.h"
#include "base/rng.h"
#include "storage/sqlite/test_child_process.h"
#include "storage/test_rows.h"

#include <csignal>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace forescale {
namespace {

using namespace test_rows;

/// Locks are found taken at once instead of after two seconds.
const sqlite::Limits impatient{.busy_timeout = std::chrono::milliseconds(20)};

std::unique_ptr<Store> open(const std::string& path, OpenMode mode = OpenMode::read_write) {
    auto store = open_sqlite(path, mode, impatient);
    EXPECT_TRUE(store.has_value()) << store.error().message;
    return store ? *std::move(store) : nullptr;
}

Batch batch_of(std::int64_t number) {
    const Timestamp turn = noon + turn_step * number;
    return {.raw = {raw_row("shop", turn, static_cast<double>(number))},
            .decisions = {decision(fmt::format("d{}", number), "shop", turn)},
            .audit = {audit_entry(number)},
            .turns = {{shop(), turn, std::string(600, 't')}}};
}

std::string bytes_of(const std::string& path) {
    return read_file(path).value_or("unreadable");
}

void write_bytes(const std::string& path, std::string_view bytes) {
    ASSERT_OK(write_file(path, bytes));
}

/// A closed database of `batches` batches.
std::string filled(const Folder& folder, std::int64_t batches) {
    auto store = open(folder.file());
    for (std::int64_t i = 1; i <= batches; ++i) EXPECT_TRUE(store->write(batch_of(i)).has_value());
    return folder.file();
}

std::size_t raw_count(Store& store) {
    const auto rows = store.raw({shop(), Timestamp::min(), Timestamp::max()});
    return rows ? rows->size() : 0;
}

// ---- paths

TEST(SqliteStore, UnusablePathsAreExplained) {
    const Folder folder;
    const std::vector<std::pair<std::string, Errc>> cases{
        {"", Errc::invalid_argument},
        {folder.path().string(), Errc::invalid_argument},
        {folder.file("missing/forescale.db"), Errc::invalid_argument},
        {folder.file(std::string("a\0b", 3)), Errc::invalid_argument},
        {folder.file(std::string(300, 'x')), Errc::invalid_argument},
        {"/dev/null/forescale.db", Errc::invalid_argument}};
    for (const auto& [path, code] : cases)
        EXPECT_FAILS(code, open_sqlite(path, OpenMode::read_write));
    EXPECT_FAILS(Errc::not_found, open_sqlite(folder.file(), OpenMode::read_only));
    EXPECT_FALSE(std::filesystem::exists(folder.file())) << "reading creates nothing";
    EXPECT_FAILS(Errc::invalid_argument, open_sqlite(":memory:", OpenMode::read_only));
}

TEST(SqliteStore, AFolderWithoutPermissionIsExplained) {
    if (::geteuid() == 0) GTEST_SKIP() << "the superuser may write everywhere";
    const Folder folder;
    const std::string path = filled(folder, 1);
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    const auto store = open_sqlite(path, OpenMode::read_write);
    EXPECT_FAILS(Errc::invalid_argument, store);
    EXPECT_NE(store.error().message.find(path), std::string::npos);
}

TEST(SqliteStore, OddFileNamesWork) {
    const Folder folder;
    for (const std::string name : {"with space.db", "quote'\".db", "q?mode=ro&x.db", "file:odd.db",
                                   "\u65e5\u672c.db", "new\nline.db"}) {
        const std::string path = folder.file(name);
        {
            ASSERT_OK(open(path)->write(batch_of(1)));
        }
        EXPECT_TRUE(std::filesystem::exists(path));
        EXPECT_EQ(raw_count(*open(path)), 1U);
    }
}

// ---- ownership

TEST(SqliteStore, ASecondOwnerIsRefusedAndToldWhoHasIt) {
    const Folder folder;
    auto owner = open(folder.file());
    const auto second = open_sqlite(folder.file(), OpenMode::read_write);
    EXPECT_FAILS(Errc::conflict, second);
    EXPECT_NE(second.error().message.find(fmt::format("process {} ", ::getpid())),
              std::string::npos)
        << second.error().message;
    std::filesystem::create_symlink(folder.file(), folder.file("link.db"));
    EXPECT_FAILS(Errc::conflict, open_sqlite(folder.file("link.db"), OpenMode::read_write));
    owner.reset();
    EXPECT_NE(open(folder.file()), nullptr);
}

TEST(SqliteStore, AnOwnerThatIsKilledGivesTheDatabaseFree) {
    const Folder folder;
    ChildProcess child([&](Pipe& pipe) {
        auto store = open_sqlite(folder.file(), OpenMode::read_write);
        if (store && (*store)->write(batch_of(1))) pipe.send(1);
        pipe.wait();
    });
    ASSERT_EQ(child.receive(), 1);
    const auto refused = open_sqlite(folder.file(), OpenMode::read_write);
    EXPECT_FAILS(Errc::conflict, refused);
    EXPECT_NE(refused.error().message.find(fmt::format("process {} ", child.id())),
              std::string::npos)
        << refused.error().message;
    EXPECT_EQ(raw_count(*open(folder.file(), OpenMode::read_only)), 1U)
        << "reading is possible beside the owner";
    child.kill();
    auto store = open(folder.file());
    EXPECT_EQ(raw_count(*store), 1U);
    ASSERT_OK(store->write(batch_of(2)));
}

TEST(SqliteStore, AReaderSeesWhatTheOwnerWritesAndWritesNothing) {
    const Folder folder;
    auto owner = open(folder.file());
    ASSERT_OK(owner->write(batch_of(1)));
    auto reader = open(folder.file(), OpenMode::read_only);
    EXPECT_EQ(raw_count(*reader), 1U);
    ASSERT_OK(owner->write(batch_of(2)));
    EXPECT_EQ(raw_count(*reader), 2U);
    EXPECT_EQ(reader->audit(1, 10)->size(), 2U);
    EXPECT_FAILS(Errc::invalid_argument, reader->write(batch_of(3)));
    EXPECT_FAILS(Errc::invalid_argument, reader->expire({}, noon));
    owner.reset();
    EXPECT_EQ(raw_count(*reader), 2U);
}

TEST(SqliteStore, AReaderReadsWhatAKilledOwnerLeft) {
    const Folder folder;
    ChildProcess child([&](Pipe& pipe) {
        auto store = open_sqlite(folder.file(), OpenMode::read_write);
        if (store && (*store)->write(batch_of(1)) && (*store)->write(batch_of(2))) pipe.send(1);
        pipe.wait();
    });
    ASSERT_EQ(child.receive(), 1);
    child.kill();
    EXPECT_EQ(raw_count(*open(folder.file(), OpenMode::read_only)), 2U);
    EXPECT_EQ(raw_count(*open(folder.file())), 2U);
}

// ---- locks

TEST(SqliteStore, ALockOfAnotherProgramIsUnavailableAndNothingIsLost) {
    const Folder folder;
    auto store = open(folder.file());
    ASSERT_OK(store->write(batch_of(1)));
    ChildProcess child([&](Pipe& pipe) {
        sqlite3* db = nullptr;
        const bool locked =
            sqlite3_open(folder.file().c_str(), &db) == SQLITE_OK &&
            sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK;
        pipe.send(locked ? 1 : 0);
        pipe.wait();
    });
    ASSERT_EQ(child.receive(), 1);
    const auto refused = store->write(batch_of(2));
    EXPECT_FAILS(Errc::unavailable, refused);
    EXPECT_NE(refused.error().message.find("lock"), std::string::npos) << refused.error().message;
    EXPECT_FAILS(Errc::unavailable, store->expire({}, noon));
    EXPECT_EQ(raw_count(*store), 1U) << "reading goes on";
    child.kill();
    ASSERT_OK(store->write(batch_of(2)));
    EXPECT_EQ(raw_count(*store), 2U);
}

// ---- space

TEST(SqliteStore, AFullDatabaseRefusesWholeBatchesAndGoesOnWhenThereIsSpace) {
    const Folder folder;
    std::int64_t written = 0;
    {
        auto store = open_sqlite(folder.file(), OpenMode::read_write, {.pages_max = 200});
        ASSERT_OK(store);
        Result<void> outcome;
        while ((outcome = (*store)->write(batch_of(written + 1)))) ++written;
        EXPECT_FAILS(Errc::unavailable, outcome);
        EXPECT_NE(outcome.error().message.find("Free space on"), std::string::npos)
            << outcome.error().message;
        EXPECT_FAILS(Errc::unavailable, (*store)->write(batch_of(written + 1)));
        EXPECT_EQ(raw_count(**store), static_cast<std::size_t>(written));
        EXPECT_EQ((*store)->audit_head()->value().sequence, written);
    }
    ASSERT_GT(written, 10);
    auto store = open(folder.file());
    EXPECT_EQ(raw_count(*store), static_cast<std::size_t>(written));
    ASSERT_OK(store->write(batch_of(written + 1)));
}

TEST(SqliteStore, ADiskThatFillsUpCostsNothingThatWasAcknowledged) {
    // A limit on the size of files stands in for the disk: writes come back short and then fail, as
    // on a full one.
    const Folder folder;
    ChildProcess child([&](Pipe& pipe) {
        std::signal(SIGXFSZ, SIG_IGN);
        auto store = open_sqlite(folder.file(), OpenMode::read_write);
        const rlimit limit{.rlim_cur = 2'000'000, .rlim_max = RLIM_INFINITY};
        if (!store || ::setrlimit(RLIMIT_FSIZE, &limit) != 0) return;
        std::int64_t written = 0;
        Result<void> outcome;
        while ((outcome = (*store)->write(batch_of(written + 1)))) ++written;
        const bool clear = outcome.error().code == Errc::unavailable &&
                           outcome.error().message.find("Free space on") != std::string::npos;
        pipe.send(clear ? written : -1);
        const rlimit lifted{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
        if (::setrlimit(RLIMIT_FSIZE, &lifted) != 0) return;
        pipe.send((*store)->write(batch_of(written + 1)).has_value() ? 1 : 0);
        pipe.wait();
    });
    const std::int64_t written = child.receive();
    ASSERT_GT(written, 10);
    EXPECT_EQ(child.receive(), 1) << "with space again, the same store goes on";
    child.kill();
    auto store = open(folder.file());
    EXPECT_EQ(raw_count(*store), static_cast<std::size_t>(written + 1));
    EXPECT_EQ(store->audit_head()->value().sequence, written + 1);
}

TEST(SqliteStore, ADatabaseThatWasMovedAwayIsNoticed) {
    const Folder folder;
    auto store = open(folder.file());
    ASSERT_OK(store->write(batch_of(1)));
    std::filesystem::rename(folder.file(), folder.file("moved.db"));
    EXPECT_FAILS(Errc::unavailable, store->write(batch_of(2)));
    std::filesystem::rename(folder.file("moved.db"), folder.file());
    ASSERT_OK(store->write(batch_of(2)));
}

// ---- damage

TEST(SqliteStore, WhatIsNoDatabaseIsCorruptAndLeftAsItIs) {
    Rng rng(7);
    std::string noise(20'000, '\0');
    for (char& c : noise) c = static_cast<char>(rng.below(256));
    for (const std::string& content :
         {noise, noise.substr(0, 50), std::string("timestamp,value\n1,2\n"),
          std::string(5000, '\0')}) {
        const Folder folder;
        write_bytes(folder.file(), content);
        for (const OpenMode mode : {OpenMode::read_write, OpenMode::read_only}) {
            const auto store = open_sqlite(folder.file(), mode);
            EXPECT_FAILS(Errc::corrupt, store);
            EXPECT_NE(store.error().message.find("Restore a backup"), std::string::npos)
                << store.error().message;
        }
        EXPECT_EQ(bytes_of(folder.file()), content);
    }
}

TEST(SqliteStore, ATruncatedDatabaseIsCorruptAndLeftAsItIs) {
    const Folder folder;
    const std::string whole = bytes_of(filled(folder, 200));
    for (const std::size_t size :
         {whole.size() / 2, whole.size() - 5000, std::size_t{4096}, std::size_t{6000}}) {
        write_bytes(folder.file(), whole.substr(0, size));
        EXPECT_FAILS(Errc::corrupt, open_sqlite(folder.file(), OpenMode::read_write));
        EXPECT_EQ(bytes_of(folder.file()), whole.substr(0, size));
    }
}

/// Every read and a write; true when each answered with rows or an error that names damage.
bool answers_calmly(Store& store) {
    const auto calm = [](const auto& outcome) {
        return outcome || outcome.error().code != Errc::invalid_argument;
    };
    const Span all{shop(), Timestamp::min(), Timestamp::max()};
    return calm(store.raw(all)) && calm(store.hourly(all)) && calm(store.predictions({})) &&
           calm(store.decisions({})) && calm(store.operations({})) &&
           calm(store.open_operations()) && calm(store.events(noon)) &&
           calm(store.performance({})) && calm(store.audit(1, 1000)) && calm(store.audit_head()) &&
           calm(store.turn(shop())) && calm(store.expire({}, noon + day * 400)) &&
           calm(store.write(batch_of(1)));
}

TEST(SqliteStore, FlippedBytesNeverCrash) {
    const Folder folder;
    const std::string whole = bytes_of(filled(folder, 60));
    Rng rng(11);
    int refused = 0;
    for (int round = 0; round < 80; ++round) {
        std::string damaged = whole;
        for (int i = 0; i < 8; ++i)
            damaged[rng.below(damaged.size())] ^= static_cast<char>(1 + rng.below(255));
        write_bytes(folder.file(), damaged);
        auto store = open_sqlite(folder.file(), OpenMode::read_write);
        if (store)
            EXPECT_TRUE(answers_calmly(**store)) << round;
        else
            ++refused;
    }
    EXPECT_GT(refused, 10) << "most damage to the structure is found when opening";
}

TEST(SqliteStore, ADamagedRecordIsNamed) {
    const Folder folder;
    filled(folder, 3);
    {
        sqlite3* db = nullptr;
        ASSERT_EQ(sqlite3_open(folder.file().c_str(), &db), SQLITE_OK);
        ASSERT_EQ(sqlite3_exec(db, "UPDATE scaling_decisions SET record = '{' WHERE id = 'd2'",
                               nullptr, nullptr, nullptr),
                  SQLITE_OK);
        sqlite3_close(db);
    }
    auto store = open(folder.file());
    ASSERT_OK(store->decision("d1"));
    const auto damaged = store->decision("d2");
    EXPECT_FAILS(Errc::corrupt, damaged);
    EXPECT_NE(damaged.error().message.find("d2"), std::string::npos);
    EXPECT_FAILS(Errc::corrupt, store->decisions({}));
}

}  // namespace
}  // namespace forescale
