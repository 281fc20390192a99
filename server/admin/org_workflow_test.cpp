// Workflows, routines and groups of tasks in organization files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/workflow/routine.hpp"
#include "core/workflow/task.hpp"
#include "server/admin/demo/demo_workflows.hpp"
#include "server/admin/org_export.hpp"
#include "server/admin/testing/storages.hpp"

namespace holdfast::admin {
namespace {

using testing::apply_file;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::must;
using testing::state_of;
using testing::with;

constexpr const char* plant = R"yaml(organization: {code: plant, name: Plant}
roles:
  - {name: Boss, permissions: [supervise]}
groups:
  - code: work-orders
    name: Work orders
    kind: workflow
    tasks: {initial_workflow: repair, editor: [supervise]}
collections:
  - code: states
    name: States
    elements:
      - {code: reported, name: Reported}
      - {code: closed, name: Closed}
forms:
  - code: report
    title: {en: Report}
    components:
      - {id: what, kind: written, required: true}
workflows:
  - code: repair
    group: work-orders
    name: Repair
    collection: states
    initial: reported
    start_form: {form: report, routines: [make]}
    states:
      - code: reported
        name: Reported
        kind: new
        next: [{target: closed, permissions: [supervise]}]
      - {code: closed, name: Closed, kind: closed}
routines:
  - code: make
    name: Make the task
    start: wait
    stages:
      - {key: wait, kind: wait, inputs: {milliseconds: 100}, next: {SUCCESS: task}}
      - key: task
        kind: create_task
        inputs:
          name: .answer.fields.what
          info: '"Reported by \(.user.name)"'
)yaml";

/// "12: what is wrong", of each line.
std::vector<std::string> problems_of(std::string_view file) {
    const auto storage = testing::empty_storage();
    Problems problems;
    EXPECT_FALSE(testing::try_apply(*storage, file, problems));
    std::vector<std::string> lines;
    for (const Problem& one : problems) {
        lines.push_back(std::to_string(one.line) + ": " + one.text);
    }
    return lines;
}

TEST(OrgWorkflows, are_made_and_applied_again_change_nothing) {
    const auto storage = testing::empty_storage();
    EXPECT_THAT(apply_file(*storage, plant).plan,
                ElementsAre("create organization plant",
                            "create role Boss",
                            "create workflow group work-orders",
                            "create collection states (elements: 2 added)",
                            "create form report",
                            "create routine make",
                            "create workflow repair",
                            "create tasks of group work-orders"));
    EXPECT_THAT(apply_file(*storage, plant).plan, IsEmpty());
    const OrgState state = state_of(*storage, "plant");
    ASSERT_EQ(state.tasks.size(), 1U);
    const OrgState::Tasks& tasks = state.tasks.begin()->second;
    EXPECT_EQ(tasks.settings.code, "work_orders");
    EXPECT_EQ(tasks.settings.initial_workflow, "repair");
    EXPECT_EQ(tasks.body.forms.at("report"), *find_form_of(state, "report"));
    EXPECT_TRUE(find_workflow_of(state, "repair"));
    const auto routine = must(workflow::parse_routine(state.routines.at("make").definition));
    EXPECT_EQ(routine.stages.at(0).inputs.at("milliseconds"), "100");
}

TEST(OrgWorkflows, exported_and_applied_elsewhere_are_the_same) {
    const auto storage = testing::empty_storage();
    apply_file(*storage, plant);
    const std::string file = must(export_organization(*storage, ""));
    EXPECT_THAT(apply_file(*storage, file).plan, IsEmpty()) << file;
    const auto copy = testing::empty_storage();
    apply_file(*copy, file);
    EXPECT_EQ(must(export_organization(*copy, "")), file);
}

TEST(OrgWorkflows, a_changed_routine_is_another_version_and_the_old_one_stays) {
    const auto storage = testing::empty_storage();
    apply_file(*storage, plant);
    const Id first = state_of(*storage, "plant").routines.at("make").id;
    EXPECT_THAT(apply_file(*storage, with(plant, "milliseconds: 100", "milliseconds: 200")).plan,
                ElementsAre("change routine make"));
    EXPECT_NE(state_of(*storage, "plant").routines.at("make").id, first);
    EXPECT_FALSE(must(storage->find_routine(first))->current);
}

TEST(OrgWorkflows, pruning_takes_away_what_the_file_does_not_name) {
    const auto storage = testing::empty_storage();
    apply_file(*storage, plant);
    EXPECT_THAT(
        apply_file(*storage,
                   "organization: {code: plant}\nprune: true\nworkflows: []\nroutines: []\n")
            .plan,
        ElementsAre("remove routine make", "deactivate workflow repair"));
    const OrgState state = state_of(*storage, "plant");
    EXPECT_TRUE(state.routines.empty());
    EXPECT_FALSE(state.tasks.begin()->second.workflows.begin()->second.active);
}

TEST(OrgWorkflows, what_is_wrong_is_said_with_its_line) {
    EXPECT_THAT(problems_of(with(plant, ".answer.fields.what", ".answer.fields.why")),
                ElementsAre(HasSubstr("26: workflow \"repair\", start_form/routines/0: A routine "
                                      "reads a field that the form which sets it off does not "
                                      "have. (\"why\")")));
    EXPECT_THAT(
        problems_of(with(plant, "target: closed, perm", "target: done, perm")),
        ElementsAre(HasSubstr("28: workflow \"repair\", states/0: From this state no closed"),
                    HasSubstr("31: workflow \"repair\", states/0/next/0/target: A state"),
                    HasSubstr("32: workflow \"repair\", states/1: No task can ever")));
    EXPECT_THAT(problems_of(with(plant, "routines: [make]", "routines: [mace]")),
                ElementsAre(HasSubstr("26: "), HasSubstr("26: ")));
    EXPECT_THAT(problems_of(with(plant, "initial_workflow: repair", "initial_workflow: mend")),
                ElementsAre(HasSubstr("8: tasks of the group \"work-orders\"")));
    EXPECT_THAT(problems_of(with(plant, "group: work-orders", "group: orders")),
                ElementsAre(HasSubstr("22: group: there is no group \"orders\"")));
    EXPECT_THAT(problems_of(with(plant, "kind: workflow\n", "kind: standard\n")),
                ElementsAre(HasSubstr("only a workflow group works with tasks"),
                            HasSubstr("\"work-orders\" is no workflow group")));
}

TEST(OrgWorkflows, slips_of_the_pen_are_found_in_routines) {
    EXPECT_THAT(
        problems_of(with(plant, "\"Reported by \\(.user.name)\"", "nonsense(")),
        ElementsAre(HasSubstr("43: routine \"make\", stages/1/inputs/info: An expression")));
    const auto scheduled = [](const std::string& schedule) {
        return with(plant, "    start: wait", "    schedule: {" + schedule + "}\n    start: wait");
    };
    EXPECT_THAT(problems_of(scheduled(R"(cron: "0 61 * * * *", as: a@b)")),
                Contains(HasSubstr("schedule/cron: The time")));
    EXPECT_THAT(problems_of(scheduled(R"(cron: "0 0 7 * * *", as: nobody@plant.example)")),
                Contains(HasSubstr("there is no user \"nobody@plant.example\"")));
    EXPECT_THAT(problems_of(scheduled(R"(cron: "0 0 7 * * *", zone: No/Where, as: a@b)")),
                Contains(HasSubstr("schedule: there is no time zone")));
    EXPECT_THAT(problems_of(with(plant, "SUCCESS: task", "SUCCESS: tasks")),
                Contains(HasSubstr("38: routine \"make\", stages/0/next: A stage is named")));
    EXPECT_THAT(problems_of(with(plant, "kind: wait", "kind: sleep")),
                ElementsAre(HasSubstr("38: routine \"make\", stages/0/kind")));
    EXPECT_THAT(problems_of(with(plant, "    start: wait", "    begin: wait")),
                ElementsAre(HasSubstr("36: routine: there is no key \"begin\"")));
    EXPECT_THAT(problems_of(with(plant, "initial: reported", "initals: reported")),
                ElementsAre(HasSubstr("25: workflow: there is no key \"initals\"; did you mean")));
}

TEST(OrgWorkflows, a_state_that_a_task_is_in_cannot_be_taken_away) {
    const auto storage = testing::empty_storage();
    apply_file(*storage, plant);
    const OrgState state = state_of(*storage, "plant");
    const auto& [group, tasks] = *state.tasks.begin();
    must(storage->begin());
    const workflow::Task task{
        .name = "Leak", .group = group, .workflow = "repair", .state = "closed"};
    const RowChange row{
        .key = {tasks.bucket, RowKind::task, Id{77}}, .sort = 1, .body = workflow::encode(task)};
    must(storage->write_rows({&row, 1}));
    must(storage->commit());
    std::string other = with(plant, "next: [{target: closed, ", "next: [{target: done, ");
    other = with(other, "{code: closed, name: Closed, kind", "{code: done, name: Done, kind");
    other = with(other, "{code: closed, name: Closed}", "{code: done, name: Done}");
    Problems problems;
    const auto refused = testing::try_apply(*storage, other, problems);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::org_invalid);
    EXPECT_THAT(refused.error().detail, HasSubstr("a task is in the state closed"));
}

TEST(OrgWorkflows, the_demonstrations_are_right) {
    const auto storage = testing::demo_storage();
    Problems problems;
    EXPECT_TRUE(testing::try_apply(*storage, demo_workflows_file(), problems));
    EXPECT_TRUE(problems.empty());
}

}  // namespace
}  // namespace holdfast::admin
