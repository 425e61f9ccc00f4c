#include "storage/sqlite/migrations.h"

#include "base/file.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/test_rows.h"

namespace forescale::sqlite {
namespace {

using namespace test_rows;

constexpr Migration notes{
    4, "notes",
    "CREATE TABLE notes (text TEXT NOT NULL); INSERT INTO notes SELECT name FROM services;"};

std::vector<Migration> with_next(const Migration& next) {
    std::vector<Migration> steps(migrations().begin(), migrations().end());
    steps.push_back(next);
    return steps;
}

Connection connect(const std::string& path) {
    auto connection = Connection::open(path, OpenMode::read_write, {});
    EXPECT_TRUE(connection.has_value());
    return *std::move(connection);
}

std::int64_t number(Connection& connection, std::string_view sql) {
    auto query = connection.query(sql);
    if (!query || !query->next().value_or(false)) return -1;
    return query->integer(0);
}

std::string bytes_of(const std::string& path) {
    return read_file(path).value_or("unreadable");
}

TEST(Migrations, AreNumberedFromOneWithoutHoles) {
    int expected = 1;
    for (const Migration& step : migrations()) EXPECT_EQ(step.version, expected++);
}

TEST(Migrations, ABrokenSchemaTextWouldChangeItsChecksum) {
    // A database in use has applied exactly this text: a change here breaks every one of them. Add
    // a step instead.
    const Folder folder;
    auto connection = connect(folder.file());
    ASSERT_OK(migrate(connection, migrations()));
    auto query = connection.query("SELECT checksum FROM schema_migrations WHERE version = 1");
    ASSERT_OK(query);
    ASSERT_TRUE(query->next().value_or(false));
    EXPECT_EQ(query->text(0).size(), 64U);
    EXPECT_EQ(query->text(0), "8b777014912a744538e40fc9903355e2ed20fa155edd5059bbacddf25b19d826");
}

TEST(Migrations, EveryEarlierVersionBecomesTheNewestAndKeepsItsRows) {
    const std::vector<Migration> steps = with_next(notes);
    for (std::size_t known = 0; known <= steps.size(); ++known) {
        const Folder folder;
        {
            auto connection = connect(folder.file());
            ASSERT_OK(migrate(connection, std::span(steps).first(known)));
            if (known > 0) ASSERT_OK(connection.run("INSERT INTO services (name) VALUES ('shop')"));
        }
        auto connection = connect(folder.file());
        ASSERT_OK(migrate(connection, steps));
        ASSERT_OK(migrate(connection, steps));
        ASSERT_OK(check_migrated(connection, steps));
        EXPECT_EQ(number(connection, "SELECT count(*) FROM schema_migrations"), std::ssize(steps));
        EXPECT_EQ(number(connection, "SELECT count(*) FROM services"), known > 0 ? 1 : 0);
        const bool before_notes = known > 0 && known < steps.size();
        EXPECT_EQ(number(connection, "SELECT count(*) FROM notes"), before_notes ? 1 : 0);
    }
}

TEST(Migrations, AnEmptyFileIsANewDatabase) {
    const Folder folder;
    ASSERT_OK(write_file(folder.file(), ""));
    auto store = open_sqlite(folder.file(), OpenMode::read_write);
    ASSERT_OK(store);
    ASSERT_OK((*store)->write({.turns = {{shop(), noon, "x"}}}));
}

TEST(Migrations, ANewerDatabaseIsRefusedAndLeftAsItIs) {
    const Folder folder;
    {
        auto connection = connect(folder.file());
        ASSERT_OK(migrate(connection, with_next(notes)));
    }
    const std::string before = bytes_of(folder.file());
    for (const OpenMode mode : {OpenMode::read_write, OpenMode::read_only}) {
        const auto store = open_sqlite(folder.file(), mode);
        EXPECT_FAILS(Errc::invalid_argument, store);
        EXPECT_NE(store.error().message.find("newer program"), std::string::npos)
            << store.error().message;
    }
    EXPECT_EQ(bytes_of(folder.file()), before);
}

TEST(Migrations, AnOlderDatabaseIsNotReadAsIfItWereNew) {
    const Folder folder;
    auto connection = connect(folder.file());
    ASSERT_OK(migrate(connection, migrations()));
    EXPECT_FAILS(Errc::invalid_argument, check_migrated(connection, with_next(notes)));
    ASSERT_OK(write_file(folder.file("empty.db"), ""));
    const auto empty = open_sqlite(folder.file("empty.db"), OpenMode::read_only);
    EXPECT_FAILS(Errc::invalid_argument, empty);
}

TEST(Migrations, AnotherTextOfAnAppliedStepIsRefused) {
    const Folder folder;
    auto connection = connect(folder.file());
    ASSERT_OK(migrate(connection, with_next(notes)));
    Migration changed = notes;
    changed.script = "CREATE TABLE notes (text TEXT);";
    EXPECT_FAILS(Errc::corrupt, migrate(connection, with_next(changed)));
    ASSERT_OK(migrate(connection, with_next(notes)));
}

TEST(Migrations, AFailingStepLeavesTheVersionBefore) {
    const Folder folder;
    auto connection = connect(folder.file());
    const Migration broken{4, "broken", "CREATE TABLE half (x); CREATE TABLE services (x);"};
    EXPECT_FALSE(migrate(connection, with_next(broken)).has_value());
    EXPECT_EQ(number(connection, "SELECT count(*) FROM schema_migrations"),
              std::ssize(migrations()));
    EXPECT_EQ(number(connection, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
    ASSERT_OK(migrate(connection, with_next(notes)));
}

TEST(Migrations, TheDatabaseOfAnotherProgramIsLeftAsItIs) {
    const Folder folder;
    {
        auto connection = connect(folder.file());
        ASSERT_OK(connection.execute(
            "CREATE TABLE photos (name TEXT); INSERT INTO photos VALUES ('a');"));
    }
    const std::string before = bytes_of(folder.file());
    for (const OpenMode mode : {OpenMode::read_write, OpenMode::read_only})
        EXPECT_FAILS(Errc::invalid_argument, open_sqlite(folder.file(), mode));
    EXPECT_EQ(bytes_of(folder.file()), before);
}

TEST(Migrations, TheAuditLogRefusesChangesFromAnySqlProgram) {
    const Folder folder;
    auto connection = connect(folder.file());
    ASSERT_OK(migrate(connection, migrations()));
    ASSERT_OK(connection.execute("INSERT INTO audit_log VALUES (1, 0, 'start', 's', '{}', 'h')"));
    for (const auto* attempt :
         {"UPDATE audit_log SET body = 'x'", "DELETE FROM audit_log",
          "INSERT OR REPLACE INTO audit_log VALUES (1, 0, 'k', 's', '{}', 'h')",
          "REPLACE INTO audit_log VALUES (1, 0, 'k', 's', '{}', 'h')",
          "INSERT INTO audit_log VALUES (3, 0, 'k', 's', '{}', 'h')",
          "UPDATE audit_log SET sequence = 2",
          "INSERT INTO audit_log VALUES (NULL, 0, 'k', 's', '{}', 'h')"}) {
        const auto refused = connection.execute(attempt);
        EXPECT_FAILS(Errc::conflict, refused);
        EXPECT_NE(refused.error().message.find("append-only"), std::string::npos)
            << refused.error().message;
    }
    EXPECT_EQ(number(connection, "SELECT count(*) FROM audit_log WHERE kind = 'start'"), 1);
}

}  // namespace
}  // namespace forescale::sqlite
