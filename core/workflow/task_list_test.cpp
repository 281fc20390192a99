#include <gtest/gtest.h>

#include "core/workflow/task_index.hpp"
#include "core/workflow/testing/bundles.hpp"

namespace holdfast::workflow {
namespace {

/// People by name, states in the order of the workflow.
class Names final : public Labels {
public:
    std::string label(std::string_view /*workflow*/,
                      const Criterion& by,
                      std::string_view value) const override {
        if (by.field == Field::assignee) {
            return value == "1" ? "Zoe" : value == "2" ? "ana" : std::string(value);
        }
        return std::string(value);
    }
    std::int64_t rank(std::string_view /*workflow*/,
                      const Criterion& by,
                      std::string_view value) const override {
        if (by.field != Field::state) {
            return -1;
        }
        return value == "new" ? 0 : value == "doing" ? 1 : 2;
    }
};

class TaskList : public ::testing::Test {
protected:
    static constexpr std::int64_t day = 24LL * 60 * 60 * 1000;

    void add(Task task, ListedTask row = {}) {
        tasks.push_back(std::move(task));
        rows.push_back(row);
    }
    /// "new: 1 2 | doing: 3"
    std::string arranged(const View& view) {
        TaskIndex index(view, context);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows[i].task = &tasks[i];
            rows[i].id = Id{i + 1};
            index.put(rows[i], names);
        }
        return told(index);
    }
    static std::string told(TaskIndex& index) {
        std::string out;
        for (const TaskIndex::Group* group : index.groups()) {
            out += out.empty() ? "" : " | ";
            for (const std::string& value : group->values) {
                out += value + ": ";
            }
            for (const Id id : group->window(0, group->size())) {
                out += to_string(id) + " ";
            }
            out.pop_back();
        }
        return out;
    }

    Names names;
    std::vector<Task> tasks;
    std::vector<ListedTask> rows;
    ListContext context{.user = Id{2}, .now = {100 * day}};
};

TEST_F(TaskList, is_grouped_by_state_in_the_order_of_the_workflow) {
    add({.state = "done"});
    add({.state = "doing"});
    add({.state = "new"});
    add({.state = "doing"});
    EXPECT_EQ(arranged({}), "new: 3 | doing: 2 4 | done: 1");
}

TEST_F(TaskList, is_ordered_by_up_to_three_criteria_and_then_by_id) {
    add({.name = "b", .state = "new", .assignee = Id{1}});
    add({.name = "a", .state = "new", .assignee = Id{2}});
    add({.name = "A", .state = "new", .assignee = Id{1}});
    add({.name = "c", .state = "new"});
    EXPECT_EQ(arranged({.orders = {{{Field::assignee}}, {{Field::name}}}}), "new: 2 3 1 4")
        << "ana before Zoe, nobody last";
    EXPECT_EQ(arranged({.orders = {{{Field::name}, true}}}), "new: 4 1 2 3");
    EXPECT_EQ(arranged({.orders = {{{Field::assignee}, true}}}), "new: 1 3 2 4") << "nobody last";
}

TEST_F(TaskList, numbers_are_ordered_as_numbers) {
    add({.serial = 10, .state = "new"});
    add({.serial = 9, .state = "new"});
    add({.serial = 100, .state = "new"});
    EXPECT_EQ(arranged({.orders = {{{Field::serial}}}}), "new: 2 1 3");
}

TEST_F(TaskList, filters_ask_for_all_or_any) {
    add({.name = "Leaking tap", .state = "new", .assignee = Id{2}});
    add({.name = "Broken TAP", .state = "doing", .assignee = Id{1}});
    add({.name = "Lamp", .state = "new", .assignee = Id{2}, .fields = {{"site.floor", "3"}}});
    const Filter mine{.by = {Field::assignee}, .values = {"me"}};
    const Filter taps{.by = {Field::name}, .test = Comparison::contains, .values = {"tap"}};
    EXPECT_EQ(arranged({.filters = {mine, taps}}), "new: 1");
    EXPECT_EQ(arranged({.match_any = true, .filters = {mine, taps}}), "new: 1 3 | doing: 2");
    EXPECT_EQ(arranged({.filters = {{.by = {Field::extra, "site.floor"},
                                     .test = Comparison::at_least,
                                     .values = {"2"}}}}),
              "new: 3");
    EXPECT_EQ(
        arranged(
            {.filters = {{.by = {Field::extra, "site.floor"}, .test = Comparison::is_empty},
                         {.by = {Field::state}, .test = Comparison::none_of, .values = {"new"}}}}),
        "doing: 2");
}

TEST_F(TaskList, a_member_has_any_role) {
    add({.state = "new", .followers = {Id{2}}});
    add({.state = "new", .assignee = Id{1}});
    EXPECT_EQ(arranged({.filters = {{.by = {Field::member}, .values = {"me"}}}}), "new: 1");
    EXPECT_EQ(
        arranged(
            {.filters = {{.by = {Field::member}, .test = Comparison::none_of, .values = {"me"}}}}),
        "new: 2");
}

TEST_F(TaskList, groups_nest_up_to_three_deep) {
    add({.state = "new", .statuses = {"high"}, .assignee = Id{1}});
    add({.state = "new", .statuses = {"high"}, .assignee = Id{2}});
    add({.state = "new", .assignee = Id{2}});
    EXPECT_EQ(arranged({.groups = {{Field::status1}, {Field::assignee}}}),
              "high: 2: 2 | high: 1: 1 | : 2: 3");
}

TEST_F(TaskList, tasks_closed_long_ago_and_cancelled_ones_are_left_out) {
    context.hide_closed_after = 30;
    add({.state = "done", .closed_at = {50 * day}}, {.kind = StateKind::closed});
    add({.state = "done", .closed_at = {80 * day}}, {.kind = StateKind::closed});
    add({.state = "done", .active = false});
    EXPECT_EQ(arranged({}), "done: 2");
    EXPECT_EQ(arranged({.show_closed = true}), "done: 1 2");
}

TEST_F(TaskList, a_calendar_has_a_group_for_each_local_day) {
    add({.end_date = {10 * day + 1}});
    add({.end_date = {10 * day - 1}});
    add({});
    add({.end_date = {11 * day - 1}});
    EXPECT_EQ(arranged({.layout = Layout::calendar}), ": 3 | 1970-01-10: 2 | 1970-01-11: 1 4");
    context.utc_offset_minutes = -60;
    EXPECT_EQ(arranged({.layout = Layout::calendar}), ": 3 | 1970-01-10: 1 2 | 1970-01-11: 4");
}

TEST_F(TaskList, tasks_of_several_workflows_stand_apart) {
    add({.workflow = "b", .state = "new"});
    add({.workflow = "a", .state = "done"});
    add({.workflow = "b", .state = "new"});
    EXPECT_EQ(arranged({}), "done: 2 | new: 1 3");
}

TEST_F(TaskList, is_seen_through_windows) {
    for (int i = 0; i < 5; ++i) {
        add({.state = "new"});
    }
    TaskIndex index({}, context);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        index.put({.id = Id{i + 1}, .task = &tasks[i]}, names);
    }
    const auto groups = index.groups();
    ASSERT_EQ(groups.size(), 1U);
    EXPECT_EQ(groups[0]->key, TaskIndex::key_of("", {"new"}));
    EXPECT_EQ(groups[0]->window(1, 2), (std::vector{Id{2}, Id{3}}));
    EXPECT_EQ(groups[0]->window(4, 9), std::vector{Id{5}});
    EXPECT_TRUE(groups[0]->window(5, 1).empty());
    EXPECT_TRUE(groups[0]->window(99, 1).empty());
}

