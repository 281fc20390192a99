#include <algorithm>
#include <utility>

#include "core/base/assert.hpp"
#include "core/model/json.hpp"
#include "core/model/text.hpp"
#include "core/workflow/effects.hpp"
#include "core/workflow/limits.hpp"
#include "core/workflow/moves.hpp"

namespace holdfast::workflow {

namespace {

/// The new task as it stands after its creation.
[[nodiscard]] Result<Task> make_task(const NewTask& wanted,
                                     const Workflow& workflow,
                                     const Cause& cause) {
    Task task{.serial = wanted.serial,
              .group = wanted.group,
              .workflow = workflow.code,
              .state = workflow.initial,
              .asset = wanted.asset,
              .channel = wanted.channel,
              .assignee = cause.user,
              .created_by = cause.user,
              .owner = wanted.owner,
              .state_at = cause.now,
              .state_by = cause.user,
              .parent = wanted.parent_id};
    HF_TRY(task.name, take_text(wanted.name, limits::task_name_bytes_max));
    HF_CHECK(patch_task(task, wanted.patch));
    for (const Id answer : wanted.answers) {
        HF_CHECK(attach(task, answer));
    }
    return task;
}

[[nodiscard]] Result<> add_to_parent(Writing& writing, const NewTask& wanted) {
    if (wanted.parent == nullptr) {
        return {};
    }
    Task parent = *wanted.parent;
    if (parent.children.size() >= limits::subtasks_max) {
        return fail(
            ErrorCode::task_too_many,
            {},
            json::Writer{}.write("limit", static_cast<std::int64_t>(limits::subtasks_max)).text());
    }
    parent.children.push_back(wanted.id);
    writing.put(wanted.parent_id, parent);
    writing.remember({.task = wanted.parent_id,
                      .event = Event::subtask_added,
                      .to = to_string(wanted.id),
                      .version = parent.state_version});
    return {};
}

}  // namespace

Result<> create_task(Writing& writing, const NewTask& wanted, const Workflow& workflow) {
    const Cause& cause = writing.cause();
    const State* initial = find_state(workflow, workflow.initial);
    HF_ASSERT(initial != nullptr);
    HF_TRY(Task task, make_task(wanted, workflow, cause));
    enter_state(task, workflow, *initial, cause.now);
    set_timers(writing, wanted.id, task, workflow, {});
    writing.put(wanted.id, task);
    writing.mirror(task, workflow);
    for (const Id user : people_of(task)) {
        writing.add_member(task.channel, user, user == task.assignee);
    }
    writing.say(task.channel,
                "task_created",
                {{"name", task.name}, {"state", initial->name}},
                cause.name + " created the task " + task.name + ".");
    writing.remember({.task = wanted.id,
                      .event = Event::created,
                      .to = task.state,
                      .version = task.state_version,
                      .answer = task.answers.empty() ? Id{} : task.answers.front()});
    HF_CHECK(add_to_parent(writing, wanted));
    writing.queue(workflow.on_create,
                  {.trigger = Trigger::created,
                   .task = wanted.id,
                   .channel = task.channel,
                   .parent = wanted.parent_id,
                   .workflow = workflow.code});
    return {};
}

Result<Effects> apply_create_task(const NewTask& wanted,
                                  const Workflow& workflow,
                                  const Cause& cause) {
    HF_TRY(Writing writing, Writing::begin(cause, 0));
    HF_CHECK(create_task(writing, wanted, workflow));
    return writing.take();
}

Result<Effects> apply_change_state(const Subject& subject,
                                   const std::string& target,
                                   const Cause& cause,
                                   const Facts& facts) {
    HF_CHECK(may_move_by_routine(subject, target, facts));
    const State* to = find_state(*subject.workflow, target);
    HF_ASSERT(to != nullptr);
    HF_TRY(Writing writing, Writing::begin(cause, 0));
    move_task(writing, subject, *subject.task, *to, {});
    return writing.take();
}

}  // namespace holdfast::workflow
