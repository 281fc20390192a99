#include "core/workflow/check.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/workflow/limits.hpp"
#include "core/workflow/testing/bundles.hpp"

namespace holdfast::workflow {
namespace {

/// The sample Work Orders, which has no problem, to be broken in one place.
class Check : public ::testing::Test {
protected:
    std::vector<Problem> problems() {
        const scenario::World world(bundle);
        return check_workflow(orders(), bundle.group.flow, world);
    }
    Workflow& orders() { return bundle.workflows.at("work_order"); }
    Routine& routine(const char* code) { return bundle.routines.at(code); }

    /// Exactly one problem, this one.
    void expect(const std::string& at, ErrorCode code, const std::string& name = {}) {
        const std::vector<Problem> found = problems();
        ASSERT_EQ(found.size(), 1U) << (found.empty() ? "none" : found.back().at);
        EXPECT_EQ(found.front().at, at);
        EXPECT_EQ(found.front().code, code);
        EXPECT_EQ(found.front().name, name);
    }
    [[nodiscard]] bool reports(ErrorCode code) {
        return std::ranges::any_of(problems(), [&](const Problem& p) { return p.code == code; });
    }

    scenario::Bundle bundle = fixture::sample("work_orders");
};

TEST_F(Check, the_sample_has_no_problem) {
    EXPECT_TRUE(problems().empty());
}

TEST_F(Check, a_state_that_nothing_leads_to) {
    bundle.collections["work_order_states"].insert("limbo");
    orders().states.push_back(
        {.code = "limbo", .next = {{.target = "closed", .change = Change::none}}});
    expect("/states/5", ErrorCode::workflow_unreachable_state, "limbo");
}

TEST_F(Check, a_free_flow_reaches_everything) {
    bundle.group.flow = Flow::free;
    bundle.collections["work_order_states"].insert("limbo");
    orders().states.push_back({.code = "limbo"});
    EXPECT_TRUE(problems().empty());
}

TEST_F(Check, a_state_from_which_no_closed_one_is_reached) {
    orders().states[2].next.clear();
    orders().states[1].next.resize(1);
    EXPECT_TRUE(reports(ErrorCode::workflow_no_way_out));
    EXPECT_TRUE(reports(ErrorCode::workflow_unreachable_state));  // closed
}

TEST_F(Check, a_start_form_that_creates_nothing) {
    orders().start_form->routines.clear();
    expect("/start_form", ErrorCode::workflow_creates_nothing, "create_work_order");
    orders().start_form->routines = {"note_delay"};
    EXPECT_TRUE(reports(ErrorCode::workflow_creates_nothing));
}

TEST_F(Check, a_create_task_stage_that_no_run_reaches_creates_nothing) {
    Routine& make = routine("make_work_order");
    make.start = "tell";
    EXPECT_TRUE(reports(ErrorCode::workflow_creates_nothing));
}

TEST_F(Check, a_change_whose_routine_never_changes_the_state) {
    orders().states[0].next[0].routines = {"note_delay"};
    const auto found = problems();
    EXPECT_TRUE(std::ranges::find(found,
                                  Problem{"/states/0/next/0/routines",
                                          ErrorCode::workflow_changes_nothing,
                                          "pending"}) != found.end());
}

TEST_F(Check, permissions_that_nobody_holds) {
    orders().start_form->permissions = {"dream"};
    expect("/start_form/permissions", ErrorCode::workflow_permission_unheld, "dream");
    orders().start_form->permissions = {"dream", "work-orders-create"};
    EXPECT_TRUE(problems().empty()) << "one of them is enough";
    orders().start_form->permissions = {"admin"};
    EXPECT_TRUE(problems().empty());
}

TEST_F(Check, an_initial_state_that_is_missing_or_of_another_type) {
    orders().states[0].kind = StateKind::in_progress;
    expect("/initial", ErrorCode::workflow_initial_state, "reported");
    orders().initial = "nowhere";
    EXPECT_TRUE(reports(ErrorCode::workflow_initial_state));
}

TEST_F(Check, transitions_to_nowhere_to_itself_and_twice) {
    orders().states[1].next.push_back({.target = "nowhere", .change = Change::none});
    expect("/states/1/next/1/target", ErrorCode::workflow_unknown_state, "nowhere");
    orders().states[1].next[1].target = "pending";
    expect("/states/1/next/1/target", ErrorCode::workflow_self_transition, "pending");
    orders().states[1].next[1].target = "validation";
    expect("/states/1/next/1/target", ErrorCode::workflow_duplicate_transition, "validation");
}

TEST_F(Check, forms_that_are_missing) {
    orders().states[0].next[0].form = "";
    expect("/states/0/next/0/form", ErrorCode::workflow_unknown_form);
    orders().states[0].next[0].form = "dream";
    expect("/states/0/next/0/form", ErrorCode::workflow_unknown_form, "dream");
}

TEST_F(Check, elements_and_collections_that_are_missing) {
    bundle.collections["work_order_states"].erase("pending");
    expect("/states/1/code", ErrorCode::workflow_unknown_element, "pending");
    bundle.collections.erase("trades");
    EXPECT_EQ(problems().front().at, "/statuses/1");
}

TEST_F(Check, a_state_twice) {
    orders().states.push_back(orders().states.back());
    expect("/states/5/code", ErrorCode::workflow_invalid_code, "rejected");
}

TEST_F(Check, subtasks_that_follow_no_workflow) {
    orders().states[1].subtask->workflow = "dream";
    expect("/states/1/subtask", ErrorCode::workflow_unknown_workflow, "dream");
}

TEST_F(Check, routines_that_are_missing_or_read_a_missing_field) {
    orders().states[1].survey_triggers[0].routines = {"dream"};
    expect("/states/1/survey_triggers/0/routines/0", ErrorCode::workflow_unknown_routine, "dream");
    orders().states[1].survey_triggers[0].routines = {"note_delay"};
    routine("note_delay").stages[1].inputs["text"] = ".answer.fields.excuse | tostring";
    expect("/states/1/survey_triggers/0/routines/0", ErrorCode::workflow_missing_field, "excuse");
}

TEST_F(Check, a_routine_that_names_a_missing_state) {
    routine("accept_work").stages[1].inputs["state"] = "\"done\"";
    expect("/states/2/next/0/routines/0", ErrorCode::workflow_unknown_state, "done");
}

TEST_F(Check, time_limits_without_a_time_or_a_beginning) {
    orders().slas[0].minutes = 0;
    expect("/slas/0", ErrorCode::workflow_invalid_sla, "answer");
    orders().slas[0] = {.code = "x", .end = {.states = {"nowhere"}}, .minutes = 1};
    EXPECT_TRUE(reports(ErrorCode::workflow_invalid_sla));
    EXPECT_TRUE(reports(ErrorCode::workflow_unknown_state));
}

TEST_F(Check, more_of_a_part_than_its_limit) {
    orders().statuses.resize(limits::status_columns_max + 1, {.collection = "trades"});
    expect("/statuses", ErrorCode::workflow_too_many, "5");
}

TEST_F(Check, a_definition_that_is_too_large_is_not_looked_at_further) {
    orders().states.resize(limits::states_max + 1);
    expect("/states", ErrorCode::workflow_too_many, "100");
}

TEST_F(Check, a_group_whose_workflow_or_permission_is_missing) {
    bundle.group.initial_workflow = "dream";
    bundle.group.editor = {"dream"};
    bundle.group.element_access = {{.element = {"work_order_states", "limbo"}}};
    const scenario::World world(bundle);
    const auto found = check_task_group(bundle.group, world);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].code, ErrorCode::workflow_unknown_workflow);
    EXPECT_EQ(found[1].code, ErrorCode::workflow_permission_unheld);
    EXPECT_EQ(found[2].code, ErrorCode::workflow_unknown_element);
}