/// Random tasks come, change and go; after each step the list is what one that is made anew is.
TEST_F(TaskList, kept_through_changes_is_what_it_would_be_made_anew) {
    const std::vector<View> views{
        {.orders = {{{Field::state_at}, true}}},
        {.filters = {{.by = {Field::state}, .test = Comparison::none_of, .values = {"done"}}},
         .orders = {{{Field::assignee}}, {{Field::name}, true}, {{Field::serial}}},
         .groups = {{Field::assignee}, {Field::state}}},
        {.layout = Layout::calendar, .orders = {{{Field::name}}}}};
    std::uint32_t seed = 7;
    const auto pick = [&](std::uint32_t n) {
        seed = seed * 1664525U + 1013904223U;
        return (seed >> 8U) % n;
    };
    for (const View& view : views) {
        TaskIndex kept(view, context);
        std::map<Id, Task> world;
        for (int step = 0; step < 600; ++step) {
            const Id id{pick(40) + 1};
            if (pick(4) == 0) {
                world.erase(id);
                kept.erase(id);
            } else {
                const Task task{.name = std::string(1, static_cast<char>('a' + pick(5))),
                                .serial = pick(9),
                                .state = std::vector<std::string>{"new", "doing", "done"}[pick(3)],
                                .assignee = Id{pick(3)},
                                .end_date = {static_cast<std::int64_t>(pick(4)) * day},
                                .state_at = {static_cast<std::int64_t>(pick(9))},
                                .active = pick(9) != 0};
                world[id] = task;
                kept.put({.id = id, .task = &world[id]}, names);
            }
            TaskIndex anew(view, context);
            for (const auto& [each, task] : world) {
                anew.put({.id = each, .task = &task}, names);
            }
            ASSERT_EQ(told(kept), told(anew)) << step;
            ASSERT_EQ(kept.size(), anew.size());
        }
    }
}

TEST(Days, are_those_of_the_calendar) {
    EXPECT_EQ(day_of({1'709'164'800'000}, 0), "2024-02-29");
    EXPECT_EQ(day_of({1'709'164'799'999}, 0), "2024-02-28");
    EXPECT_EQ(day_of({-1}, 0), "1969-12-31");
    EXPECT_EQ(day_of({951'782'400'000}, 0), "2000-02-29");
    EXPECT_EQ(day_of({0}, 0), "");
}

TEST(View, is_read_again_and_keeps_to_three_criteria) {
    const View view{.name = "Mine",
                    .layout = Layout::board,
                    .match_any = true,
                    .filters = {{{Field::extra, "site.floor"}, Comparison::at_most, {"3"}}},
                    .orders = {{{Field::end_date}, true}},
                    .groups = {{Field::status2}},
                    .show_closed = true,
                    .day = Field::start_date};
    EXPECT_EQ(parse_view(encode(view)).value(), view);
    EXPECT_EQ(encode(View{}), "{}");
    const auto many = parse_view(
        R"({"groups":[{"field":"name"},{"field":"name"},{"field":"name"},{"field":"name"}]})");
    EXPECT_EQ(many.error().code, ErrorCode::workflow_too_many);
    EXPECT_EQ(parse_view(R"({"orders":[{}]})").error().params, R"({"at":"/orders/0/field"})");
}

}  // namespace
}  // namespace holdfast::workflow
