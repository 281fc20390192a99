// What is shown is kept first, also where the disk is full.

#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include "client/engine/limits.hpp"
#include "client/engine/testing/engine_fixture.hpp"
#include "platform/sqlite/testing/full_disk.hpp"

namespace holdfast::client {
namespace {

using testing_support::EngineFixture;
using testing_support::FakeServer;
using testing_support::FullDisk;
using testing_support::Json;

class Keep : public EngineFixture {
protected:
    void SetUp() override {
        EngineFixture::SetUp();
        server.post(FakeServer::ben, "hello");
        sign_in();
        watch();
        phone->cut();
        for (int i = 0; i < missed; ++i) {
            server.post(FakeServer::ben, std::string(8000, 'x'));
        }
    }

    void begin_again() {
        begin();
        watch();
    }
    void watch() {
        window_ = watch_messages();
        status_ = phone->subscribe({{"query", "status"}});
    }
    /// Room for a part of what was missed.
    [[nodiscard]] rlim_t little_room() const {
        return std::filesystem::file_size(directory_ / "replica.db-wal") +
               std::uintmax_t{64} * 1024;
    }
    [[nodiscard]] std::size_t shown() const { return phone->snapshot(window_)["items"].size(); }
    [[nodiscard]] std::string banner() const {
        return phone->snapshot(status_)["banner"]["kind"].get<std::string>();
    }
    [[nodiscard]] std::string bar() const {
        return phone->snapshot(status_)["bar"]["kind"].get<std::string>();
    }

    static constexpr int missed = 40;
    static constexpr rlim_t no_room_for_a_replica = rlim_t{32} * 1024;
    std::int64_t window_ = 0;
    std::int64_t status_ = 0;
};

TEST_F(Keep, OM38_rows_that_find_no_room_are_not_shown_and_come_again_when_there_is) {
    {
        const FullDisk full(little_room());
        phone->heal();
        phone->pass(2000);
        EXPECT_EQ(banner(), "storage_full");
        EXPECT_NE(bar(), "ready");
        EXPECT_EQ(shown(), 1U);
        phone->call("try_now", Json::object());
        phone->pass(2000);
        EXPECT_EQ(shown(), 1U);
    }
    phone->pass(limits::storage_retry_every.count + 1000);
    EXPECT_EQ(banner(), "none");
    EXPECT_EQ(bar(), "ready");
    EXPECT_EQ(shown(), missed + 1U);
}

TEST_F(Keep, what_was_shown_is_there_after_a_kill_and_nothing_is_missing_later) {
    {
        const FullDisk full(little_room());
        phone->heal();
        phone->pass(2000);
        phone->kill();
    }
    begin_again();
    phone->heal();
    phone->pass(limits::storage_retry_every.count + 1000);
    EXPECT_EQ(shown(), missed + 1U);
    phone->cut();
    phone->call("set_offline_mode", {{"on", true}});
    phone->kill();
    begin_again();
    EXPECT_EQ(shown(), missed + 1U);
}

TEST_F(Keep, OM38_what_found_no_room_for_a_file_says_so_until_it_has_one) {
    phone->kill();
    std::filesystem::remove(directory_ / "replica.db");
    std::filesystem::remove(directory_ / "replica.db-wal");
    {
        const FullDisk full(no_room_for_a_replica);
        begin_again();
        phone->heal();
        phone->pass(2000);
        EXPECT_EQ(bar(), "ready");  // everything is here, in memory
        EXPECT_EQ(banner(), "storage_full");
        EXPECT_EQ(shown(), missed + 1U);
    }
    phone->pass(limits::storage_retry_every.count + 1000);
    EXPECT_EQ(banner(), "none");
    phone->cut();
    phone->call("set_offline_mode", {{"on", true}});
    phone->kill();
    begin_again();
    EXPECT_EQ(shown(), missed + 1U);
}

}  // namespace
}  // namespace holdfast::client
