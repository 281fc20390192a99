#include "server/storage/sqlite/sqlite_inspection.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "platform/testing/temp_folder.hpp"

namespace holdfast::storage {
namespace {

class SqliteInspectionTest : public ::testing::Test {
protected:
    SqliteInspectionTest() {
        storage_ = SqliteStorage::open(path()).value();
        begin();
        organization_ = storage_->mint_id().value();
        bucket_ =
            storage_
                ->create_bucket({.bucket = {.kind = BucketKind::directory, .owner = organization_},
                                 .organization = organization_})
                .value();
        EXPECT_TRUE(storage_->put_organization({organization_, "acme", bucket_}));
        write({.key = {bucket_, RowKind::user, Id{41}}, .body = "{}"});
        commit();
    }
    [[nodiscard]] std::string path() const { return folder_ / "holdfast.db"; }
    void begin() { EXPECT_TRUE(storage_->begin()); }
    void commit() { EXPECT_TRUE(storage_->commit()); }
    void write(const RowChange& change) { EXPECT_TRUE(storage_->write_rows({&change, 1})); }
    void sql(const char* text) { EXPECT_TRUE(storage_->database().execute(text)); }
    [[nodiscard]] std::unique_ptr<SqliteInspection> inspect() const {
        auto inspection = SqliteInspection::open(path());
        EXPECT_TRUE(inspection) << inspection.error().detail;
        return *std::move(inspection);
    }
    std::vector<std::string> stray_kinds() {
        std::vector<std::string> kinds;
        const auto strays = inspect()->find_strays().value();
        for (const Stray& stray : strays) {
            kinds.push_back(std::to_string(stray.count) + " " + stray.what);
        }
        return kinds;
    }

    testing_support::TempFolder folder_;
    std::unique_ptr<SqliteStorage> storage_;
    Id organization_;
    BucketId bucket_;
};

TEST_F(SqliteInspectionTest, finds_nothing_wrong_with_a_sound_database) {
    const auto inspection = inspect();
    EXPECT_TRUE(inspection->check_file().value().empty());
    EXPECT_TRUE(inspection->check_schema().value().empty());
    EXPECT_TRUE(inspection->find_strays().value().empty());
}

TEST_F(SqliteInspectionTest, stays_at_its_moment_while_the_server_writes) {
    const auto inspection = inspect();
    EXPECT_EQ(inspection->tables().find_bucket(bucket_).value()->bucket.version, 1U);
    begin();
    write({.key = {bucket_, RowKind::user, Id{42}}, .body = "{}"});
    commit();
    EXPECT_EQ(inspection->tables().find_bucket(bucket_).value()->bucket.version, 1U);
    EXPECT_FALSE(inspection->tables().find_row({bucket_, RowKind::user, Id{42}}).value());
    EXPECT_EQ(inspect()->tables().find_bucket(bucket_).value()->bucket.version, 2U);
}

TEST_F(SqliteInspectionTest, writes_nothing) {
    const auto inspection = inspect();
    EXPECT_FALSE(inspection->tables().put_secret("a", "b"));
    EXPECT_FALSE(storage_->find_secret("a").value());
}

TEST_F(SqliteInspectionTest, names_indexes_and_tables_that_are_not_as_they_should_be) {
    sql("DROP INDEX bucket_row_sort; CREATE TABLE extra (x);"
        "DROP INDEX session_user; CREATE INDEX session_user ON session (user_id)");
    const auto found = inspect()->check_schema().value();
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0], "The index bucket_row_sort is missing.");
    EXPECT_EQ(found[1], "The index session_user is not defined as this program defines it.");
    EXPECT_EQ(found[2], "The table extra is not one of this program's.");
}

TEST_F(SqliteInspectionTest, counts_what_refers_to_nothing) {
    sql("INSERT INTO bucket_row VALUES (999, 7, 5, 1, 0, x'7b7d');"
        "INSERT INTO tombstone SELECT bucket, kind, id, 9 FROM bucket_row;"
        "INSERT INTO session VALUES ('s', 1, 1, 4000, 0, 0, 0, 0)");
    EXPECT_EQ(stray_kinds(),
              (std::vector<std::string>{"1 rows in buckets that do not exist",
                                        "1 tombstones in buckets that do not exist",
                                        "2 tombstones of rows that are still there",
                                        "1 sessions of devices that do not exist"}));
}

TEST_F(SqliteInspectionTest, counts_messages_of_devices_without_an_outcome) {
    const Id message = Id::make(server_device_limit, 1);
    begin();
    write({.key = {bucket_, RowKind::message, message}, .body = "{}"});
    write({.key = {bucket_, RowKind::message, Id::make(server_device, 9)}, .body = "{}"});
    commit();
    EXPECT_EQ(stray_kinds(),
              (std::vector<std::string>{
                  "1 messages of devices without a stored outcome, which could be written twice"}));
    begin();
    EXPECT_TRUE(storage_->put_outcome({.intent = message}, Id{41}));
    commit();
    EXPECT_TRUE(stray_kinds().empty());
}

TEST_F(SqliteInspectionTest, finds_rows_and_tombstones_of_an_id_wherever_they_are) {
    begin();
    write({.key = {bucket_, RowKind::role, Id{41}}, .body = "role"});
    write({.key = {bucket_, RowKind::user, Id{41}}, .body = {}});
    commit();
    const auto found = inspect()->find_rows(Id{41}).value();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].row.kind, RowKind::user);
    EXPECT_EQ(found[0].row.body, "");
    EXPECT_EQ(found[0].row.version, 3U);
    EXPECT_EQ(found[1].row.kind, RowKind::role);
    EXPECT_EQ(found[1].row.body, "role");
    EXPECT_EQ(found[1].row.version, 2U);
    EXPECT_TRUE(inspect()->find_rows(Id{40}).value().empty());
}

TEST_F(SqliteInspectionTest, opens_no_database_of_another_schema) {
    sql("UPDATE schema_version SET version = 99");
    const auto newer = SqliteInspection::open(path());
    ASSERT_FALSE(newer);
    EXPECT_EQ(newer.error().code, ErrorCode::storage_failed);
    EXPECT_NE(newer.error().detail.find("update the program"), std::string::npos);
}

TEST_F(SqliteInspectionTest, says_that_a_damaged_file_is_damaged) {
    begin();
    for (std::uint64_t i = 100; i < 3000; ++i) {
        write({.key = {bucket_, RowKind::message, Id{i}}, .body = std::string(50, 'm')});
    }
    commit();
    storage_.reset();  // everything is in the file itself now
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(20 * 4096);
    file << std::string(4096, '\xff');
    file.close();
    EXPECT_FALSE(inspect()->check_file().value().empty());
}

}  // namespace
}  // namespace holdfast::storage
