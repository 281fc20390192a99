// Forms on a device: offered, filled in, kept, sent, refused. OM20, OM24, OM31 to OM33.

#include <gmock/gmock.h>

#include <string>

#include "client/engine/testing/engine_fixture.hpp"
#include "client/engine/testing/forms.hpp"

namespace holdfast::client {
namespace {

using ::testing::ElementsAre;
using testing_support::EngineFixture;
using testing_support::FakeServer;
using testing_support::Json;
using testing_support::SampleForms;

class EngineForms : public EngineFixture {
protected:
    void SetUp() override {
        EngineFixture::SetUp();
        SampleForms::add(server);
        sign_in();
    }

    void restart() {
        phone->kill();
        begin();
    }
    void reconnect() {
        phone->heal();
        phone->pass(2000);
    }

    std::int64_t open_form(Id form = SampleForms::round) {
        const Json reply = phone->call(
            "open_form", {{"channel", to_string(FakeServer::channel)}, {"form", to_string(form)}});
        EXPECT_TRUE(reply.contains("ok")) << reply;
        return reply.contains("ok") ? reply["ok"]["draft"].get<std::int64_t>() : 0;
    }
    Json set(std::int64_t draft, const std::string& path, Json value) {
        return phone->call("set_answer",
                           {{"draft", draft}, {"path", path}, {"value", std::move(value)}});
    }
    void answer_all(std::int64_t draft) {
        set(draft, "asset", {to_string(SampleForms::pump)});
        set(draft, "ok", {"yes"});
        set(draft, "note", "Dry.");
    }
    Json submit(std::int64_t draft) { return phone->call("submit_form", {{"draft", draft}}); }

    /// A form with parts inside it takes the place of the round.
    std::int64_t open_form_with_parts() {
        const std::uint64_t before = server.buckets.at(SampleForms::forms_bucket).version;
        SampleForms::add_version(
            server,
            {SampleForms::round, SampleForms::round_v2},
            2,
            R"({"code":"round","version":2,"components":[)"
            R"({"id":"parts","kind":"nested","forms":["part","tool"],"max":3,"required":true},)"
            R"({"id":"note","kind":"written","scan":"also"}],"forms":[)"
            R"({"code":"part","title":{"en":"Part","es":"Repuesto"},"components":[)"
            R"({"id":"asset","kind":"collection","collection":"asset"},)"
            R"({"id":"name","kind":"written","required":true,"scan":"only"}]},)"
            R"({"code":"tool","components":[{"id":"size","kind":"rating"}]}]})");
        phone->say(server.live_page(SampleForms::forms_bucket, before));
        return open_form();
    }
    Json add_part(std::int64_t draft, const char* form) {
        return phone->call("add_part", {{"draft", draft}, {"path", "parts"}, {"form", form}});
    }
    Json move_part(std::int64_t draft, const char* path, int to) {
        return phone->call("move_part", {{"draft", draft}, {"path", path}, {"to", to}});
    }
    Json remove_part(std::int64_t draft, const char* path) {
        return phone->call("remove_part", {{"draft", draft}, {"path", path}});
    }

