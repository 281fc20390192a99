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

TEST(Demo, has_what_its_page_promises) {
    const auto storage = demo_storage();
    const OrgState state = state_of(*storage, "northfield");
    EXPECT_EQ(state.users.size(), 60U);
    EXPECT_EQ(state.groups.size(), 14U);
    EXPECT_EQ(state.channels.size(), 180U);
    std::set<body::GroupKind> kinds;
    for (const auto& [id, group] : state.groups) {
        kinds.insert(group.body.kind);
    }
    EXPECT_EQ(kinds.size(), 4U);
    std::uint64_t rows = 0;
    std::uint64_t tasks = 0;
    std::uint64_t steps = 0;  // of tasks: each has a message and a row of history
    for (const auto& record : must(storage->buckets_of(state.id))) {
        rows += record.bucket.kind == BucketKind::timeline ? record.bucket.rows : 0;
        if (record.bucket.kind == BucketKind::tasks) {
            const auto page =
                must(storage->rows_after_key(record.bucket.id, RowKind::task, {}, {}));
            for (const Row& row : page.rows) {
                const auto task = must(workflow::parse_task(row.body));
                EXPECT_EQ(task.serial, row.sort);
                EXPECT_EQ(task.channel, row.id);
                tasks += 1;
                steps += 1 + task.state_version;
            }
        }
    }
    EXPECT_EQ(tasks, 58U);
    EXPECT_GT(steps, 2 * tasks);
    EXPECT_EQ(rows, 25'000U + 2 * steps);
}

TEST(Demo, has_its_workflows_and_routines_from_a_file) {
    const auto storage = demo_storage();
    const OrgState state = state_of(*storage, "northfield");
    ASSERT_EQ(state.tasks.size(), 2U);
    const auto work = find_workflow_of(state, "work_order");
    ASSERT_TRUE(work);
    EXPECT_EQ(state.groups.at(work->group).body.code, "work-orders");
    EXPECT_EQ(state.tasks.at(work->group).body.forms.size(), 3U);
    EXPECT_TRUE(find_workflow_of(state, "task_manager"));
    EXPECT_EQ(state.routines.size(), 2U);

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
