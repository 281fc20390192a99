// What is shown is kept first, also where the disk is full.

#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include "client/engine/limits.hpp"
#include "client/engine/testing/fake_server.hpp"
#include "client/engine/testing/phone.hpp"
#include "platform/sqlite/testing/full_disk.hpp"

namespace holdfast::client {
namespace {

using testing_support::FakeServer;
using testing_support::FullDisk;
using testing_support::Json;
using testing_support::Phone;

class Keep : public testing::Test {
protected:
    void SetUp() override {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        directory_ =
            std::filesystem::path(testing::TempDir()) / (std::string("keep_") + test->name());
        std::filesystem::remove_all(directory_);
        std::filesystem::create_directories(directory_);
        phone_ = std::make_unique<Phone>(directory_, server_);
        server_.post(FakeServer::ben, "hello");
        phone_->open();
        phone_->start();
        phone_->sign_in();
        phone_->pass(1000);
        watch();
        phone_->cut();
        for (int i = 0; i < missed; ++i) {
            server_.post(FakeServer::ben, std::string(8000, 'x'));
        }
    }
    void TearDown() override {
        phone_.reset();
        std::filesystem::remove_all(directory_);
    }

    void watch() {
        window_ = phone_->subscribe({{"query", "messages"},
                                     {"channel", to_string(FakeServer::channel)},
                                     {"anchor", "latest"},
                                     {"before", 50},
                                     {"after", 0}});
        status_ = phone_->subscribe({{"query", "status"}});
    }
    /// Room for a part of what was missed.
    [[nodiscard]] rlim_t little_room() const {
        return std::filesystem::file_size(directory_ / "replica.db-wal") +
               std::uintmax_t{64} * 1024;
    }
    [[nodiscard]] std::size_t shown() const { return phone_->snapshot(window_)["items"].size(); }
    [[nodiscard]] std::string banner() const {
        return phone_->snapshot(status_)["banner"]["kind"].get<std::string>();
    }
    [[nodiscard]] std::string bar() const {
        return phone_->snapshot(status_)["bar"]["kind"].get<std::string>();
    }

    static constexpr int missed = 40;
    std::filesystem::path directory_;
    FakeServer server_;
    std::unique_ptr<Phone> phone_;
    std::int64_t window_ = 0;
    std::int64_t status_ = 0;
};

TEST_F(Keep, OM38_rows_that_find_no_room_are_not_shown_and_come_again_when_there_is) {
    {
        const FullDisk full(little_room());
        phone_->heal();
        phone_->pass(2000);
        EXPECT_EQ(banner(), "storage_full");
        EXPECT_NE(bar(), "ready");
        EXPECT_EQ(shown(), 1U);
        phone_->call("try_now", Json::object());
        phone_->pass(2000);
        EXPECT_EQ(shown(), 1U);
    }
    phone_->pass(limits::storage_retry_every.count + 1000);
    EXPECT_EQ(banner(), "none");
    EXPECT_EQ(bar(), "ready");
    EXPECT_EQ(shown(), missed + 1U);
}

TEST_F(Keep, what_was_shown_is_there_after_a_kill_and_nothing_is_missing_later) {
    {
        const FullDisk full(little_room());
        phone_->heal();
        phone_->pass(2000);
        phone_->kill();
    }
    const auto begin = [&] {
        phone_->open();
        phone_->start();
        watch();
    };
    begin();
    phone_->heal();
    phone_->pass(limits::storage_retry_every.count + 1000);
    EXPECT_EQ(shown(), missed + 1U);
    phone_->cut();
    phone_->call("set_offline_mode", {{"on", true}});
    phone_->kill();
    begin();
    EXPECT_EQ(shown(), missed + 1U);
}

}  // namespace
}  // namespace holdfast::client