// ------------------------------------------------------------------------------------- routines

std::vector<Problem> problems_of(const char* stages, const char* more = "") {
    const auto routine = parse_routine(R"({"code":"r","start":"a",)" + std::string(more) +
                                       R"("stages":[)" + stages + "]}");
    EXPECT_TRUE(routine) << stages;
    return routine ? check_routine(*routine) : std::vector<Problem>{};
}

void expect_one(const char* stages, const Problem& wanted) {
    const auto found = problems_of(stages);
    ASSERT_EQ(found.size(), 1U) << stages;
    EXPECT_EQ(found.front(), wanted) << found.front().at << error_name(found.front().code);
}

TEST(CheckRoutine, stages_that_are_missing_or_never_reached) {
    expect_one(R"({"key":"a","kind":"post_message","inputs":{"text":"1"},"next":{"SUCCESS":"b"}})",
               {"/stages/0/next", ErrorCode::routine_unknown_stage, "b"});
    expect_one(R"({"key":"a","kind":"post_message","inputs":{"text":"1"}},
                  {"key":"b","kind":"post_message","inputs":{"text":"1"}})",
               {"/stages/1", ErrorCode::routine_unreachable_stage, "b"});
}

TEST(CheckRoutine, inputs_and_outcomes_that_the_kind_does_not_have) {
    expect_one(R"({"key":"a","kind":"create_task"})",
               {"/stages/0/inputs", ErrorCode::routine_missing_input, "name"});
    expect_one(R"({"key":"a","kind":"wait","inputs":{"milliseconds":"1","hours":"1"}})",
               {"/stages/0/inputs", ErrorCode::routine_unknown_input, "hours"});
    expect_one(R"({"key":"a","kind":"wait","inputs":{"milliseconds":"1"},"next":{"IF":"b"}},
                  {"key":"b","kind":"post_message","inputs":{"text":"1"}})",
               {"/stages/0/next", ErrorCode::routine_unknown_outcome, "IF"});
}

