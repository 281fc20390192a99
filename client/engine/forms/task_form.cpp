#include "client/engine/forms/task_form.hpp"

#include <utility>

#include "core/model/args.hpp"
#include "core/model/facts.hpp"
#include "core/model/json.hpp"
#include "core/rules/task_facts.hpp"
#include "core/workflow/offers.hpp"

namespace holdfast::client {

std::string encode(const std::optional<TaskForm>& value) {
    if (!value) {
        return {};
    }
    return json::Writer{}
        .write("group", value->group)
        .write("workflow", value->workflow)
        .write("task", value->task)
        .write("target", value->target)
        .text();
}

std::optional<TaskForm> parse_task_form(std::string_view text) {
    if (text.empty()) {
        return std::nullopt;
    }
    TaskForm value;
    json::Reader reader(text);
    reader.read("group", value.group)
        .read("workflow", value.workflow)
        .read("task", value.task)
        .read("target", value.target);
    const bool is_whole = value.group && (value.begins() || value.task);
    return reader.done() && is_whole ? std::optional(std::move(value)) : std::nullopt;
}

Result<bool> runs_routine(const World& world, const Occasion& who, const TaskForm& form) {
    HF_TRY(const TaskFacts facts, TaskFacts::of(world, who, form.group));
    if (form.begins()) {
        HF_TRY(const workflow::Workflow* begun, facts.workflow(form.workflow));
        return begun != nullptr && begun->start_form && !begun->start_form->routines.empty();
    }
    HF_TRY(const auto task, facts.task(form.task));
    HF_TRY(const workflow::Workflow* workflow, facts.workflow(task ? task->workflow : ""));
    const workflow::State* from =
        workflow == nullptr ? nullptr : workflow::find_state(*workflow, task->state);
    if (from == nullptr || form.target.empty()) {
        return from != nullptr;
    }
    const workflow::Transition* transition = workflow::find_transition(*from, form.target);
    return transition != nullptr && !transition->routines.empty();
}

Result<> may_send(const World& world, const Occasion& who, const TaskForm& form, Id form_id) {
    HF_TRY(const TaskFacts facts, TaskFacts::of(world, who, form.group));
    std::optional<workflow::Task> task;
    std::string code = form.workflow;
    if (form.task) {
        HF_TRY(task, facts.task(form.task));
        if (!task) {
            return fail(ErrorCode::task_cancelled, "task " + to_string(form.task));
        }
        code = task->workflow;
    }
    HF_TRY(const workflow::Workflow* workflow, facts.workflow(code));
    if (workflow == nullptr) {
        return fail(ErrorCode::intent_gone, "workflow " + code);
    }
    workflow::Action action{.kind = workflow::ActionKind::start_form, .workflow = code};
    if (task && form.begins()) {
        action = {.kind = workflow::ActionKind::subtask_form,
                  .task = form.task,
                  .workflow = form.workflow,
                  .form = facts.code_of(form_id)};
    } else if (task && form.target.empty()) {
        action = {.kind = workflow::ActionKind::survey_trigger,
                  .task = form.task,
                  .form = facts.code_of(form_id)};
    } else if (task) {
        const workflow::State* from = workflow::find_state(*workflow, task->state);
        const workflow::Transition* transition =
            from == nullptr ? nullptr : workflow::find_transition(*from, form.target);
        action = {.kind = workflow::ActionKind::state_form,
                  .task = form.task,
                  .target = form.target,
                  .form = transition == nullptr ? std::string{} : transition->form};
    } else if (workflow->start_form) {
        action.form = workflow->start_form->form;
    }
    const workflow::Subject subject{.id = form.task,
                                    .task = task ? &*task : nullptr,
                                    .workflow = workflow,
                                    .group = form.group,
                                    .user = who.user};
    return workflow::may_act(subject, action, facts);
}

Result<std::string> args_of(const World& world, const TaskForm& form, FilledForm filled) {
    std::optional<workflow::Task> task;
    if (form.task) {
        HF_TRY(task, find_task(world, form.group, form.task));
        if (!task) {
            return fail(ErrorCode::task_cancelled, "task " + to_string(form.task));
        }
    }
    if (form.begins()) {
        return args::encode(args::TaskCreate{.group = form.group,
                                             .workflow = form.workflow,
                                             .parent = form.task,
                                             .base_state = task ? task->state : std::string(),
                                             .base_version = task ? task->state_version : 0,
                                             .form = filled.version,
                                             .answers = std::move(filled.answers),
                                             .offset_minutes = filled.offset_minutes,
                                             .files = std::move(filled.files)});
    }
    return args::encode(args::TaskChangeState{.group = form.group,
                                              .task = form.task,
                                              .target = form.target,
                                              .base_state = task->state,
                                              .base_version = task->state_version,
                                              .form = filled.version,
                                              .answers = std::move(filled.answers),
                                              .offset_minutes = filled.offset_minutes,
                                              .files = std::move(filled.files)});
}

namespace {

/// A channel's task, and the group of both, as far as they are here.
struct Seen {
    Id group{};
    std::string state{};
    std::uint32_t version = 0;
};

Result<Seen> seen_in(const World& world, Id channel) {
    HF_TRY(const auto known, facts::channel(world, channel));
    if (!known) {
        return Seen{};
    }
    const Id group = known->value.group;
    HF_TRY(const auto task, find_task(world, group, channel));
    return task ? Seen{group, task->state, task->state_version} : Seen{.group = group};
}

}  // namespace

Result<std::string> args_of(const World& world, Id channel, FilledForm filled) {
    HF_TRY(const Seen seen, seen_in(world, channel));
    return args::encode(args::AnswerSubmit{.channel = channel,
                                           .form = filled.version,
                                           .answers = std::move(filled.answers),
                                           .offset_minutes = filled.offset_minutes,
                                           .files = std::move(filled.files),
                                           .base_state = seen.state,
                                           .base_version = seen.version});
}

Result<std::string> args_of_evidence(const World& world, Id task, Id answer) {
    HF_TRY(const Seen seen, seen_in(world, task));
    return args::encode(args::TaskAttachAnswer{.group = seen.group,
                                               .task = task,
                                               .answer = answer,
                                               .base_state = seen.state,
                                               .base_version = seen.version});
}

}  // namespace holdfast::client