    std::int64_t watch(const char* query) {
        return phone->subscribe({{"query", query}, {"channel", to_string(FakeServer::channel)}});
    }
    std::int64_t watch_filling(std::int64_t draft) {
        return phone->subscribe({{"query", "filling"}, {"draft", draft}});
    }
    [[nodiscard]] Json component(std::int64_t filling, const std::string& path) const {
        for (const Json& one : phone->snapshot(filling)["filling"]["components"]) {
            if (one["path"] == path) {
                return one;
            }
        }
        return {};
    }
    [[nodiscard]] std::size_t answers_on_the_server() const {
        std::size_t count = 0;
        for (const auto& [key, row] : server.rows) {
            count += key.kind == RowKind::answer ? 1 : 0;
        }
        return count;
    }
};

TEST_F(EngineForms, OM24_a_channel_offers_the_forms_that_are_for_this_person) {
    const auto forms = watch("forms");
    const Json& shown = phone->snapshot(forms);
    ASSERT_EQ(shown["forms"].size(), 1U);  // the other asks for a role
    EXPECT_EQ(shown["forms"][0]["title"], (Json{{"en", "Daily round"}, {"es", "Ronda diaria"}}));
    EXPECT_TRUE(shown["forms"][0]["blocked"].is_null());
    EXPECT_TRUE(shown["send"]["allowed"].get<bool>());
    EXPECT_EQ(code(phone->call("open_form",
                               {{"channel", to_string(FakeServer::channel)},
                                {"form", to_string(SampleForms::secret)}})),
              "access.forbidden");
}

TEST_F(EngineForms, OM24_OM32_a_form_filled_in_offline_is_sent_once) {
    const auto messages = watch_messages();
    const auto menu =
        phone->subscribe({{"query", "group"}, {"group", to_string(FakeServer::group)}});
    const auto last = [&] { return phone->snapshot(menu)["channels"][0]["last"]; };
    work_offline();
    const std::int64_t draft = open_form();
    answer_all(draft);
    const Json submitted = submit(draft);
    ASSERT_TRUE(submitted.contains("ok")) << submitted;
    const std::string intent = submitted["ok"]["intent"].get<std::string>();
    Json card = phone->snapshot(messages)["items"].back();
    EXPECT_EQ(card["kind"], "form");
    EXPECT_EQ(card["id"], intent);
    EXPECT_EQ(card["state"], "saved");
    EXPECT_EQ(card["form"]["title"]["es"], "Ronda diaria");
    EXPECT_EQ(card["form"]["lines"][0]["names"], Json{"Pump P-7"});
    EXPECT_EQ(last()["kind"], "form");
    EXPECT_EQ(last()["title"]["es"], "Ronda diaria");
    EXPECT_TRUE(last()["waiting"].get<bool>());
    reconnect();
    EXPECT_EQ(last()["title"]["es"], "Ronda diaria");
    EXPECT_FALSE(last()["waiting"].get<bool>());
    EXPECT_EQ(answers_on_the_server(), 1U);
    EXPECT_EQ(phone->snapshot(messages)["items"].back()["state"], "done");
    EXPECT_EQ(phone->snapshot(messages)["items"].size(), 1U);
    EXPECT_FALSE(phone->snapshot(messages)["items"].back()["can_delete"].get<bool>());
    restart();
    phone->pass(2000);
    EXPECT_EQ(answers_on_the_server(), 1U);
}

TEST_F(EngineForms, OM37_every_keystroke_survives_a_kill) {
    work_offline();
    const std::int64_t draft = open_form();
    for (const char* typed : {"D", "Dr", "Dry"}) {
        ASSERT_TRUE(set(draft, "note", typed).contains("ok"));
        restart();
        const auto filling = watch_filling(draft);
        EXPECT_EQ(component(filling, "note")["value"], typed);
    }
    const auto drafts = phone->subscribe({{"query", "drafts"}});
    ASSERT_EQ(phone->snapshot(drafts)["drafts"].size(), 1U);
    EXPECT_EQ(phone->snapshot(drafts)["drafts"][0]["channel"]["name"], "Site 4");
    answer_all(draft);
    ASSERT_TRUE(submit(draft).contains("ok"));
    restart();  // the draft is gone with the action that it became
    const auto again = phone->subscribe({{"query", "drafts"}});
    EXPECT_TRUE(phone->snapshot(again)["drafts"].empty());
    reconnect();
    EXPECT_EQ(answers_on_the_server(), 1U);
}

TEST_F(EngineForms, an_answer_displays_what_depends_on_it_and_says_how_far_the_form_is) {
    const std::int64_t draft = open_form();
    const auto filling = watch_filling(draft);
    EXPECT_FALSE(component(filling, "what")["visible"].get<bool>());
    EXPECT_TRUE(component(filling, "what")["input"]["scan"].is_null());
    EXPECT_EQ(phone->snapshot(filling)["filling"]["verdict"]["required"], 2);
    const Json reply = set(draft, "ok", {"no"})["ok"];
    ASSERT_EQ(reply["changed"].size(), 2U);
    EXPECT_EQ(reply["changed"][1]["path"], "what");
    EXPECT_TRUE(reply["changed"][1]["visible"].get<bool>());
    EXPECT_EQ(reply["changed"][1]["trouble"]["code"], "answer.required");
    EXPECT_EQ(reply["verdict"]["required"], 3);
    EXPECT_EQ(reply["verdict"]["answered"], 1);
    const Json refused = submit(draft);
    EXPECT_EQ(code(refused), "answer.required");
    EXPECT_EQ(refused["error"]["params"]["component"], "asset");
    EXPECT_EQ(code(set(draft, "ok", {"maybe"})), "accepted");  // typed, and in trouble
    EXPECT_EQ(code(set(draft, "ok", 5)), "answer.wrong_type");
    EXPECT_EQ(code(set(draft, "nothing", "x")), "answer.unknown_component");
    EXPECT_EQ(code(set(draft + 7, "note", "x")), "outbox.unknown_item");
}

TEST_F(EngineForms, parts_are_added_named_in_what_is_wrong_and_removed) {
    const std::int64_t draft = open_form_with_parts();
    const auto filling = watch_filling(draft);
    EXPECT_EQ(component(filling, "parts")["input"]["forms"][0]["title"]["es"], "Repuesto");
    EXPECT_EQ(component(filling, "parts")["input"]["forms"][1]["title"]["en"], "tool");
    EXPECT_EQ(component(filling, "note")["input"]["scan"], "also");
    Json reply = add_part(draft, "part")["ok"];
    ASSERT_EQ(reply["components"].size(), 4U) << reply;
    EXPECT_EQ(reply["components"][2]["input"]["scan"], "only");
    EXPECT_EQ(reply["components"][0]["parts"],
              (Json{{{"form", "part"}, {"title", {{"en", "Part"}, {"es", "Repuesto"}}}}}));
    EXPECT_EQ(reply["components"][2]["path"], "parts/0/name");
    EXPECT_EQ(reply["verdict"]["wrong"], Json{"parts/0/name"});
    const Json refused = submit(draft);
    EXPECT_EQ(code(refused), "answer.required");
    EXPECT_EQ(refused["error"]["params"]["component"], "parts/0/name");

    EXPECT_EQ(code(add_part(draft, "tool")), "accepted");
    reply = set(draft, "parts/0/name", "Seal")["ok"];
    EXPECT_EQ(reply["changed"][0]["path"], "parts/0/name");
    EXPECT_EQ(reply["changed"][0]["value"], "Seal");
    EXPECT_TRUE(reply["verdict"]["wrong"].empty());
    EXPECT_EQ(phone->call("search_choices",
                          {{"draft", draft},
                           {"path", "parts/0/asset"},
                           {"level", 0},
                           {"text", "p"}})["ok"]["items"][0]["name"],
              "Pump P-7");
    EXPECT_EQ(code(add_part(draft, "part")), "accepted");
    EXPECT_EQ(code(add_part(draft, "part")), "answer.too_many");
    EXPECT_EQ(code(add_part(draft, "round")), "answer.unknown_component");
    set(draft, "parts/2/name", "Bolt");
    reply = remove_part(draft, "parts/0")["ok"];
    EXPECT_EQ(reply["components"][0]["parts"].size(), 2U);
    EXPECT_EQ(reply["components"][3]["path"], "parts/1/name");
    EXPECT_EQ(reply["components"][3]["value"], "Bolt");
    reply = move_part(draft, "parts/1", 0)["ok"];
    EXPECT_EQ(reply["components"][2]["path"], "parts/0/name");
    EXPECT_EQ(reply["components"][2]["value"], "Bolt");
    EXPECT_EQ(code(move_part(draft, "parts/0", 2)), "answer.unknown_component");
    EXPECT_EQ(code(move_part(draft, "parts/0", -1)), "request.malformed");
    EXPECT_EQ(code(remove_part(draft, "parts/2")), "answer.unknown_component");
    EXPECT_EQ(code(remove_part(draft, "note")), "answer.unknown_component");
}

TEST_F(EngineForms, OM24_people_are_chosen_offline_as_the_directory_relates_them) {
    const Id carla = Id::make(1, 13);
    const std::uint64_t people = server.buckets.at(FakeServer::directory_bucket).version;
    server.add_user(carla, "Carla", "Ñandú");
    server.put(
        {FakeServer::directory_bucket, RowKind::user, FakeServer::ben},
        0,
        body::encode(body::User{
            .name = "Ben", .last_name = "Lee", .job = "Welder", .bosses = {FakeServer::ana}}));
    phone->say(server.live_page(FakeServer::directory_bucket, people));
    const std::uint64_t before = server.buckets.at(SampleForms::forms_bucket).version;
    SampleForms::add_version(server,
                             {SampleForms::round, SampleForms::round_v2},
                             2,
                             R"({"code":"round","version":2,"components":[)"
                             R"({"id":"who","kind":"users","max":5,"required":true},)"
                             R"({"id":"own","kind":"users","among":"subordinates"},)"
                             R"({"id":"boss","kind":"users","among":"bosses"},)"
                             R"({"id":"welder","kind":"users","among":"job","job":"Welder"}]})");
    phone->say(server.live_page(SampleForms::forms_bucket, before));
    work_offline();
    const std::int64_t draft = open_form();
    const auto names = [&](const char* path, const char* typed) {
        const Json found = phone->call(
            "search_choices", {{"draft", draft}, {"path", path}, {"level", 0}, {"text", typed}});
        std::vector<std::string> all;
        for (const Json& item : found["ok"]["items"]) {
            all.push_back(item["name"].get<std::string>());
        }
        return all;
    };
    EXPECT_THAT(names("who", ""), ElementsAre("Ana Rojas", "Ben Lee", "Carla Ñandú"));
    EXPECT_THAT(names("who", "nandu"), ElementsAre("Carla Ñandú"));
    EXPECT_THAT(names("who", "weld"), ElementsAre("Ben Lee"));
    EXPECT_THAT(names("own", ""), ElementsAre("Ben Lee"));
    EXPECT_THAT(names("boss", ""), ElementsAre());
    EXPECT_THAT(names("welder", ""), ElementsAre("Ben Lee"));
    const Json reply = set(draft, "who", {to_string(carla), to_string(FakeServer::ben)})["ok"];
    EXPECT_EQ(reply["changed"][0]["names"], (Json{"Carla Ñandú", "Ben Lee"}));
    set(draft, "own", {to_string(carla)});
    EXPECT_EQ(code(submit(draft)), "answer.not_a_choice");
    set(draft, "own", {to_string(FakeServer::ben)});
    ASSERT_EQ(code(submit(draft)), "accepted");
    reconnect();
    EXPECT_EQ(answers_on_the_server(), 1U);
}

TEST_F(EngineForms, OM24_choices_of_another_server_need_a_connection_and_block_where_required) {
    const std::uint64_t before = server.buckets.at(SampleForms::forms_bucket).version;
    SampleForms::add_version(
        server,
        {SampleForms::round, SampleForms::round_v2},
        2,
        R"({"code":"round","version":2,"components":[)"
        R"({"id":"asset","kind":"collection","collection":"asset"},)"
        R"({"id":"seal","kind":"api","source":"/seals","pass":["asset"],"required":true},)"
        R"({"id":"other","kind":"api","source":"/others","max":3}]})");
    phone->say(server.live_page(SampleForms::forms_bucket, before));
    const auto forms = watch("forms");
    const std::int64_t draft = open_form();
    set(draft, "asset", {to_string(SampleForms::pump)});
    const auto search = [&] {
        phone->call("search_choices",
                    {{"draft", draft}, {"path", "seal"}, {"level", 0}, {"text", "se"}});
        phone->deliver();
        return phone->replies.rbegin()->second;
    };
    EXPECT_EQ(search()["ok"]["items"][0]["name"], "Seal K7");
    EXPECT_EQ(phone->searches.back(),
              (Json{{"channel", to_string(FakeServer::channel)},
                    {"form", to_string(SampleForms::round_v2)},
                    {"part", "round"},
                    {"component", "seal"},
                    {"search", "se"},
                    {"data", {{"asset", {"p-7"}}}}}));

    work_offline();
    EXPECT_EQ(phone->snapshot(forms)["forms"][0]["blocked"], "answer.needs_connection");
    EXPECT_EQ(code(search()), "answer.needs_connection");
    const auto filling = watch_filling(draft);
    EXPECT_EQ(component(filling, "seal")["why"], "answer.needs_connection");
    EXPECT_EQ(phone->snapshot(filling)["filling"]["verdict"]["blocked"], Json{"seal"});
    EXPECT_EQ(code(submit(draft)), "answer.needs_connection");

    // What was chosen with a connection is sent without one; the other may be left out.
    const Json pick{{{"code", "K7"}, {"label", "Seal K7"}}};
    const Json reply = set(draft, "seal", pick)["ok"];
    EXPECT_EQ(reply["changed"][0]["names"], Json{"Seal K7"});
    EXPECT_TRUE(reply["verdict"]["blocked"].empty());
    ASSERT_EQ(code(submit(draft)), "accepted");
    reconnect();
    EXPECT_EQ(answers_on_the_server(), 1U);
    EXPECT_EQ(phone->searches.size(), 1U);
}

TEST_F(EngineForms, OM37_parts_survive_a_kill_and_are_shown_in_the_answer) {
    const std::int64_t draft = open_form_with_parts();
    work_offline();
    ASSERT_EQ(code(add_part(draft, "part")), "accepted");
    restart();
    EXPECT_EQ(component(watch_filling(draft), "parts")["parts"].size(), 1U);
    ASSERT_EQ(code(set(draft, "parts/0/name", "Seal")), "accepted");
    ASSERT_EQ(code(set(draft, "parts/0/asset", {to_string(SampleForms::fan)})), "accepted");
    ASSERT_EQ(code(add_part(draft, "tool")), "accepted");
    ASSERT_EQ(code(add_part(draft, "tool")), "accepted");
    ASSERT_EQ(code(remove_part(draft, "parts/1")), "accepted");
    ASSERT_EQ(code(set(draft, "parts/1/size", 3)), "accepted");
    restart();
    const auto messages = watch_messages();
    const Json review = phone->call("review_form", {{"draft", draft}})["ok"];
    EXPECT_TRUE(review["verdict"]["can_submit"].get<bool>());
    const Json sent = submit(draft);
    ASSERT_EQ(code(sent), "accepted") << sent;
    reconnect();
    const Json& card = phone->snapshot(messages)["items"].back();
    EXPECT_EQ(card["state"], "done");
    ASSERT_EQ(card["form"]["lines"].size(), 1U);
    EXPECT_EQ(card["form"]["lines"][0]["value"], 2);
    EXPECT_TRUE(card["form"]["lines"][0]["parts"].empty());
    const auto answer = phone->subscribe({{"query", "answer"},
                                          {"channel", to_string(FakeServer::channel)},
                                          {"answer", sent["ok"]["intent"]}});
    EXPECT_EQ(review["lines"], phone->snapshot(answer)["answer"]["lines"]);
    const Json parts = phone->snapshot(answer)["answer"]["lines"][0]["parts"];
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0]["title"]["en"], "Part");
    EXPECT_EQ(parts[0]["lines"][0]["names"], Json{"Fan Ñ-2"});
    EXPECT_EQ(parts[0]["lines"][1]["path"], "parts/0/name");
    EXPECT_EQ(parts[1]["lines"][0]["value"], 3);
}

