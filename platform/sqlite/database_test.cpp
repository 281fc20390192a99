#include "platform/sqlite/database.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "platform/testing/temp_folder.hpp"

namespace holdfast::sqlite {
namespace {

/// A folder of its own for each test, gone afterwards.
class DatabaseTest : public ::testing::Test {
protected:
    [[nodiscard]] std::string path() const { return folder_ / "test.db"; }

    [[nodiscard]] Database open(bool exclusive = false) const {
        auto database = Database::open({.path = path(), .vfs = {}, .exclusive = exclusive});
        EXPECT_TRUE(database) << database.error().detail;
        return *std::move(database);
    }

    testing_support::TempFolder folder_;
};

std::int64_t integer(Database& database, std::string_view sql) {
    auto statement = database.prepare(sql);
    EXPECT_TRUE(statement) << statement.error().detail;
    auto row = statement->step();
    EXPECT_TRUE(row && *row);
    return statement->integer(0);
}

std::string text(Database& database, std::string_view sql) {
    auto statement = database.prepare(sql);
    EXPECT_TRUE(statement) << statement.error().detail;
    auto row = statement->step();
    EXPECT_TRUE(row && *row);
    return std::string(statement->text(0));
}

TEST_F(DatabaseTest, sets_what_the_options_say) {
    auto database = Database::open({.path = path(),
                                    .vfs = {},
                                    .durability = Durability::normal,
                                    .cache_kib = 2048,
                                    .page_bytes = 4096});
    ASSERT_TRUE(database);
    EXPECT_EQ(text(*database, "PRAGMA journal_mode"), "wal");
    EXPECT_EQ(integer(*database, "PRAGMA synchronous"), 1);
    EXPECT_EQ(integer(*database, "PRAGMA page_size"), 4096);
    EXPECT_EQ(integer(*database, "PRAGMA cache_size"), -2048);
    EXPECT_EQ(integer(*database, "PRAGMA busy_timeout"), 5000);
    EXPECT_EQ(integer(*database, "PRAGMA foreign_keys"), 0);
    Database full = open();
    EXPECT_EQ(integer(full, "PRAGMA synchronous"), 2);
}

TEST_F(DatabaseTest, the_durability_of_later_commits_can_be_changed) {
    Database database = open();
    ASSERT_TRUE(database.set_durability(Durability::normal));
    EXPECT_EQ(integer(database, "PRAGMA synchronous"), 1);
    ASSERT_TRUE(database.set_durability(Durability::full));
    EXPECT_EQ(integer(database, "PRAGMA synchronous"), 2);
}

TEST_F(DatabaseTest, an_exclusive_connection_needs_no_shared_memory) {
    Database database = open(true);
    ASSERT_TRUE(database.execute("CREATE TABLE t (a BIGINT)"));
    EXPECT_EQ(text(database, "PRAGMA journal_mode"), "wal");
    EXPECT_TRUE(std::filesystem::exists(path() + "-wal"));
    EXPECT_FALSE(std::filesystem::exists(path() + "-shm"));
}

TEST_F(DatabaseTest, changes_between_its_journals_with_rows_and_half_read_statements) {
    Database database = open(true);
    ASSERT_TRUE(database.execute("CREATE TABLE t (a BIGINT); INSERT INTO t VALUES (1), (2)"));
    auto half_read = database.prepare("SELECT a FROM t");
    ASSERT_TRUE(half_read);
    ASSERT_TRUE(*half_read->step());
    ASSERT_TRUE(database.use_journal(Journal::rollback));
    EXPECT_EQ(text(database, "PRAGMA journal_mode"), "persist");
    ASSERT_TRUE(database.execute("INSERT INTO t VALUES (3)"));
    ASSERT_TRUE(database.use_journal(Journal::log));
    EXPECT_EQ(text(database, "PRAGMA journal_mode"), "wal");
    EXPECT_EQ(integer(database, "SELECT count(*) FROM t"), 3);
}

TEST_F(DatabaseTest, works_in_memory) {
    auto database = Database::open({.path = ":memory:", .vfs = {}});
    ASSERT_TRUE(database);
    EXPECT_TRUE(database->execute("CREATE TABLE t (a BIGINT); INSERT INTO t VALUES (7)"));
    EXPECT_EQ(integer(*database, "SELECT a FROM t"), 7);
}

TEST_F(DatabaseTest, returns_the_values_that_were_bound) {
    Database database = open();
    ASSERT_TRUE(database.execute("CREATE TABLE t (i BIGINT, u BIGINT, s TEXT, b BLOB, n BLOB)"));
    const std::string_view bytes("\0\xff\0", 3);
    auto insert = database.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?)");
    ASSERT_TRUE(insert);
    insert->bind(1, std::numeric_limits<std::int64_t>::min())
        .bind(2, std::numeric_limits<std::uint64_t>::max())
        .bind(3, "grüezi")
        .bind_blob(4, bytes)
        .bind_null(5);
    ASSERT_TRUE(insert->run());
    EXPECT_EQ(database.changes(), 1);

