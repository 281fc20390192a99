#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "client/engine/testing/engine_fixture.hpp"
#include "core/files/testing/pictures.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/sealed.hpp"
#include "platform/sqlite/database.hpp"

/// OM35: what waits is saved to a file, piece by piece.
namespace holdfast::client {
namespace {

using testing_support::EngineFixture;
using testing_support::FakeServer;
using testing_support::Json;

class EngineSavingTest : public EngineFixture {
protected:
    struct Saved {
        wire::SealedHead head;
        std::vector<std::string> texts;
        std::vector<Intent> intents;
        std::map<Id, std::string> files;
    };
    /// All pieces of a file, as they would be sealed.
    Saved save() {
        Saved saved;
        const Json begun = phone->call("begin_saving", Json::object());
        EXPECT_EQ(code(begun), "accepted") << begun.dump();
        EXPECT_EQ(phone->data.size(), wire::sealed_lead_bytes);
        bool is_last = false;
        while (!is_last && begun.contains("ok")) {
            const Json read = phone->call("read_saving", {{"saving", begun["ok"]["saving"]}});
            if (code(read) != "accepted") {
                ADD_FAILURE() << read.dump();
                break;
            }
            is_last = read["ok"]["last"].get<bool>();
            EXPECT_LT(phone->data.size() + 16, wire::limits::sealed_piece_bytes_max);
            take(saved, *wire::decode_sealed(phone->data));
        }
        return saved;
    }
    static void take(Saved& saved, const wire::SealedPiece& piece) {
        if (const auto* head = std::get_if<wire::SealedHead>(&piece)) {
            saved.head = *head;
        } else if (const auto* actions = std::get_if<wire::SealedActions>(&piece)) {
            for (const Intent& intent : actions->intents) {
                saved.texts.push_back(Json::parse(intent.args).value("text", ""));
                saved.intents.push_back(intent);
            }
        } else if (const auto* part = std::get_if<wire::SealedBytes>(&piece)) {
            EXPECT_EQ(static_cast<std::size_t>(part->at), saved.files[part->file].size());
            saved.files[part->file] += part->bytes;
        }
    }
    /// A message with a picture; the picture.
    std::string post_picture(std::size_t bytes) {
        std::string picture = files::testing::png(640, 480);
        picture.resize(bytes, '.');
        const Json place{{"channel", to_string(FakeServer::channel)}};
        const Json attached = phone->attach(place, "pump.png", picture);
        EXPECT_EQ(code(attached), "accepted") << attached.dump();
        EXPECT_EQ(code(phone->submit("message.post",
                                     {{"channel", to_string(FakeServer::channel)},
                                      {"text", "look"},
                                      {"reply_to", Json::array()},
                                      {"files", Json::array({attached["ok"]["file"]})}})),
                  "accepted");
        return picture;
    }
};

TEST_F(EngineSavingTest, OM35_everything_that_waits_is_in_it_in_order_with_its_files) {
    sign_in();
    work_offline();
    ASSERT_EQ(code(phone->post("first")), "accepted");
    const std::string picture = post_picture(700'000);
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(code(phone->post("more " + std::to_string(i))), "accepted");
    }
    const Saved saved = save();
    EXPECT_EQ(saved.head.user, FakeServer::ana);
    EXPECT_EQ(saved.head.organization, FakeServer::organization);
    EXPECT_EQ(saved.head.device, 2000U);
    EXPECT_EQ(saved.head.pass, "p2000");
    EXPECT_EQ(saved.head.actions, 102U);
    EXPECT_EQ(saved.head.files, 1U);
    ASSERT_EQ(saved.texts.size(), 102U);
    EXPECT_EQ(saved.texts[0], "first");
    EXPECT_EQ(saved.texts[1], "look");
    EXPECT_EQ(saved.texts[101], "more 99");
    ASSERT_EQ(saved.files.size(), 1U);
    EXPECT_EQ(saved.files.begin()->second, picture);
}

TEST_F(EngineSavingTest, OM35_what_was_saved_cannot_be_taken_back_any_more) {
    sign_in();
    work_offline();
    const Json posted = phone->post("in the file");
    const Json intent = posted["ok"]["intent"];
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    EXPECT_EQ(phone->snapshot(outbox)["items"][0]["can_discard"], true);
    save();
    EXPECT_EQ(phone->snapshot(outbox)["items"][0]["can_discard"], false);
    EXPECT_EQ(code(phone->call("discard", {{"intent", intent}})), "outbox.may_be_sent");
    phone->kill();
    begin();
    EXPECT_EQ(code(phone->call("discard", {{"intent", intent}})), "outbox.may_be_sent");
}

TEST_F(EngineSavingTest, OM31_what_was_left_for_the_closed_app_is_taken_back_where_nobody_has_it) {
    sign_in();
    work_offline();
    const Json intent = phone->post("left")["ok"]["intent"];
    const auto leave = [&] {
        EXPECT_EQ(code(phone->call("begin_saving", {{"closed", true}})), "accepted");
    };
    const auto discarded = [&] { return code(phone->call("discard", {{"intent", intent}})); };
    leave();
    EXPECT_EQ(discarded(), "outbox.may_be_sent");
    phone->kill();
    begin();
    EXPECT_EQ(discarded(), "outbox.may_be_sent") << "also after a kill: the file is still there";
    phone->call("end_saving", {{"taken", true}});
    phone->call("end_saving", {{"taken", false}});
    EXPECT_EQ(discarded(), "outbox.may_be_sent") << "the first file was taken";

    const Json second = phone->post("left and taken back")["ok"]["intent"];
    leave();
    phone->call("end_saving", {{"taken", false}});
    EXPECT_EQ(code(phone->call("discard", {{"intent", second}})), "accepted");
    EXPECT_EQ(discarded(), "outbox.may_be_sent");
}

TEST_F(EngineSavingTest, OM35_OM36_it_works_after_a_restart_and_when_the_session_has_ended) {
    sign_in();
    work_offline();
    ASSERT_EQ(code(phone->post("kept")), "accepted");
    phone->kill();
    begin();
    EXPECT_EQ(save().texts, std::vector<std::string>{"kept"});
}

TEST_F(EngineSavingTest, OM35_says_why_there_is_nothing_to_save) {
    begin();
    EXPECT_EQ(code(phone->call("begin_saving", Json::object())), "auth.session_expired");
    server.sealing = "{}";
    phone->sign_in();
    phone->pass(1'000);
    EXPECT_EQ(code(phone->call("begin_saving", Json::object())), "sealed.no_key");
}

TEST_F(EngineSavingTest, OM39_gives_what_opens_the_store_again_once_the_server_has_given_it) {
    begin();
    EXPECT_EQ(code(phone->call("recovery_key", Json::object())), "sealed.no_key");
    server.sealing = R"({"key":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","pass":"p"})";
    phone->sign_in();
    phone->pass(100);
    EXPECT_EQ(code(phone->call("recovery_key", Json::object())), "sealed.no_key");
    server.sealing = R"({"key":"","pass":"p","recovery":"r2000","door":"d2000"})";
    phone->sign_in();
    phone->pass(100);
    EXPECT_EQ(phone->call("recovery_key", Json::object())["ok"],
              (Json{{"key", "r2000"}, {"device", 2000}, {"door", "d2000"}}));
}

TEST_F(EngineSavingTest, OM38_what_cannot_be_upgraded_is_shown_and_saved_and_delivered_once) {
    sign_in();
    work_offline();
    const Json posted = phone->post("kept")["ok"]["intent"];
    const std::string picture = post_picture(700'000);
    phone->kill();
    const std::string path = (directory_ / "outbox.db").string();
    {  // a version before files had no such tables: a step to this one makes them
        auto file = sqlite::Database::open({.path = path});
        ASSERT_TRUE(file && file->execute("PRAGMA user_version = 3"));
    }
    phone->connected = true;
    phone->requests.clear();
    begin();
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    const auto status = phone->subscribe({{"query", "status"}});
    phone->pass(60'000);
    EXPECT_EQ(phone->snapshot(status)["banner"]["kind"], "read_only");
    EXPECT_EQ(phone->snapshot(status)["connection"]["error"]["code"], "outbox.read_only");
    EXPECT_EQ(phone->snapshot(outbox)["items"].size(), 2U);
    EXPECT_EQ(code(phone->post("another")), "outbox.read_only");
    EXPECT_EQ(code(phone->call("discard", {{"intent", posted}})), "outbox.read_only");
    EXPECT_EQ(code(phone->call("sign_out", {{"discard", true}})), "outbox.read_only");
    EXPECT_EQ(code(phone->sign_in()), "outbox.read_only");
    phone->heal();
    phone->pass(60'000);
    EXPECT_TRUE(phone->requests.empty()) << "nothing is asked of the server";
    EXPECT_TRUE(server.outcomes.empty());

    const Saved saved = save();
    EXPECT_EQ(saved.head.actions, 2U);
    EXPECT_EQ(saved.texts, (std::vector<std::string>{"kept", "look"}));
    EXPECT_EQ(saved.files.begin()->second, picture);
    server.answer(wire::encode(wire::Push{.intents = saved.intents}));
    EXPECT_EQ(server.effects.size(), 2U);

    phone->kill();
    {
        auto file = sqlite::Database::open({.path = path});
        ASSERT_TRUE(file && file->execute("PRAGMA user_version = 4"));
    }
    begin();
    phone->pass(60'000);
    EXPECT_EQ(phone->requests.count("/auth/v1/sign-in"), 0U);
    for (const auto& [intent, times] : server.effects) {
        EXPECT_EQ(times, 1) << to_string(intent);
    }
    const auto after = phone->subscribe({{"query", "outbox"}});
    EXPECT_TRUE(phone->snapshot(after)["items"].empty());
    EXPECT_EQ(texts(watch_messages()), (std::vector<std::string>{"kept", "look"}));
}

TEST_F(EngineSavingTest, OM35_an_empty_outbox_makes_no_file) {
    sign_in();
    EXPECT_EQ(code(phone->call("begin_saving", Json::object())), "sealed.nothing");
    EXPECT_EQ(code(phone->call("read_saving", {{"saving", 1}})), "outbox.unknown_item");
}

TEST_F(EngineSavingTest, OM35_what_is_delivered_meanwhile_is_left_out) {
    sign_in();
    work_offline();
    ASSERT_EQ(code(phone->post("sent meanwhile")), "accepted");
    const Json begun = phone->call("begin_saving", Json::object());
    phone->heal();
    phone->pass(5'000);
    Saved saved;
    for (bool is_last = false; !is_last;) {
        const Json read = phone->call("read_saving", {{"saving", begun["ok"]["saving"]}});
        ASSERT_EQ(code(read), "accepted");
        is_last = read["ok"]["last"].get<bool>();
        take(saved, *wire::decode_sealed(phone->data));
    }
    EXPECT_TRUE(saved.texts.empty());
    EXPECT_EQ(saved.head.actions, 1U);
}

}  // namespace
}  // namespace holdfast::client
