#pragma once

#include <string>
#include <string_view>

#include "core/model/body_forms.hpp"
#include "core/model/body_workflow.hpp"
#include "core/model/testing/memory_world.hpp"
#include "core/workflow/task.hpp"

/// For tests only: the workflow group of the small organization works with tasks.
namespace holdfast::fixture {

inline constexpr Id work_order{701};
inline constexpr Id report{711}, report_v1{712}, acceptance{721}, acceptance_v1{722};
inline constexpr Id leak{751};  ///< a task, and its channel
inline constexpr Id pumps_team = Organization::workflow;

inline constexpr std::string_view task_group_json =
    R"({"code":"work_orders","name":"Work orders"})";

inline constexpr std::string_view work_order_json =
    R"({"code":"work_order","name":"Work order","group":"work_orders","collection":"states",)"
    R"("initial":"reported","start_form":{"form":"report","task":{"name":"what"}},"states":[)"
    R"({"code":"reported","name":"Reported","kind":"new","next":[{"target":"doing"},)"
    R"({"target":"rejected","permissions":["supervise"]}]},)"
    R"({"code":"doing","name":"Doing","next":[)"
    R"({"target":"closed","change":"form","form":"acceptance"},{"target":"reported"}]},)"
    R"({"code":"closed","name":"Closed","kind":"closed"},)"
    R"({"code":"rejected","name":"Rejected","kind":"closed"}]})";

inline constexpr std::string_view report_json =
    R"({"code":"report","title":{"en":"Report"},"access":{"groups":["work_orders"]},"components":[)"
    R"({"id":"what","kind":"written","required":true}]})";

inline constexpr std::string_view acceptance_json =
    R"({"code":"acceptance","title":{"en":"Acceptance"},)"
    R"("access":{"groups":["work_orders"],"elements":["doing"]},"components":[)"
    R"({"id":"grade","kind":"rating","required":true}]})";

inline workflow::Task leak_task() {
    return {.name = "Leak at P-7",
            .serial = 4,
            .group = pumps_team,
            .workflow = "work_order",
            .state = "reported",
            .channel = leak,
            .assignee = Organization::ana,
            .created_by = Organization::ana};
}

/// Buckets and the group's row are the caller's to give. `owner`: the group.
template <class Put>
void put_definitions(const Put& put, Id owner, BucketId group, BucketId forms) {
    const body::TaskGroup known{.definition = std::string(task_group_json),
                                .forms = {{"report", report}, {"acceptance", acceptance}},
                                .workflows = {{"work_order", work_order}}};
    put(RowKey{group, RowKind::task_group, owner}, body::encode(known));
    put(RowKey{group, RowKind::workflow, work_order},
        body::encode(body::Workflow{.definition = std::string(work_order_json)}));
    const auto form = [&](Id id, Id version, std::string code, std::string_view definition) {
        put(RowKey{forms, RowKind::form, id},
            body::encode(body::Form{.code = std::move(code), .version = 1, .current = version}));
        put(RowKey{forms, RowKind::form_version, version},
            body::encode(body::FormVersion{.form = id, .definition = std::string(definition)}));
    };
    form(report, report_v1, "report", report_json);
    form(acceptance, acceptance_v1, "acceptance", acceptance_json);
}

inline void add_tasks(Organization& org) {
    MemoryWorld& world = org.world;
    org.put_group(
        pumps_team,
        {.name = "Work orders", .kind = body::GroupKind::workflow, .code = "work_orders"});
    const BucketId forms = world.add_bucket(BucketKind::forms, Organization::organization);
    const BucketId tasks = world.add_bucket(BucketKind::tasks, pumps_team);
    put_definitions([&](RowKey key, std::string body) { world.put(key, std::move(body)); },
                    pumps_team,
                    world.bucket_id(BucketKind::group, pumps_team),
                    forms);
    org.add_channel(leak, {.name = "Leak at P-7", .group = pumps_team}, {Organization::ana});
    const workflow::Task task = leak_task();
    world.put({tasks, RowKind::task, leak}, workflow::encode(task), task.serial);
}

}  // namespace holdfast::fixture