    auto select = database.prepare("SELECT * FROM t");
    ASSERT_TRUE(select);
    auto row = select->step();
    ASSERT_TRUE(row && *row);
    EXPECT_EQ(select->integer(0), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(select->unsigned_integer(1), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(select->text(2), "grüezi");
    EXPECT_EQ(select->blob(3), bytes);
    EXPECT_FALSE(select->is_null(3));
    EXPECT_TRUE(select->is_null(4));
    EXPECT_EQ(select->blob(4), "");
    EXPECT_EQ(select->text(4), "");
    row = select->step();
    EXPECT_TRUE(row && !*row);
}

TEST_F(DatabaseTest, an_empty_value_is_not_null) {
    Database database = open();
    ASSERT_TRUE(database.execute("CREATE TABLE t (s TEXT NOT NULL, b BLOB NOT NULL)"));
    auto insert = database.prepare("INSERT INTO t VALUES (?, ?)");
    ASSERT_TRUE(insert);
    insert->bind(1, std::string_view()).bind_blob(2, std::string_view());
    ASSERT_TRUE(insert->run());
    auto select = database.prepare("SELECT s, b FROM t");
    auto row = select->step();
    ASSERT_TRUE(row && *row);
    EXPECT_FALSE(select->is_null(0));
    EXPECT_EQ(select->text(0), "");
    EXPECT_EQ(select->blob(1), "");
}

TEST_F(DatabaseTest, a_failed_step_leaves_the_statement_ready) {
    Database database = open();
    ASSERT_TRUE(database.execute("CREATE TABLE t (a BIGINT PRIMARY KEY)"));
    auto insert = database.prepare("INSERT INTO t VALUES (?)");
    ASSERT_TRUE(insert->bind(1, 1).run());
    auto again = insert->run();
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::storage_failed);
    EXPECT_NE(again.error().detail.find("UNIQUE"), std::string::npos) << again.error().detail;
    EXPECT_TRUE(insert->bind(1, 2).run());
}

TEST_F(DatabaseTest, a_wrong_statement_is_refused) {
    Database database = open();
    auto statement = database.prepare("SELECT nonsense FROM nowhere");
    ASSERT_FALSE(statement);
    EXPECT_EQ(statement.error().code, ErrorCode::storage_failed);
}

TEST_F(DatabaseTest, a_transaction_undoes_what_was_not_committed) {
    Database database = open();
    ASSERT_TRUE(database.execute("CREATE TABLE t (a BIGINT)"));
    {
        auto transaction = Transaction::begin(database);
        ASSERT_TRUE(transaction);
        EXPECT_TRUE(database.in_transaction());
        ASSERT_TRUE(database.execute("INSERT INTO t VALUES (1)"));
    }
    EXPECT_FALSE(database.in_transaction());
    EXPECT_EQ(integer(database, "SELECT count(*) FROM t"), 0);

    auto transaction = Transaction::begin(database);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(database.execute("INSERT INTO t VALUES (1)"));
    ASSERT_TRUE(transaction->commit());
    EXPECT_EQ(integer(database, "SELECT count(*) FROM t"), 1);
}

TEST_F(DatabaseTest, says_that_another_connection_writes) {
    Database first = open();
    auto second = Database::open({.path = path(), .vfs = {}, .busy_timeout_ms = 0});
    ASSERT_TRUE(second);
    ASSERT_TRUE(first.begin());
    auto refused = second->begin();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::storage_busy);
    first.rollback();
    EXPECT_TRUE(second->begin());
}

TEST_F(DatabaseTest, says_that_the_disk_is_full) {
    Database database = open();
    ASSERT_TRUE(database.execute("CREATE TABLE t (b BLOB); PRAGMA max_page_count = 10"));
    auto insert = database.prepare("INSERT INTO t VALUES (zeroblob(1000000))");
    auto refused = insert->run();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::storage_full);
    EXPECT_EQ(integer(database, "SELECT count(*) FROM t"), 0);
}

