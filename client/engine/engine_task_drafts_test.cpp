// Forms of tasks that are half filled in: the list of drafts says what each belongs to. OM24 to
// OM26.

#include <gtest/gtest.h>

#include <string>

#include "client/engine/testing/task_fixture.hpp"

namespace holdfast::client {
namespace {

using testing_support::FakeServer;
using testing_support::Json;
using testing_support::TaskFixture;

/// A task that waits for its acceptance, and may have others inside.
class EngineTaskDrafts : public TaskFixture {
protected:
    static constexpr Id leak = FakeServer::channel;

    void SetUp() override {
        TaskFixture::SetUp();
        Json order = Json::parse(fixture::work_order_json);
        order["states"][1]["subtask"] = {{"workflow", "work_order"}};
        server.put({FakeServer::group_bucket, RowKind::workflow, fixture::work_order},
                   0,
                   body::encode(body::Workflow{.definition = order.dump()}));
        workflow::Task task = fixture::leak_task();
        task.group = FakeServer::group;
        task.channel = leak;
        task.state = "doing";
        task.assignee = task.created_by = FakeServer::ana;
        server.put({tasks_bucket, RowKind::task, leak}, task.serial, workflow::encode(task));
        sign_in();
    }

    /// Begins to fill in a form of the group; returns what the list of drafts says of it.
    Json draft_in(Json place, const std::string& path, const Json& value) {
        place["group"] = to_string(FakeServer::group);
        const Json opened = phone->call("open_form", place);
        EXPECT_TRUE(opened.contains("ok")) << opened;
        const Json draft = opened["ok"]["draft"];
        phone->call("set_answer", {{"draft", draft}, {"path", path}, {"value", value}});
        const auto list = phone->subscribe({{"query", "drafts"}});
        for (const Json& one : phone->snapshot(list)["drafts"]) {
            if (one["draft"] == draft) {
                return one["task"];
            }
        }
        ADD_FAILURE() << "no such draft: " << draft;
        return {};
    }
};

TEST_F(EngineTaskDrafts, a_draft_says_of_which_group_and_task_it_is) {
    const std::string report = to_string(fixture::report);
    EXPECT_EQ(draft_in({{"workflow", "work_order"}, {"form", report}}, "what", "Noise"),
              (Json{{"group", "Work orders"}, {"name", ""}, {"begins", true}}));
    const Json inside{{"workflow", "work_order"}, {"task", to_string(leak)}, {"form", report}};
    EXPECT_EQ(draft_in(inside, "what", "No seal"),
              (Json{{"group", "Work orders"}, {"name", "Leak at P-7"}, {"begins", true}}));
    const Json move{
        {"task", to_string(leak)}, {"target", "closed"}, {"form", to_string(fixture::acceptance)}};
    EXPECT_EQ(draft_in(move, "grade", 4),
              (Json{{"group", "Work orders"}, {"name", "Leak at P-7"}, {"begins", false}}));
}

TEST_F(EngineTaskDrafts, what_a_draft_belongs_to_is_said_as_it_is_called_now) {
    const Json move{
        {"task", to_string(leak)}, {"target", "closed"}, {"form", to_string(fixture::acceptance)}};
    ASSERT_EQ(draft_in(move, "grade", 4)["name"], "Leak at P-7");
    const auto list = phone->subscribe({{"query", "drafts"}});
    workflow::Task task =
        workflow::parse_task(server.rows.at({tasks_bucket, RowKind::task, leak}).body).value();
    task.name = "Leak at P-8";
    server.put({tasks_bucket, RowKind::task, leak}, task.serial, workflow::encode(task));
    phone->say(server.live_page(tasks_bucket, server.buckets.at(tasks_bucket).version - 1));
    EXPECT_EQ(phone->snapshot(list)["drafts"][0]["task"]["name"], "Leak at P-8");
}

}  // namespace
}  // namespace holdfast::client
