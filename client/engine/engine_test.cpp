#include "client/engine/engine.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "client/engine/limits.hpp"
#include "client/engine/testing/engine_fixture.hpp"
#include "platform/sqlite/database.hpp"

namespace holdfast::client {
namespace {

using testing_support::FakeServer;
using testing_support::Json;
using testing_support::Phone;

class Engine : public testing_support::EngineFixture {};

TEST_F(Engine, OM1_signing_in_synchronizes_by_itself) {
    server.post(FakeServer::ben, "hello");
    begin();
    const auto session = phone->subscribe({{"query", "session"}});
    EXPECT_FALSE(phone->snapshot(session)["signed_in"].get<bool>());
    phone->sign_in();
    phone->deliver();
    phone->pass(200);
    EXPECT_EQ(phone->snapshot(session)["user"]["name"], "Ana");
    EXPECT_EQ(phone->snapshot(session)["organization"]["name"], "Acme");
    EXPECT_THAT(phone->snapshot(session)["permissions"].dump(), R"(["message-write"])");
    const auto menu = phone->subscribe({{"query", "menu"}});
    EXPECT_TRUE(phone->snapshot(menu)["complete"].get<bool>());
    EXPECT_EQ(phone->snapshot(menu)["groups"][0]["name"], "Works");
    EXPECT_EQ(phone->snapshot(menu)["groups"][0]["unread"], 1);
    const auto status = phone->subscribe({{"query", "status"}});
    EXPECT_EQ(phone->snapshot(status)["connection"]["state"], "connected");
    EXPECT_EQ(phone->snapshot(status)["bar"]["kind"], "ready");
}

TEST_F(Engine, OM1_that_everything_is_here_is_shown_at_once) {
    server.post(FakeServer::ben, "hello");
    begin();
    const auto status = phone->subscribe({{"query", "status"}});
    const auto messages = watch_messages();
    phone->sign_in();
    phone->deliver();  // no time passes
    EXPECT_EQ(phone->snapshot(status)["bar"]["kind"], "ready");
    EXPECT_THAT(texts(messages), testing::ElementsAre("hello"));
}

TEST_F(Engine, what_was_brought_in_counts_as_read_and_what_is_said_later_does_not) {
    server.post(FakeServer::ben, "said elsewhere, long ago");
    const std::int64_t last = server.clock;
    server.put({FakeServer::channel_bucket, RowKind::channel, FakeServer::channel},
               0,
               body::encode(
                   body::Channel{.name = "Site", .group = FakeServer::group, .read_until = last}));
    sign_in();
    const auto menu = phone->subscribe({{"query", "menu"}});
    EXPECT_EQ(phone->snapshot(menu)["groups"][0]["unread"], 0);
    server.post(FakeServer::ben, "said here");
    phone->say(server.live_page(FakeServer::timeline_bucket,
                                server.buckets.at(FakeServer::timeline_bucket).version - 1));
    EXPECT_EQ(phone->snapshot(menu)["groups"][0]["unread"], 1);
}

TEST_F(Engine, OM2_the_menu_is_usable_before_history_has_arrived) {
    for (int i = 0; i < 500; ++i) {
        server.post(FakeServer::ben, "message " + std::to_string(i));
    }
    server.rows_per_page = 20;
    phone->http_ms = 30;
    begin();
    const auto menu = phone->subscribe({{"query", "menu"}});
    const auto messages = watch_messages();
    phone->sign_in();
    bool usable_before_complete = false;
    phone->pass(2000);
    for (const Json& push : phone->pushes) {
        if (push["push"] == messages && !push["snapshot"].is_null()) {
            const bool newest = !push["snapshot"]["items"].empty() &&
                                push["snapshot"]["items"].back()["text"] == "message 499";
            usable_before_complete |= newest && !push["snapshot"]["complete"].get<bool>();
        }
    }
    EXPECT_TRUE(usable_before_complete);
    EXPECT_TRUE(phone->snapshot(messages)["complete"].get<bool>());
    EXPECT_EQ(phone->snapshot(messages)["total"], 500);
    EXPECT_EQ(phone->snapshot(menu)["groups"][0]["unread"], 100);
}

TEST_F(Engine, OM4_a_change_elsewhere_appears_at_once) {
    server.post(FakeServer::ben, "hello");
    sign_in();
    const auto messages = watch_messages();
    const auto version = server.buckets.at(FakeServer::timeline_bucket).version;
    phone->pass(100);
    server.post(FakeServer::ben, "live");
    phone->say(server.live_page(FakeServer::timeline_bucket, version));
    EXPECT_THAT(texts(messages), testing::ElementsAre("hello", "live"));
}

TEST_F(Engine, OM20_without_a_connection_online_mode_shows_no_data_and_takes_no_input) {
    server.post(FakeServer::ben, "hello");
    sign_in();
    const auto menu = phone->subscribe({{"query", "menu"}});
    const auto messages = watch_messages();
    const auto status = phone->subscribe({{"query", "status"}});
    EXPECT_FALSE(phone->blocked(menu));
    phone->cut();
    phone->pass(1000);
    EXPECT_TRUE(phone->blocked(menu));
    EXPECT_TRUE(phone->snapshot(menu).is_null());
    EXPECT_TRUE(phone->blocked(messages));
    EXPECT_EQ(phone->snapshot(status)["banner"]["kind"], "no_connection");
    EXPECT_EQ(phone->snapshot(status)["banner"]["button"], "offline_mode");
    EXPECT_EQ(code(phone->post("lost?")), "offline.no_connection");
    phone->heal();
    phone->pass(1000);
    EXPECT_FALSE(phone->blocked(menu));
    EXPECT_THAT(texts(messages), testing::ElementsAre("hello"));
}

TEST_F(Engine, OM20_a_captive_portal_is_not_a_connection) {
    begin();
    phone->portal = true;
    phone->sign_in();
    phone->deliver();
    EXPECT_EQ(code(phone->replies.rbegin()->second), "server.unreachable");
    phone->portal = false;
    phone->sign_in();
    phone->pass(1000);
    phone->cut();
    phone->connected = true;
    phone->portal = true;
    phone->call("try_now", Json::object());
    phone->pass(60'000);
    const auto status = phone->subscribe({{"query", "status"}});
    EXPECT_NE(phone->snapshot(status)["connection"]["state"], "connected");
}

TEST_F(Engine, OM16_offline_mode_shows_the_data_that_is_here) {
    server.post(FakeServer::ben, "hello");
    sign_in();
    const auto messages = watch_messages();
    const auto people = phone->subscribe({{"query", "people"}});
    work_offline();
    EXPECT_FALSE(phone->blocked(messages));
    EXPECT_THAT(texts(messages), testing::ElementsAre("hello"));
    EXPECT_EQ(phone->snapshot(people)["people"][0]["presence"], "unknown");
}

TEST_F(Engine, OM19_offline_mode_survives_a_restart_without_a_network) {
    server.post(FakeServer::ben, "hello");
    sign_in();
    work_offline();
    phone->kill();
    phone->open();
    phone->start();
    phone->pass(100);
    const auto messages = watch_messages();
    EXPECT_FALSE(phone->blocked(messages));
    EXPECT_THAT(texts(messages), testing::ElementsAre("hello"));
}

TEST_F(Engine, OM30_what_needs_a_connection_is_refused_with_the_reason) {
    sign_in();
    const auto channel =
        phone->subscribe({{"query", "channel"}, {"channel", to_string(FakeServer::channel)}});
    work_offline();
    EXPECT_EQ(phone->snapshot(channel)["manage"]["reason"], "reason.offline_mode");
    EXPECT_EQ(phone->snapshot(channel)["write"]["allowed"], true);
    EXPECT_EQ(
        code(phone->submit("profile.update", {{"name", "A"}, {"last_name", "B"}, {"phone", ""}})),
        "intent.needs_connection");
}

TEST_F(Engine, what_the_rules_refuse_is_not_stored) {
    sign_in();
    EXPECT_EQ(code(phone->post("   ")), "intent.empty");
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    EXPECT_TRUE(phone->snapshot(outbox)["items"].empty());
}

TEST_F(Engine, OM38_a_lost_replica_is_fetched_again_and_work_is_kept) {
    server.post(FakeServer::ben, "hello");
    sign_in();
    work_offline();
    phone->post("mine");
    phone->kill();
    std::filesystem::remove(directory_ / "replica.db");
    std::filesystem::remove(directory_ / "replica.db-wal");
    phone->open();
    phone->start();
    phone->heal();
    phone->pass(3000);
    const auto messages = watch_messages();
    EXPECT_THAT(texts(messages), testing::ElementsAre("hello", "mine"));
    EXPECT_EQ(server.effects.size(), 1U);
}

TEST_F(Engine, OM39_nothing_that_was_read_or_written_lies_open_on_the_disk) {
    phone->key.assign(sqlite::key_bytes, 'k');
    server.post(FakeServer::ben, "hello from Ben");
    sign_in();
    work_offline();
    phone->post("mine and unsent");
    phone->kill();
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        for (const char* text : {"hello from", "and unsent", "CREATE TABLE"}) {
            EXPECT_EQ(bytes.find(text), std::string::npos) << text << " in " << entry.path();
        }
    }
    phone->open();
    phone->start();
    EXPECT_THAT(texts(watch_messages()), testing::ElementsAre("hello from Ben", "mine and unsent"));
}

TEST_F(Engine, what_is_for_the_server_leaves_before_the_screen_is_drawn) {
    sign_in();
    watch_messages();
    const Json post{{"id", 9000},
                    {"call", "submit"},
                    {"args",
                     {{"kind", "message.post"},
                      {"args",
                       {{"channel", to_string(FakeServer::channel)},
                        {"text", "first"},
                        {"reply_to", Json::array()}}}}}};
    const std::string call = post.dump();
    phone->engine->handle(phone->now, phone->wall, Call{call});
    std::vector<std::string> order;
    while (const auto output = phone->engine->poll_output()) {
        const auto* said = std::get_if<Post>(&*output);
        order.emplace_back(said == nullptr                         ? "frame"
                           : said->json.starts_with(R"({"reply")") ? "reply"
                                                                   : "snapshot");
    }
    ASSERT_GE(order.size(), 3U);
    EXPECT_EQ(order[0], "reply") << "it is durable";
    EXPECT_EQ(order[1], "frame");
    EXPECT_EQ(order[2], "snapshot");
}

TEST_F(Engine, OM36_an_expired_session_keeps_everything_until_the_person_signs_in) {
    server.post(FakeServer::ben, "hello");
    sign_in();
    const auto session = phone->subscribe({{"query", "session"}});
    work_offline();
    phone->post("mine");
    phone->status_of_refresh = 401;
    phone->connected = true;
    phone->call("try_now", Json::object());
    phone->deliver();
    phone->say(wire::encode(wire::GoAway{ErrorCode::auth_session_expired, {}, {}}));
    phone->pass(2000);
    EXPECT_EQ(phone->snapshot(session)["ended"]["code"], "auth.session_revoked");
    const auto messages = watch_messages();
    EXPECT_FALSE(texts(messages).empty());
    phone->kill();
    phone->open();
    phone->start();
    const auto again = phone->subscribe({{"query", "session"}});
    EXPECT_EQ(phone->snapshot(again)["ended"]["code"], "auth.session_revoked");
    phone->sign_in();
    phone->pass(2000);
    EXPECT_TRUE(phone->snapshot(again)["ended"].is_null());
    EXPECT_EQ(server.effects.size(), 1U);
}

TEST_F(Engine, a_refused_token_is_renewed_without_the_person) {
    sign_in();
    phone->say(wire::encode(wire::GoAway{ErrorCode::auth_session_expired, {}, {}}));
    phone->pass(2000);
    EXPECT_EQ(phone->requests["/auth/v1/refresh"], 1);
    const auto status = phone->subscribe({{"query", "status"}});
    EXPECT_EQ(phone->snapshot(status)["connection"]["state"], "connected");
}

TEST_F(Engine, signing_out_is_refused_while_work_waits) {
    sign_in();
    work_offline();
    phone->post("mine");
    EXPECT_EQ(code(phone->call("sign_out", {{"discard", false}})), "outbox.not_empty");
    EXPECT_TRUE(phone->call("sign_out", {{"discard", true}}).contains("ok"));
    const auto session = phone->subscribe({{"query", "session"}});
    EXPECT_FALSE(phone->snapshot(session)["signed_in"].get<bool>());
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    EXPECT_TRUE(phone->snapshot(outbox)["items"].empty());
}

TEST_F(Engine, another_user_cannot_take_over_waiting_work) {
    sign_in();
    work_offline();
    phone->post("mine");
    phone->connected = true;
    phone->signs_in_as = FakeServer::ben;
    server.refuse.insert(FakeServer::channel);
    phone->sign_in();
    phone->deliver();
    bool refused = false;
    for (const auto& [number, reply] : phone->replies) {
        refused |= reply.contains("error") && code(reply) == "outbox.not_empty";
    }
    EXPECT_TRUE(refused);
    EXPECT_EQ(phone->requests["/auth/v1/sign-out"], 1);
}

TEST_F(Engine, OM5_lost_access_disappears_at_once) {
    server.post(FakeServer::ben, "secret");
    sign_in();
    const auto messages = watch_messages();
    const auto channel =
        phone->subscribe({{"query", "channel"}, {"channel", to_string(FakeServer::channel)}});
    EXPECT_FALSE(phone->snapshot(channel)["channel"].is_null());
    phone->pass(100);
    phone->say(
        wire::encode(wire::Revoke{{FakeServer::channel_bucket, FakeServer::timeline_bucket}}));
    EXPECT_TRUE(phone->snapshot(channel)["channel"].is_null());
    EXPECT_TRUE(texts(messages).empty());
    phone->pass(1000);
}

TEST_F(Engine, OM14_without_a_grant_nothing_stays_on_the_device) {
    server.policy.granted = false;
    server.post(FakeServer::ben, "hello");
    sign_in();
    const auto messages = watch_messages();
    EXPECT_THAT(texts(messages), testing::ElementsAre("hello"));
    EXPECT_FALSE(std::filesystem::exists(directory_ / "replica.db"));
    phone->cut();
    phone->pass(3000);
    EXPECT_EQ(code(phone->call("set_offline_mode", {{"on", true}})), "offline.not_available");
}

TEST_F(Engine, a_replica_that_finds_no_room_for_its_file_moves_there_once_there_is) {
    std::filesystem::create_directories(directory_ / "replica.db" / "in the way");
    server.post(FakeServer::ben, "hello");
    sign_in();
    const auto messages = watch_messages();
    EXPECT_THAT(texts(messages), testing::ElementsAre("hello"));
    std::filesystem::remove_all(directory_ / "replica.db");
    phone->pass(limits::storage_retry_every.count + 1000);
    EXPECT_TRUE(std::filesystem::is_regular_file(directory_ / "replica.db"));
    EXPECT_THAT(texts(messages), testing::ElementsAre("hello"));
}

TEST_F(Engine, OM15_a_desktop_keeps_no_replica) {
    phone->mobile = false;
    phone->memory_replica = true;
    server.post(FakeServer::ben, "hello");
    sign_in();
    const auto settings = phone->subscribe({{"query", "settings"}});
    EXPECT_EQ(phone->snapshot(settings)["device"]["class"], "desktop");
    EXPECT_FALSE(std::filesystem::exists(directory_ / "replica.db"));
    EXPECT_FALSE(std::filesystem::exists(directory_ / "outbox.db"));
}

TEST_F(Engine, OM15_OM37_a_phone_whose_browser_keeps_nothing_has_no_Offline_Mode) {
    phone->keeps = false;
    sign_in();
    const auto status = phone->subscribe({{"query", "status"}});
    EXPECT_FALSE(phone->snapshot(status)["offline"]["available"].get<bool>());
    EXPECT_EQ(phone->snapshot(status)["offline"]["reason"], "reason.keeps_nothing");
}

TEST_F(Engine, OM13_the_figures_count_since_the_device_was_last_online) {
    server.post(FakeServer::ben, "hello");
    sign_in();
    const auto settings = phone->subscribe({{"query", "settings"}});
    const Json first = phone->snapshot(settings);
    EXPECT_TRUE(first["receiving"]["complete"].get<bool>());
    EXPECT_EQ(first["receiving"]["received"], first["receiving"]["expected"]);
    EXPECT_GT(first["receiving"]["bytes"].get<int>(), 0);
    EXPECT_EQ(first["kinds"][0],
              (Json{{"kind", "user"}, {"have", 2}, {"expected", 2}, {"percent", 100}}));
    EXPECT_EQ(first["kinds"][2]["have"], 1);
    EXPECT_EQ(first["kinds"][5]["kind"], "message");
    EXPECT_EQ(first["kinds"][5]["have"], 1);
    EXPECT_EQ(first["kinds"][5]["percent"], 100);
    work_offline();
    phone->post("mine");
    server.post(FakeServer::ben, "while away");
    phone->heal();
    phone->pass(2000);
    const Json& second = phone->snapshot(settings);
    EXPECT_EQ(second["sending"]["sent"], 1);
    EXPECT_EQ(second["sending"]["waiting"], 0);
    EXPECT_EQ(second["receiving"]["received"], 3);  // two messages and the read mark
    EXPECT_FALSE(second["since"].is_null());
}

TEST_F(Engine, OM38_a_clock_that_is_off_is_told_and_one_that_is_right_is_not) {
    phone->wall = WallTime{server.clock - 3 * 3'600'000};
    sign_in();
    const auto status = phone->subscribe({{"query", "status"}});
    EXPECT_EQ(phone->snapshot(status)["clock_ahead_ms"], -3 * 3'600'000);
    phone->cut();
    phone->wall = WallTime{server.clock + 60'000};
    phone->heal();
    phone->pass(2000);
    EXPECT_EQ(phone->snapshot(status)["clock_ahead_ms"], 0);
}

TEST_F(Engine, identical_snapshots_are_not_said_again) {
    sign_in();
    phone->subscribe({{"query", "menu"}});
    const std::size_t before = phone->pushes.size();
    phone->pass(60'000);
    EXPECT_EQ(phone->pushes.size(), before);
}

TEST_F(Engine, calls_that_are_wrong_are_answered) {
    begin();
    phone->put(Call{"not json"});
    EXPECT_EQ(code(phone->replies.at(0)), "request.malformed");
    phone->put(Call{R"({"id":70,"call":"fly","args":{}})"});
    EXPECT_EQ(code(phone->replies.at(70)), "request.malformed");
    phone->put(Call{R"({"id":71,"call":"submit","args":{"kind":"message.post"}})"});
    EXPECT_EQ(code(phone->replies.at(71)), "request.malformed");
    phone->put(Call{R"({"id":72,"call":"subscribe","args":{"query":"group","group":"x"}})"});
    EXPECT_EQ(code(phone->replies.at(72)), "request.malformed");
    EXPECT_EQ(code(phone->post("nobody")), "auth.session_expired");
}

TEST_F(Engine, search_finds_channels_people_and_messages) {
    server.post(FakeServer::ben, "the pump is broken");
    sign_in();
    const auto search = phone->subscribe({{"query", "search"}, {"text", "PUMP"}});
    EXPECT_EQ(phone->snapshot(search)["messages"][0]["text"], "the pump is broken");
    EXPECT_EQ(phone->snapshot(search)["messages"][0]["channel_name"], "Site 4");
    const auto people = phone->subscribe({{"query", "search"}, {"text", "lee"}});
    EXPECT_EQ(phone->snapshot(people)["people"][0]["name"], "Ben");
    const auto channels = phone->subscribe({{"query", "search"}, {"text", "site"}});
    EXPECT_EQ(phone->snapshot(channels)["channels"][0]["group"], "Works");
}

TEST_F(Engine, the_unread_line_stays_where_it_stood_when_the_channel_was_opened) {
    sign_in();
    phone->post("own");
    phone->pass(1000);
    const Id first = server.post(FakeServer::ben, "new 1");
    const Id second = server.post(FakeServer::ben, "new 2");
    phone->cut();
    phone->heal();
    phone->pass(2000);
    const auto messages = phone->subscribe({{"query", "messages"},
                                            {"channel", to_string(FakeServer::channel)},
                                            {"anchor", "unread"},
                                            {"before", 10},
                                            {"after", 10}});
    EXPECT_EQ(phone->snapshot(messages)["unread_from"], to_string(first));
    phone->submit("channel.read",
                  {{"channel", to_string(FakeServer::channel)}, {"message", to_string(second)}});
    phone->pass(1000);
    EXPECT_EQ(phone->snapshot(messages)["unread_from"], to_string(first));
    const auto menu = phone->subscribe({{"query", "menu"}});
    EXPECT_EQ(phone->snapshot(menu)["groups"][0]["unread"], 0);
}

TEST_F(Engine, a_window_on_a_message_has_it_once_wherever_the_screen_takes_it_to_stand) {
    sign_in();
    const Id wanted = server.post(FakeServer::ben, "wanted");
    server.post(FakeServer::ben, "behind it");
    phone->cut();
    phone->heal();
    phone->pass(2000);
    for (const std::int64_t guess : {std::int64_t{0}, std::int64_t{1} << 50U}) {
        const auto messages =
            phone->subscribe({{"query", "messages"},
                              {"channel", to_string(FakeServer::channel)},
                              {"anchor", {{"sort", guess}, {"id", to_string(wanted)}}},
                              {"before", 10},
                              {"after", 10}});
        const Json& items = phone->snapshot(messages)["items"];
        const auto is_wanted = [&](const Json& item) { return item["id"] == to_string(wanted); };
        EXPECT_EQ(std::ranges::count_if(items, is_wanted), 1) << guess;
        EXPECT_EQ(items.back()["text"], "behind it") << guess;
    }
}

}  // namespace
}  // namespace holdfast::client
