// OM27 OM28 OM29: commands on a device: offered, given without a connection, and counted as actions
// upon the task that they may change.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "client/engine/testing/task_fixture.hpp"
#include "core/model/body_bots.hpp"
#include "core/rules/told_failure.hpp"

namespace holdfast::client {
namespace {

using ::testing::ElementsAre;
using testing_support::FakeServer;
using testing_support::Json;
using testing_support::TaskFixture;

class EngineCommands : public TaskFixture {
protected:
    void SetUp() override {
        TaskFixture::SetUp();
        server.put({FakeServer::channel_bucket, RowKind::bots, FakeServer::channel},
                   0,
                   body::encode(body::Bots{{{.code = "hurry",
                                             .name = "Hurry it up",
                                             .command = "hurry",
                                             .hint = "why",
                                             .routine = "hurry",
                                             .acts = true}}}));
        server.put({FakeServer::directory_bucket, RowKind::bots, FakeServer::organization},
                   0,
                   body::encode(body::Bots{{{.code = "help", .command = "help", .routine = "help"},
                                            {.code = "boss",
                                             .command = "boss",
                                             .permissions = {"channel-manage"},
                                             .routine = "boss"}}}));
    }
    void make_task() {
        workflow::Task task = fixture::leak_task();
        task.group = FakeServer::group;
        task.channel = FakeServer::channel;
        task.assignee = task.created_by = FakeServer::ana;
        server.put(
            {tasks_bucket, RowKind::task, task.channel}, task.serial, workflow::encode(task));
    }
    /// Those that are offered in the channel.
    std::vector<std::string> commands(std::int64_t channel) {
        std::vector<std::string> all;
        for (const Json& one : phone->snapshot(channel)["commands"]) {
            all.push_back(one["command"].get<std::string>());
        }
        return all;
    }
    /// What the server says in the channel when a routine behind an action has failed.
    void fail_routine(const std::string& name, Id of) {
        body::Message told{.author = FakeServer::ana, .system = routine_failed};
        told.params = {{"routine", name},
                       {"code", "routine.request_failed"},
                       {"detail", R"({"status":503})"},
                       {"of", to_string(of)}};
        const std::uint64_t before = server.buckets.at(FakeServer::timeline_bucket).version;
        server.put({FakeServer::timeline_bucket, RowKind::message, Id::make(1, next_told_++)},
                   server.clock += 1000,
                   body::encode(told));
        phone->say(server.live_page(FakeServer::timeline_bucket, before));
    }
    std::uint32_t next_told_ = 9000;
    std::int64_t watch_channel() {
        return phone->subscribe(
            {{"query", "channel"}, {"channel", to_string(FakeServer::channel)}});
    }
};

TEST_F(EngineCommands, OM29_are_offered_without_a_connection_too_and_follow_what_changes) {
    sign_in();
    const auto channel = watch_channel();
    EXPECT_THAT(commands(channel), ElementsAre("hurry", "help"));
    EXPECT_EQ(phone->snapshot(channel)["commands"][0],
              (Json{{"command", "hurry"}, {"name", "Hurry it up"}, {"hint", "why"}}));
    const std::uint64_t before = server.buckets.at(FakeServer::directory_bucket).version;
    server.put({FakeServer::directory_bucket, RowKind::bots, FakeServer::organization}, 0, "");
    phone->say(server.live_page(FakeServer::directory_bucket, before));
    EXPECT_THAT(commands(channel), ElementsAre("hurry"));
    work_offline();
    EXPECT_THAT(commands(channel), ElementsAre("hurry"));
}

TEST_F(EngineCommands, OM28_one_that_waits_says_that_its_routine_runs_later) {
    sign_in();
    const auto messages = watch_messages();
    work_offline();
    ASSERT_TRUE(phone->post("/help me").contains("ok"));
    ASSERT_TRUE(phone->post("no /help").contains("ok"));
    const Json items = phone->snapshot(messages)["items"];
    ASSERT_EQ(items.size(), 2U);
    EXPECT_TRUE(items[0]["by_routine"].get<bool>());
    EXPECT_EQ(items[0]["state"], "saved");
    EXPECT_FALSE(items[1]["by_routine"].get<bool>());
    phone->heal();
    phone->pass(2000);
    EXPECT_FALSE(phone->snapshot(messages)["items"][0]["by_routine"].get<bool>());
    EXPECT_EQ(phone->snapshot(messages)["items"][0]["state"], "done");
}

TEST_F(EngineCommands, OM28_a_routine_that_has_failed_is_told_until_the_person_has_read_it) {
    sign_in();
    const auto outbox = phone->subscribe({{"query", "outbox"}});
    const auto status = phone->subscribe({{"query", "status"}});
    work_offline();
    const Json asked = phone->post("/help me");
    ASSERT_TRUE(asked.contains("ok")) << asked;
    phone->heal();
    phone->pass(2000);
    EXPECT_TRUE(phone->snapshot(outbox)["adjusted"].empty()) << "the routine is still running";

    const Id intent = *parse_id(asked["ok"]["intent"].get<std::string>());
    fail_routine("Help", intent);
    fail_routine("Help", Id{intent.value + 5});  // of another action
    ASSERT_EQ(phone->snapshot(outbox)["adjusted"].size(), 1U) << phone->snapshot(outbox);
    const Json item = phone->snapshot(outbox)["adjusted"][0];
    EXPECT_EQ(item["intent"], asked["ok"]["intent"]);
    EXPECT_EQ(item["state"], "done");
    EXPECT_EQ(item["text"], "/help me");
    EXPECT_TRUE(item["refusal"].is_null()) << "it was done as it was asked";
    EXPECT_EQ(
        item["failed_routines"],
        Json::array(
            {{{"name", "Help"},
              {"error", {{"code", "routine.request_failed"}, {"params", {{"status", 503}}}}}}}));
    EXPECT_EQ(phone->snapshot(outbox)["needs_you"], 1);
    EXPECT_EQ(phone->snapshot(status)["needs_you"], 1);

    phone->kill();
    begin();
    phone->pass(1000);
    const auto again = phone->subscribe({{"query", "outbox"}});
    ASSERT_EQ(phone->snapshot(again)["adjusted"], Json::array({item}));
    ASSERT_EQ(code(phone->call("acknowledge", {{"intent", item["intent"]}})), "accepted");
    EXPECT_TRUE(phone->snapshot(again)["adjusted"].empty());
    fail_routine("Help", intent);
    EXPECT_TRUE(phone->snapshot(again)["adjusted"].empty()) << "that was read";
    fail_routine("Tell", intent);
    ASSERT_EQ(phone->snapshot(again)["adjusted"].size(), 1U) << "and this was not";
    EXPECT_EQ(phone->snapshot(again)["adjusted"][0]["failed_routines"].size(), 2U);
}

TEST_F(EngineCommands,
       OM24_OM28_a_form_that_a_bot_waits_for_says_so_before_it_is_sent_and_while_it_waits) {
    sign_in();
    const auto messages = watch_messages();
    const Json place{{"form", to_string(fixture::report)},
                     {"channel", to_string(FakeServer::channel)}};
    const auto begins_routine = [&](std::int64_t filling) {
        return phone->snapshot(filling)["filling"]["runs_routine"].get<bool>();
    };
    const auto draft = phone->call("open_form", place)["ok"]["draft"].get<std::int64_t>();
    const auto filling = phone->subscribe({{"query", "filling"}, {"draft", draft}});
    EXPECT_FALSE(begins_routine(filling));
    const std::uint64_t before = server.buckets.at(FakeServer::group_bucket).version;
    server.put({FakeServer::group_bucket, RowKind::bots, FakeServer::group},
               0,
               body::encode(
                   body::Bots{{{.code = "notes", .forms = {fixture::report}, .routine = "note"}}}));
    phone->say(server.live_page(FakeServer::group_bucket, before));
    EXPECT_TRUE(begins_routine(filling));
    work_offline();
    phone->call("set_answer", {{"draft", draft}, {"path", "what"}, {"value", "It drips"}});
    const Json sent = phone->call("submit_form", {{"draft", draft}});
    ASSERT_TRUE(sent.contains("ok")) << sent;
    EXPECT_TRUE(phone->snapshot(messages)["items"][0]["by_routine"].get<bool>());

    // And the answer itself says that the routine has failed, also once that was read.
    const Json id = sent["ok"]["intent"];
    const auto answer = phone->subscribe(
        {{"query", "answer"}, {"channel", to_string(FakeServer::channel)}, {"answer", id}});
    phone->heal();
    phone->pass(2000);
    EXPECT_TRUE(phone->snapshot(answer)["answer"]["failed_routines"].empty());
    fail_routine("Note", *parse_id(id.get<std::string>()));
    EXPECT_EQ(phone->snapshot(answer)["answer"]["failed_routines"][0]["name"], "Note");
    ASSERT_EQ(code(phone->call("acknowledge", {{"intent", id}})), "accepted");
    EXPECT_EQ(phone->snapshot(answer)["answer"]["failed_routines"].size(), 1U);
}

TEST_F(EngineCommands, OM27_one_that_may_change_the_task_is_its_action_until_it_is_confirmed) {
    make_task();
    sign_in();
    const auto task = phone->subscribe({{"query", "task"},
                                        {"group", to_string(FakeServer::group)},
                                        {"task", to_string(FakeServer::channel)}});
    work_offline();
    const Json hurried = phone->post("/hurry");
    ASSERT_TRUE(hurried.contains("ok")) << hurried;
    EXPECT_EQ(phone->snapshot(task)["task"]["waiting"]["kind"], "routine_form");
    EXPECT_TRUE(phone->snapshot(task)["task"]["waiting"]["by_routine"].get<bool>());
    const Json again = phone->post("/hurry");
    EXPECT_EQ(code(again), "task.action_waiting");
    EXPECT_EQ(again["error"]["params"]["intent"], hurried["ok"]["intent"]);
    EXPECT_TRUE(phone->post("/help").contains("ok")) << "its routine changes no task";
    EXPECT_TRUE(phone->post("as fast as you can").contains("ok"));
    phone->heal();
    phone->pass(2000);
    EXPECT_TRUE(phone->snapshot(task)["task"]["waiting"].is_null());
    EXPECT_TRUE(phone->post("/hurry").contains("ok"));
}

}  // namespace
}  // namespace holdfast::client
