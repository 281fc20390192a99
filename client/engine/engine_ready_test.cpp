#include <gmock/gmock.h>

#include <string>

#include "client/engine/fetch_driver.hpp"
#include "client/engine/testing/engine_fixture.hpp"
#include "client/engine/testing/forms.hpp"
#include "core/base/hex.hpp"
#include "core/base/sha256.hpp"
#include "core/files/testing/pictures.hpp"
#include "core/model/entitlement.hpp"

/// Before leaving the coverage: what is on the phone, what is missing, and why.
namespace holdfast::client {
namespace {

using testing_support::EngineFixture;
using testing_support::FakeServer;
using testing_support::Json;
using testing_support::Phone;
using testing_support::SampleForms;

class EngineReady : public EngineFixture {
protected:
    static std::string picture(std::size_t bytes) {
        std::string text = files::testing::png(640, 480);
        text.resize(bytes, '.');
        return text;
    }
    /// A picture of Ben's that the server has.
    Id put_picture(std::uint32_t number, const std::string& bytes) {
        const Id id = Id::make(3, number);
        server.put({FakeServer::timeline_bucket, RowKind::file, id},
                   server.clock += 1000,
                   body::encode(body::File{.author = FakeServer::ben,
                                           .name = "pump.png",
                                           .type = "image/png",
                                           .bytes = static_cast<std::int64_t>(bytes.size()),
                                           .sha256 = to_hex(sha256_of(bytes)),
                                           .width = 640,
                                           .height = 480,
                                           .stored = true}));
        phone->uploads.contents[id] = bytes;
        return id;
    }
    /// Of Ben's, while the phone is connected.
    void bring_picture(std::uint32_t number) {
        const std::uint64_t from = server.buckets.at(FakeServer::timeline_bucket).version;
        put_picture(number, picture(20'000));
        phone->say(server.live_page(FakeServer::timeline_bucket, from));
    }
    void tell_line(bool unmetered) {
        phone->call("platform", {{"online", true}, {"visible", true}, {"unmetered", unmetered}});
        phone->pass(1'000);
    }
    Json fetch() { return phone->call("fetch_files", {{"group", "0"}}); }
    [[nodiscard]] const Json& shown() { return phone->snapshot(query_); }
    void watch() { query_ = phone->subscribe({{"query", "ready"}}); }

private:
    std::int64_t query_ = 0;
};

TEST_F(EngineReady, OM24_says_which_forms_work_without_a_connection_and_why_others_do_not) {
    SampleForms::add(server);
    const std::string api =
        R"({"code":"round","version":2,"title":{"en":"Daily round"},"components":[)"
        R"({"id":"part","kind":"api","label":{"en":"Part"},"source":"/parts","required":true}]})";
    SampleForms::add_version(server, {SampleForms::round, SampleForms::round_v2}, 2, api);
    sign_in();
    watch();
    ASSERT_EQ(shown()["forms"].size(), 1U) << "what others may fill in is not named: " << shown();
    EXPECT_EQ(shown()["forms"][0]["blocked"], true);
    EXPECT_EQ(
        shown()["forms"][0]["why"],
        Json::array({{{"why", "connection"}, {"label", {{"en", "Part"}}}, {"required", true}}}));
    EXPECT_EQ(shown()["ready"], true) << "all that can be here is";
}

TEST_F(EngineReady, a_list_that_has_not_arrived_is_named) {
    SampleForms::add(server);
    server.buckets.erase(SampleForms::assets_bucket);
    sign_in();
    watch();
    ASSERT_EQ(shown()["forms"].size(), 1U);
    EXPECT_EQ(shown()["forms"][0]["blocked"], true);
    EXPECT_EQ(shown()["forms"][0]["why"][0]["why"], "list");
    EXPECT_EQ(shown()["forms"][0]["why"][0]["name"], "asset");
    EXPECT_EQ(shown()["ready"], false);
}

TEST_F(EngineReady, everything_is_here_once_the_pictures_are_and_they_open_without_a_connection) {
    const std::string bytes = picture(1'300'000);
    const Id large = put_picture(1, bytes);
    const Id small = put_picture(2, picture(20'000));
    sign_in();
    watch();
    EXPECT_EQ(shown()["ready"], false);
    EXPECT_EQ(shown()["pictures"]["missing"], 2);
    EXPECT_EQ(shown()["pictures"]["bytes"], 1'320'000);
    EXPECT_EQ(shown()["groups"][0]["missing"][0]["id"], to_string(FakeServer::channel));

    ASSERT_EQ(code(fetch()), "accepted");
    phone->pass(1'000);
    EXPECT_EQ(shown()["pictures"]["missing"], 0) << shown();
    EXPECT_EQ(shown()["fetching"]["files"], 0);
    EXPECT_EQ(shown()["ready"], true);

    work_offline();
    EXPECT_EQ(shown()["ready"], true);
    EXPECT_EQ(code(phone->call("read_file", {{"file", to_string(small)}, {"at", 0}})), "accepted");
    ASSERT_EQ(code(phone->call("read_file", {{"file", to_string(large)}, {"at", 1'000'000}})),
              "accepted");
    EXPECT_EQ(phone->data, bytes.substr(1'000'000));
    EXPECT_EQ(code(phone->call("sign_out", {{"discard", false}})), "accepted")
        << "what was fetched is nobody's work";
}

TEST_F(EngineReady, what_was_cut_is_said_as_missing_and_fetched_again) {
    put_picture(1, picture(1'300'000));
    sign_in();
    watch();
    int pieces = 0;
    phone->loss = [&](const HttpRequest& request) {
        const bool lost = request.method == "GET" && ++pieces == 2;
        return lost ? Phone::Loss::answer : Phone::Loss::none;
    };
    ASSERT_EQ(code(fetch()), "accepted");
    phone->pass(1'000);
    EXPECT_EQ(shown()["pictures"]["missing"], 1) << "one answer was lost: it is said as missing";
    ASSERT_EQ(code(fetch()), "accepted");
    phone->pass(1'000);
    EXPECT_EQ(shown()["pictures"]["missing"], 0);
    phone->cut();
    EXPECT_EQ(code(fetch()), "offline.no_connection");
}

TEST_F(EngineReady,
       OM3_the_newest_pictures_come_by_themselves_behind_all_else_on_a_line_that_is_free) {
    put_picture(1, picture(20'000));
    put_picture(2, picture(30'000));
    sign_in();
    watch();
    phone->pass(limits::ahead_every.count);
    EXPECT_EQ(shown()["pictures"]["missing"], 2) << "nobody has said that the line is free";
    tell_line(true);
    EXPECT_EQ(shown()["pictures"]["missing"], 0);

    bring_picture(3);
    phone->pass(1'000);
    EXPECT_EQ(shown()["pictures"]["missing"], 1);
    phone->pass(limits::ahead_every.count);
    EXPECT_EQ(shown()["pictures"]["missing"], 0) << "and again after a while";
    bring_picture(4);
    tell_line(false);
    phone->pass(limits::ahead_every.count);
    EXPECT_EQ(shown()["pictures"]["missing"], 1) << "it is not free any more";
}

TEST_F(EngineReady,
       what_comes_by_itself_stays_within_its_limits_and_comes_only_where_data_may_stay) {
    const auto each = static_cast<std::size_t>(limits::ahead_bytes_max / 5) - 1'000;
    for (std::uint32_t number = 1; number <= 7; ++number) {
        put_picture(number, picture(each));
    }
    server.policy.granted = false;
    sign_in();
    watch();
    tell_line(true);
    EXPECT_EQ(shown()["pictures"]["missing"], 7);
    const std::uint64_t from = server.buckets.at(FakeServer::directory_bucket).version;
    server.put({FakeServer::directory_bucket, RowKind::entitlement, FakeServer::organization},
               0,
               body::encode(body::Entitlement{.state = body::EntitlementState::granted}));
    server.policy.granted = true;
    phone->say(server.live_page(FakeServer::directory_bucket, from));
    phone->pass(5'000);
    EXPECT_EQ(shown()["pictures"]["missing"], 2);
}

TEST_F(EngineReady, bytes_that_are_not_what_the_server_said_are_not_kept) {
    const Id id = put_picture(1, picture(20'000));
    phone->uploads.contents[id][19'000] = 'x';
    sign_in();
    watch();
    ASSERT_EQ(code(fetch()), "accepted");
    phone->pass(1'000);
    EXPECT_EQ(shown()["pictures"]["missing"], 1);
    EXPECT_EQ(code(phone->call("read_file", {{"file", to_string(id)}, {"at", 0}})),
              "outbox.unknown_item");
}

TEST_F(EngineReady, OM38_where_room_is_short_it_is_told_and_pictures_go_before_work) {
    const Id id = put_picture(1, picture(20'000));
    sign_in();
    watch();
    ASSERT_EQ(code(fetch()), "accepted");
    phone->pass(1'000);
    work_offline();
    ASSERT_EQ(code(phone->post("stays")), "accepted");
    const auto status = phone->subscribe({{"query", "status"}});
    EXPECT_TRUE(phone->snapshot(status)["storage_low"].is_null());
    phone->call("platform", {{"online", true}, {"visible", true}, {"storage_free", 1'000'000}});
    phone->pass(1'000);
    EXPECT_EQ(phone->snapshot(status)["storage_low"], 1'000'000);
    EXPECT_EQ(phone->snapshot(status)["bar"]["waiting"], 1);
    EXPECT_EQ(code(phone->call("read_file", {{"file", to_string(id)}, {"at", 0}})),
              "outbox.unknown_item");
    EXPECT_EQ(shown()["pictures"]["missing"], 1);
}

}  // namespace
}  // namespace holdfast::client
