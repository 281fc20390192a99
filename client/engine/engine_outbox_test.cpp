// What waits: written once, kept, sent once, and shown as what it is.

#include <gmock/gmock.h>

#include <string>

#include "client/engine/testing/engine_fixture.hpp"
#include "platform/sqlite/database.hpp"

namespace holdfast::client {
namespace {

using testing_support::FakeServer;
using testing_support::Json;
using testing_support::Phone;

class EngineOutbox : public testing_support::EngineFixture {};

TEST_F(EngineOutbox, OM29_messages_replies_and_reactions_wait_where_they_were_written) {
    const Id hello = server.post(FakeServer::ben, "hello");
    sign_in();
    const auto messages = watch_messages();
    work_offline();
    const auto pushed = phone->pushes.size();
    phone->post("one");
    EXPECT_GT(phone->pushes.size(), pushed);
    const Json reply = phone->post("two", Json::array({to_string(hello)}));
    ASSERT_TRUE(reply.contains("ok"));
    phone->submit("message.react",
                  {{"channel", to_string(FakeServer::channel)},
                   {"message", to_string(hello)},
                   {"emoji", "👍"},
                   {"on", true}});
    EXPECT_THAT(texts(messages), testing::ElementsAre("hello", "one", "two"));
    const Json& items = phone->snapshot(messages)["items"];
    EXPECT_EQ(items[0]["reactions"][0]["waiting"], true);
    EXPECT_EQ(items[0]["reactions"][0]["names"][0], "Ana Rojas");
    EXPECT_EQ(items[1]["state"], "saved");
    EXPECT_EQ(items[2]["reply_to"][0]["text"], "hello");
    EXPECT_EQ(items[2]["reply_to"][0]["author"], "Ben Lee");
    EXPECT_EQ(items[2]["reply_to"][0]["kind"], "text");
    EXPECT_EQ(items[2]["intent"], reply["ok"]["intent"]);
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    EXPECT_EQ(phone->snapshot(outbox)["items"].size(), 3U);
    EXPECT_EQ(phone->snapshot(outbox)["items"][0]["target"], "Site 4");
}

TEST_F(EngineOutbox, OM37_kill_keeps_waiting_work) {
    const Id hello = server.post(FakeServer::ben, "hello");
    sign_in();
    work_offline();
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(phone->post("m" + std::to_string(i)).contains("ok"));
    }
    phone->post("quoting", Json::array({to_string(hello)}));
    phone->submit("message.react",
                  {{"channel", to_string(FakeServer::channel)},
                   {"message", to_string(hello)},
                   {"emoji", "👍"},
                   {"on", true}});
    phone->kill();

    phone->open();
    phone->start();
    const auto messages = watch_messages();
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    phone->pass(10);
    EXPECT_THAT(texts(messages),
                testing::ElementsAre("hello", "m0", "m1", "m2", "m3", "m4", "quoting"));
    EXPECT_EQ(phone->snapshot(messages)["items"][0]["reactions"][0]["waiting"], true);
    EXPECT_EQ(phone->snapshot(outbox)["waiting"], 7);