TEST(CheckRoutine, a_circle_needs_a_limit) {
    constexpr const char* circle =
        R"({"key":"a","kind":"post_message","inputs":{"text":"1"},"next":{"SUCCESS":"b"}},
           {"key":"b","kind":"if_else","inputs":{"condition":".x"},"next":{"ELSE":"a"}})";
    const auto found = problems_of(circle);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].code, ErrorCode::routine_endless);
    EXPECT_TRUE(problems_of(circle, R"("max_iterations":20,)").empty());
    EXPECT_TRUE(problems_of(
                    R"({"key":"a","kind":"for_each","inputs":{"items":"[]"},"next":{"STEP":"b"}},
           {"key":"b","kind":"post_message","inputs":{"text":"1"},"next":{"SUCCESS":"a"}})")
                    .empty());
}

TEST(CheckRoutine, fields_of_the_answer_are_found_in_expressions) {
    using Fields = std::vector<std::string>;
    EXPECT_EQ(answer_fields_of(".answer.fields.title"), Fields{"title"});
    EXPECT_EQ(answer_fields_of(".answer.fields[\"due date\"] // .answer.fields.due"),
              (Fields{"due date", "due"}));
    EXPECT_EQ(answer_fields_of("$answer.fields.a + .answer.fields.a"), Fields{"a"});
    EXPECT_EQ(answer_fields_of(".task.answer.fields.a"), Fields{});
    EXPECT_EQ(answer_fields_of(".answer.fields # .answer.fields.b\n"), Fields{});
    EXPECT_EQ(answer_fields_of(".answer.fields[$name]"), Fields{});
    EXPECT_EQ(answer_fields_of(".answer.fields[\"a"), Fields{});
    EXPECT_EQ(answer_fields_of("\"# not a comment\" + .answer.fields.c"), Fields{"c"});
}

}  // namespace
}  // namespace holdfast::workflow
