// Tasks on a device: shown, moved, begun, refused. OM25 to OM27, OM30, OM32.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "client/engine/testing/one_task_fixture.hpp"
#include "core/model/body_files.hpp"

namespace holdfast::client {
namespace {

using testing_support::EngineTasks;
using testing_support::FakeServer;
using testing_support::Json;

TEST_F(EngineTasks, a_list_by_state_and_a_task_say_what_may_be_done_and_why_not) {
    const auto tasks = watch_tasks();
    EXPECT_TRUE(phone->snapshot(tasks)["complete"].get<bool>());
    EXPECT_EQ(state(tasks, "reported")["count"], 1);
    EXPECT_EQ(state(tasks, "reported")["tasks"][0]["name"], "Leak at P-7");
    EXPECT_EQ(state(tasks, "doing")["count"], 0);
    const Json start = phone->snapshot(tasks)["workflows"][0]["start"];
    EXPECT_EQ(start["label"], "Report");
    EXPECT_EQ(start["title"], (Json{{"en", "Report"}})) << "in each of its languages (OM40)";
    const Json task = phone->snapshot(watch_task(to_string(leak)))["task"];
    EXPECT_EQ(task["serial"], 4);
    EXPECT_EQ(task["channel"], to_string(leak));
    EXPECT_TRUE(action(task, "doing")["refusal"].is_null());
    EXPECT_TRUE(action(task, "doing")["title"].is_null()) << "a state has one name";
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
