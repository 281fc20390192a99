#include "server/admin/demo/demo.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/workflow/task.hpp"
#include "server/admin/demo/demo_workflows.hpp"
#include "server/admin/testing/storages.hpp"
#include "server/services/access.hpp"

namespace holdfast::admin {
namespace {

using testing::demo_storage;
using testing::must;
using testing::state_of;

/// What stands in the tasks of an organization, and in their timelines.
struct TaskCounts {
    std::map<std::string, std::size_t> by_state{};  ///< "work_order closed"
    std::size_t tasks = 0;
    std::size_t steps = 0;    ///< each has a message and a row of history
    std::size_t answers = 0;  ///< each has a message
};

TaskCounts count_tasks(storage::Storage& storage, const OrgState& state) {
    TaskCounts counts;
    for (const auto& [group, tasks] : state.tasks) {
        std::set<std::int64_t> serials;
        Id after;
        for (bool more = true; more;) {
            const auto page = must(storage.rows_after_key(tasks.bucket, RowKind::task, after, {}));
            for (const Row& row : page.rows) {
                const auto task = must(workflow::parse_task(row.body));
                EXPECT_EQ(task.serial, row.sort);
                EXPECT_EQ(task.channel, row.id);
                EXPECT_TRUE(serials.insert(task.serial).second);
                counts.by_state[task.workflow + " " + task.state] += 1;
                counts.tasks += 1;
                counts.steps += 1 + task.state_version;
                counts.answers += task.answers.size();
                after = row.id;
            }
            more = page.more;
        }
    }
    return counts;
}

TEST(Demo, has_what_its_page_promises) {
    const auto storage = testing::empty_storage();
    must(create_demo(*storage, {.password_hash = "!", .now = {1'750'000'000'000}}));
    const OrgState state = state_of(*storage, "northfield");
    EXPECT_EQ(state.users.size(), 60U);
    EXPECT_EQ(state.groups.size(), 14U);
    std::set<body::GroupKind> kinds;
    for (const auto& [id, group] : state.groups) {
        kinds.insert(group.body.kind);
    }
    EXPECT_EQ(kinds.size(), 4U);
    const TaskCounts counts = count_tasks(*storage, state);
    EXPECT_NEAR(static_cast<double>(counts.tasks), 3000, 3);
    EXPECT_EQ(state.channels.size(), 180U - 62 + counts.tasks);
    for (const char* way : {"work_order closed",
                            "work_order rejected",
                            "work_order pending",
                            "task_manager ready",
                            "task_manager not_implemented",
                            "notification completed",
                            "notification rejected",
                            "notification reported"}) {
        EXPECT_GT(counts.by_state.at(way), 0U) << way;
    }
    std::uint64_t rows = 0;
    for (const auto& record : must(storage->buckets_of(state.id))) {
        rows += record.bucket.kind == BucketKind::timeline ? record.bucket.rows : 0;
    }
    EXPECT_EQ(rows, 25'000U + 2 * (counts.steps + counts.answers));
}

TEST(Demo, has_read_what_was_done_long_ago) {
    const auto storage = demo_storage();
    const OrgState state = state_of(*storage, "northfield");
    std::size_t read = 0;
    for (const auto& [id, channel] : state.channels) {
        const auto newest = must(storage->newest_rows(channel.timeline, RowKind::message, 1));
        read += newest.front().sort <= channel.body.read_until ? 1 : 0;
    }
    EXPECT_EQ(read, count_tasks(*storage, state).tasks - 62);
}

TEST(Demo, has_its_workflows_and_routines_from_a_file) {
    const auto storage = demo_storage();
    const OrgState state = state_of(*storage, "northfield");
    ASSERT_EQ(state.tasks.size(), 3U);
    const auto work = find_workflow_of(state, "work_order");
    ASSERT_TRUE(work);
    EXPECT_EQ(state.groups.at(work->group).body.code, "work-orders");
    EXPECT_EQ(state.tasks.at(work->group).body.forms.size(), 4U);
    EXPECT_TRUE(find_workflow_of(state, "task_manager"));
    EXPECT_TRUE(find_workflow_of(state, "notification"));
    EXPECT_EQ(state.routines.size(), 5U);
    ASSERT_EQ(state.bots.size(), 2U);
    EXPECT_EQ(state.bots.at("ticket").owner, state.id);
    EXPECT_FALSE(state.bots.at("ticket").body.acts) << "it makes a task of its own";
    EXPECT_EQ(state.groups.at(state.bots.at("walks").owner).body.code, "safety");

    Problems problems;
    const auto again = testing::try_apply(*storage, demo_workflows_file(), problems);
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_TRUE(again->plan.empty()) << again->plan.front();
}

TEST(Demo, is_the_same_every_time) {
    const auto one = demo_storage();
    const auto other = demo_storage();
    const Id id = state_of(*one, "northfield").id;
    const auto buckets = must(one->buckets_of(id));
    const auto others = must(other->buckets_of(id));
    ASSERT_EQ(buckets.size(), others.size());
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        EXPECT_EQ(buckets[i].bucket.sum, others[i].bucket.sum);
    }
}

TEST(Demo, made_twice_is_made_once) {
    const auto storage = demo_storage();
    must(create_demo(*storage, {.password_hash = "!", .now = {1'750'000'000'000}}));
    EXPECT_EQ(must(storage->organizations()).size(), 1U);
}

TEST(Demo, people_read_different_buckets) {
    const auto storage = demo_storage();
    const OrgState state = state_of(*storage, "northfield");
    const OrgNames names = names_of(state);
    services::BucketIndex index(*storage);
    must(index.ensure(state.id));
    services::Access access(*storage, index);
    const auto readable = [&](const char* email) {
        std::set<BucketId> ids;
        for (const Bucket& bucket : must(access.readable(names.users.at(email)))) {
            ids.insert(bucket.id);
        }
        return ids;
    };
    const auto ana = readable("ana@northfield.example");
    const auto bruno = readable("bruno@northfield.example");
    const auto auditor = readable("emma.okafor@northfield.example");
    EXPECT_NE(ana, bruno);
    EXPECT_NE(ana, auditor);
    EXPECT_NE(bruno, auditor);
    for (const auto& [id, channel] : state.channels) {
        if (channel.body.is_private &&
            !channel.members.contains(names.users.at("bruno@northfield.example"))) {
            EXPECT_FALSE(bruno.contains(channel.timeline)) << channel.body.name;
        }
    }
}

TEST(Bench, makes_what_was_asked_for) {
    const auto storage = testing::empty_storage();
    must(create_bench(*storage, {.password_hash = "!", .users = 3, .channels = 4, .messages = 50}));
    const OrgState state = state_of(*storage, "bench");
    EXPECT_EQ(state.users.size(), 3U);
    ASSERT_EQ(state.channels.size(), 4U);
    std::size_t messages = 0;
    for (const auto& [id, channel] : state.channels) {
        messages += testing::messages_of(*storage, channel.timeline).size();
    }
    EXPECT_EQ(messages, 50U);
}

}  // namespace
}  // namespace holdfast::admin