TEST_F(DatabaseTest, says_that_a_file_is_not_a_database) {
    std::ofstream(path()) << std::string(10'000, 'x');
    auto database = Database::open({.path = path(), .vfs = {}});
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().code, ErrorCode::storage_corrupt);
}

TEST_F(DatabaseTest, says_that_a_file_cannot_be_opened) {
    auto database = Database::open({.path = path() + "/nowhere", .vfs = {}});
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().code, ErrorCode::storage_failed);
    EXPECT_FALSE(Database::open({.path = path(), .vfs = "no such vfs"}));
}

TEST_F(DatabaseTest, check_finds_damage) {
    {
        Database database = open();
        ASSERT_TRUE(database.execute(
            "CREATE TABLE t (a BIGINT, b TEXT); CREATE INDEX t_b ON t (b);"
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
            "INSERT INTO t SELECT i, 'row ' || i FROM n"));
        auto sound = database.check();
        ASSERT_TRUE(sound);
        EXPECT_TRUE(*sound);
    }
    {
        std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(3 * 8192);
        file << std::string(8192, '\x5a');
    }
    Database database = open();
    auto sound = database.check();
    ASSERT_TRUE(sound) << sound.error().detail;
    EXPECT_FALSE(*sound);
}

TEST_F(DatabaseTest, a_statement_may_outlive_its_database) {
    auto database = Database::open({.path = path(), .vfs = {}});
    ASSERT_TRUE(database);
    auto statement = database->prepare("SELECT 1");
    {
        const Database gone = *std::move(database);
    }
    auto row = statement->step();
    EXPECT_TRUE(row && *row);
}

TEST_F(DatabaseTest, a_statement_is_prepared_once_whatever_is_bound_to_it) {
    Database database = open();
    ASSERT_TRUE(database.execute("CREATE TABLE t (x); INSERT INTO t VALUES (7), (8), (9)"));
    auto statement = database.prepare("SELECT x FROM t WHERE x > ?1 ORDER BY x LIMIT ?2");
    ASSERT_TRUE(statement);
    for (int i = 1; i <= 3; ++i) {
        statement->reset().bind(1, i).bind(2, i);
        ASSERT_TRUE(statement->run());
    }
    sqlite3_stmt* handle = sqlite3_next_stmt(database.handle(), nullptr);
    EXPECT_EQ(sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_REPREPARE, 0), 0);
}

TEST_F(DatabaseTest, a_connection_that_only_reads_sees_everything_and_changes_nothing) {
    Database writer = open();
    ASSERT_TRUE(writer.execute("CREATE TABLE t (x); INSERT INTO t VALUES (7)"));
    auto reader = Database::open({.path = path(), .vfs = {}, .read_only = true});
    ASSERT_TRUE(reader) << reader.error().detail;
    EXPECT_EQ(integer(*reader, "SELECT x FROM t"), 7);
    const auto written = reader->execute("INSERT INTO t VALUES (8)");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::storage_failed);
}

TEST_F(DatabaseTest, a_connection_that_only_reads_makes_no_file) {
    const auto reader = Database::open({.path = path(), .vfs = {}, .read_only = true});
    ASSERT_FALSE(reader);
    EXPECT_EQ(reader.error().code, ErrorCode::storage_failed);
    EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(DatabaseTest, a_file_of_something_else_is_corrupt_to_a_reader) {
    std::ofstream(path()) << std::string(8192, 'x');
    const auto reader = Database::open({.path = path(), .vfs = {}, .read_only = true});
    ASSERT_FALSE(reader);
    EXPECT_EQ(reader.error().code, ErrorCode::storage_corrupt);
}

}  // namespace
}  // namespace holdfast::sqlite
