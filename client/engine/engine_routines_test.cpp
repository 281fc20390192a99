// What a device says of routines, which run on the server. OM24, OM25, OM27, OM28.

#include <gtest/gtest.h>

#include <cstdint>

#include "client/engine/testing/one_task_fixture.hpp"
#include "core/rules/testing/sample_routines.hpp"

namespace holdfast::client {
namespace {

using testing_support::EngineTasks;
using testing_support::FakeServer;
using testing_support::Json;

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
    EXPECT_EQ(offered["title"], (Json{{"en", "Report"}}));
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

}  // namespace
}  // namespace holdfast::client
