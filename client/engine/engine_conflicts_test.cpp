// What is told of a change that came too late, and what can be done about it. OM27, OM33, OM34.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "client/engine/testing/one_task_fixture.hpp"

namespace holdfast::client {
namespace {

using testing_support::EngineTasks;
using testing_support::FakeServer;
using testing_support::Json;

/// Somebody else, offline as well, was first: the phone comes back to a task that has moved.
class EngineConflicts : public EngineTasks {
protected:
    std::int64_t task = 0;
    std::int64_t outbox = 0;

    void SetUp() override {
        EngineTasks::SetUp();
        task = watch_task(to_string(leak));
        outbox = phone->subscribe({{"query", "outbox"}});
    }
    /// Ben has moved the task, as the history says.
    void move_elsewhere(const std::string& from, const std::string& to) {
        workflow::Task moved = on_the_server(leak);
        moved.state = to;
        moved.state_version += 1;
        server.put({tasks_bucket, RowKind::task, leak}, 4, workflow::encode(moved));
        const workflow::History row{.task = leak,
                                    .event = workflow::Event::state_changed,
                                    .at = WallTime{server.clock},
                                    .by = FakeServer::ben,
                                    .from = from,
                                    .to = to,
                                    .version = moved.state_version};
        server.put({FakeServer::timeline_bucket, RowKind::history, Id{5000 + moved.state_version}},
                   server.clock += 1000,
                   workflow::encode(row));
    }
    Json come_back() {
        phone->heal();
        phone->pass(2000);
        EXPECT_EQ(phone->snapshot(outbox)["items"].size(), 1U);
        return phone->snapshot(outbox)["items"][0];
    }
    /// Ana closes the task with its form, which is grade 4.
    Json close_by_form() {
        const Json opened = phone->call("open_form",
                                        {{"form", to_string(fixture::acceptance)},
                                         {"group", to_string(FakeServer::group)},
                                         {"task", to_string(leak)},
                                         {"target", "closed"}});
        const auto draft = opened["ok"]["draft"].get<std::int64_t>();
        phone->call("set_answer", {{"draft", draft}, {"path", "grade"}, {"value", 4}});
        return phone->call("submit_form", {{"draft", draft}});
    }
};

TEST_F(EngineConflicts, OM33_OM34_a_change_that_came_too_late_is_told_with_what_can_be_done) {
    const auto tasks = watch_tasks();
    work_offline();
    ASSERT_TRUE(move("doing", 0).contains("ok"));
    move_elsewhere("reported", "doing");
    move_elsewhere("doing", "reported");
    const Json item = come_back();
    EXPECT_EQ(phone->snapshot(task)["task"]["state"]["code"], "reported");
    EXPECT_EQ(item["state"], "needs_you");
    const Json& refusal = item["refusal"];
    EXPECT_EQ(refusal["error"]["code"], "task.stale_state");
    EXPECT_EQ(refusal["situation"], "moved");
    EXPECT_EQ(refusal["asked"], "Doing");
    EXPECT_EQ(refusal["happened"]["by"], "Ben Lee");
    EXPECT_EQ(refusal["happened"]["from"], "Doing");
    EXPECT_EQ(refusal["happened"]["to"], "Reported");
    EXPECT_FALSE(refusal["happened"]["mine"].get<bool>());
    EXPECT_EQ(refusal["task"]["state"], "Reported");
    EXPECT_EQ(refusal["choices"], Json::array({"discard"})) << "a button has nothing to keep";

    // The same card stands with the task, and a mark in the list.
    EXPECT_EQ(phone->snapshot(task)["refused"], Json::array({item}));
    EXPECT_EQ(state(tasks, "reported")["tasks"][0]["waiting"]["state"], "needs_you");
    ASSERT_TRUE(phone->call("discard", {{"intent", item["intent"]}}).contains("ok"));
    EXPECT_TRUE(phone->snapshot(task)["refused"].empty());
    EXPECT_TRUE(state(tasks, "reported")["tasks"][0]["waiting"].is_null());
}

TEST_F(EngineConflicts, OM34_what_was_done_otherwise_than_asked_is_told_until_it_is_read) {
    const auto status = phone->subscribe({{"query", "status"}});
    work_offline();
    ASSERT_TRUE(move("doing", 0).contains("ok"));
    server.adjust_with = Json{{"situation", "reassigned_before"},
                              {"target", "doing"},
                              {"kept", "in_channel"},
                              {"by", "Ben Lee"},
                              {"by_id", to_string(FakeServer::ben)},
                              {"at", 1'700'000'000'000},
                              {"from", to_string(FakeServer::ana)},
                              {"to", to_string(FakeServer::ben)}}
                             .dump();
    phone->heal();
    phone->pass(2000);
    EXPECT_TRUE(phone->snapshot(outbox)["items"].empty());
    ASSERT_EQ(phone->snapshot(outbox)["adjusted"].size(), 1U) << phone->snapshot(outbox);
    const Json item = phone->snapshot(outbox)["adjusted"][0];
    EXPECT_EQ(item["state"], "done");
    EXPECT_EQ(item["refusal"]["error"]["code"], "task.reassigned");
    EXPECT_EQ(item["refusal"]["asked"], "Doing");
    EXPECT_EQ(item["refusal"]["happened"]["by"], "Ben Lee");
    EXPECT_EQ(item["refusal"]["happened"]["to"], "Ben Lee");
    EXPECT_EQ(item["refusal"]["kept"], "in_channel");
    EXPECT_EQ(item["refusal"]["choices"], Json::array({"understood"}));
    EXPECT_EQ(phone->snapshot(outbox)["needs_you"], 1);
    EXPECT_EQ(phone->snapshot(status)["needs_you"], 1);
    EXPECT_EQ(phone->snapshot(task)["refused"], Json::array({item}));

    phone->kill();
    begin();
    outbox = phone->subscribe({{"query", "outbox"}});
    EXPECT_EQ(phone->snapshot(outbox)["adjusted"].size(), 1U) << "it is kept until it is read";
    ASSERT_EQ(code(phone->call("acknowledge", {{"intent", item["intent"]}})), "accepted");
    EXPECT_TRUE(phone->snapshot(outbox)["adjusted"].empty());
    EXPECT_EQ(code(phone->call("acknowledge", {{"intent", item["intent"]}})),
              "outbox.unknown_item");
}

TEST_F(EngineConflicts, OM27_a_form_says_that_an_action_waits_before_anything_is_typed) {
    ASSERT_TRUE(move("doing", 0).contains("ok"));
    phone->pass(1000);
    work_offline();
    const Json opened = phone->call("open_form",
                                    {{"form", to_string(fixture::acceptance)},
                                     {"group", to_string(FakeServer::group)},
                                     {"task", to_string(leak)},
                                     {"target", "closed"}});
    ASSERT_TRUE(opened.contains("ok")) << opened;
    ASSERT_TRUE(move("reported", 1).contains("ok"));
    const auto filling = phone->subscribe({{"query", "filling"}, {"draft", opened["ok"]["draft"]}});
    const Json& send = phone->snapshot(filling)["filling"]["send"];
    EXPECT_EQ(send["allowed"], false);
    EXPECT_EQ(send["reason"], "reason.action_waiting");
}

TEST_F(EngineConflicts, OM34_the_answer_of_a_late_change_is_attached_as_evidence_once) {
    ASSERT_TRUE(move("doing", 0).contains("ok"));
    phone->pass(1000);
    work_offline();
    const Json sent = close_by_form();
    ASSERT_TRUE(sent.contains("ok")) << sent;
    move_elsewhere("doing", "reported");
    const Json item = come_back();
    EXPECT_EQ(item["refusal"]["kept"], "in_channel");
    EXPECT_EQ(item["refusal"]["choices"], Json::array({"edit", "attach", "copy", "discard"}));
    EXPECT_TRUE(on_the_server(leak).answers.empty());
    const auto answer = phone->subscribe(
        {{"query", "answer"}, {"channel", to_string(leak)}, {"answer", item["intent"]}});
    EXPECT_EQ(phone->snapshot(answer)["answer"]["refused"], item);

    ASSERT_TRUE(phone->call("attach_answer", {{"intent", item["intent"]}}).contains("ok"));
    phone->pass(1000);
    EXPECT_TRUE(phone->snapshot(outbox)["items"].empty());
    EXPECT_EQ(on_the_server(leak).answers,
              std::vector{*parse_id(item["intent"].get<std::string>())});
    EXPECT_EQ(on_the_server(leak).state, "reported");
    EXPECT_EQ(phone->snapshot(answer)["answer"]["state"], "done");
    EXPECT_EQ(code(phone->call("attach_answer", {{"intent", item["intent"]}})),
              "outbox.unknown_item");
}

TEST_F(EngineConflicts, OM34_evidence_that_meets_a_task_which_has_moved_again_says_so) {
    ASSERT_TRUE(move("doing", 0).contains("ok"));
    phone->pass(1000);
    work_offline();
    ASSERT_TRUE(close_by_form().contains("ok"));
    move_elsewhere("doing", "reported");
    const Json item = come_back();
    work_offline();
    ASSERT_TRUE(phone->call("attach_answer", {{"intent", item["intent"]}}).contains("ok"));
    move_elsewhere("reported", "doing");
    phone->heal();
    phone->pass(2000);
    EXPECT_EQ(on_the_server(leak).answers.size(), 1U);
    const Json adjusted = phone->snapshot(outbox)["adjusted"];
    ASSERT_EQ(adjusted.size(), 1U);
    EXPECT_EQ(adjusted[0]["refusal"]["error"]["code"], "task.added_late");
    EXPECT_EQ(adjusted[0]["refusal"]["happened"]["by"], "Ben Lee");
}

TEST_F(EngineConflicts, OM34_a_late_form_is_edited_upon_the_task_as_it_is_now) {
    ASSERT_TRUE(move("doing", 0).contains("ok"));
    phone->pass(1000);
    work_offline();
    ASSERT_TRUE(close_by_form().contains("ok"));
    move_elsewhere("doing", "reported");
    move_elsewhere("reported", "doing");
    const Json item = come_back();
    const Json reopened = phone->call("reopen_answer", {{"intent", item["intent"]}});
    ASSERT_TRUE(reopened.contains("ok")) << reopened;
    EXPECT_TRUE(phone->snapshot(outbox)["items"].empty());
    ASSERT_TRUE(phone->call("submit_form", {{"draft", reopened["ok"]["draft"]}}).contains("ok"));
    phone->pass(1000);
    EXPECT_EQ(on_the_server(leak).state, "closed");
    EXPECT_EQ(on_the_server(leak).answers.size(), 1U);
}

}  // namespace
}  // namespace holdfast::client
