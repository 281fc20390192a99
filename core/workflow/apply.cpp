#include <algorithm>
#include <utility>

#include "core/base/assert.hpp"
#include "core/workflow/effects.hpp"
#include "core/workflow/limits.hpp"
#include "core/workflow/moves.hpp"

namespace holdfast::workflow {

namespace {

/// A run about this task, without its id and its routine.
step::QueueRoutine run_upon(const Subject& subject, Trigger trigger, Id answer) {
    return {.trigger = trigger,
            .task = subject.id,
            .channel = subject.task->channel,
            .answer = answer,
            .workflow = subject.workflow->code};
}

/// A history row for what only a routine will do, so that the server too knows of the action.
void note_asked(Writing& writing, const Subject& subject, const std::string& target, Id answer) {
    writing.remember({.task = subject.id,
                      .event = Event::asked,
                      .from = subject.task->state,
                      .to = target,
                      .version = subject.task->state_version,
                      .answer = answer});
}

const Transition* transition_to(const Subject& subject, const std::string& target) {
    const State* from = find_state(*subject.workflow, subject.task->state);
    return from == nullptr ? nullptr : find_transition(*from, target);
}

/// What a change of state does, after the form's part, if any, has been written: the routines own
/// the change if there are any.
[[nodiscard]] Result<> change(Writing& writing,
                              const Subject& subject,
                              const std::string& target,
                              Id answer) {
    const State* to = find_state(*subject.workflow, target);
    HF_ASSERT(to != nullptr);
    Task task = *subject.task;
    HF_CHECK(attach(task, answer));
    const Transition* transition = transition_to(subject, target);
    if (transition == nullptr || transition->routines.empty()) {
        move_task(writing, subject, std::move(task), *to, answer);
        return {};
    }
    step::QueueRoutine run =
        run_upon(subject, answer ? Trigger::state_form : Trigger::manual_change, answer);
    run.target = target;
    writing.queue(transition->routines, std::move(run));
    if (answer) {
        writing.put(subject.id, task);
    }
    note_asked(writing, subject, target, answer);
    return {};
}

/// Who lost and who gained a part in the task, in the order of people_of().
void move_members(Writing& writing, const Task& before, const Task& after, History& row) {
    const std::vector<Id> had = people_of(before);
    const std::vector<Id> have = people_of(after);
    const auto without = [](const std::vector<Id>& all, const std::vector<Id>& others) {
        std::vector<Id> left;
        std::ranges::copy_if(all, std::back_inserter(left), [&](Id id) {
            return std::ranges::find(others, id) == others.end();
        });
        return left;
    };
    row.people = without(had, have);
    for (const Id user : without(have, had)) {
        writing.add_member(after.channel, user, false);
    }
    for (const Id user : row.people) {
        writing.remove_member(after.channel, user);
    }
}

/// Names of the members that differ, with their values afterwards.
std::map<std::string, std::string> differences(const Task& before, const Task& after) {
    std::map<std::string, std::string> changes;
    const auto note = [&](const char* name, const auto& old, const auto& now, std::string text) {
        if (old != now) {
            changes.emplace(name, std::move(text));
        }
    };
    note("name", before.name, after.name, after.name);
    note("info", before.info, after.info, after.info);
    note("assignee", before.assignee, after.assignee, to_string(after.assignee));
    note("start_date", before.start_date, after.start_date, std::to_string(after.start_date.ms));
    note("end_date", before.end_date, after.end_date, std::to_string(after.end_date.ms));
    note("resolution_at",
         before.resolution_at,
         after.resolution_at,
         std::to_string(after.resolution_at.ms));
    note("estimated_days",
         before.estimated_days,
         after.estimated_days,
         std::to_string(after.estimated_days));
    for (std::size_t i = 0; i < before.statuses.size(); ++i) {
        note(("status" + std::to_string(i + 1)).c_str(),
             before.statuses[i],
             after.statuses[i],
             after.statuses[i]);
    }
    for (const auto& [field, value] : after.fields) {
        const auto old = before.fields.find(field);
        if (old == before.fields.end() || old->second != value) {
            changes.emplace(field, value);
        }
    }
    for (const auto& [field, value] : before.fields) {
        if (!after.fields.contains(field)) {
            changes.emplace(field, std::string{});
        }
    }
    return changes;
}

}  // namespace

Result<Effects> apply_start_form(const Subject& subject,
                                 const Workflow& begun,
                                 const Submission& submission,
                                 const Cause& cause,
                                 const TaskPatch& patch) {
    HF_ASSERT(begun.start_form.has_value());
    HF_TRY(Writing writing, Writing::begin(cause, submission.parts.size()));
    const Id channel = writing.row();
    writing.make_channel(subject.group, submission.title);
    writing.add_member(channel, cause.user, true);
    writing.keep_in_channel(channel, {}, submission);
    writing.queue(begun.start_form->routines,
                  {.trigger = Trigger::start_form,
                   .task = writing.row(),
                   .channel = channel,
                   .answer = submission.answer,
                   .parent = subject.id,
                   .workflow = begun.code});
    if (begun.start_form->task) {
        const bool named = !submission.task_name.empty();
        const NewTask wanted{.id = writing.row(),
                             .group = subject.group,
                             .channel = channel,
                             .serial = cause.serial,
                             .name = named ? submission.task_name : submission.title,
                             .answers = {submission.answer},
                             .patch = patch,
                             .parent_id = subject.id,
                             .parent = subject.task};
        HF_CHECK(create_task(writing, wanted, begun));
    } else if (subject.task != nullptr) {
        note_asked(writing, subject, {}, submission.answer);
    }
    return writing.take();
}

Result<Effects> apply_state_start_form(const Subject& subject,
                                       const std::string& target,
                                       const Submission& submission,
                                       const Cause& cause) {
    HF_TRY(Writing writing, Writing::begin(cause, submission.parts.size()));
    writing.keep_in_channel(subject.task->channel, subject.id, submission);
    HF_CHECK(change(writing, subject, target, submission.answer));
    return writing.take();
}

Result<Effects> apply_manual_change(const Subject& subject,
                                    const std::string& target,
                                    const Cause& cause) {
    HF_TRY(Writing writing, Writing::begin(cause, 0));
    HF_CHECK(change(writing, subject, target, {}));
    return writing.take();
}

Result<Effects> apply_survey_trigger(const Subject& subject,
                                     const Submission& submission,
                                     const Cause& cause) {
    const State* state = find_state(*subject.workflow, subject.task->state);
    HF_ASSERT(state != nullptr);
    const auto trigger =
        std::ranges::find(state->survey_triggers, submission.form, &SurveyTrigger::form);
    HF_ASSERT(trigger != state->survey_triggers.end());
    HF_TRY(Writing writing, Writing::begin(cause, submission.parts.size()));
    writing.keep_in_channel(subject.task->channel, subject.id, submission);
    writing.queue(trigger->routines, run_upon(subject, Trigger::survey_trigger, submission.answer));
    Task task = *subject.task;
    HF_CHECK(attach(task, submission.answer));
    writing.put(subject.id, task);
    note_asked(writing, subject, {}, submission.answer);
    return writing.take();
}

Result<Effects> apply_channel_form(const Subject& subject,
                                   const Submission& submission,
                                   const Cause& cause) {
    HF_TRY(Writing writing, Writing::begin(cause, submission.parts.size()));
    writing.keep_in_channel(subject.task->channel, subject.id, submission);
    return writing.take();
}

Result<Effects> apply_late_evidence(const Subject& subject, Id answer, const Cause& cause) {
    HF_TRY(Writing writing, Writing::begin(cause, 0));
    Task task = *subject.task;
    HF_CHECK(attach(task, answer));
    if (task == *subject.task) {
        return Effects{};
    }
    writing.put(subject.id, task);
    writing.say(
        task.channel, "task_evidence_added", {}, cause.name + " added an answer as late evidence.");
    writing.remember({.task = subject.id,
                      .event = Event::evidence_added,
                      .version = task.state_version,
                      .answer = answer});
    return writing.take();
}

Result<Effects> apply_task_update(const Subject& subject,
                                  const TaskPatch& patch,
                                  const Cause& cause) {
    Task task = *subject.task;
    HF_CHECK(patch_task(task, patch));
    if (task == *subject.task) {
        return Effects{};
    }
    HF_TRY(Writing writing, Writing::begin(cause, 0));
    const bool cancels = subject.task->active && !task.active;
    History row{.task = subject.id,
                .event = cancels ? Event::cancelled : Event::updated,
                .version = task.state_version,
                .changes = differences(*subject.task, task)};
    if (task.assignee != subject.task->assignee || people_of(task) != people_of(*subject.task)) {
        row.event = cancels ? Event::cancelled : Event::people_changed;
        row.from = subject.task->assignee ? to_string(subject.task->assignee) : "";
        row.to = task.assignee ? to_string(task.assignee) : "";
    }
    writing.put(subject.id, task);
    move_members(writing, *subject.task, task, row);
    writing.mirror(task, *subject.workflow);
    std::string names;
    for (const auto& [name, value] : row.changes) {
        names += (names.empty() ? "" : ", ") + name;
    }
    writing.say(task.channel,
                cancels ? "task_cancelled" : "task_updated",
                {{"fields", names}},
                cause.name + (cancels ? " cancelled the task." : " changed: " + names + "."));
    writing.remember(std::move(row));
    return writing.take();
}

Result<Effects> apply(const Subject& subject,
                      const Action& action,
                      const Submission& submission,
                      const Cause& cause,
                      const Facts& facts) {
    switch (action.kind) {
        case ActionKind::start_form:
            return apply_start_form(subject, *subject.workflow, submission, cause);
        case ActionKind::subtask_form: {
            HF_TRY(const Workflow* begun, facts.workflow(action.workflow));
            HF_ASSERT(begun != nullptr);
            return apply_start_form(subject, *begun, submission, cause);
        }
        case ActionKind::manual_change:
            return apply_manual_change(subject, action.target, cause);
        case ActionKind::state_form:
            return apply_state_start_form(subject, action.target, submission, cause);
        case ActionKind::survey_trigger:
            return apply_survey_trigger(subject, submission, cause);
        case ActionKind::task_update:
            return apply_task_update(subject, action.patch, cause);
        case ActionKind::plain_form:
        case ActionKind::routine_form:
            return apply_channel_form(subject, submission, cause);
        case ActionKind::late_evidence:
            return apply_late_evidence(subject, action.answer, cause);
    }
    return fail(ErrorCode::intent_unknown_kind);
}

}  // namespace holdfast::workflow
