#include "server/storage/sqlite/sqlite_storage.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/testing/temp_folder.hpp"
#include "server/storage/common/schema.hpp"
#include "server/storage/common/testing/storage_conformance.hpp"

namespace holdfast::storage {
namespace {

std::string file_in(const std::filesystem::path& folder) {
    return folder / "server.db";
}

StorageBackend backend() {
    return {.name = "shared",
            .open = [](const std::filesystem::path& folder) -> Result<std::unique_ptr<Storage>> {
                return open_sqlite(file_in(folder));
            }};
}

INSTANTIATE_TEST_SUITE_P(sqlite, StorageConformance, ::testing::Values(backend()), backend_name);
INSTANTIATE_TEST_SUITE_P(sqlite,
                         StorageModelConformance,
                         ::testing::Values(backend()),
                         backend_name);

/// What is particular to SQLite.
class SqliteStorageTest : public ::testing::Test {
protected:
    [[nodiscard]] std::unique_ptr<SqliteStorage> open(bool exclusive = false) const {
        return must(SqliteStorage::open(file_in(folder_.path()), "", exclusive));
    }

    static BucketId make_bucket(Storage& storage, std::uint64_t owner = 100) {
        must(storage.begin());
        BucketRecord record{.bucket = {.id = {}, .kind = BucketKind::timeline},
                            .organization = Id{1}};
        record.bucket.owner = Id{owner};
        const BucketId id = must(storage.create_bucket(record));
        must(storage.commit());
        return id;
    }

    testing_support::TempFolder folder_;
};

std::int64_t integer(SqliteStorage& storage, std::string_view sql) {
    auto statement = must(storage.database().prepare(sql));
    EXPECT_TRUE(must(statement.step()));
    return statement.integer(0);
}

TEST_F(SqliteStorageTest, works_in_memory_and_exclusively) {
    auto memory = must(open_sqlite(":memory:"));
    EXPECT_TRUE(make_bucket(*memory));
    const auto exclusive = open(true);
    EXPECT_TRUE(make_bucket(*exclusive));
    EXPECT_FALSE(std::filesystem::exists(file_in(folder_.path()) + "-shm"));
    EXPECT_EQ(must(exclusive->foreign_changes()), must(exclusive->foreign_changes()));
}

TEST_F(SqliteStorageTest, refuses_the_tables_of_a_newer_version) {
    {
        const auto storage = open();
        must(storage->database().execute("UPDATE schema_version SET version = version + 1"));
    }
    const auto refused = SqliteStorage::open(file_in(folder_.path()));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::storage_failed);
    EXPECT_NE(refused.error().detail.find("update the program"), std::string::npos);
}

TEST_F(SqliteStorageTest, the_schema_is_the_same_for_every_dialect_but_for_two_words) {
    const auto sqlite = schema_steps(sqlite_dialect);
    const auto postgres = schema_steps(postgres_dialect);
    EXPECT_EQ(sqlite.size(), postgres.size());
    EXPECT_NE(sqlite[0].find("BLOB"), std::string::npos);
    EXPECT_EQ(postgres[0].find("BLOB"), std::string::npos);
    EXPECT_EQ(postgres[0].find("{"), std::string::npos);
    EXPECT_EQ(postgres[0].find("ROWID"), std::string::npos);
}

TEST_F(SqliteStorageTest, a_full_disk_leaves_nothing_half_done) {
    const auto storage = open();
    const BucketId bucket = make_bucket(*storage);
    must(storage->begin());
    (void)must(storage->write_rows(std::vector{put(bucket, 1, "before")}));
    must(storage->commit());
    const auto limit = integer(*storage, "PRAGMA page_count") + 8;
    must(storage->database().execute(("PRAGMA max_page_count = " + std::to_string(limit)).c_str()));

    must(storage->begin());
    std::vector<RowChange> changes{put(bucket, 1, "after")};
    for (std::uint64_t id = 2; id < 200; ++id) {
        changes.push_back(put(bucket, id, std::string(10'000, 'x')));
    }
    const auto refused = storage->write_rows(changes);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::storage_full);
    storage->rollback();

    const auto page = must(storage->rows_after_version(bucket, 0, {}));
    EXPECT_EQ(show(page.rows), Lines{"7/1 v1 s0 before"});
    EXPECT_EQ(must(storage->find_bucket(bucket))->bucket.version, 1U);
    EXPECT_TRUE(must(storage->database().check()));
    must(storage->begin());
    EXPECT_EQ(show(must(storage->write_rows(std::vector{put(bucket, 2, "small")}))),
              show({{bucket, 2}}));
    must(storage->commit());
}

TEST_F(SqliteStorageTest, after_sqlite_ends_a_transaction_no_write_slips_through) {
    const auto storage = open();
    const BucketId bucket = make_bucket(*storage);
    must(storage->begin());
    must(storage->database().execute("ROLLBACK"));  // as it does after some errors
    EXPECT_FALSE(storage->write_rows(std::vector{put(bucket, 1, "one")}));
    EXPECT_FALSE(storage->commit());
    storage->rollback();
    EXPECT_EQ(must(storage->find_bucket(bucket))->bucket.version, 0U);
}

TEST_F(SqliteStorageTest, quarantine_keeps_the_whole_intent) {
    const auto storage = open();
    const Intent intent{.id = Id{5},
                        .lane = Id{6},
                        .kind = IntentKind{999},
                        .version = 3,
                        .args = "{\"a\":1}",
                        .claimed_at = WallTime{7},
                        .elapsed_ms = 8};
    must(storage->begin());
    must(storage->quarantine(intent, Id{9}, ErrorCode::intent_unknown_kind));
    must(storage->commit());
    EXPECT_EQ(integer(*storage,
                      "SELECT count(*) FROM quarantine WHERE intent = 5 AND user_id = 9 AND"
                      " lane = 6 AND kind = 999 AND version = 3 AND args = x'7b2261223a317d' AND"
                      " claimed_at = 7 AND elapsed_ms = 8 AND code = 41"),
              1);
}

/// Runs `body` in a process of its own that is killed afterwards; returns the ids that it gave.
std::set<std::uint64_t> ids_of_a_killed_process(const std::function<void(int pipe)>& body) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        body(ends[1]);
        kill(getpid(), SIGKILL);
    }
    close(ends[1]);
    std::set<std::uint64_t> ids;
    std::uint64_t id = 0;
    while (read(ends[0], &id, sizeof id) == sizeof id) {
        ids.insert(id);
    }
    close(ends[0]);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
    return ids;
}

TEST_F(SqliteStorageTest, a_killed_process_leaves_no_id_to_be_given_again) {
    std::set<std::uint64_t> given;
    for (int round = 0; round < 3; ++round) {
        const auto ids = ids_of_a_killed_process([&](int out) {
            const auto storage = open();
            must(storage->begin());
            for (int i = 0; i < 400; ++i) {
                const std::uint64_t id = must(storage->mint_id()).value;
                EXPECT_EQ(write(out, &id, sizeof id), static_cast<ssize_t>(sizeof id));
            }
            kill(getpid(), SIGKILL);
        });
        EXPECT_EQ(ids.size(), 400U);
        for (const std::uint64_t id : ids) {
            EXPECT_TRUE(given.insert(id).second);
        }
    }
}

}  // namespace
}  // namespace holdfast::storage
