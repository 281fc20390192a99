// Messages that are older than a phone's history window, read while there is a connection (OM14).

#include <gmock/gmock.h>

#include "client/engine/testing/engine_fixture.hpp"
#include "client/engine/view/older_messages.hpp"
#include "core/model/body_files.hpp"
#include "core/model/entitlement.hpp"

namespace holdfast::client {
namespace {

using testing::ElementsAre;
using testing_support::EngineFixture;
using testing_support::FakeServer;
using testing_support::Json;

class Older : public EngineFixture {
protected:
    static constexpr BucketId archive{106};

    void SetUp() override {
        EngineFixture::SetUp();
        server.add_bucket(archive, BucketKind::archive, FakeServer::channel, FakeServer::group);
        server.unserved.insert(archive);
        const body::Entitlement terms{.state = body::EntitlementState::granted, .history_days = 30};
        server.put({FakeServer::directory_bucket, RowKind::entitlement, FakeServer::organization},
                   0,
                   body::encode(terms));
    }
    Id write_old(const std::string& text, BucketId bucket = archive) {
        const Id id = Id::make(1, next_++);
        server.put({bucket, RowKind::message, id},
                   next_,
                   body::encode(body::Message{.author = FakeServer::ana, .text = text}));
        return id;
    }
    Json ask() {
        const Json reply = phone->call("show_older", {{"channel", to_string(FakeServer::channel)}});
        phone->pass(0);
        return reply;
    }
    /// Of the beginning of what is shown; empty: nothing is older.
    [[nodiscard]] std::string state() const {
        const Json& older = phone->snapshot(messages_)["older"];
        return older.is_null() ? "" : older["state"].get<std::string>();
    }
    [[nodiscard]] std::vector<std::string> shown() const { return texts(messages_); }
    void open_channel() {
        sign_in();
        messages_ = watch_messages();
    }
    /// It is older than the window from now on.
    void move_to_archive(Id message) {
        const RowKey from{FakeServer::timeline_bucket, RowKind::message, message};
        const Row row = server.find(from).value().value();
        const std::uint64_t before = server.buckets.at(from.bucket).version;
        server.put({archive, RowKind::message, message}, row.sort, row.body);
        server.put(from, 0, {});
        phone->say(server.live_page(from.bucket, before));
        phone->pass(1000);
    }
    void leave_channel() { phone->call("unsubscribe", {{"subscription", messages_}}); }

