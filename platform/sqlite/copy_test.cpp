#include "platform/sqlite/copy.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "platform/testing/temp_folder.hpp"

namespace holdfast::sqlite {
namespace {

class CopyTest : public ::testing::Test {
protected:
    [[nodiscard]] std::string path(const char* name) const { return folder_ / name; }
    static Database open(const std::string& path, bool read_only = false) {
        auto database = Database::open({.path = path, .vfs = {}, .read_only = read_only});
        EXPECT_TRUE(database) << database.error().detail;
        return *std::move(database);
    }
    static std::int64_t integer(Database& database, std::string_view sql) {
        auto statement = database.prepare(sql);
        EXPECT_TRUE(statement) << statement.error().detail;
        EXPECT_TRUE(statement->step().value());
        return statement->integer(0);
    }

    testing_support::TempFolder folder_;
};

TEST_F(CopyTest, holds_what_is_still_in_the_log_of_the_original) {
    Database writer = open(path("a.db"));
    ASSERT_TRUE(writer.execute("CREATE TABLE t (x); INSERT INTO t VALUES (1), (2), (3)"));
    Database reader = open(path("a.db"), true);
    ASSERT_TRUE(copy_database(reader, path("b.db")));
    Database copy = open(path("b.db"));
    EXPECT_EQ(integer(copy, "SELECT sum(x) FROM t"), 6);
}

TEST_F(CopyTest, is_of_one_moment_while_another_connection_writes) {
    Database writer = open(path("a.db"));
    // Two tables that every transaction keeps equal, large enough for the copy to take its time.
    ASSERT_TRUE(
        writer.execute("CREATE TABLE a (n, filling); CREATE TABLE b (n, filling);"
                       "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c"
                       " LIMIT 4000) INSERT INTO a SELECT n, zeroblob(2000) FROM c;"
                       "INSERT INTO b SELECT * FROM a"));
    std::atomic<bool> ended = false;
    std::atomic<int> commits = 0;
    std::thread other([&, database = open(path("a.db"))]() mutable {
        while (!ended) {
            const bool done = database
                                  .execute(
                                      "BEGIN IMMEDIATE; UPDATE a SET n = n + 1;"
                                      "UPDATE b SET n = n + 1; COMMIT")
                                  .has_value();
            commits += done ? 1 : 0;
        }
    });
    Database reader = open(path("a.db"), true);
    for (int i = 0; i < 5; ++i) {
        const std::string name = path(("copy" + std::to_string(i)).c_str());
        EXPECT_TRUE(copy_database(reader, name));
        Database copy = open(name);
        EXPECT_EQ(integer(copy, "SELECT count(*) FROM a JOIN b ON a.rowid = b.rowid AND a.n = b.n"),
                  4000);
        EXPECT_TRUE(copy.check().value());
    }
    ended = true;
    other.join();
    EXPECT_GT(commits, 0);
}

TEST_F(CopyTest, fails_where_nothing_can_be_written) {
    Database writer = open(path("a.db"));
    ASSERT_TRUE(writer.execute("CREATE TABLE t (x)"));
    const auto copied = copy_database(writer, path("none/b.db"));
    ASSERT_FALSE(copied);
    EXPECT_EQ(copied.error().code, ErrorCode::storage_failed);
}

}  // namespace
}  // namespace holdfast::sqlite
