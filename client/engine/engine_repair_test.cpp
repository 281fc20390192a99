#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include "client/engine/engine.hpp"
#include "client/engine/testing/engine_fixture.hpp"
#include "platform/sqlite/database.hpp"

namespace holdfast::client {
namespace {

using testing_support::FakeServer;
using testing_support::Json;

class EngineRepair : public testing_support::EngineFixture {};

TEST_F(EngineRepair, OM6_rows_that_differ_are_repaired_and_the_repair_is_shown) {
    for (int i = 0; i < 500; ++i) {
        server.post(FakeServer::ben, "message " + std::to_string(i));
    }
    sign_in();
    phone->pass(3000);
    phone->kill();
    {
        auto replica = sqlite::Database::open({.path = (directory_ / "replica.db").string()});
        ASSERT_TRUE(replica.has_value());
        ASSERT_TRUE(
            replica->execute("UPDATE row SET body = '{\"author\":\"1\",\"text\":\"rotten\"}'"
                             " WHERE kind = 7 AND id % 250 = 0"));
        ASSERT_TRUE(replica->execute("UPDATE bucket SET sum_low = sum_low + 1 WHERE kind = 5"));
    }
    phone->open();
    phone->start();
    phone->pass(3000);
    const auto settings = phone->subscribe({{"query", "settings"}});
    const Json& repairs = phone->snapshot(settings)["repairs"];
    EXPECT_EQ(repairs["begun"], 1);
    EXPECT_EQ(repairs["ended"], 1);
    EXPECT_EQ(repairs["mismatches"], 1);
    ASSERT_EQ(repairs["latest"].size(), 1U);
    EXPECT_EQ(repairs["latest"][0]["cause"], "sum");
    EXPECT_EQ(repairs["latest"][0]["changed"], 2);
    EXPECT_LT(repairs["latest"][0]["fetched"], 100);
    const auto messages = watch_messages();
    for (const std::string& text : texts(messages)) {
        EXPECT_NE(text, "rotten");
    }
    EXPECT_EQ(phone->snapshot(settings)["receiving"]["complete"], true);
}

TEST_F(EngineRepair, OM33_what_a_restored_server_has_forgotten_is_sent_again) {
    server.post(FakeServer::ben, "before the backup");
    sign_in();
    phone->pass(2000);
    const FakeServer backup = server;
    const auto messages = watch_messages();
    phone->post("after the backup");
    phone->pass(2000);
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    ASSERT_TRUE(phone->snapshot(outbox)["items"].empty()) << "done, seen, forgotten";

    work_offline();
    phone->post("while it was away");
    server = backup;
    for (auto& [id, head] : server.buckets) {
        head.epoch = 2;
    }
    phone->heal();
    phone->pass(5000);
    EXPECT_THAT(texts(messages),
                testing::ElementsAre("before the backup", "after the backup", "while it was away"));
    EXPECT_TRUE(phone->snapshot(outbox)["items"].empty());
    for (const auto& [intent, times] : server.effects) {
        EXPECT_EQ(times, 1);
    }
    EXPECT_EQ(server.effects.size(), 2U);
    const auto settings = phone->subscribe({{"query", "settings"}});
    EXPECT_EQ(phone->snapshot(settings)["repairs"]["ended"], 5) << "every bucket was compared";
}

TEST_F(EngineRepair, OM33_a_backup_that_others_have_overtaken_is_noticed_by_its_sum) {
    sign_in();
    phone->pass(2000);
    const FakeServer backup = server;
    const auto messages = watch_messages();
    phone->post("after the backup");
    phone->pass(2000);

    work_offline();
    server = backup;  // in the same epoch: nobody has told it
    for (const char* text : {"one", "two", "three"}) {
        server.post(FakeServer::ben, text);
    }
    phone->heal();
    phone->pass(5000);
    EXPECT_THAT(texts(messages),
                testing::UnorderedElementsAre("one", "two", "three", "after the backup"));
    EXPECT_EQ(server.effects.size(), 1U);
}

TEST_F(EngineRepair, OM37_what_waits_stands_in_its_channel_when_the_rows_are_gone) {
    server.post(FakeServer::ben, "hello");
    sign_in();
    work_offline();
    phone->post("mine");
    phone->kill();
    std::filesystem::remove(directory_ / "replica.db");
    std::filesystem::remove(directory_ / "replica.db-wal");
    phone->open();
    phone->start();
    const auto messages = watch_messages();
    phone->pass(10);
    EXPECT_THAT(texts(messages), testing::ElementsAre("mine"));
    EXPECT_EQ(phone->snapshot(messages)["complete"], false);
    phone->heal();
    phone->pass(3000);
    EXPECT_THAT(texts(messages), testing::ElementsAre("hello", "mine"));
}

TEST_F(EngineRepair, OM33_a_device_without_rows_sends_again_what_it_cannot_compare) {
    sign_in();
    phone->pass(2000);
    const FakeServer backup = server;
    phone->post("after the backup");
    phone->pass(2000);
    phone->kill();
    std::filesystem::remove(directory_ / "replica.db");
    server = backup;
    phone->open();
    phone->start();
    phone->pass(5000);
    EXPECT_THAT(texts(watch_messages()), testing::ElementsAre("after the backup"));
    EXPECT_EQ(server.effects.size(), 1U);
}

}  // namespace
}  // namespace holdfast::client
