// OM39: what is written with a key is not to be read without it, wherever it lies meanwhile.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "platform/sqlite/copy.hpp"
#include "platform/sqlite/database.hpp"
#include "platform/testing/temp_folder.hpp"

namespace holdfast::sqlite {
namespace {

constexpr const char* secret = "the pump in the cellar";

class Encrypted : public ::testing::Test {
protected:
    [[nodiscard]] std::string path() const { return folder_ / "test.db"; }

    [[nodiscard]] Result<Database> open(const std::string& key) const {
        return Database::open({.path = path(), .vfs = {}, .key = key});
    }

    [[nodiscard]] static Result<> fill(Database&& database) { return fill(database); }
    [[nodiscard]] static Result<> fill(Database& database) {
        HF_CHECK(database.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, x TEXT)"));
        const std::string rows =
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 3000)"
            " INSERT INTO t SELECT n, '" +
            std::string(secret) + "' || n FROM c";
        return database.execute(rows.c_str());
    }

    [[nodiscard]] static std::int64_t count(Database& database) {
        auto statement = database.prepare("SELECT count(*) FROM t WHERE x LIKE 'the pump%'");
        return statement && statement->step().value_or(false) ? statement->integer(0) : -1;
    }

    /// Whether any file in the folder holds what was written, or says what it is.
    [[nodiscard]] bool is_readable() const {
        bool found = false;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(file), {}};
            for (const char* text : {secret, "CREATE TABLE", "SQLite format 3"}) {
                found = found || bytes.find(text) != std::string::npos;
            }
        }
        return found;
    }

    testing_support::TempFolder folder_;
    const std::string key_ = std::string(key_bytes, 'k');
};

TEST_F(Encrypted, OM39_neither_the_file_nor_its_log_can_be_read) {
    {
        auto database = open(key_);
        ASSERT_TRUE(database) << database.error().detail;
        ASSERT_TRUE(fill(*database));
        EXPECT_FALSE(is_readable());  // in the log
        ASSERT_TRUE(database->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
        EXPECT_FALSE(is_readable());  // in the file
        EXPECT_EQ(count(*database), 3000);
        EXPECT_TRUE(database->check().value());
    }
    auto again = open(key_);
    ASSERT_TRUE(again);
    EXPECT_EQ(count(*again), 3000);
}

TEST_F(Encrypted, OM39_without_a_key_it_would_be_seen) {
    auto database = open({});
    ASSERT_TRUE(database);
    ASSERT_TRUE(fill(*database));
    EXPECT_TRUE(is_readable());
}

TEST_F(Encrypted, OM39_another_key_or_none_opens_nothing_and_harms_nothing) {
    ASSERT_TRUE(fill(open(key_).value()));
    for (const std::string& key : {std::string(key_bytes, 'x'), std::string()}) {
        const auto opened = open(key);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, ErrorCode::storage_corrupt);
    }
    auto right = open(key_);
    ASSERT_TRUE(right);
    EXPECT_EQ(count(*right), 3000);
}

TEST_F(Encrypted, OM39_a_page_that_was_changed_is_noticed) {
    ASSERT_TRUE(fill(open(key_).value()));
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(3 * 8192 + 100);
    file.put('?');
    file.close();
    auto opened = open(key_);
    EXPECT_TRUE(!opened || count(*opened) != 3000);
}

TEST_F(Encrypted, OM38_a_file_from_before_is_encrypted_with_all_that_it_held) {
    for (const bool exclusive : {false, true}) {
        std::filesystem::remove(path());
        {
            auto before =
                Database::open({.path = path(), .vfs = {}, .exclusive = exclusive}).value();
            ASSERT_TRUE(fill(before));
        }
        ASSERT_TRUE(is_readable());
        auto after =
            Database::open({.path = path(), .vfs = {}, .key = key_, .exclusive = exclusive});
        ASSERT_TRUE(after) << after.error().detail;
        EXPECT_EQ(count(*after), 3000);
        EXPECT_FALSE(is_readable());
    }
}

TEST_F(Encrypted, OM39_rows_go_from_memory_into_an_encrypted_file_and_back) {
    auto memory = Database::open({.path = ":memory:", .vfs = {}, .key = key_}).value();
    ASSERT_TRUE(fill(memory));
    auto file = open(key_).value();
    ASSERT_TRUE(file.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, x TEXT)"));
    ASSERT_TRUE(file.begin());
    ASSERT_TRUE(copy_rows(memory, file, "t"));
    ASSERT_TRUE(file.commit());
    EXPECT_EQ(count(file), 3000);
    EXPECT_FALSE(is_readable());
    ASSERT_TRUE(memory.execute("DELETE FROM t"));
    ASSERT_TRUE(copy_rows(file, memory, "t"));
    EXPECT_EQ(count(memory), 3000);
    const auto missing = copy_rows(file, memory, "none");
    EXPECT_FALSE(missing);
}

}  // namespace
}  // namespace holdfast::sqlite
