#include "client/engine/view/task_lists.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "core/rules/task_facts.hpp"
#include "core/workflow/offers.hpp"

namespace holdfast::client {
namespace {

/// States by their names and places, people by their names.
class ListLabels final : public workflow::Labels {
public:
    ListLabels(const View& view, const TaskFacts& facts) : view_(view), facts_(facts) {}

    [[nodiscard]] std::string label(std::string_view workflow,
                                    const workflow::Criterion& by,
                                    std::string_view value) const override {
        if (by.field == workflow::Field::state) {
            const workflow::State* state = find(workflow, value);
            return state == nullptr ? std::string(value) : state->name;
        }
        const bool is_person =
            by.field == workflow::Field::assignee || by.field == workflow::Field::created_by;
        const std::optional<Id> id = is_person ? parse_id(value) : std::nullopt;
        const auto user =
            id ? view_.find_user(*id) : Result<std::optional<body::User>>(std::nullopt);
        return user && *user ? full_name(**user) : std::string(value);
    }

    [[nodiscard]] std::int64_t rank(std::string_view workflow,
                                    const workflow::Criterion& by,
                                    std::string_view value) const override {
        const workflow::State* state =
            by.field == workflow::Field::state ? find(workflow, value) : nullptr;
        return state == nullptr ? -1 : state - (*facts_.workflow(workflow))->states.data();
    }

private:
    [[nodiscard]] const workflow::State* find(std::string_view code, std::string_view state) const {
        const auto workflow = facts_.workflow(code);
        return workflow && *workflow != nullptr ? workflow::find_state(**workflow, state) : nullptr;
    }

    const View& view_;
    const TaskFacts& facts_;
};

}  // namespace

/// Puts tasks into a list as the person sees them.
class TaskLists::Reader {
public:
    Reader(const View& view, const TaskFacts& facts, workflow::Person person, List& list)
        : view_(view),
          facts_(facts),
          person_(std::move(person)),
          list_(list),
          labels_(view, facts) {}

    Result<> put(Id id, std::string_view body) {
        const auto task = workflow::parse_task(body);
        HF_TRY(const workflow::Workflow* workflow,
               task ? facts_.workflow(task->workflow) : Result<const workflow::Workflow*>(nullptr));
        if (workflow == nullptr ||
            workflow::effective_role(*task, person_, facts_.task_group(), *workflow) ==
                workflow::Role::none) {
            list_.index->erase(id);
            return {};
        }
        const workflow::State* state = workflow::find_state(*workflow, task->state);
        list_.index->put({.id = id,
                          .task = &*task,
                          .kind = state == nullptr ? workflow::StateKind::in_progress : state->kind,
                          .waiting = view_.sources().overlay.waiting_upon(id) != nullptr},
                         labels_);
        return {};
    }

    /// Reads on, where it stopped.
    Result<> put_more(std::size_t rows_max) {
        const Sources& from = view_.sources();
        Result<> put_one;
        std::size_t left = rows_max;
        const auto take = [&](const RowRef& row) {
            if (left == 0) {
                return false;
            }
            left -= 1;
            list_.read_to = row.id;
            put_one = put(row.id, row.body);
            return put_one.has_value();
        };
        HF_CHECK(from.replica.visit(list_.tasks, RowKind::task, list_.read_to, take));
        HF_CHECK(put_one);
        if (left == 0) {
            return {};
        }
        list_.whole = true;
        for (const Id id : from.overlay.rows_of(list_.tasks, RowKind::task)) {
            HF_CHECK(put(id, from.overlay.find({list_.tasks, RowKind::task, id})->body));
        }
        return {};
    }

    Result<> put_pending() {
        for (const Id id : list_.pending) {
            HF_TRY(const auto row, view_.sources().world.find({list_.tasks, RowKind::task, id}));
            if (row) {
                HF_CHECK(put(id, row->body));
            } else {
                list_.index->erase(id);
            }
        }
        return {};
    }

private:
    const View& view_;
    const TaskFacts& facts_;
    workflow::Person person_;
    List& list_;
    ListLabels labels_;
};

void TaskLists::note(const TopicSet& changes) {
    for (List& list : lists_) {
        list.stale = list.stale || list.dependencies.meets(changes);
        if (const TopicSet::Tasks* changed = changes.tasks_changed(list.tasks)) {
            list.stale = list.stale || changed->any;
            list.pending.insert(changed->ids.begin(), changed->ids.end());
        }
        list.stale = list.stale || list.pending.size() > limits::tasks_pending_max;
    }
}

TaskLists::List& TaskLists::take(List wanted) {
    const auto same = [&](const List& list) {
        return list.choice == wanted.choice && list.tasks == wanted.tasks;
    };
    const auto found = std::ranges::find_if(lists_, same);
    if (found != lists_.end()) {
        if (!found->stale && wanted.made_at - found->made_at < limits::task_list_age_max) {
            lists_.splice(lists_.begin(), lists_, found);
            return lists_.front();
        }
        lists_.erase(found);
    }
    if (lists_.size() >= limits::task_lists_max) {
        lists_.pop_back();
    }
    return lists_.emplace_front(std::move(wanted));
}

Result<TaskLists::List*> TaskLists::follow(const View& view,
                                           Id group,
                                           workflow::View by,
                                           std::size_t rows_max) {
    if (by.layout != workflow::Layout::calendar) {
        by.layout = workflow::Layout::list;  // boards and tables show the same
    }
    const Sources& from = view.sources();
    TopicSet dependencies;
    View noting(from, dependencies);
    const Id user = noting.user();
    const Id organization = from.account ? from.account->organization : Id{};
    HF_TRY(const TaskFacts facts,
           TaskFacts::of(noting, {.user = user, .organization = organization}, group));
    List& list = take({.choice = {.group = group, .view = workflow::encode(by)},
                       .tasks = facts.tasks(),
                       .made_at = from.server_now});
    HF_TRY(auto person, facts.person(user));
    if (!list.index) {
        list.index = std::make_unique<workflow::TaskIndex>(
            std::move(by),
            workflow::ListContext{.user = user,
                                  .now = from.server_now,
                                  .utc_offset_minutes = from.utc_offset_minutes,
                                  .hide_closed_after = facts.task_group().hide_closed_after});
        list.whole = !person;
    }
    list.stale = true;  // until it is as it should be
    if (person) {
        Reader reader(noting, facts, *std::move(person), list);
        if (!list.whole) {
            HF_CHECK(reader.put_more(rows_max));
        }
        HF_CHECK(reader.put_pending());
    }
    list.stale = false;
    list.pending.clear();
    dependencies.forget_positions();
    list.dependencies.add(dependencies);
    return &list;
}

Result<workflow::TaskIndex*> TaskLists::arranged(const View& view, Id group, workflow::View by) {
    constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
    HF_TRY(const List* list, follow(view, group, std::move(by), all));
    view.depend_on(list->dependencies);
    view.depend_on_rows(list->tasks, RowKind::task);
    return list->index.get();
}

const TaskLists::Choice* TaskLists::last() const {
    return lists_.empty() ? nullptr : &lists_.front().choice;
}

Result<bool> TaskLists::prepare(const View& view, const Choice& choice) {
    auto by = workflow::parse_view(choice.view);
    if (!by) {
        return fail(ErrorCode::request_malformed, "view");
    }
    HF_TRY(const List* list,
           follow(view, choice.group, *std::move(by), limits::tasks_prepared_at_once));
    if (list->whole) {
        (void)list->index->groups();  // puts them in order
    }
    return !list->whole;
}

}  // namespace holdfast::client
