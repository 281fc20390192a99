#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/body_workflow.hpp"
#include "core/workflow/task.hpp"
#include "server/admin/demo/demo.hpp"
#include "server/admin/demo/demo_texts.hpp"
#include "server/admin/founder.hpp"

namespace holdfast::admin {
namespace {

constexpr std::string_view flow =
    R"({"code":"flow","name":"Flow","group":"tasks","collection":"flow_states",)"
    R"("initial":"reported","states":[)"
    R"({"code":"reported","name":"Reported","kind":"new","next":[{"target":"planned"}]},)"
    R"({"code":"planned","name":"Planned","next":[{"target":"doing"}]},)"
    R"({"code":"doing","name":"Doing","next":[{"target":"checked"},{"target":"planned"}]},)"
    R"({"code":"checked","name":"Checked","next":[{"target":"doing"},{"target":"done"}]},)"
    R"({"code":"done","name":"Done","kind":"closed"},)"
    R"({"code":"refused","name":"Refused","kind":"closed"}]})";
constexpr std::array<std::string_view, 6> flow_states{
    "reported", "planned", "doing", "checked", "done", "refused"};
constexpr std::int64_t hour_ms = 60LL * 60 * 1000;

/// What stands in a task that has been worked on for a while.
workflow::Task make_task(Dice& dice,
                         const BenchOptions& options,
                         const std::vector<Id>& users,
                         std::size_t number) {
    const auto hours = [&](std::size_t most) {
        return static_cast<std::int64_t>(dice.below(most)) * hour_ms;
    };
    workflow::Task task{.name = demo_text(dice, false),
                        .serial = static_cast<std::int64_t>(number) + 1,
                        .workflow = "flow",
                        .state = std::string(dice.pick(flow_states)),
                        .assignee = dice.pick(users),
                        .created_by = dice.pick(users),
                        .end_date = {options.now.ms + hours(60 * 24) - 30 * 24 * hour_ms},
                        .state_at = {options.now.ms - hours(20 * 24)}};
    if (task.state == "done" || task.state == "refused") {
        task.closed_at = task.state_at;
    }
    task.state_by = task.assignee;
    task.name.resize(std::min<std::size_t>(task.name.size(), 60));
    return task;
}

Result<> write_tasks(storage::Storage& storage,
                     Founder& founder,
                     const BenchOptions& options,
                     const std::vector<Id>& users) {
    HF_TRY(const Id group,
           founder.group(
               {.name = "Tasks", .kind = body::GroupKind::workflow, .weight = 1, .code = "tasks"}));
    HF_CHECK(founder.flush());
    HF_TRY(const auto own, storage.find_bucket(BucketKind::group, group));
    HF_TRY(const Id row, storage.mint_id());
    HF_CHECK(founder.put(
        own->bucket.id, RowKind::workflow, row, body::encode(body::Workflow{std::string(flow)})));
    HF_CHECK(
        founder.put(own->bucket.id,
                    RowKind::task_group,
                    group,
                    body::encode(body::TaskGroup{.definition = R"({"code":"tasks","name":"Tasks"})",
                                                 .workflows = {{"flow", row}}})));
    HF_TRY(const BucketId bucket, founder.tasks(group));
    Dice dice(11);
    for (std::size_t i = 0; i < options.tasks; ++i) {
        workflow::Task task = make_task(dice, options, users, i);
        task.group = group;
        Id id;
        if (i < options.task_channels) {
            HF_TRY(const Founder::Place place,
                   founder.channel(
                       {.body = {.name = task.name, .group = group}, .members = {users.front()}}));
            id = place.channel;
        } else {
            HF_TRY(id, storage.mint_id());
        }
        task.channel = id;
        HF_CHECK(founder.put(bucket, RowKind::task, id, workflow::encode(task), task.serial));
    }
    return {};
}

Result<> write_bench(storage::Storage& storage, const BenchOptions& options) {
    Founder founder(storage);
    Dice dice(7);
    const body::Organization organization{.name = "Benchmark"};
    HF_TRY([[maybe_unused]] const Id id, founder.organization("bench", organization));
    HF_CHECK(founder.entitlement({.state = body::EntitlementState::granted}));
    HF_TRY(const Id role, founder.role({.name = "Staff", .permissions = {"message-write"}}));
    std::vector<Id> users;
    for (std::size_t i = 0; i < options.users; ++i) {
        const std::string email = "bench" + std::to_string(i) + "@holdfast.example";
        HF_TRY(
            const Id user,
            founder.user(
                {.name = "Bench", .last_name = std::to_string(i), .email = email, .roles = {role}},
                options.password_hash));
        users.push_back(user);
    }
    HF_TRY(const Id group, founder.group({.name = "Bench"}));
    std::vector<Founder::Place> places;
    for (std::size_t c = 0; c < options.channels; ++c) {
        HF_TRY(const Founder::Place place,
               founder.channel(
                   {.body = {.name = "Channel " + std::to_string(c),
                             .group = group,
                             .is_private = options.is_private},
                    .members = options.is_private ? users : std::vector<Id>{users.front()}}));
        places.push_back(place);
    }
    for (std::size_t m = 0; m < options.messages; ++m) {
        const body::Message message{.author = dice.pick(users), .text = demo_text(dice, false)};
        const std::int64_t at = options.now.ms -
                                static_cast<std::int64_t>(options.messages - m) * 1000 -
                                static_cast<std::int64_t>(dice.below(1000));
        HF_TRY([[maybe_unused]] const Id written,
               founder.message(places[m % places.size()].timeline, message, at));
    }
    if (options.tasks > 0) {
        HF_CHECK(write_tasks(storage, founder, options, users));
    }
    HF_TRY([[maybe_unused]] const std::size_t grants, founder.finish());
    return {};
}

}  // namespace

Result<> create_bench(storage::Storage& storage, const BenchOptions& options) {
    return found_once(storage, "bench", [&] { return write_bench(storage, options); });
}

}  // namespace holdfast::admin