TEST_F(EngineForms, choices_are_found_by_the_beginnings_of_their_words_accents_aside) {
    const std::int64_t draft = open_form();
    const auto names = [&](const std::string& text) {
        const Json found = phone->call(
            "search_choices", {{"draft", draft}, {"path", "asset"}, {"level", 0}, {"text", text}});
        std::vector<std::string> all;
        for (const Json& item : found["ok"]["items"]) {
            all.push_back(item["name"].get<std::string>());
        }
        return all;
    };
    EXPECT_THAT(names(""), ElementsAre("Fan Ñ-2", "Pump P-7"));
    EXPECT_THAT(names("fan n"), ElementsAre("Fan Ñ-2"));
    EXPECT_THAT(names("p-7"), ElementsAre("Pump P-7"));
    EXPECT_THAT(names("x"), ElementsAre());
    server.put({SampleForms::assets_bucket, RowKind::element, Id::make(1, 53)},
               0,
               body::encode(body::Element{.code = "x-1", .name = "Xylophone"}));
    phone->say(server.live_page(SampleForms::assets_bucket, 3));
    EXPECT_THAT(names("x"), ElementsAre("Xylophone"));
}

TEST_F(EngineForms, OM33_a_refused_answer_needs_the_person_and_goes_on_as_a_draft) {
    const auto messages = watch_messages();
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    const std::int64_t draft = open_form();
    answer_all(draft);
    server.refuse.insert(FakeServer::channel);
    const std::string intent = submit(draft)["ok"]["intent"].get<std::string>();
    phone->pass(2000);
    EXPECT_EQ(phone->snapshot(messages)["items"].back()["state"], "needs_you");
    EXPECT_EQ(phone->snapshot(outbox)["items"][0]["form"]["en"], "Daily round");
    const auto answer = phone->subscribe(
        {{"query", "answer"}, {"channel", to_string(FakeServer::channel)}, {"answer", intent}});
    EXPECT_EQ(phone->snapshot(answer)["answer"]["state"], "needs_you");
    EXPECT_EQ(phone->snapshot(answer)["answer"]["lines"].size(), 3U);
    const Json reopened = phone->call("reopen_answer", {{"intent", intent}});
    ASSERT_TRUE(reopened.contains("ok")) << reopened;
    EXPECT_TRUE(phone->snapshot(outbox)["items"].empty());
    restart();
    phone->pass(1000);
    server.refuse.clear();
    const std::int64_t again = reopened["ok"]["draft"].get<std::int64_t>();
    EXPECT_EQ(component(watch_filling(again), "note")["value"], "Dry.");
    ASSERT_TRUE(submit(again).contains("ok"));
    phone->pass(2000);
    EXPECT_EQ(answers_on_the_server(), 1U);
}

