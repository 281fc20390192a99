#pragma once

#include <cstdint>
#include <string>

#include "client/engine/testing/task_fixture.hpp"

namespace holdfast::testing_support {

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

}  // namespace holdfast::testing_support
