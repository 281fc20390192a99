#include "core/workflow/definition.hpp"

#include <gtest/gtest.h>

#include "core/workflow/action.hpp"
#include "core/workflow/limits.hpp"
#include "core/workflow/task.hpp"
#include "core/workflow/task_list.hpp"
#include "core/workflow/testing/bundles.hpp"

namespace holdfast::workflow {
namespace {

TEST(Definition, what_is_encoded_is_read_again) {
    for (const char* name : {"notifications", "work_orders", "task_manager"}) {
        const scenario::Bundle bundle = fixture::sample(name);
        EXPECT_EQ(parse_task_group(encode(bundle.group)).value(), bundle.group);
        for (const auto& [code, workflow] : bundle.workflows) {
            EXPECT_EQ(parse_workflow(encode(workflow)).value(), workflow);
        }
        for (const auto& [code, routine] : bundle.routines) {
            EXPECT_EQ(parse_routine(encode(routine)).value(), routine);
        }
    }
}

TEST(Definition, defaults_are_left_out) {
    EXPECT_EQ(encode(Workflow{}), "{}");
    EXPECT_EQ(encode(TaskGroup{}), "{}");
    EXPECT_EQ(encode(Task{}), "{}");
}

TEST(Definition, the_place_of_what_is_wrong_is_named) {
    const auto wrong = parse_workflow(R"({"states":[{},{"next":[{"change":"often"}]}]})");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, ErrorCode::workflow_malformed);
    EXPECT_EQ(wrong.error().params, R"({"at":"/states/1/next/0/change"})");
    EXPECT_EQ(parse_workflow("[]").error().params, R"({"at":"/"})");
    EXPECT_EQ(parse_workflow(R"({"active":1})").error().params, R"({"at":"/active"})");
    EXPECT_EQ(parse_routine(R"({"stages":[{"key":"a"}]})").error().params,
              R"({"at":"/stages/0/kind"})");
}

TEST(Definition, text_that_nests_too_deep_or_is_too_long_is_refused) {
    const std::string deep(limits::depth_max + 1, '[');
    EXPECT_FALSE(parse_workflow(R"({"x":)" + deep));
    EXPECT_FALSE(parse_task(R"({"x":")" + std::string(limits::definition_bytes_max, 'a') + "\"}"));
    EXPECT_TRUE(parse_workflow(R"({"name":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["})"));
}

TEST(Definition, a_list_of_routines_fits_into_the_ids_of_an_intent) {
    const auto with = [](int count) {
        std::string list;
        for (int i = 0; i < count; ++i) {
            list += list.empty() ? "\"r\"" : ",\"r\"";
        }
        return parse_workflow(R"({"on_create":[)" + list + "]}");
    };
    EXPECT_TRUE(with(limits::routines_max));
    EXPECT_EQ(with(limits::routines_max + 1).error().params, R"({"at":"/on_create"})");
    static_assert(limits::routines_max <= limits::spare_ids);
}

TEST(Definition, a_code_is_lowercase_and_begins_with_a_letter) {
    EXPECT_TRUE(is_code("a"));
    EXPECT_TRUE(is_code("in_process_2"));
    for (const char* wrong : {"", "2a", "_a", "A", "a-b", "\xc3\xa1"}) {
        EXPECT_FALSE(is_code(wrong)) << wrong;
    }
    EXPECT_FALSE(is_code(std::string(limits::code_bytes_max + 1, 'a')));
}

TEST(Action, arguments_are_read_again_with_what_is_absent_still_absent) {
    const Action action{.kind = ActionKind::task_update,
                        .task = Id{100},
                        .base_version = 3,
                        .patch = {.name = "Tap",
                                  .assignee = Id{12},
                                  .editors = std::vector<Id>{},
                                  .end_date = WallTime{5},
                                  .statuses = {{"status1", ""}},
                                  .active = false}};
    const Result<Action> again = parse_action(encode(action));
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(*again, action);
    EXPECT_FALSE(again->patch.info.has_value());
}

TEST(Action, a_form_needs_its_code_and_a_start_form_has_no_task) {
    EXPECT_FALSE(parse_action(R"({"kind":"state_form","task":"1"})"));
    EXPECT_FALSE(parse_action(R"({"kind":"start_form","task":"1","form":"a"})"));
    EXPECT_FALSE(parse_action(R"({"kind":"manual_change","target":"a"})"));
    EXPECT_FALSE(parse_action(R"({"kind":"dance","task":"1"})"));
    EXPECT_FALSE(parse_action("{}"));
    EXPECT_TRUE(parse_action(R"({"kind":"start_form","form":"a","later":[1,{}]})"));
}

TEST(Task, a_role_is_the_strongest_and_everybody_is_named_once) {
    const Task task{.assignee = Id{1},
                    .editors = {Id{1}, Id{2}},
                    .followers = {Id{2}, Id{3}},
                    .visibility = {Id{4}}};
    EXPECT_EQ(role_in(task, Id{1}), Role::assignee);
    EXPECT_EQ(role_in(task, Id{2}), Role::editor);
    EXPECT_EQ(role_in(task, Id{3}), Role::follower);
    EXPECT_EQ(role_in(task, Id{4}), Role::visibility);
    EXPECT_EQ(role_in(task, Id{5}), Role::none);
    EXPECT_EQ(role_in(Task{}, Id{}), Role::none);
    EXPECT_EQ(people_of(task), (std::vector<Id>{Id{1}, Id{2}, Id{3}, Id{4}}));
}

}  // namespace
}  // namespace holdfast::workflow
