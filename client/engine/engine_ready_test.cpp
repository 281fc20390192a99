#include <gmock/gmock.h>

#include <string>

#include "client/engine/testing/engine_fixture.hpp"
#include "client/engine/testing/forms.hpp"
#include "core/base/hex.hpp"
#include "core/base/sha256.hpp"
#include "core/files/testing/pictures.hpp"

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
