#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "client/engine/testing/engine_fixture.hpp"
#include "client/engine/testing/forms.hpp"
#include "client/engine/uploads/limits.hpp"
#include "core/base/sha256.hpp"
#include "core/base/split_mix.hpp"
#include "core/files/testing/pictures.hpp"

namespace holdfast::client {
namespace {

using testing_support::EngineFixture;
using testing_support::FakeServer;
using testing_support::Json;
using testing_support::Phone;

std::string picture(std::size_t bytes, std::uint64_t salt = 1) {
    SplitMix random(salt);
    std::string text = files::testing::png(640, 480);
    while (text.size() < bytes) {
        text += static_cast<char>(random.next());
    }
    return text;
}

class EngineFilesTest : public EngineFixture {
protected:
    static Json here() { return {{"channel", to_string(FakeServer::channel)}}; }

    Id attach(std::string_view bytes, const std::string& name = "pump.png") {
        const Json answer = phone->attach(here(), name, bytes);
        EXPECT_EQ(code(answer), "accepted") << answer.dump();
        return *parse_id(answer["ok"]["file"].get<std::string>());
    }
    Json post_with(const std::vector<Id>& files, const std::string& text = "look") {
        Json ids = Json::array();
        for (const Id id : files) {
            ids.push_back(to_string(id));
        }
        return phone->submit("message.post",
                             {{"channel", to_string(FakeServer::channel)},
                              {"text", text},
                              {"reply_to", Json::array()},
                              {"files", std::move(ids)}});
    }
    [[nodiscard]] Json newest(std::int64_t messages) const {
        return phone->snapshot(messages)["items"].back();
    }
    /// Until nothing waits any more, or for a long time.
    void deliver_all() {
        const auto outbox = phone->subscribe({{"query", "outbox"}});
        for (int i = 0; i < 600; ++i) {
            const Json& shown = phone->snapshot(outbox);
            if (shown["items"].empty() && shown["uploads"].empty()) {
                return;
            }
            phone->pass(2'000);
        }
        ADD_FAILURE() << phone->snapshot(outbox).dump(1);
    }
};

TEST_F(EngineFilesTest, OM29_a_picture_that_was_attached_offline_follows_its_text) {
    const std::string bytes = picture(700'000);
    sign_in();
    work_offline();
    const auto channel =
        phone->subscribe({{"query", "channel"}, {"channel", to_string(FakeServer::channel)}});
    const Id file = attach(bytes);
    EXPECT_EQ(phone->snapshot(channel)["attached"][0]["name"], "pump.png");
    EXPECT_EQ(phone->snapshot(channel)["attached"][0]["width"], 640);
    ASSERT_EQ(code(post_with({file})), "accepted");
    EXPECT_TRUE(phone->snapshot(channel)["attached"].empty());
    phone->kill();

    begin();
    phone->connected = false;
    const auto messages = watch_messages();
    EXPECT_EQ(newest(messages)["files"][0]["state"], "saved");
    EXPECT_EQ(newest(messages)["files"][0]["on_device"], true);
    bool text_first = false;
    phone->loss = [&](const HttpRequest&) {
        text_first = server.file(file).has_value();
        return Phone::Loss::none;
    };
    phone->heal();
    deliver_all();
    EXPECT_TRUE(text_first);
    EXPECT_EQ(phone->uploads.parts.at(file), bytes);
    EXPECT_TRUE(server.file(file)->stored);
    EXPECT_EQ(newest(messages)["files"][0]["state"], "done");
    EXPECT_EQ(newest(messages)["files"][0]["sent"], 700'000);
    EXPECT_EQ(newest(messages)["state"], "done");
}

/// What a network, a server and a system may do to it: every request may be lost, every answer, and
/// the process may end between any two inputs.
TEST_F(EngineFilesTest, OM32_OM37_whatever_is_cut_the_bytes_arrive_once_and_as_they_were) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        SplitMix random(seed);
        FakeServer fresh;
        server = fresh;
        const testing_support::TempFolder folder;
        phone = std::make_unique<Phone>(folder.path(), server);
        sign_in();
        work_offline();
        const std::string bytes = picture(50'000 + random.next() % 1'500'000, seed);
        const Id file = attach(bytes);
        const Json posted = post_with({file});
        ASSERT_EQ(code(posted), "accepted");
        const Id intent = *parse_id(posted["ok"]["intent"].get<std::string>());
        std::uint64_t cuts = 0;
        phone->loss = [&](const HttpRequest&) {
            const std::uint64_t chance = cuts < 20 ? random.next() % 6 : 5;
            cuts += chance < 2 ? 1 : 0;
            return chance == 0   ? Phone::Loss::request
                   : chance == 1 ? Phone::Loss::answer
                                 : Phone::Loss::none;
        };
        phone->heal();
        for (int i = 0; i < 30; ++i) {
            phone->pass(static_cast<std::int64_t>(random.next() % 2'000));
            if (random.next() % 4 == 0) {
                cuts += 1;
                phone->kill();
                begin();
            } else if (random.next() % 4 == 0) {
                cuts += 1;
                phone->cut();
                phone->pass(500);
                phone->heal();
            }
        }
        deliver_all();
        EXPECT_EQ(server.effects[intent], 1);
        EXPECT_EQ(phone->uploads.finished[file], 1);
        EXPECT_EQ(phone->uploads.parts.at(file), bytes);
        EXPECT_TRUE(server.file(file)->stored);
        EXPECT_LE(phone->uploads.bytes_received,
                  bytes.size() + cuts * static_cast<std::uint64_t>(limits::chunk_bytes_max));
    }
}

TEST_F(EngineFilesTest, says_how_far_it_is) {
    sign_in();
    const auto status = phone->subscribe({{"query", "status"}});
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    const Id file = attach(picture(1'000'000));
    phone->loss = [&](const HttpRequest& request) {
        return request.method == "PATCH" && phone->uploads.parts[file].size() > 300'000
                   ? Phone::Loss::request
                   : Phone::Loss::none;
    };
    ASSERT_EQ(code(post_with({file})), "accepted");
    phone->pass(200);
    EXPECT_EQ(phone->snapshot(status)["uploads"],
              (Json{{"files", 1}, {"bytes", 1'000'000}, {"sent", 393'216}}));
    EXPECT_EQ(phone->snapshot(status)["bar"]["waiting"], 1);
    EXPECT_EQ(phone->snapshot(outbox)["uploads"][0]["target"], "Site 4");
    EXPECT_EQ(phone->snapshot(outbox)["uploads"][0]["file"]["sent"], 393'216);
    phone->loss = {};
    deliver_all();
    EXPECT_EQ(phone->snapshot(status)["uploads"]["files"], 0);
    EXPECT_EQ(phone->snapshot(status)["bar"]["waiting"], 0);
}

TEST_F(EngineFilesTest, OM33_what_the_server_refuses_needs_the_person) {
    sign_in();
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    const auto messages = watch_messages();
    const Id file = attach(picture(1000));
    phone->uploads.refuse_with = "file.wrong_type";
    ASSERT_EQ(code(post_with({file})), "accepted");
    phone->pass(1000);
    EXPECT_EQ(phone->snapshot(outbox)["needs_you"], 1);
    EXPECT_EQ(phone->snapshot(outbox)["uploads"][0]["file"]["error"]["code"], "file.wrong_type");
    EXPECT_EQ(newest(messages)["files"][0]["state"], "needs_you");
    EXPECT_EQ(code(phone->call("sign_out", {{"discard", false}})), "outbox.not_empty");
    ASSERT_EQ(code(phone->call("retry_file", {{"file", to_string(file)}})), "accepted");
    phone->pass(1000);
    EXPECT_TRUE(phone->snapshot(outbox)["uploads"].empty());
    EXPECT_TRUE(server.file(file)->stored);
}

TEST_F(EngineFilesTest, gives_up_a_file_that_always_arrives_otherwise) {
    sign_in();
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    phone->uploads.damages = true;
    const Id file = attach(picture(1000));
    ASSERT_EQ(code(post_with({file})), "accepted");
    phone->pass(60'000);
    EXPECT_EQ(phone->snapshot(outbox)["uploads"][0]["file"]["error"]["code"],
              "file.wrong_checksum");
    ASSERT_EQ(code(phone->call("drop_file", {{"file", to_string(file)}})), "accepted");
    EXPECT_TRUE(phone->snapshot(outbox)["uploads"].empty());
}

TEST_F(EngineFilesTest, OM36_an_expired_token_is_renewed_and_the_upload_goes_on) {
    sign_in();
    const Id file = attach(picture(1000));
    phone->uploads.refuse_with = "auth.session_expired";
    ASSERT_EQ(code(post_with({file})), "accepted");
    deliver_all();
    EXPECT_EQ(phone->requests["/auth/v1/refresh"], 1);
    EXPECT_TRUE(server.file(file)->stored);
}

TEST_F(EngineFilesTest, OM5_what_a_deleted_message_showed_leaves_the_phone) {
    sign_in();
    const auto messages = watch_messages();
    const std::string bytes = picture(1000);
    const Id file = attach(bytes);
    const Json posted = post_with({file});
    deliver_all();
    phone->post("as it looked", Json::array({posted["ok"]["intent"]}));
    const auto quote = [&] { return phone->snapshot(messages)["items"].back()["reply_to"][0]; };
    EXPECT_EQ(quote()["text"], "look");
    const Json read{{"file", to_string(file)}, {"at", 0}};
    ASSERT_EQ(code(phone->call("read_file", read)), "accepted");
    EXPECT_EQ(phone->data, bytes);
    ASSERT_EQ(code(phone->submit("message.delete",
                                 {{"channel", to_string(FakeServer::channel)},
                                  {"message", posted["ok"]["intent"]}})),
              "accepted");
    phone->pass(1000);
    EXPECT_FALSE(server.file(file));
    EXPECT_EQ(code(phone->call("read_file", read)), "outbox.unknown_item");
    EXPECT_EQ(quote()["kind"], "deleted");
    EXPECT_EQ(quote()["text"], "");
    EXPECT_EQ(quote()["author"], "Ana Rojas");
}

TEST_F(EngineFilesTest, a_message_that_is_deleted_before_its_file_has_come_is_done) {
    sign_in();
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    const Id file = attach(picture(1000));
    phone->loss = [](const HttpRequest&) { return Phone::Loss::request; };
    const Json posted = post_with({file});
    phone->pass(1000);
    ASSERT_EQ(phone->snapshot(outbox)["uploads"].size(), 1U);
    ASSERT_EQ(code(phone->submit("message.delete",
                                 {{"channel", to_string(FakeServer::channel)},
                                  {"message", posted["ok"]["intent"]}})),
              "accepted");
    phone->pass(1000);
    EXPECT_TRUE(phone->snapshot(outbox)["uploads"].empty());
    EXPECT_EQ(code(phone->call("sign_out", {{"discard", false}})), "accepted");
}

TEST_F(EngineFilesTest, OM35_what_is_taken_back_takes_its_bytes_along) {
    sign_in();
    work_offline();
    const Id file = attach(picture(1000));
    const Json posted = post_with({file});
    ASSERT_EQ(code(phone->call("discard", {{"intent", posted["ok"]["intent"]}})), "accepted");
    EXPECT_EQ(code(phone->call("read_file", {{"file", to_string(file)}, {"at", 0}})),
              "outbox.unknown_item");
}

TEST_F(EngineFilesTest, refuses_calls_that_make_no_sense) {
    begin();
    EXPECT_EQ(code(phone->attach(here(), "a.png", picture(100))), "auth.session_expired");
    phone->sign_in();
    phone->pass(1000);
    EXPECT_EQ(code(post_with({Id{77}})), "outbox.unknown_item");
    EXPECT_EQ(code(phone->call("add_bytes", {{"file", "77"}}, "x")), "outbox.unknown_item");
    EXPECT_EQ(code(phone->call("begin_file", {{"name", "a"}, {"bytes", 1}, {"thumbnail", ""}})),
              "request.malformed");
    Json large = here();
    large.update({{"name", "a"}, {"bytes", 26'214'401}, {"thumbnail", ""}});
    const Json refused = phone->call("begin_file", large);
    EXPECT_EQ(code(refused), "file.too_large");
    EXPECT_EQ(refused["error"]["params"]["limit"], 26'214'400);
    phone->piece_bytes = 600'000;
    EXPECT_EQ(code(phone->attach(here(), "a.png", picture(600'000))), "request.too_large");
    phone->piece_bytes = 100'000;
    std::vector<Id> files;
    for (std::uint64_t i = 0; i < 10; ++i) {
        files.push_back(attach(picture(100 + i)));
    }
    EXPECT_EQ(code(phone->attach(here(), "a.png", picture(100))), "intent.too_long");
    EXPECT_EQ(code(post_with(files)), "accepted");
    deliver_all();
}

TEST_F(EngineFilesTest, asks_the_server_for_links) {
    sign_in();
    const Json wanted{{"channel", to_string(FakeServer::channel)}, {"file", "9"}};
    const auto ask = [&] {
        phone->call("link_file", wanted);
        phone->deliver();
        return phone->replies.rbegin()->second;
    };
    EXPECT_EQ(ask()["ok"]["url"], "/files/v1/content/a-link");
    phone->uploads.refuse_with = "auth.session_expired";
    EXPECT_EQ(ask()["ok"]["url"], "/files/v1/content/a-link");
    phone->uploads.refuse_with = "file.on_its_way";
    EXPECT_EQ(code(ask()), "file.on_its_way");
    phone->cut();
    EXPECT_EQ(code(ask()), "offline.no_connection");
}

TEST_F(EngineFilesTest, shows_a_file_of_somebody_else_before_and_after_it_has_come) {
    sign_in();
    const auto messages = watch_messages();
    const auto menu =
        phone->subscribe({{"query", "group"}, {"group", to_string(FakeServer::group)}});
    const Id file = Id::make(3000, 5);
    const auto show = [&](bool stored) {
        const std::uint64_t before = server.buckets.at(FakeServer::timeline_bucket).version;
        server.put({FakeServer::timeline_bucket, RowKind::file, file},
                   server.clock,
                   body::encode(body::File{.author = FakeServer::ben,
                                           .name = "plan.pdf",
                                           .type = "application/pdf",
                                           .bytes = 500,
                                           .sha256 = std::string(64, 'a'),
                                           .stored = stored}));
        server.put({FakeServer::timeline_bucket, RowKind::message, Id::make(1, 2000)},
                   server.clock += 1000,
                   body::encode(body::Message{.author = FakeServer::ben, .files = {file}}));
        phone->say(server.live_page(FakeServer::timeline_bucket, before));
        phone->pass(100);
    };
    show(false);
    EXPECT_EQ(newest(messages)["files"][0]["state"], "coming");
    EXPECT_EQ(newest(messages)["files"][0]["on_device"], false);
    EXPECT_EQ(phone->snapshot(menu)["channels"][0]["last"]["text"], "plan.pdf");
    show(true);
    EXPECT_EQ(newest(messages)["files"][0]["state"], "done");
}

// ---------------------------------------------------------------------------- in forms

class FormFilesTest : public EngineFilesTest {
protected:
    static constexpr std::string_view survey =
        R"({"code":"round","version":1,"title":{"en":"Survey"},"components":[)"
        R"({"id":"photo","kind":"camera","required":true,"max":2,"side_max":1600},)"
        R"({"id":"paper","kind":"attachment","types":["pdf"]},)"
        R"({"id":"ok","kind":"list","items":[{"value":"yes"},{"value":"no"}]},)"
        R"({"id":"sign","kind":"signature","show":{"component":"ok","equal":"yes"}}]})";

    void SetUp() override {
        EngineFilesTest::SetUp();
        using Forms = testing_support::SampleForms;
        Forms::add(server);
        Forms::add_version(server, {Forms::round, Forms::round_v1}, 1, survey);
        sign_in();
        work_offline();
        draft_ = phone
                     ->call("open_form",
                            {{"channel", to_string(FakeServer::channel)},
                             {"form", to_string(Forms::round)}})["ok"]["draft"]
                     .get<std::int64_t>();
        filling_ = phone->subscribe({{"query", "filling"}, {"draft", draft_}});
    }
    Json attach_to_form(std::string_view bytes, const std::string& name) {
        return phone->attach({{"draft", draft_}}, name, bytes)["ok"]["file"];
    }
    Json answer(const std::string& path, Json value) {
        return phone->call("set_answer",
                           {{"draft", draft_}, {"path", path}, {"value", std::move(value)}});
    }
    [[nodiscard]] Json component(const std::string& path) const {
        for (const Json& one : phone->snapshot(filling_)["filling"]["components"]) {
            if (one["path"] == path) {
                return one;
            }
        }
        return nullptr;
    }

    std::int64_t draft_ = 0;
    std::int64_t filling_ = 0;
};

TEST_F(FormFilesTest, OM24_pictures_and_signatures_of_a_form_go_with_its_answer) {
    EXPECT_EQ(component("photo")["input"]["side_max"], 1600);
    EXPECT_EQ(component("paper")["input"]["types"], Json::array({"application/pdf"}));
    const std::string bytes = picture(400'000);
    const Json photo = attach_to_form(bytes, "photo.png");
    const Json unnamed = attach_to_form(picture(500, 2), "left.png");
    const Json sign = attach_to_form(picture(300, 3), "sign.png");
    EXPECT_EQ(phone->snapshot(filling_)["filling"]["files"].size(), 3U);
    ASSERT_EQ(code(answer("photo", Json::array({photo}))), "accepted");
    ASSERT_EQ(code(answer("ok", Json::array({"yes"}))), "accepted");
    ASSERT_EQ(code(answer("sign", Json::array({sign}))), "accepted");
    phone->kill();

    begin();
    phone->connected = false;
    filling_ = phone->subscribe({{"query", "filling"}, {"draft", draft_}});
    EXPECT_EQ(phone->snapshot(filling_)["filling"]["verdict"]["can_submit"], true);
    const auto messages = watch_messages();
    const Json sent = phone->call("submit_form", {{"draft", draft_}});
    ASSERT_EQ(code(sent), "accepted") << sent.dump();
    EXPECT_EQ(newest(messages)["files"].size(), 2U);
    EXPECT_EQ(code(phone->call("read_file", {{"file", unnamed}, {"at", 0}})),
              "outbox.unknown_item");
    phone->heal();
    deliver_all();
    const Id id = *parse_id(photo.get<std::string>());
    EXPECT_EQ(phone->uploads.parts.at(id), bytes);
    EXPECT_TRUE(server.file(id)->stored);
    const auto shown = phone->subscribe({{"query", "answer"},
                                         {"channel", to_string(FakeServer::channel)},
                                         {"answer", sent["ok"]["intent"]}});
    const Json lines = phone->snapshot(shown)["answer"]["lines"];
    EXPECT_EQ(lines[0]["files"][0]["name"], "photo.png");
    EXPECT_EQ(lines[0]["files"][0]["state"], "done");
    EXPECT_EQ(lines[1]["files"], nullptr);
}

TEST_F(FormFilesTest, what_is_hidden_when_the_form_is_sent_is_not_sent) {
    const Json photo = attach_to_form(picture(400), "photo.png");
    const Json sign = attach_to_form(picture(300, 3), "sign.png");
    ASSERT_EQ(code(answer("photo", Json::array({photo}))), "accepted");
    ASSERT_EQ(code(answer("ok", Json::array({"yes"}))), "accepted");
    ASSERT_EQ(code(answer("sign", Json::array({sign}))), "accepted");
    ASSERT_EQ(code(answer("ok", Json::array({"no"}))), "accepted");
    ASSERT_EQ(code(phone->call("submit_form", {{"draft", draft_}})), "accepted");
    phone->heal();
    deliver_all();
    EXPECT_TRUE(server.file(*parse_id(photo.get<std::string>())));
    EXPECT_FALSE(server.file(*parse_id(sign.get<std::string>())));
}

TEST_F(FormFilesTest, says_at_once_what_a_component_does_not_take) {
    const Json photo = attach_to_form(picture(400), "photo.png");
    const auto trouble = [](const Json& reply) {
        return reply["ok"]["changed"][0]["trouble"]["code"];
    };
    EXPECT_EQ(trouble(answer("paper", Json::array({photo}))), "answer.file_type");
    EXPECT_EQ(trouble(answer("photo", Json::array({"123"}))), "answer.file_unknown");
    const Json beside = phone->attach(
        {{"channel", to_string(FakeServer::channel)}}, "beside.png", picture(300))["ok"]["file"];
    EXPECT_EQ(trouble(answer("photo", Json::array({beside}))), "answer.file_unknown");
    const Json discarded = phone->call("discard_draft", {{"draft", draft_}});
    EXPECT_EQ(code(discarded), "accepted");
    EXPECT_EQ(code(phone->call("read_file", {{"file", photo}, {"at", 0}})), "outbox.unknown_item");
}

}  // namespace
}  // namespace holdfast::client