    phone->heal();
    phone->pass(2000);
    EXPECT_EQ(phone->snapshot(outbox)["items"].size(), 0U);
    EXPECT_THAT(texts(messages),
                testing::ElementsAre("hello", "m0", "m1", "m2", "m3", "m4", "quoting"));
    for (const auto& [intent, count] : server.effects) {
        EXPECT_EQ(count, 1);
    }
    EXPECT_EQ(server.effects.size(), 7U);
    for (const Json& item : phone->snapshot(messages)["items"]) {
        EXPECT_EQ(item["state"], "done");
    }
}

/// The second would be given a number below the first one's: seed 200069.
TEST_F(EngineOutbox, OM31_of_two_that_sign_in_at_once_only_the_first_asks_the_server) {
    begin();
    const Json first = phone->sign_in();
    const Json second = phone->sign_in();
    phone->deliver();
    EXPECT_TRUE(first.is_null()) << "it waits for the server";
    EXPECT_EQ(code(second), "request.too_many");
    EXPECT_EQ(phone->requests["/auth/v1/sign-in"], 1);
    EXPECT_TRUE(phone->sign_in().is_null()) << "the first has its answer";
}

TEST_F(EngineOutbox, OM32_a_lost_answer_is_asked_for_again_and_takes_effect_once) {
    sign_in();
    const auto messages = watch_messages();
    server.hold_outcomes = true;
    server.hold_pages = true;
    phone->post("once");
    phone->deliver();
    EXPECT_EQ(phone->snapshot(messages)["items"][0]["state"], "sending");
    phone->cut();
    server.hold_outcomes = false;
    server.hold_pages = false;
    phone->heal();
    phone->pass(3000);
    EXPECT_THAT(texts(messages), testing::ElementsAre("once"));
    EXPECT_EQ(phone->snapshot(messages)["items"][0]["state"], "done");
    EXPECT_EQ(server.effects.begin()->second, 1);
}

/// From the moment of writing to long after the delivery, every snapshot holds the message once.
class NoFlicker : public EngineOutbox, public testing::WithParamInterface<std::pair<bool, bool>> {};

TEST_P(NoFlicker, OM29_a_message_is_never_absent_and_never_twice) {
    const auto [hold_outcomes, hold_pages] = GetParam();
    server.post(FakeServer::ben, "hello");
    sign_in();
    const auto messages = watch_messages();
    server.hold_outcomes = hold_outcomes;
    server.hold_pages = hold_pages;
    const auto version = server.buckets.at(FakeServer::timeline_bucket).version;
    const auto marks = server.buckets.at(FakeServer::ana_bucket).version;
    const std::size_t from = phone->pushes.size();
    phone->post("mine");
    phone->pass(1000);
    if (hold_pages) {
        phone->say(server.live_page(FakeServer::ana_bucket, marks));
        phone->pass(100);
        phone->say(server.live_page(FakeServer::timeline_bucket, version));
    }
    phone->pass(1000);
    if (hold_outcomes) {
        server.hold_outcomes = false;
        phone->pass(60'000);  // no answer: a new connection asks again
    }
    std::size_t seen = 0;
    for (std::size_t i = from; i < phone->pushes.size(); ++i) {
        const Json& push = phone->pushes[i];
        if (push["push"] != messages || push["blocked"].get<bool>()) {
            continue;
        }
        int count = 0;
        for (const Json& item : push["snapshot"]["items"]) {
            count += item["text"] == "mine" ? 1 : 0;
        }
        EXPECT_EQ(count, 1) << push.dump();
        seen += 1;
    }
    EXPECT_GT(seen, 0U);
    EXPECT_EQ(phone->snapshot(messages)["items"].back()["state"], "done");
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    EXPECT_TRUE(phone->snapshot(outbox)["items"].empty());
}

INSTANTIATE_TEST_SUITE_P(Orders,
                         NoFlicker,
                         testing::Values(std::pair(false, false),
                                         std::pair(false, true),
                                         std::pair(true, false),
                                         std::pair(true, true)));

TEST_F(EngineOutbox, OM33_a_refused_item_stays_and_needs_the_person) {
    sign_in();
    const auto messages = watch_messages();
    work_offline();
    const Json reply = phone->post("refused");
    server.refuse.insert(FakeServer::channel);
    phone->heal();
    phone->pass(2000);
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    EXPECT_EQ(phone->snapshot(outbox)["needs_you"], 1);
    EXPECT_EQ(phone->snapshot(outbox)["items"][0]["refusal"]["error"]["code"], "access.forbidden");
    EXPECT_EQ(phone->snapshot(messages)["items"][0]["state"], "needs_you");
    EXPECT_EQ(phone->snapshot(messages)["items"][0]["text"], "refused");

    server.refuse.clear();
    ASSERT_TRUE(phone->call("retry", {{"intent", reply["ok"]["intent"]}}).contains("ok"));
    phone->pass(2000);
    EXPECT_TRUE(phone->snapshot(outbox)["items"].empty());
    EXPECT_THAT(texts(messages), testing::ElementsAre("refused"));
    EXPECT_EQ(phone->snapshot(messages)["items"][0]["state"], "done");
    EXPECT_EQ(code(phone->call("discard", {{"intent", reply["ok"]["intent"]}})),
              "outbox.unknown_item");
}

TEST_F(EngineOutbox, OM35_takes_back_what_was_never_sent_and_nothing_else) {
    sign_in();
    const auto messages = watch_messages();
    work_offline();
    const Json first = phone->post("first thought")["ok"]["intent"];
    (void)phone->post("second thought");
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    EXPECT_EQ(phone->snapshot(outbox)["items"][0]["can_discard"], true);
    EXPECT_EQ(code(phone->call("discard", {{"intent", first}})), "accepted");
    EXPECT_THAT(texts(messages), testing::ElementsAre("second thought"));
    EXPECT_EQ(phone->snapshot(outbox)["waiting"], 1);
    phone->heal();
    phone->pass(2000);
    EXPECT_THAT(texts(messages), testing::ElementsAre("second thought"));
    EXPECT_TRUE(phone->snapshot(outbox)["items"].empty());

    server.hold_outcomes = true;
    const Json third = phone->post("third thought")["ok"]["intent"];
    EXPECT_EQ(phone->snapshot(outbox)["items"][0]["can_discard"], false);
    EXPECT_EQ(code(phone->call("discard", {{"intent", third}})), "outbox.may_be_sent");
}

TEST_F(EngineOutbox, OM38_a_full_disk_refuses_an_action_and_says_so) {
    phone->outbox_bytes_max = 200 * 1024;
    sign_in();
    work_offline();
    std::string error;
    std::size_t stored = 0;
    while (error.empty()) {
        const Json reply = phone->post(std::string(8000, 'x'));
        reply.contains("ok") ? void(++stored) : void(error = code(reply));
    }
    EXPECT_EQ(error, "storage.full");
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    EXPECT_EQ(phone->snapshot(outbox)["waiting"], stored);
}

TEST_F(EngineOutbox, an_item_that_this_version_cannot_read_stays_and_holds_up_nothing) {
    sign_in();
    work_offline();
    const Json first = phone->post("to be spoilt")["ok"]["intent"];
    phone->post("sound");
    phone->kill();
    {
        auto file = sqlite::Database::open({.path = (directory_ / "outbox.db").string()});
        ASSERT_TRUE(file);
        const std::string spoil =
            "UPDATE item SET kind = 999, args = '{' WHERE id = " + first.get<std::string>();
        ASSERT_TRUE(file->execute(spoil.c_str()));
    }
    begin();
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    ASSERT_EQ(phone->snapshot(outbox)["items"].size(), 2U);
    EXPECT_EQ(phone->snapshot(outbox)["items"][0]["intent"], first);
    phone->heal();
    phone->pass(2000);
    EXPECT_THAT(texts(watch_messages()), testing::ElementsAre("sound"));
    ASSERT_EQ(phone->snapshot(outbox)["items"].size(), 1U);
    EXPECT_EQ(phone->snapshot(outbox)["items"][0]["intent"], first);
}

}  // namespace
}  // namespace holdfast::client