TEST_F(EngineForms, OM33_an_answer_brought_into_another_version_says_what_that_leaves_out) {
    const std::int64_t draft = open_form();
    answer_all(draft);
    const auto intent = submit(draft)["ok"]["intent"].get<std::string>();
    phone->pass(2000);
    const RowKey key{FakeServer::timeline_bucket, RowKind::answer, parse_id(intent).value_or(Id{})};
    auto stored = body::parse_answer(server.rows.at(key).body).value();
    stored.upcast = SampleForms::round_v2;
    stored.aside = {"note"};
    const std::uint64_t before = server.buckets.at(FakeServer::timeline_bucket).version;
    server.put(key, server.clock, body::encode(stored));
    phone->say(server.live_page(FakeServer::timeline_bucket, before));
    const auto shown = phone->subscribe(
        {{"query", "answer"}, {"channel", to_string(FakeServer::channel)}, {"answer", intent}});
    const Json answer = phone->snapshot(shown)["answer"];
    EXPECT_EQ(answer["aside"], Json::array({"note"}));
    EXPECT_EQ(answer["lines"].size(), 3U) << "all that was answered is shown";
}

TEST_F(EngineForms, a_draft_keeps_its_version_when_another_takes_its_place) {
    const std::int64_t draft = open_form();
    answer_all(draft);
    const auto filling = watch_filling(draft);
    EXPECT_FALSE(phone->snapshot(filling)["filling"]["outdated"].get<bool>());
    const std::uint64_t before = server.buckets.at(SampleForms::forms_bucket).version;
    SampleForms::add_version(
        server,
        {SampleForms::round, SampleForms::round_v2},
        2,
        R"({"code":"round","version":2,"components":[{"id":"grade","kind":"rating"}]})");
    phone->say(server.live_page(SampleForms::forms_bucket, before));
    EXPECT_TRUE(phone->snapshot(filling)["filling"]["outdated"].get<bool>());
    EXPECT_EQ(component(filling, "note")["value"], "Dry.");
    ASSERT_TRUE(submit(draft).contains("ok"));
    phone->pass(2000);
    EXPECT_EQ(answers_on_the_server(), 1U);
    EXPECT_FALSE(component(watch_filling(open_form()), "grade").is_null());
}