    std::int64_t messages_ = 0;

private:
    std::uint32_t next_ = 100;
};

TEST_F(Older, OM14_a_phone_reads_older_messages_in_one_list_with_its_own) {
    write_old("first");
    write_old("second");
    server.post(FakeServer::ben, "kept");
    open_channel();
    EXPECT_THAT(shown(), ElementsAre("kept"));
    EXPECT_EQ(state(), "server");
    phone->call("show_older", {{"channel", to_string(FakeServer::channel)}});
    EXPECT_EQ(state(), "loading");
    phone->pass(0);
    EXPECT_THAT(shown(), ElementsAre("first", "second", "kept"));
    EXPECT_EQ(state(), "") << "nothing is older";
    server.post(FakeServer::ben, "news");
    phone->say(server.live_page(FakeServer::timeline_bucket, 1));
    EXPECT_THAT(shown(), ElementsAre("first", "second", "kept", "news"));

    phone->kill();
    begin();
    phone->pass(1000);
    messages_ = watch_messages();
    EXPECT_THAT(shown(), ElementsAre("kept", "news")) << "nothing of it was stored";
}

TEST_F(Older, OM14_a_phone_asks_for_so_many_at_once_and_goes_on_where_they_begin) {
    for (std::size_t i = 0; i < 2 * limits::older_messages_each + 1; ++i) {
        write_old("old " + std::to_string(i));
    }
    server.post(FakeServer::ben, "kept");
    open_channel();
    ask();
    const auto all = phone->subscribe({{"query", "messages"},
                                       {"channel", to_string(FakeServer::channel)},
                                       {"anchor", "latest"},
                                       {"before", 400},
                                       {"after", 0}});
    EXPECT_EQ(texts(all).size(), limits::older_messages_each + 1);
    EXPECT_TRUE(phone->snapshot(messages_)["has_before"].get<bool>());
    messages_ = all;
    EXPECT_EQ(state(), "server");
    EXPECT_EQ(phone->snapshot(all)["older"]["shown"], limits::older_messages_each);
    ask();
    ask();
    EXPECT_EQ(texts(all).size(), 2 * limits::older_messages_each + 2);
    EXPECT_EQ(texts(all).front(), "old 0");
    EXPECT_EQ(state(), "");
    ask();
    EXPECT_EQ(phone->requests["/sync/v1/older"], 3) << "all is here";
}

TEST_F(Older, OM14_a_phone_that_keeps_nothing_of_a_channel_shows_what_is_older) {
    write_old("old");
    open_channel();
    EXPECT_TRUE(shown().empty());
    EXPECT_EQ(state(), "server");
    ask();
    EXPECT_THAT(shown(), ElementsAre("old"));
    server.post(FakeServer::ben, "news");
    phone->say(server.live_page(FakeServer::timeline_bucket, 0));
    phone->pass(1000);
    EXPECT_THAT(shown(), ElementsAre("old", "news"));
}

TEST_F(Older, OM14_OM20_without_a_connection_what_came_stays_where_data_is_shown) {
    for (std::size_t i = 0; i < limits::older_messages_each + 1; ++i) {
        write_old("old");
    }
    open_channel();
    ask();
    const std::size_t count = shown().size();
    work_offline();
    EXPECT_EQ(shown().size(), count);
    EXPECT_EQ(state(), "offline");
    EXPECT_EQ(code(ask()), "offline.no_connection");
    EXPECT_EQ(state(), "offline");
    phone->call("set_offline_mode", {{"on", false}});
    phone->pass(60'000);
    EXPECT_TRUE(phone->blocked(messages_));
}

TEST_F(Older, OM14_a_failure_is_said_and_tried_again) {
    write_old("old");
    server.post(FakeServer::ben, "kept");
    open_channel();
    phone->refused_older = "server.busy";
    ask();
    EXPECT_EQ(state(), "failed");
    EXPECT_THAT(shown(), ElementsAre("kept"));
    phone->refused_older.clear();
    wire::Page foreign{.head = server.buckets.at(archive), .mode = wire::PullMode::tail};
    foreign.head.owner = Id{12'345};
    const wire::Page endless{.head = server.buckets.at(archive), .mode = wire::PullMode::tail};
    for (const wire::Page& page : {foreign, endless}) {
        phone->wrong_older.clear();
        wire::append_framed(phone->wrong_older, wire::encode(page));
        ask();
        EXPECT_EQ(state(), "failed");
        EXPECT_THAT(shown(), ElementsAre("kept"));
    }
    phone->wrong_older = "junk";
    ask();
    EXPECT_EQ(state(), "failed");
    phone->wrong_older.clear();
    phone->refused_older = "auth.session_expired";
    ask();
    phone->pass(1000);
    EXPECT_THAT(shown(), ElementsAre("old", "kept")) << "with another token";
}

TEST_F(Older, OM14_what_came_goes_some_time_after_the_channel_was_left) {
    write_old("old");
    server.post(FakeServer::ben, "kept");
    open_channel();
    ask();
    leave_channel();
    phone->pass(limits::older_kept.count - 1);
    messages_ = watch_messages();
    EXPECT_THAT(shown(), ElementsAre("old", "kept")) << "somebody has read an answer, and is back";
    phone->pass(2 * limits::older_kept.count);
    EXPECT_THAT(shown(), ElementsAre("old", "kept"));
    leave_channel();
    phone->pass(limits::older_kept.count);
    messages_ = watch_messages();
    EXPECT_THAT(shown(), ElementsAre("kept"));
}

TEST_F(Older, OM14_messages_that_leave_the_window_leave_no_gap) {
    write_old("old");
    const Id leaving = server.post(FakeServer::ben, "leaving");
    const Id last = server.post(FakeServer::ben, "last");
    open_channel();
    ask();
    EXPECT_THAT(shown(), ElementsAre("old", "leaving", "last"));
    move_to_archive(leaving);
    EXPECT_THAT(shown(), ElementsAre("last"));
    EXPECT_EQ(state(), "server");
    ask();
    EXPECT_THAT(shown(), ElementsAre("old", "leaving", "last"));
    move_to_archive(last);
    EXPECT_TRUE(shown().empty());
    ask();
    EXPECT_THAT(shown(), ElementsAre("old", "leaving", "last"));
}

TEST_F(Older, OM14_a_window_that_grows_shows_each_message_once) {
    const Id old = write_old("old");
    server.post(FakeServer::ben, "kept");
    open_channel();
    ask();
    const Row row = server.find({archive, RowKind::message, old}).value().value();
    const std::uint64_t before = server.buckets.at(FakeServer::timeline_bucket).version;
    server.put({FakeServer::timeline_bucket, RowKind::message, old}, row.sort, row.body);
    phone->say(server.live_page(FakeServer::timeline_bucket, before));
    phone->pass(1000);
    EXPECT_THAT(shown(), ElementsAre("old", "kept"));
}

TEST_F(Older, OM14_OM29_a_reaction_and_a_reply_work_on_an_older_message) {
    const Id old = write_old("old");
    server.post(FakeServer::ben, "kept");
    open_channel();
    ask();
    server.hold_outcomes = true;
    phone->submit("message.react",
                  {{"channel", to_string(FakeServer::channel)},
                   {"message", to_string(old)},
                   {"emoji", "+"},
                   {"on", true}});
    const auto reaction = [&] { return phone->snapshot(messages_)["items"][0]["reactions"][0]; };
    EXPECT_TRUE(reaction()["waiting"].get<bool>());
    server.hold_outcomes = false;
    phone->cut();
    phone->heal();
    phone->pass(5000);
    EXPECT_TRUE(reaction()["mine"].get<bool>());
    EXPECT_FALSE(reaction()["waiting"].get<bool>());
    EXPECT_EQ(phone->snapshot(messages_)["items"][0]["can_delete"], false);

    EXPECT_EQ(code(phone->post("about that", Json::array({to_string(old)}))), "accepted");
    phone->pass(1000);
    EXPECT_EQ(phone->snapshot(messages_)["items"][2]["reply_to"][0]["text"], "old");
    EXPECT_EQ(phone->snapshot(messages_)["items"][2]["state"], "done");
}

TEST_F(Older, OM14_a_reply_says_that_what_it_quotes_is_not_here_until_it_is) {
    const Id old = write_old("old");
    server.put({FakeServer::timeline_bucket, RowKind::message, Id::make(1, 2000)},
               server.clock,
               body::encode(body::Message{
                   .author = FakeServer::ben, .text = "about that", .reply_to = {old}}));
    open_channel();
    const auto quote = [&] { return phone->snapshot(messages_)["items"].back()["reply_to"][0]; };
    EXPECT_EQ(quote()["kind"], "away");
    EXPECT_EQ(quote()["author"], "");
    ask();
    EXPECT_EQ(quote()["kind"], "text");
    EXPECT_EQ(quote()["text"], "old");
    EXPECT_EQ(quote()["author"], "Ana Rojas");
}

TEST_F(Older, OM14_an_older_message_shows_its_files) {
    const Id file = Id::make(1, 90);
    server.put({archive, RowKind::file, file},
               0,
               body::encode(body::File{.author = FakeServer::ben, .name = "valve.jpg"}));
    server.put({archive, RowKind::message, Id::make(1, 91)},
               1,
               body::encode(body::Message{.author = FakeServer::ben, .files = {file}}));
    open_channel();
    ask();
    EXPECT_EQ(phone->snapshot(messages_)["items"][0]["files"][0]["name"], "valve.jpg");
}

TEST_F(Older, OM5_OM14_what_came_goes_with_the_access_to_its_channel) {
    write_old("old");
    server.post(FakeServer::ben, "kept");
    open_channel();
    ask();
    phone->say(wire::encode(wire::Revoke{.buckets = {FakeServer::timeline_bucket}}));
    phone->pass(1000);
    EXPECT_TRUE(shown().empty());
    EXPECT_EQ(code(ask()), "access.forbidden");
}

}  // namespace
}  // namespace holdfast::client
