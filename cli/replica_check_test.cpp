#include "cli/replica_check.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>

#include "cli/data_folder.hpp"
#include "cli/device.hpp"
#include "platform/testing/temp_folder.hpp"
#include "server/admin/demo/demo.hpp"
#include "server/auth/passwords.hpp"
#include "server/net/server.hpp"
#include "server/net/system_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::cli {
namespace {

using State = ReplicaFinding::State;

constexpr Device::Time patience = std::chrono::seconds(30);
constexpr const char* password = "a password for tests";

/// A server's folder and the folder of a device that has synchronized with it.
class ReplicaCheckTest : public ::testing::Test {
protected:
    void SetUp() override {
        storage_ = storage::SqliteStorage::open(folder_ / "holdfast.db").value();
        ASSERT_TRUE(
            admin::create_bench(
                *storage_,
                {.password_hash = auth::hash_password(password, auth::minimum_cost()).value(),
                 .channels = 3,
                 .messages = 300,
                 .now = environment_.wall()})
                .has_value());
        synchronize();
    }
    void synchronize() {
        net::Server server({}, *storage_, environment_);
        ASSERT_TRUE(server.start());
        boost::asio::io_context loop(1);
        client::NativeOptions options;
        options.server_url = "http://127.0.0.1:" + std::to_string(server.port());
        options.data_folder = device();
        const auto opened = Device::open(loop, options, true).value();
        ASSERT_TRUE(opened->call(
            "sign_in", {{"email", "bench0@holdfast.example"}, {"password", password}}, patience));
        const int settings = opened->subscribe({{"query", "settings"}}).value();
        ASSERT_TRUE(opened->run_until(
            [&] {
                return opened->snapshot(settings)
                    .value("receiving", Json::object())
                    .value("complete", false);
            },
            patience));
    }
    [[nodiscard]] std::string device() const { return folder_ / "device"; }
    Bucket timeline() {
        const auto organization = storage_->organizations().value().front().id;
        const auto buckets = storage_->buckets_of(organization).value();
        for (const auto& record : buckets) {
            if (record.bucket.kind == BucketKind::timeline) {
                return record.bucket;
            }
        }
        return {};
    }
    ReplicaCheck check() {
        const auto inspection = inspect_data(folder_.path()).value();
        auto checked = check_replica(*inspection, device());
        EXPECT_TRUE(checked) << checked.error().detail;
        return *std::move(checked);
    }
    /// How many buckets are in a state.
    std::size_t count(State state) {
        const ReplicaCheck checked = check();
        return static_cast<std::size_t>(
            std::ranges::count(checked.findings, state, &ReplicaFinding::state));
    }

    testing_support::TempFolder folder_;
    net::SystemEnvironment environment_;
    std::unique_ptr<storage::SqliteStorage> storage_;
};

TEST_F(ReplicaCheckTest, OM6_a_device_that_has_synchronized_is_the_servers_everywhere) {
    const ReplicaCheck checked = check();
    EXPECT_GT(checked.findings.size(), 6U);
    EXPECT_EQ(checked.waiting, 0U);
    for (const ReplicaFinding& one : checked.findings) {
        EXPECT_EQ(one.state, State::same) << one.text;
    }
}

TEST_F(ReplicaCheckTest, what_the_server_has_written_since_is_behind_and_no_fault) {
    const Bucket bucket = timeline();
    const RowChange change{.key = {bucket.id, RowKind::message, Id{77}}, .sort = 1, .body = "{}"};
    ASSERT_TRUE(storage_->begin());
    ASSERT_TRUE(storage_->write_rows({&change, 1}));
    ASSERT_TRUE(storage_->commit());
    const ReplicaCheck checked = check();
    const auto found =
        std::ranges::find(checked.findings, bucket.id, [](const auto& one) { return one.head.id; });
    ASSERT_NE(found, checked.findings.end());
    EXPECT_EQ(found->state, State::behind);
    EXPECT_FALSE(found->is_fault());
}

TEST_F(ReplicaCheckTest, OM6_rows_that_differ_from_the_servers_are_found_by_their_bucket) {
    const Bucket bucket = timeline();
    const std::string id = std::to_string(bucket.id.value);
    // The server's row changes without a version: both sides believe that they agree.
    ASSERT_TRUE(storage_->database().execute(
        ("UPDATE bucket SET sum_low = sum_low + 1 WHERE id = " + id).c_str()));
    const ReplicaCheck checked = check();
    for (const ReplicaFinding& one : checked.findings) {
        EXPECT_EQ(one.state, one.head.id == bucket.id ? State::differs : State::same) << one.text;
    }
}

TEST_F(ReplicaCheckTest, a_bucket_of_another_history_is_told_apart) {
    const std::string id = std::to_string(timeline().id.value);
    ASSERT_TRUE(storage_->database().execute(
        ("UPDATE bucket SET epoch = epoch + 1 WHERE id = " + id).c_str()));
    EXPECT_EQ(count(State::other_epoch), 1U);
    ASSERT_TRUE(storage_->database().execute(
        ("UPDATE bucket SET epoch = epoch - 1, version = version - 1 WHERE id = " + id).c_str()));
    EXPECT_EQ(count(State::ahead), 1U);
}

TEST_F(ReplicaCheckTest, OM6_a_row_that_was_lost_on_the_device_is_found) {
    auto replica = sqlite::Database::open({.path = device() + "/replica.db", .vfs = {}}).value();
    const auto lost = replica.execute("DELETE FROM row WHERE id = (SELECT max(id) FROM row)");
    ASSERT_TRUE(lost) << lost.error().detail;
    EXPECT_EQ(count(State::miscounted), 1U);
}

TEST_F(ReplicaCheckTest, what_may_not_be_read_any_more_is_told) {
    const std::string id = std::to_string(timeline().id.value);
    ASSERT_TRUE(
        storage_->database().execute(("UPDATE bucket SET is_open = 0 WHERE id = " + id).c_str()));
    EXPECT_EQ(count(State::not_readable), 1U);
}

TEST_F(ReplicaCheckTest, changes_nothing_on_the_device) {
    std::filesystem::remove(device() + "/replica.db");
    std::ofstream(device() + "/replica.db") << std::string(9000, 'x');
    const auto inspection = inspect_data(folder_.path()).value();
    const auto checked = check_replica(*inspection, device());
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::storage_corrupt);
    EXPECT_EQ(std::filesystem::file_size(device() + "/replica.db"), 9000U);
}

}  // namespace
}  // namespace holdfast::cli
