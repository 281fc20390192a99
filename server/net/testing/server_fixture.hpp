#pragma once

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <sstream>
#include <string>

#include "core/model/body.hpp"
#include "platform/testing/temp_folder.hpp"
#include "server/auth/passwords.hpp"
#include "server/net/server.hpp"
#include "server/net/system_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::net::testing {

inline constexpr const char* email = "ana@holdfast.example";
inline constexpr const char* password = "correct horse battery";

/// A real server on a port of its own with a database in a folder of its own, and one user.
class ServerFixture : public ::testing::Test {
protected:
    void SetUp() override {
        storage_ = storage::open_sqlite(folder_ / "holdfast.db").value();
        make_organization();
        start();
    }
    void TearDown() override {
        server_.reset();
        storage_.reset();
    }

    void start() {
        auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(log_);
        options_.logger = std::make_shared<spdlog::logger>("test", sink);
        options_.logger->set_level(spdlog::level::debug);
        server_ = std::make_unique<Server>(options_, *storage_, environment_);
        const auto started = server_->start();
        ASSERT_TRUE(started.has_value()) << started.error().detail;
    }
    /// As if the process had been killed and started again.
    void restart() {
        server_.reset();
        storage_.reset();
        storage_ = storage::open_sqlite(folder_ / "holdfast.db").value();
        start();
    }

    void make_organization() {
        storage::Storage& storage = *storage_;
        ASSERT_TRUE(storage.begin().has_value());
        organization_ = storage.mint_id().value();
        user_ = storage.mint_id().value();
        directory_ =
            storage
                .create_bucket({.bucket = {.kind = BucketKind::directory, .owner = organization_},
                                .organization = organization_})
                .value();
        ASSERT_TRUE(storage
                        .create_bucket({.bucket = {.kind = BucketKind::user, .owner = user_},
                                        .organization = organization_})
                        .has_value());
        ASSERT_TRUE(storage.put_organization({organization_, "test", directory_}).has_value());
        ASSERT_TRUE(
            storage
                .put_account(
                    {.user = user_,
                     .organization = organization_,
                     .email = email,
                     .password_hash = auth::hash_password(password, auth::minimum_cost()).value()})
                .has_value());
        const RowChange rows[] = {
            {.key = {directory_, RowKind::organization, organization_},
             .body = body::encode(body::Organization{.name = "Test"})},
            {.key = {directory_, RowKind::user, user_},
             .body = body::encode(body::User{.name = "Ana", .last_name = "Rojas", .email = email})},
        };
        ASSERT_TRUE(storage.write_rows(rows).has_value());
        ASSERT_TRUE(storage.commit().has_value());
    }

    testing_support::TempFolder folder_;
    std::ostringstream log_;  ///< read after the server has stopped
    ServerOptions options_;
    SystemEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_;
    std::unique_ptr<Server> server_;
    Id organization_;
    Id user_;
    BucketId directory_;
};

}  // namespace holdfast::net::testing
