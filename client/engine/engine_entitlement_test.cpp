// Offline Mode granted and taken away, as a phone lives through it (OM14).

#include <gmock/gmock.h>

#include "client/engine/testing/engine_fixture.hpp"
#include "core/model/entitlement.hpp"

namespace holdfast::client {
namespace {

using testing_support::EngineFixture;
using testing_support::FakeServer;
using testing_support::Json;

class Entitled : public EngineFixture {
protected:
    /// The operator decides while the phone is connected.
    void decide(const body::Entitlement& value) {
        const std::uint64_t from = server.buckets.at(FakeServer::directory_bucket).version;
        server.put({FakeServer::directory_bucket, RowKind::entitlement, FakeServer::organization},
                   0,
                   body::encode(value));
        server.policy = body::policy_of(value);
        phone->say(server.live_page(FakeServer::directory_bucket, from));
        phone->pass(1000);
    }
    bool is_kept() const { return std::filesystem::exists(directory_ / "replica.db"); }
    Json status() {
        if (status_ == 0) {
            status_ = phone->subscribe({{"query", "status"}});
        }
        return phone->snapshot(status_);
    }
    void reopen() {
        phone->kill();
        status_ = 0;
        begin();
        phone->pass(1000);
    }
    std::int64_t status_ = 0;
};

TEST_F(Entitled, OM14_a_phone_that_is_granted_keeps_from_then_on) {
    server.policy.granted = false;
    server.post(FakeServer::ben, "hello");
    sign_in();
    EXPECT_FALSE(is_kept());
    EXPECT_FALSE(status()["offline"]["available"].get<bool>());
    decide({.state = body::EntitlementState::granted});
    EXPECT_TRUE(is_kept());
    EXPECT_TRUE(status()["offline"]["available"].get<bool>());
    phone->cut();
    reopen();
    EXPECT_EQ(code(phone->call("set_offline_mode", {{"on", true}})), "accepted");
    EXPECT_THAT(texts(watch_messages()), testing::ElementsAre("hello"));
}

TEST_F(Entitled, OM14_OM33_taken_away_it_deletes_and_still_delivers_once) {
    server.post(FakeServer::ben, "hello");
    sign_in();
    ASSERT_TRUE(is_kept());
    server.hold_outcomes = true;
    const Json posted = phone->post("written below ground");
    ASSERT_TRUE(posted.contains("ok")) << posted;
    decide({.state = body::EntitlementState::withdrawn});
    EXPECT_FALSE(is_kept());
    EXPECT_EQ(status()["banner"]["kind"], "withdrawn");
    EXPECT_EQ(status()["offline"]["reason"], "reason.withdrawn");
    EXPECT_EQ(code(phone->call("set_offline_mode", {{"on", true}})), "offline.not_available");

    phone->cut();
    reopen();
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    EXPECT_EQ(phone->snapshot(outbox)["items"].size(), 1U) << "what waits is kept";
    EXPECT_FALSE(is_kept());
    server.hold_outcomes = false;
    phone->connected = true;
    phone->pass(40'000);
    EXPECT_TRUE(phone->snapshot(outbox)["items"].empty());
    const Id intent = parse_id(posted["ok"]["intent"].get<std::string>()).value();
    EXPECT_EQ(server.effects[intent], 1);
    EXPECT_FALSE(is_kept());
}

TEST_F(Entitled, OM14_a_welcome_and_a_row_that_differ_do_not_chase_each_other) {
    sign_in();
    decide({.state = body::EntitlementState::granted});
    server.policy.granted = false;
    phone->cut();
    phone->connected = true;
    phone->pass(5000);
    EXPECT_FALSE(is_kept()) << "the welcome counts";
    server.policy.granted = true;
    phone->cut();
    phone->connected = true;
    phone->pass(5000);
    EXPECT_TRUE(is_kept());
}

TEST_F(Entitled, OM14_a_file_above_the_size_that_is_granted_is_not_taken) {
    server.policy.attachment_bytes_max = 10;
    sign_in();
    const Json place{{"channel", to_string(FakeServer::channel)}};
    EXPECT_EQ(code(phone->attach(place, "large.txt", std::string(11, 'a'))), "file.too_large");
    EXPECT_EQ(code(phone->attach(place, "small.txt", std::string(10, 'a'))), "accepted");
}

TEST_F(Entitled, OM14_administrators_alone_are_told_what_there_is_to_ask_for) {
    server.policy.granted = false;
    sign_in();
    const auto settings = phone->subscribe({{"query", "settings"}});
    EXPECT_TRUE(phone->snapshot(settings)["entitlement"].is_null());
    EXPECT_EQ(code(phone->submit("entitlement.request", {{"reason", "Basements"}})),
              "access.forbidden");
    body::Role admin;
    admin.name = "Admin";
    admin.permissions = {"admin"};
    const std::uint64_t from = server.buckets.at(FakeServer::directory_bucket).version;
    server.put(
        {FakeServer::directory_bucket, RowKind::role, FakeServer::role}, 0, body::encode(admin));
    phone->say(server.live_page(FakeServer::directory_bucket, from));
    phone->pass(1000);
    const Json before = phone->snapshot(settings)["entitlement"];
    EXPECT_EQ(before["state"], "none");
    EXPECT_TRUE(before["request"]["allowed"].get<bool>());
    EXPECT_EQ(code(phone->submit("entitlement.request", {{"reason", "Basements"}})), "accepted");
    phone->pass(1000);
    EXPECT_EQ(phone->snapshot(settings)["entitlement"]["state"], "requested");
    EXPECT_EQ(phone->snapshot(settings)["entitlement"]["request_reason"], "Basements");
    decide({.state = body::EntitlementState::granted, .devices_max = 3});
    const Json after = phone->snapshot(settings)["entitlement"];
    EXPECT_EQ(after["devices_max"], 3);
    EXPECT_EQ(after["request"]["reason"], "reason.has_offline");
}

TEST_F(Entitled, OM36_a_device_that_is_revoked_deletes_and_keeps_what_waits) {
    server.post(FakeServer::ben, "hello");
    sign_in();
    ASSERT_TRUE(is_kept());
    server.hold_outcomes = true;
    phone->post("on its way");
    phone->status_of_refresh = 401;
    phone->refresh_refused = "auth.access_revoked";
    phone->say(wire::encode(wire::GoAway{ErrorCode::auth_access_revoked, {}, {}}));
    phone->pass(2000);
    EXPECT_FALSE(is_kept());
    const auto session = phone->subscribe({{"query", "session"}});
    EXPECT_EQ(phone->snapshot(session)["ended"]["code"], "auth.access_revoked");
    EXPECT_FALSE(status()["offline"]["available"].get<bool>());

    reopen();
    EXPECT_FALSE(is_kept());
    EXPECT_EQ(code(phone->call("set_offline_mode", {{"on", true}})), "offline.not_available");
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    EXPECT_EQ(phone->snapshot(outbox)["items"].size(), 1U) << "what waits is kept";
    server.hold_outcomes = false;
    phone->sign_in();
    phone->pass(2000);
    EXPECT_TRUE(phone->snapshot(outbox)["items"].empty());
    EXPECT_TRUE(is_kept()) << "whoever is let in again goes on";
    EXPECT_EQ(server.effects.size(), 1U);
}

}  // namespace
}  // namespace holdfast::client