TEST_F(EngineForms, OM20_without_connection_what_is_typed_is_kept_and_nothing_is_sent) {
    const std::int64_t draft = open_form();
    answer_all(draft);
    phone->cut();
    phone->pass(5000);
    ASSERT_TRUE(set(draft, "note", "Wet.").contains("ok"));
    EXPECT_EQ(code(submit(draft)), "offline.no_connection");
    const auto filling = watch_filling(draft);
    EXPECT_TRUE(phone->blocked(filling));
    reconnect();
    EXPECT_EQ(component(filling, "note")["value"], "Wet.");
    EXPECT_TRUE(submit(draft).contains("ok"));
}

TEST_F(EngineForms, a_draft_is_work_that_signing_out_would_lose) {
    const std::int64_t draft = open_form();
    EXPECT_EQ(code(phone->call("sign_out", {{"discard", false}})), "accepted");
    phone->sign_in();
    phone->pass(1000);
    const std::int64_t typed = open_form();
    EXPECT_GT(typed, draft);
    set(typed, "note", "Dry.");
    EXPECT_EQ(code(phone->call("sign_out", {{"discard", false}})), "outbox.not_empty");
    EXPECT_EQ(code(phone->call("discard_draft", {{"draft", typed}})), "accepted");
    EXPECT_EQ(code(set(typed, "note", "Dry.")), "outbox.unknown_item");
    EXPECT_EQ(code(phone->call("sign_out", {{"discard", false}})), "accepted");
}

TEST_F(EngineForms, OM31_a_full_disk_refuses_the_keystroke_and_keeps_what_was_there) {
    const std::int64_t draft = open_form();
    ASSERT_TRUE(set(draft, "note", "Dry.").contains("ok"));
    phone->kill();
    phone->outbox_bytes_max = 84 * 1024;
    phone->open();
    phone->start();
    phone->pass(1000);
    EXPECT_EQ(code(set(draft, "note", std::string(19'000, 'x') + std::string(900, 'y'))),
              "accepted");
    const std::int64_t other = open_form();
    EXPECT_EQ(code(set(other, "note", std::string(19'999, 'z'))), "accepted");
    std::string last;
    for (int i = 0; i < 4 && last != "storage.full"; ++i) {
        last = code(set(open_form(), "note", std::string(19'999, 'z')));
    }
    EXPECT_EQ(last, "storage.full");
    restart();
    phone->pass(1000);
    EXPECT_EQ(component(watch_filling(draft), "note")["value"].get<std::string>().size(), 19'900U);
}

}  // namespace
}  // namespace holdfast::client
