#include <gmock/gmock.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/model/args.hpp"
#include "core/sync/server_session.hpp"
#include "core/wire/codec.hpp"
#include "server/net/limits.hpp"
#include "server/net/testing/deaf_peer.hpp"
#include "server/net/testing/raw_client.hpp"
#include "server/net/testing/server_fixture.hpp"

namespace holdfast::net::testing {
namespace {

using Json = nlohmann::json;

class SocketServer : public ServerFixture {
protected:
    struct Session {
        std::string token;
        DeviceNumber device = 0;
        std::uint64_t salt = 0;
    };
    Session sign_in() {
        const Json body{{"email", email},
                        {"password", password},
                        {"device", {{"number", "0"}, {"name", "Test"}, {"class", "mobile"}}}};
        const Json answer =
            Json::parse(request(server_->port(), "POST", "/auth/v1/sign-in", body.dump()).body);
        return {answer["access_token"].get<std::string>(),
                answer["device"].get<DeviceNumber>(),
                std::stoull(answer["salt"].get<std::string>())};
    }
    static wire::Hello hello(const Session& session) {
        return {.token = session.token,
                .device = session.device,
                .salt = session.salt,
                .app_version = "test"};
    }
    wire::Push rename(const Session& session,
                      std::uint32_t counter,
                      const std::string& name) const {
        wire::Push push;
        push.intents.push_back({.id = Id::make(session.device, counter),
                                .lane = user_,
                                .kind = IntentKind::profile_update,
                                .args = args::encode(args::ProfileUpdate{.name = name})});
        return push;
    }
    /// Waits for a page of the directory that says `text`.
    static bool sees(RawSocket& socket, std::string_view text) {
        while (const auto bytes = socket.receive()) {
            const auto frame = wire::decode(*bytes);
            const auto* page = frame ? std::get_if<wire::Page>(&*frame) : nullptr;
            if (page != nullptr && !page->rows.empty() &&
                page->rows.front().body.find(text) != std::string_view::npos) {
                return true;
            }
        }
        return false;
    }
};

TEST_F(SocketServer, welcomes_a_device_that_is_signed_in) {
    const Session session = sign_in();
    RawSocket socket(server_->port());
    ASSERT_TRUE(socket.is_open());
    socket.send(hello(session));
    const auto welcome = socket.receive_frame<wire::Welcome>();
    ASSERT_TRUE(welcome.has_value());
    EXPECT_EQ(welcome->user, user_);
    EXPECT_EQ(welcome->device, session.device);
    EXPECT_EQ(welcome->heads.size(), 2U);
    socket.send(wire::Ping{7});
    EXPECT_EQ(socket.receive_frame<wire::Pong>().value().nonce, 7U);
}

TEST_F(SocketServer, sends_a_stranger_away) {
    RawSocket socket(server_->port());
    socket.send(wire::Hello{.token = "hfa.none", .device = 1025});
    EXPECT_EQ(socket.receive_frame<wire::GoAway>().value().code, ErrorCode::auth_session_expired);
    EXPECT_FALSE(socket.receive().has_value());
    EXPECT_EQ(socket.close_code(), 1008);
}

TEST_F(SocketServer, closes_on_bytes_that_are_no_frame_and_serves_the_others) {
    const Session session = sign_in();
    RawSocket good(server_->port());
    good.send(hello(session));
    ASSERT_TRUE(good.receive_frame<wire::Welcome>().has_value());
    for (const std::string& junk :
         {std::string("junk"), std::string(1, '\0'), std::string(4096, '\xff')}) {
        RawSocket socket(server_->port());
        socket.send(junk);
        while (socket.receive()) {
        }
        EXPECT_EQ(socket.close_code(), 1008);
    }
    RawSocket huge(server_->port());
    huge.send(std::string(wire::limits::frame_bytes_max + 100'000, 'x'));
    EXPECT_FALSE(huge.receive().has_value());
    good.send(wire::Ping{1});
    EXPECT_TRUE(good.receive_frame<wire::Pong>().has_value());
}

TEST_F(SocketServer, takes_messages_of_any_size) {
    const Session session = sign_in();
    RawSocket socket(server_->port());
    socket.send(hello(session));
    ASSERT_TRUE(socket.receive_frame<wire::Welcome>().has_value());
    std::uint32_t counter = 0;
    for (const std::size_t size :
         {0UZ, 300UZ, 400UZ, 412UZ, 450UZ, 1300UZ, 1500UZ, 5'000UZ, 200'000UZ}) {
        const wire::Push push = rename(session, ++counter, std::string(size, 'x'));
        socket.send(push);
        const auto outcomes = socket.receive_frame<wire::Outcomes>();
        ASSERT_TRUE(outcomes.has_value()) << size;
        EXPECT_EQ(outcomes->outcomes.at(0).intent, push.intents.at(0).id) << size;
    }
}

TEST_F(SocketServer, takes_no_socket_from_the_page_of_another_site) {
    EXPECT_FALSE(RawSocket(server_->port(), "https://evil.example").is_open());
    EXPECT_TRUE(RawSocket(server_->port(), "http://127.0.0.1:" + std::to_string(server_->port()))
                    .is_open());
    EXPECT_EQ(request(server_->port(), "GET", "/sync/v1/socket").status, 400);
}

TEST_F(SocketServer, tells_every_device_what_one_has_done) {
    const Session first = sign_in();
    const Session second = sign_in();
    RawSocket sender(server_->port());
    RawSocket reader(server_->port());
    sender.send(hello(first));
    reader.send(hello(second));
    ASSERT_TRUE(sender.receive_frame<wire::Welcome>().has_value());
    ASSERT_TRUE(reader.receive_frame<wire::Welcome>().has_value());
    sender.send(rename(first, 1, "Renamed"));
    const auto outcomes = sender.receive_frame<wire::Outcomes>();
    ASSERT_TRUE(outcomes.has_value());
    EXPECT_EQ(outcomes->outcomes.at(0).status, OutcomeStatus::applied);
    EXPECT_TRUE(sees(reader, "Renamed"));
}

TEST_F(SocketServer, remembers_after_a_crash_what_it_has_done) {
    Session session = sign_in();
    {
        RawSocket socket(server_->port());
        socket.send(hello(session));
        session.salt = socket.receive_frame<wire::Welcome>().value().salt;
        socket.send(rename(session, 1, "Once"));
        ASSERT_TRUE(socket.receive_frame<wire::Outcomes>().has_value());
    }
    server_.reset();
    const std::uint64_t version = storage_->find_bucket(directory_).value()->bucket.version;
    restart();
    RawSocket socket(server_->port());
    socket.send(hello(session));
    ASSERT_TRUE(socket.receive_frame<wire::Welcome>().has_value());
    socket.send(rename(session, 1, "Once"));
    const auto again = socket.receive_frame<wire::Outcomes>();
    ASSERT_TRUE(again.has_value());
    EXPECT_TRUE(again->outcomes.at(0).replayed);
    EXPECT_EQ(again->outcomes.at(0).status, OutcomeStatus::applied);
    server_.reset();
    EXPECT_EQ(storage_->find_bucket(directory_).value()->bucket.version, version);
}

TEST_F(SocketServer, sends_everybody_away_before_it_stops) {
    const Session session = sign_in();
    RawSocket socket(server_->port());
    socket.send(hello(session));
    ASSERT_TRUE(socket.receive_frame<wire::Welcome>().has_value());
    std::jthread stopping([&] { server_->stop(); });
    const auto goodbye = socket.receive_frame<wire::GoAway>();
    ASSERT_TRUE(goodbye.has_value());
    EXPECT_EQ(goodbye->code, ErrorCode::server_draining);
    EXPECT_FALSE(socket.receive().has_value());
    EXPECT_EQ(socket.close_code(), 1013);
}

// A peer that writes and reads nothing: what the server still has to say to it has an end.
class SocketFarewell : public ServerFixture {
protected:
    void SetUp() override {
        ServerFixture::SetUp();
        server_ = std::make_unique<Server>(options_, *storage_, ahead_);
        ASSERT_TRUE(server_->start().has_value());
    }

    AheadEnvironment ahead_;
};

TEST_F(SocketFarewell, has_an_end_with_a_peer_that_reads_nothing) {
    DeafPeer peer(server_->port());
    ASSERT_TRUE(peer.ping_until_stuck());
    // It has never said who it is, so the server has closed; its goodbye stands behind the pongs.
    ahead_.go_on(sync::limits::greeting_time_max);
    const int tick_ms = static_cast<int>(limits::tick_every.count());
    for (int ticks = 0; ticks < 100 && !peer.is_gone(tick_ms); ++ticks) {
        ahead_.go_on(limits::socket_farewell_time_max);
    }
    EXPECT_TRUE(peer.is_gone(0));
    server_.reset();
    EXPECT_NE(log_.str().find("socket_closed"), std::string::npos);
}

}  // namespace
}  // namespace holdfast::net::testing
