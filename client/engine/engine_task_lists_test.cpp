// Views of tasks on a device: windows, groups, order, filters, kept through changes. OM22.

#include <gtest/gtest.h>

#include <string>

#include "client/engine/limits.hpp"
#include "client/engine/testing/task_fixture.hpp"
#include "client/engine/view/task_lists.hpp"
#include "core/rules/testing/sample_routines.hpp"

namespace holdfast::client {
namespace {

using testing_support::FakeServer;
using testing_support::Json;
using testing_support::TaskFixture;

/// A group with as many tasks as a test puts there before somebody signs in.
class EngineTaskLists : public TaskFixture {
protected:
    static constexpr std::int64_t day = 24LL * 60 * 60 * 1000;

    static workflow::Task task(std::int64_t n) {
        workflow::Task task = fixture::leak_task();
        task.name = "Task " + std::to_string(n);
        task.serial = n;
        task.state = n % 2 == 0 ? "reported" : "doing";
        task.state_at = {n * 1000};
        task.group = FakeServer::group;
        task.channel = Id{9000 + static_cast<std::uint64_t>(n)};
        task.assignee = task.created_by = FakeServer::ana;
        return task;
    }
    void put(const workflow::Task& task) {
        server.put({tasks_bucket, RowKind::task, task.channel}, task.serial, encode(task));
    }
    void put_many(std::int64_t count) {
        for (std::int64_t n = 1; n <= count; ++n) {
            put(task(n));
        }
    }
    void tell() {
        phone->say(server.live_page(tasks_bucket, server.buckets.at(tasks_bucket).version - 1));
    }
    std::int64_t watch(Json query) {
        query["query"] = "tasks";
        query["group"] = to_string(FakeServer::group);
        return phone->subscribe(query);
    }
    /// The id that the intent got.
    Id submit(const std::string& kind, Json args) {
        args["group"] = to_string(FakeServer::group);
        const Json answer = phone->call("submit", {{"kind", kind}, {"args", std::move(args)}});
        EXPECT_TRUE(answer.contains("ok")) << answer.dump();
        return answer.contains("ok") ? *parse_id(answer["ok"]["intent"].get<std::string>()) : Id{};
    }
    /// "reported(3): 6 4 | doing(3): 5": numbers of the tasks that are in the snapshot.
    [[nodiscard]] std::string told(std::int64_t list) const {
        std::string out;
        for (const Json& group : phone->snapshot(list)["groups"]) {
            out += out.empty() ? "" : " | ";
            for (const Json& value : group["values"]) {
                out += value["value"].get<std::string>();
            }
            out += "(" + group["count"].dump() + "):";
            for (const Json& task : group["tasks"]) {
                out += " " + task["serial"].dump();
            }
        }
        return out;
    }
    static std::string key(const std::string& state) { return "work_order\x1f" + state; }
};

TEST_F(EngineTaskLists, OM22_a_snapshot_has_the_windows_that_were_asked_for_and_counts_everything) {
    put_many(60);
    sign_in();
    const auto list = watch({{"rows", 2}});
    EXPECT_EQ(told(list), "reported(30): 60 58 | doing(30): 59 57 | closed(0): | rejected(0):");
    EXPECT_EQ(phone->snapshot(list)["count"], 60);
    EXPECT_EQ(phone->snapshot(list)["groups"][0]["values"][0]["label"], "Reported");
    const Json windows{{key("doing"), {27, 10}}, {key("reported"), {400, 10}}};
    const auto deep = watch({{"windows", windows}});
    EXPECT_EQ(told(deep), "reported(30): | doing(30): 5 3 1 | closed(0): | rejected(0):");
    EXPECT_EQ(phone->snapshot(deep)["groups"][1]["from"], 27);
}

TEST_F(EngineTaskLists, OM22_what_was_looked_at_last_is_made_ready_at_the_next_start) {
    const auto count = static_cast<std::int64_t>(2 * limits::tasks_prepared_at_once + 500);
    put_many(count);
    sign_in();
    const Json by_person{{"layout", "table"}, {"groups", {{{"field", "assignee"}}}}};
    watch({{"rows", 2}, {"view", by_person}});
    phone->kill();
    phone->open();
    phone->start();
    const auto next = [&] {
        return phone->engine->next_deadline().value_or(Instant{}) - phone->now;
    };
    EXPECT_LE(next(), limits::prepare_after);
    phone->pass(limits::prepare_after.count);
    EXPECT_EQ(next(), limits::prepare_every) << "a part is made, others wait";
    // What comes meanwhile, among those that were read and among those that were not.
    for (const std::int64_t n : {count, std::int64_t{1}}) {
        workflow::Task changed = task(n);
        changed.assignee = Id{};
        put(changed);
        tell();
    }
    phone->pass(10);
    EXPECT_GT(next(), limits::prepare_every) << "all of it is made";
    const auto list = watch({{"rows", 1}, {"view", by_person}});
    const std::string ana = to_string(FakeServer::ana) + "(" + std::to_string(count - 2) + "): ";
    EXPECT_EQ(told(list), ana + std::to_string(count - 1) + " | (2): " + std::to_string(count));
}

TEST_F(EngineTaskLists, OM29_a_view_is_saved_offline_and_stays_when_the_server_has_it) {
    put_many(2);
    sign_in();
    const auto list = watch({{"rows", 2}});
    EXPECT_EQ(phone->snapshot(list)["saved"], Json::array());
    EXPECT_EQ(phone->snapshot(list)["share_refusal"]["code"], "access.forbidden");
    work_offline();
    const Json definition{{"name", "By person"}, {"groups", {{{"field", "assignee"}}}}};
    const Id view = submit("view.save", {{"definition", definition}});
    ASSERT_EQ(phone->snapshot(list)["saved"].size(), 1U);
    const Json saved = phone->snapshot(list)["saved"][0];
    EXPECT_EQ(saved["id"], to_string(view));
    EXPECT_EQ(saved["name"], "By person");
    EXPECT_EQ(saved["shared"], false);
    EXPECT_EQ(saved["view"]["groups"], definition["groups"]);
    const Json better{{"name", "Better"}};
    submit("view.save", {{"view", to_string(view)}, {"definition", better}});
    ASSERT_EQ(phone->snapshot(list)["saved"].size(), 1U) << "the same one, before anybody knows it";
    EXPECT_EQ(phone->snapshot(list)["saved"][0]["name"], "Better");
    phone->heal();
    phone->call("set_offline_mode", {{"on", false}});
    phone->pass(10'000);
    EXPECT_TRUE(server.rows.contains({FakeServer::ana_bucket, RowKind::task_view, view}));
    ASSERT_EQ(phone->snapshot(list)["saved"].size(), 1U);
    EXPECT_EQ(phone->snapshot(list)["saved"][0]["name"], "Better");
    submit("view.delete", {{"view", to_string(view)}});
    EXPECT_EQ(phone->snapshot(list)["saved"], Json::array());
}

TEST_F(EngineTaskLists, a_view_that_somebody_shares_is_there_for_everybody) {
    sign_in();
    const auto list = watch({{"rows", 2}});
    server.put({FakeServer::group_bucket, RowKind::task_view, Id{4000}},
               0,
               body::encode(body::TaskView{.group = FakeServer::group,
                                           .author = FakeServer::ben,
                                           .definition = R"({"name":"Late","layout":"table"})"}));
    phone->say(server.live_page(FakeServer::group_bucket,
                                server.buckets.at(FakeServer::group_bucket).version - 1));
    ASSERT_EQ(phone->snapshot(list)["saved"].size(), 1U);
    const Json saved = phone->snapshot(list)["saved"][0];
    EXPECT_EQ(saved["view"]["layout"], "table");
    EXPECT_EQ(saved["shared"], true);
    EXPECT_EQ(saved["changeable"], false);
    EXPECT_EQ(saved["deletable"], false);
}

TEST_F(EngineTaskLists, OM22_a_change_moves_the_task_in_every_open_view_and_leaves_the_rest) {
    put_many(6);
    sign_in();
    const auto by_state = watch({{"rows", 9}});
    const Json mine{
        {"view",
         {{"filters", {{{"field", "assignee"}, {"test", "any_of"}, {"values", {"me"}}}}},
          {"orders", {{{"field", "serial"}}}},
          {"groups", {{{"field", "assignee"}}}}}},
        {"rows", 9}};
    const auto by_person = watch(mine);
    const std::string ana = to_string(FakeServer::ana);
    EXPECT_EQ(told(by_person), ana + "(6): 1 2 3 4 5 6");
    EXPECT_EQ(phone->snapshot(by_person)["groups"][0]["values"][0]["label"], "Ana Rojas");

    workflow::Task moved = task(2);
    moved.state = "closed";
    moved.state_at = moved.closed_at = {server.clock};
    moved.assignee = Id{};
    put(moved);
    tell();
    EXPECT_EQ(told(by_state), "reported(2): 6 4 | doing(3): 5 3 1 | closed(1): 2 | rejected(0):");
    EXPECT_EQ(told(by_person), ana + "(5): 1 3 4 5 6");

    put(task(7));
    tell();
    EXPECT_EQ(told(by_state), "reported(2): 6 4 | doing(4): 7 5 3 1 | closed(1): 2 | rejected(0):");
    moved.active = false;
    put(moved);
    tell();
    EXPECT_EQ(told(by_state), "reported(2): 6 4 | doing(4): 7 5 3 1 | closed(0): | rejected(0):");
}

TEST_F(EngineTaskLists,
       OM22_OM26_what_waits_stands_in_its_place_and_goes_back_when_it_is_taken_back) {
    put(task(1));
    workflow::Task second = task(2);
    second.channel = FakeServer::channel;  // one that is there
    put(second);
    sign_in();
    const auto list = watch({{"rows", 9}});
    const Json waiting{{"view", {{"filters", {{{"field", "waiting"}, {"test", "is_not_empty"}}}}}},
                       {"rows", 9}};
    const auto waits = watch(waiting);
    EXPECT_EQ(phone->snapshot(waits)["count"], 0);
    work_offline();
    const Json moved = phone->call("submit",
                                   {{"kind", "task.change_state"},
                                    {"args",
                                     {{"group", to_string(FakeServer::group)},
                                      {"task", to_string(second.channel)},
                                      {"target", "doing"},
                                      {"base_state", "reported"},
                                      {"base_version", 0}}}});
    ASSERT_TRUE(moved.contains("ok")) << moved;
    EXPECT_EQ(told(list).substr(0, 26), "reported(0): | doing(2): 2");
    EXPECT_EQ(phone->snapshot(waits)["count"], 1);
    const Json taken = phone->call("discard", {{"intent", moved["ok"]["intent"]}});
    ASSERT_TRUE(taken.contains("ok")) << taken;
    EXPECT_EQ(told(list).substr(0, 26), "reported(1): 2 | doing(1):");
    EXPECT_EQ(phone->snapshot(waits)["count"], 0);
}

TEST_F(EngineTaskLists, OM22_a_calendar_shows_the_days_of_a_month) {
    for (std::int64_t n = 1; n <= 4; ++n) {
        workflow::Task due = task(n);
        due.end_date = {n * 16 * day + day / 2};
        put(due);
    }
    put(task(5));
    sign_in();
    const auto month =
        watch({{"view", {{"layout", "calendar"}}}, {"month", "1970-02"}, {"rows", 5}});
    EXPECT_EQ(told(month), "1970-02-02(1): 2 | 1970-02-18(1): 3");
    const auto days = watch({{"view", {{"layout", "calendar"}}}, {"rows", 5}});
    EXPECT_EQ(told(days).substr(0, 7), "(1): 5 ");
}

TEST_F(EngineTaskLists, OM22_a_person_sees_the_tasks_in_which_they_have_a_part) {
    const auto define = [&](std::string definition) {
        body::TaskGroup group{.definition = std::move(definition),
                              .workflows = {{"work_order", fixture::work_order}}};
        server.put({FakeServer::group_bucket, RowKind::task_group, FakeServer::group},
                   0,
                   body::encode(group));
    };
    define(R"({"code":"work_orders","editor":["supervise"],"follower":["supervise"]})");
    put_many(2);
    workflow::Task other = task(3);
    other.assignee = Id{};
    put(other);
    sign_in();
    const auto list = watch({{"rows", 9}});
    EXPECT_EQ(phone->snapshot(list)["count"], 2);
    other.followers = {FakeServer::ana};
    put(other);
    tell();
    EXPECT_EQ(phone->snapshot(list)["count"], 3);
    put(task(4));
    other.followers = {};
    put(other);
    phone->say(server.live_page(tasks_bucket, server.buckets.at(tasks_bucket).version - 2));
    EXPECT_EQ(told(list).substr(0, 28), "reported(2): 4 2 | doing(1):");
    // The definition of the group decides too: everybody may follow now.
    define(R"({"code":"work_orders","editor":["supervise"]})");
    phone->say(server.live_page(FakeServer::group_bucket,
                                server.buckets.at(FakeServer::group_bucket).version - 1));
    EXPECT_EQ(phone->snapshot(list)["count"], 4);
}

TEST_F(EngineTaskLists, OM22_more_tasks_than_one_read_gives_are_all_counted) {
    put_many(20'100);
    sign_in();
    const auto list = watch({{"rows", 1}});
    EXPECT_EQ(phone->snapshot(list)["count"], 20'100);
    EXPECT_EQ(told(list).substr(0, 44), "reported(10050): 20100 | doing(10050): 20099");
}

}  // namespace
}  // namespace holdfast::client
