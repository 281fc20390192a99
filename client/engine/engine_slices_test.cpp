// What comes in one answer is stored in slices: calls, and what the socket brings, have their turn.

#include <gmock/gmock.h>

#include <string>

#include "client/engine/engine.hpp"
#include "client/engine/testing/engine_fixture.hpp"

namespace holdfast::client {
namespace {

using testing::ElementsAre;
using testing_support::FakeServer;

class EngineSlices : public testing_support::EngineFixture {
protected:
    void SetUp() override {
        EngineFixture::SetUp();
        phone->slice_rows = 1;
        server.post(FakeServer::ben, "one");
    }
    /// Everything has come, and the first page of it is stored.
    void receive() {
        begin();
        phone->sign_in();
        phone->deliver();
        ASSERT_EQ(phone->requests["/sync/v1/pull"], 1);
        ASSERT_TRUE(is_storing());
    }
    [[nodiscard]] bool is_storing() const { return phone->engine->next_deadline() == phone->now; }
    [[nodiscard]] bool is_complete() {
        const auto settings = phone->subscribe({{"query", "settings"}});
        const bool complete = phone->snapshot(settings)["receiving"]["complete"].get<bool>();
        phone->call("unsubscribe", {{"subscription", settings}});
        return complete;
    }
};

TEST_F(EngineSlices, OM3_a_call_has_its_turn_between_the_pages_of_an_answer) {
    receive();
    EXPECT_FALSE(is_complete()) << "answered, and nothing more is stored for it";
    EXPECT_TRUE(is_storing());
    phone->put(TimePassed{});
    EXPECT_FALSE(is_complete()) << "one page each time";
    phone->pass(0);
    EXPECT_FALSE(is_storing());
    EXPECT_TRUE(is_complete());
    EXPECT_THAT(texts(watch_messages()), ElementsAre("one"));
}

TEST_F(EngineSlices, screens_that_take_long_are_drawn_less_often_meanwhile) {
    receive();
    phone->subscribe({{"query", "settings"}});
    constexpr int drawing_ms = 200;
    int turns = 0;
    int drawn = 0;
    while (is_storing()) {
        const std::size_t before = phone->pushes.size();
        phone->now.ms += drawing_ms;
        phone->put(TimePassed{});
        turns += 1;
        drawn += phone->pushes.size() > before ? 1 : 0;
    }
    EXPECT_GE(turns, 4);
    EXPECT_LE(drawn, 1 + turns / 3);
    phone->pass(1000);
    EXPECT_TRUE(is_complete());
}

TEST_F(EngineSlices, OM4_what_the_socket_brings_meanwhile_is_stored_behind_it) {
    receive();
    const auto before = server.buckets.at(FakeServer::timeline_bucket).version;
    server.post(FakeServer::ben, "two");
    phone->say(server.live_page(FakeServer::timeline_bucket, before));
    phone->pass(0);
    EXPECT_TRUE(is_complete());
    EXPECT_THAT(texts(watch_messages()), ElementsAre("one", "two"));
    EXPECT_EQ(phone->requests["/sync/v1/pull"], 1) << "nothing was asked again";
}

TEST_F(EngineSlices, OM4_what_has_come_is_stored_when_the_connection_goes) {
    receive();
    phone->cut();
    phone->pass(0);
    EXPECT_FALSE(is_storing());
    phone->heal();
    phone->pass(1000);
    EXPECT_TRUE(is_complete());
    EXPECT_THAT(texts(watch_messages()), ElementsAre("one"));
    EXPECT_EQ(phone->requests["/sync/v1/pull"], 1) << "nothing was asked again";
}

TEST_F(EngineSlices, OM33_what_is_done_meanwhile_is_sent_once) {
    receive();
    while (code(phone->post("mine")) != "accepted") {  // its channel has to be here
        ASSERT_TRUE(is_storing());
        phone->put(TimePassed{});
    }
    EXPECT_TRUE(is_storing());
    phone->pass(1000);
    EXPECT_EQ(server.effects.size(), 1U);
    EXPECT_THAT(texts(watch_messages()), ElementsAre("one", "mine"));
    EXPECT_TRUE(is_complete());
}

TEST_F(EngineSlices, nothing_of_it_is_left_behind_a_sign_out) {
    receive();
    phone->call("sign_out", {{"discard", true}});
    phone->pass(1000);
    EXPECT_FALSE(is_storing());
    EXPECT_EQ(phone->call("subscribe", {{"query", "menu"}}).contains("error"), false);
}

}  // namespace
}  // namespace holdfast::client
