// Tasks on a device: shown, moved, begun, refused. OM25 to OM28, OM32, OM33.

#include <gtest/gtest.h>

#include <string>

#include "client/engine/testing/task_fixture.hpp"
#include "core/model/body_files.hpp"
#include "core/rules/testing/sample_routines.hpp"

namespace holdfast::client {
namespace {

using testing_support::FakeServer;
using testing_support::Json;
using testing_support::TaskFixture;

/// The fake server's group works with the tasks of the sample; its channel is that of one.
class EngineTasks : public TaskFixture {
protected:
    static constexpr Id leak = FakeServer::channel;

    void SetUp() override {
        TaskFixture::SetUp();
        workflow::Task task = fixture::leak_task();
        task.group = FakeServer::group;
        task.channel = leak;
        task.assignee = task.created_by = FakeServer::ana;
        server.put({tasks_bucket, RowKind::task, leak}, task.serial, workflow::encode(task));
        sign_in();
    }

    Json move(const std::string& target, std::uint32_t base) {
        return phone->call("submit",
                           {{"kind", "task.change_state"},
                            {"args",
                             {{"group", to_string(FakeServer::group)},
                              {"task", to_string(leak)},
                              {"target", target},
                              {"base_state", base == 0 ? "reported" : "doing"},
                              {"base_version", base}}}});
    }
    Json begin_task() {
        return phone->call("submit",
                           {{"kind", "task.create"},
                            {"args",
                             {{"group", to_string(FakeServer::group)},
                              {"workflow", "work_order"},
                              {"form", to_string(fixture::report_v1)},
                              {"answers", {{"what", "Pump drips"}}}}}});
    }
    std::int64_t watch_task(const std::string& id) {
        return phone->subscribe(
            {{"query", "task"}, {"group", to_string(FakeServer::group)}, {"task", id}});
    }
    std::int64_t watch_tasks() {
        return phone->subscribe(
            {{"query", "tasks"}, {"group", to_string(FakeServer::group)}, {"rows", 50}});
    }
    /// The list of a state in the group's only workflow.
    [[nodiscard]] Json state(std::int64_t tasks, const std::string& code) const {
        for (const Json& one : phone->snapshot(tasks)["groups"]) {
            if (one["values"][0]["value"] == code) {
                return one;
            }
        }
        return {};
    }
    [[nodiscard]] static Json action(const Json& task, const std::string& target) {
        for (const Json& one : task["actions"]) {
            if (one["target"] == target) {
                return one;
            }
        }
        return {};
    }
    [[nodiscard]] workflow::Task on_the_server(Id id) const {
        const auto found = server.rows.find({tasks_bucket, RowKind::task, id});
        return found == server.rows.end() ? workflow::Task{}
                                          : workflow::parse_task(found->second.body).value();
    }
};

TEST_F(EngineTasks, a_list_by_state_and_a_task_say_what_may_be_done_and_why_not) {
    const auto tasks = watch_tasks();
    EXPECT_TRUE(phone->snapshot(tasks)["complete"].get<bool>());
    EXPECT_EQ(state(tasks, "reported")["count"], 1);
    EXPECT_EQ(state(tasks, "reported")["tasks"][0]["name"], "Leak at P-7");
    EXPECT_EQ(state(tasks, "doing")["count"], 0);
    EXPECT_EQ(phone->snapshot(tasks)["workflows"][0]["start"]["label"], "Report");
    const Json task = phone->snapshot(watch_task(to_string(leak)))["task"];
    EXPECT_EQ(task["serial"], 4);
    EXPECT_EQ(task["channel"], to_string(leak));
    EXPECT_TRUE(action(task, "doing")["refusal"].is_null());
    EXPECT_EQ(action(task, "rejected")["refusal"]["code"], "access.forbidden");
}

TEST_F(EngineTasks, OM26_OM27_OM32_one_change_waits_offline_the_next_is_refused_and_both_are_told) {
    const auto tasks = watch_tasks();
    const auto task = watch_task(to_string(leak));
    work_offline();
    const Json moved = move("doing", 0);
    ASSERT_TRUE(moved.contains("ok")) << moved;
    EXPECT_EQ(state(tasks, "doing")["tasks"][0]["waiting"]["state"], "saved");
    EXPECT_EQ(phone->snapshot(task)["task"]["waiting"]["kind"], "manual_change");
    const Json second = move("reported", 1);
    EXPECT_EQ(code(second), "task.action_waiting");
    EXPECT_EQ(second["error"]["params"]["intent"], moved["ok"]["intent"]);
    EXPECT_EQ(action(phone->snapshot(task)["task"], "reported")["refusal"]["code"],
              "task.action_waiting");
    phone->kill();
    begin();
    const auto again = watch_task(to_string(leak));
    EXPECT_EQ(code(move("reported", 1)), "task.action_waiting");
    phone->heal();
    phone->pass(2000);
    EXPECT_EQ(on_the_server(leak).state_version, 1U);
    EXPECT_EQ(on_the_server(leak).state, "doing");
    EXPECT_TRUE(phone->snapshot(again)["task"]["waiting"].is_null());
    EXPECT_EQ(phone->snapshot(again)["task"]["history"].size(), 1U);
    EXPECT_TRUE(phone->snapshot(again)["task"]["history"][0]["offline"].get<bool>());
}

TEST_F(EngineTasks, OM25_a_task_begun_offline_is_shown_with_its_final_id_and_cannot_be_moved) {
    const auto tasks = watch_tasks();
    work_offline();
    const Json begun = begin_task();
    ASSERT_TRUE(begun.contains("ok")) << begun;
    const auto id = begun["ok"]["intent"].get<std::string>();
    const Json reported = state(tasks, "reported");
    EXPECT_EQ(reported["count"], 2);
    const Json& first = reported["tasks"][0];
    EXPECT_EQ(first["id"], id);
    EXPECT_EQ(first["serial"], 0);
    EXPECT_EQ(first["waiting"]["kind"], "start_form");
    const Json task = phone->snapshot(watch_task(id))["task"];
    EXPECT_TRUE(task["channel"].is_null());
    EXPECT_EQ(action(task, "doing")["refusal"]["code"], "task.action_waiting");
    // The ids behind it are its own: what comes next does not take them.
    const Json next = begin_task();
    EXPECT_EQ(parse_id(next["ok"]["intent"].get<std::string>())->value,
              parse_id(id)->value + ids_reserved(IntentKind::task_create));
}

TEST_F(EngineTasks,
       OM25_OM26_forms_of_tasks_are_kept_through_a_kill_and_do_what_they_were_begun_for) {
    work_offline();
    const Json opened = phone->call("open_form",
                                    {{"form", to_string(fixture::report)},
                                     {"group", to_string(FakeServer::group)},
                                     {"workflow", "work_order"}});
    ASSERT_TRUE(opened.contains("ok")) << opened;
    const auto draft = opened["ok"]["draft"].get<std::int64_t>();
    phone->call("set_answer", {{"draft", draft}, {"path", "what"}, {"value", "Door jams"}});
    phone->kill();
    begin();
    const auto filling = phone->subscribe({{"query", "filling"}, {"draft", draft}});
    EXPECT_TRUE(phone->snapshot(filling)["filling"]["task"]["task"].is_null());
    const Json sent = phone->call("submit_form", {{"draft", draft}});
    ASSERT_TRUE(sent.contains("ok")) << sent;
    const auto tasks = watch_tasks();
    EXPECT_EQ(state(tasks, "reported")["tasks"][0]["name"], "Door jams");
    // A state start form, where the state has none for this target.
    const Json refused = phone->call("open_form",
                                     {{"form", to_string(fixture::acceptance)},
                                      {"group", to_string(FakeServer::group)},
                                      {"task", to_string(leak)},
                                      {"target", "closed"}});
    EXPECT_EQ(code(refused), "task.no_transition");
    EXPECT_EQ(code(phone->call("open_form",
                               {{"form", to_string(fixture::acceptance)},
                                {"group", to_string(FakeServer::group)}})),
              "request.malformed");
}

TEST_F(EngineTasks, OM26_a_state_start_form_moves_the_task_with_its_answer) {
    ASSERT_TRUE(move("doing", 0).contains("ok"));
    phone->pass(1000);
    const Json opened = phone->call("open_form",
                                    {{"form", to_string(fixture::acceptance)},
                                     {"group", to_string(FakeServer::group)},
                                     {"task", to_string(leak)},
                                     {"target", "closed"}});
    ASSERT_TRUE(opened.contains("ok")) << opened;
    const auto draft = opened["ok"]["draft"].get<std::int64_t>();
    phone->call("set_answer", {{"draft", draft}, {"path", "grade"}, {"value", 4}});
    const Json sent = phone->call("submit_form", {{"draft", draft}});
    ASSERT_TRUE(sent.contains("ok")) << sent;
    phone->pass(1000);
    EXPECT_EQ(on_the_server(leak).state, "closed");
    EXPECT_EQ(on_the_server(leak).answers.size(), 1U);
}

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

/// The same task, whose changes belong to routines.
class EngineRoutines : public EngineTasks {
protected:
    void SetUp() override {
        EngineTasks::SetUp();
        server.put({FakeServer::group_bucket, RowKind::workflow, fixture::work_order},
                   0,
                   fixture::routine_order_body());
        tell(FakeServer::group_bucket);
    }
    /// The last change of a bucket, as it comes over the socket.
    void tell(BucketId bucket) {
        phone->say(server.live_page(bucket, server.buckets.at(bucket).version - 1));
    }
    std::int64_t open(const Json& call) {
        const Json opened = phone->call("open_form", call);
        EXPECT_TRUE(opened.contains("ok")) << opened;
        return opened["ok"]["draft"].get<std::int64_t>();
    }
};

TEST_F(EngineRoutines, OM28_what_a_routine_will_do_is_said_before_and_while_it_waits) {
    const auto task = watch_task(to_string(leak));
    EXPECT_TRUE(action(phone->snapshot(task)["task"], "doing")["runs_routine"].get<bool>());
    EXPECT_FALSE(action(phone->snapshot(task)["task"], "rejected")["runs_routine"].get<bool>());
    work_offline();
    ASSERT_TRUE(move("doing", 0).contains("ok"));
    const Json waits = phone->snapshot(task)["task"];
    EXPECT_TRUE(waits["waiting"]["by_routine"].get<bool>());
    EXPECT_EQ(waits["state"]["code"], "doing") << "as it was asked for (OM26)";
    phone->heal();
    phone->pass(2000);
    EXPECT_TRUE(phone->snapshot(task)["task"]["waiting"].is_null());
    EXPECT_EQ(on_the_server(leak).state, "reported") << "the change is the routine's";
}

TEST_F(EngineRoutines, OM25_OM28_a_task_that_a_routine_will_make_is_shown_at_once) {
    const auto tasks = watch_tasks();
    EXPECT_TRUE(phone->snapshot(tasks)["workflows"][0]["start"]["runs_routine"].get<bool>());
    work_offline();
    const Json begun = begin_task();
    ASSERT_TRUE(begun.contains("ok")) << begun;
    const auto task = watch_task(begun["ok"]["intent"].get<std::string>());
    const Json shown = phone->snapshot(task)["task"];
    EXPECT_EQ(shown["name"], "Report");
    EXPECT_EQ(shown["serial"], 0);
    EXPECT_TRUE(shown["waiting"]["by_routine"].get<bool>());
    EXPECT_EQ(state(tasks, "reported")["count"], 2);
}

TEST_F(EngineRoutines, OM24_OM27_a_form_that_the_state_offers_is_an_action_upon_the_task) {
    workflow::Task doing = on_the_server(leak);
    doing.state = "doing";
    server.put({tasks_bucket, RowKind::task, leak}, doing.serial, workflow::encode(doing));
    tell(tasks_bucket);
    const auto task = watch_task(to_string(leak));
    const Json offered = action(phone->snapshot(task)["task"], "");
    EXPECT_EQ(offered["kind"], "survey_trigger");
    EXPECT_EQ(offered["label"], "Report");
    EXPECT_TRUE(offered["runs_routine"].get<bool>());
    work_offline();
    const Json upon{{"group", to_string(FakeServer::group)},
                    {"task", to_string(leak)},
                    {"target", ""},
                    {"form", offered["form"]}};
    const std::int64_t draft = open(upon);
    const auto filling = phone->subscribe({{"query", "filling"}, {"draft", draft}});
    EXPECT_TRUE(phone->snapshot(filling)["filling"]["runs_routine"].get<bool>());
    phone->call("set_answer", {{"draft", draft}, {"path", "what"}, {"value", "It takes longer"}});
    ASSERT_TRUE(phone->call("submit_form", {{"draft", draft}}).contains("ok"));
    EXPECT_EQ(phone->snapshot(task)["task"]["waiting"]["kind"], "survey_trigger");
    EXPECT_EQ(phone->snapshot(task)["task"]["state"]["code"], "doing");
    EXPECT_EQ(code(phone->call("open_form", upon)), "task.action_waiting");
    phone->heal();
    phone->pass(2000);
    EXPECT_EQ(on_the_server(leak).answers.size(), 1U);
}

TEST_F(EngineTasks, OM30_who_takes_part_is_changed_with_a_connection_and_seen_by_all) {
    const auto watched = watch_task(to_string(leak));
    EXPECT_EQ(phone->snapshot(watched)["task"]["people_refusal"], nullptr);
    const Json args{{"group", to_string(FakeServer::group)},
                    {"task", to_string(leak)},
                    {"user", to_string(FakeServer::ben)},
                    {"role", "editor"}};
    ASSERT_TRUE(phone->submit("task.set_role", args).contains("ok"));
    phone->pass(1000);
    EXPECT_EQ(on_the_server(leak).editors, std::vector{FakeServer::ben});
    const Json people = phone->snapshot(watched)["task"]["people"];
    ASSERT_EQ(people.size(), 2U);
    EXPECT_EQ(people[1]["role"], "editor");
    work_offline();
    EXPECT_EQ(phone->snapshot(watched)["task"]["people_refusal"]["code"],
              "intent.needs_connection");
}

TEST_F(EngineTasks, OM30_what_a_task_says_of_itself_is_changed_with_a_connection) {
    const auto watched = watch_task(to_string(leak));
    EXPECT_EQ(phone->snapshot(watched)["task"]["edit_refusal"], nullptr);
    const Json args{{"group", to_string(FakeServer::group)},
                    {"task", to_string(leak)},
                    {"patch", {{"name", "Leak at P-8"}, {"end_date", 86'400'000}}}};
    ASSERT_TRUE(phone->submit("task.edit", args).contains("ok"));
    phone->pass(1000);
    EXPECT_EQ(on_the_server(leak).name, "Leak at P-8");
    EXPECT_EQ(on_the_server(leak).end_date.ms, 86'400'000);
    EXPECT_EQ(on_the_server(leak).assignee, FakeServer::ana) << "what is absent stays";
    work_offline();
    EXPECT_EQ(phone->snapshot(watched)["task"]["edit_refusal"]["code"], "intent.needs_connection");
}

/// The same, and a task in its first state may have others inside.
class EngineSubtasks : public EngineTasks {
protected:
    void SetUp() override {
        EngineTasks::SetUp();
        Json order = Json::parse(fixture::work_order_json);
        order["states"][0]["subtask"] = {{"workflow", "work_order"}};
        server.put({FakeServer::group_bucket, RowKind::workflow, fixture::work_order},
                   0,
                   body::encode(body::Workflow{.definition = order.dump()}));
        phone->say(server.live_page(FakeServer::group_bucket,
                                    server.buckets.at(FakeServer::group_bucket).version - 1));
    }
    Json open_inside(const Json& offered) {
        return phone->call("open_form",
                           {{"group", to_string(FakeServer::group)},
                            {"workflow", offered["workflow"]},
                            {"task", to_string(leak)},
                            {"form", offered["form"]}});
    }
    /// Fills in the form of the parent's offer and sends it; returns the subtask's id.
    std::string begin_inside(const Json& offered) {
        const Json opened = open_inside(offered);
        EXPECT_TRUE(opened.contains("ok")) << opened;
        const Json draft = opened["ok"]["draft"];
        phone->call("set_answer", {{"draft", draft}, {"path", "what"}, {"value", "No seal"}});
        const Json sent = phone->call("submit_form", {{"draft", draft}});
        EXPECT_TRUE(sent.contains("ok")) << sent;
        return sent["ok"]["intent"].get<std::string>();
    }
};

TEST_F(EngineSubtasks, OM25_OM27_a_subtask_that_waits_is_the_one_action_upon_its_parent) {
    const auto above = watch_task(to_string(leak));
    const Json offered = action(phone->snapshot(above)["task"], "");
    ASSERT_EQ(offered["kind"], "subtask_form");
    work_offline();
    const std::string id = begin_inside(offered);
    EXPECT_EQ(phone->snapshot(above)["task"]["waiting"]["kind"], "subtask_form");
    EXPECT_EQ(phone->snapshot(above)["task"]["subtasks"][0]["id"], id);
    EXPECT_EQ(code(open_inside(offered)), "task.action_waiting");
    EXPECT_EQ(code(move("doing", 0)), "task.subtasks_open") << "it fits nothing there";
    const auto below = watch_task(id);
    EXPECT_EQ(phone->snapshot(below)["task"]["parent"]["id"], to_string(leak));
    EXPECT_EQ(phone->snapshot(below)["task"]["waiting"]["kind"], "subtask_form");
    phone->kill();
    begin();
    EXPECT_EQ(code(open_inside(offered)), "task.action_waiting");
}

TEST_F(EngineTasks, has_the_files_of_its_chat_the_newest_first) {
    const auto watched = watch_task(to_string(leak));
    EXPECT_TRUE(phone->snapshot(watched)["task"]["files"].empty());
    for (const auto& [id, name] : {std::pair{Id{8801}, "before.jpg"}, {Id{8802}, "after.jpg"}}) {
        server.put({FakeServer::timeline_bucket, RowKind::file, id},
                   static_cast<std::int64_t>(id.value),
                   body::encode(body::File{.author = FakeServer::ben, .name = name}));
        phone->say(server.live_page(FakeServer::timeline_bucket,
                                    server.buckets.at(FakeServer::timeline_bucket).version - 1));
    }
    phone->pass(1000);
    const Json files = phone->snapshot(watched)["task"]["files"];
    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files[0]["name"], "after.jpg");
    EXPECT_EQ(files[1]["name"], "before.jpg");
}

TEST_F(EngineTasks, a_subtask_and_its_parent_lead_to_each_other) {
    workflow::Task parent = on_the_server(leak);
    workflow::Task child = parent;
    constexpr Id inside{7777};
    parent.children = {inside};
    child.parent = leak;
    child.name = "Order a seal";
    child.channel = inside;
    for (const auto& [id, task] : {std::pair{leak, parent}, std::pair{inside, child}}) {
        server.put({tasks_bucket, RowKind::task, id}, task.serial, workflow::encode(task));
        phone->say(server.live_page(tasks_bucket, server.buckets.at(tasks_bucket).version - 1));
    }
    const auto above = watch_task(to_string(leak));
    const auto below = watch_task(to_string(inside));
    EXPECT_EQ(phone->snapshot(above)["task"]["subtasks"][0]["name"], "Order a seal");
    EXPECT_EQ(phone->snapshot(above)["task"]["parent"], nullptr);
    EXPECT_EQ(phone->snapshot(below)["task"]["parent"]["name"], parent.name);
}

}  // namespace
}  // namespace holdfast::client
