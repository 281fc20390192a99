#include "core/workflow/overlay.hpp"

#include <algorithm>
#include <utility>

#include "core/base/assert.hpp"

namespace holdfast::workflow {

namespace {

bool begins(const Action& action) {
    return action.kind == ActionKind::start_form || action.kind == ActionKind::subtask_form;
}

Waiting as_waiting(const WaitingAction& waiting) {
    return {.intent = waiting.intent,
            .kind = waiting.action.kind,
            .target = waiting.action.target,
            .form = waiting.action.form,
            .at = waiting.at};
}

/// The task that a start form asks for, as far as the device can tell: the routine, which makes it,
/// runs on the server and may call it something else.
Task begun_task(const Subject& subject, const WaitingAction& waiting) {
    const Workflow& workflow = *subject.workflow;
    return {.name = waiting.submission.title,
            .group = subject.group,
            .workflow = workflow.code,
            .state = workflow.initial,
            .channel = waiting.intent,
            .answers = {waiting.submission.answer},
            .assignee = subject.user,
            .created_by = subject.user,
            .state_at = waiting.at,
            .state_by = subject.user,
            .parent = waiting.action.task};
}

/// The task after the effects, if they change it.
void take_task(const Effects& effects, Id id, Task& task) {
    for (const Step& each : effects.steps) {
        const auto* put = std::get_if<step::PutTask>(&each);
        if (put != nullptr && put->id == id) {
            task = put->task;
        }
    }
}

bool has_routine(const Effects& effects) {
    return std::ranges::any_of(effects.steps, [](const Step& each) {
        return std::holds_alternative<step::QueueRoutine>(each);
    });
}

/// A change that a routine owns is shown as asked for (OM26).
void show_target(const Subject& subject, const WaitingAction& waiting, Task& task) {
    const State* target = find_state(*subject.workflow, waiting.action.target);
    if (target == nullptr || task.state == target->code) {
        return;
    }
    task.state = target->code;
    task.state_at = waiting.at;
    task.state_by = subject.user;
}

/// The facts without what waits: the action that waits is the one that is asked about.
class BeforeIt final : public Facts {
public:
    explicit BeforeIt(const Facts& facts) : facts_(facts) {}
    Result<std::optional<Person>> person(Id user) const override { return facts_.person(user); }
    Result<const TaskGroup*> group(Id group) const override { return facts_.group(group); }
    Result<const Workflow*> workflow(std::string_view code) const override {
        return facts_.workflow(code);
    }
    Result<FormAccess> form(std::string_view code, const FormPlace& place) const override {
        return facts_.form(code, place);
    }
    Result<std::vector<std::string>> channel_forms(Id channel) const override {
        return facts_.channel_forms(channel);
    }
    Result<std::vector<Subtask>> subtasks(Id task) const override { return facts_.subtasks(task); }
    Result<bool> has_answer(Id task, Id answer) const override {
        return facts_.has_answer(task, answer);
    }
    Result<std::optional<Waiting>> waiting(Id /*task*/) const override { return std::nullopt; }
    bool offline() const override { return facts_.offline(); }

private:
    const Facts& facts_;
};

}  // namespace

void expect_routines(Effects& effects, const Subject& subject, const WaitingAction& waiting) {
    if (!has_routine(effects)) {
        return;
    }
    const bool begun = begins(waiting.action);
    const Id id = begun ? waiting.intent : subject.id;
    const bool is_put = std::ranges::any_of(effects.steps, [&](const Step& each) {
        const auto* put = std::get_if<step::PutTask>(&each);
        return put != nullptr && put->id == id;
    });
    if (begun && !is_put) {
        effects.steps.emplace_back(step::PutTask{id, begun_task(subject, waiting)});
    } else if (!begun) {
        Task task = *subject.task;
        take_task(effects, id, task);
        show_target(subject, waiting, task);
        effects.steps.emplace_back(step::PutTask{id, std::move(task)});
    }
}

bool is_upon(const WaitingAction& action, Id task) {
    return action.action.task == task || (begins(action.action) && action.intent == task);
}

std::optional<Waiting> waiting_of(Id task, std::span<const WaitingAction> waiting) {
    for (const WaitingAction& each : waiting) {
        if (is_upon(each, task) && rule_of(each.action.kind).counts) {
            return as_waiting(each);
        }
    }
    return std::nullopt;
}

Result<Projected> project_waiting(const Subject& subject,
                                  std::span<const WaitingAction> waiting,
                                  const Facts& facts) {
    HF_ASSERT(subject.workflow != nullptr);
    const auto counted = std::ranges::find_if(waiting, [&](const WaitingAction& each) {
        return is_upon(each, subject.id) && rule_of(each.action.kind).counts;
    });
    Projected projected;
    if (subject.task != nullptr) {
        projected.task = *subject.task;
    }
    if (counted == waiting.end()) {
        return projected;
    }
    projected.waiting = as_waiting(*counted);
    if (begins(counted->action) && counted->intent == subject.id) {
        // Its own creation: where the routine has made it already, the replica's task is right.
        projected.is_new = subject.task == nullptr;
        projected.by_routine = true;
        if (projected.is_new) {
            projected.task = begun_task(subject, *counted);
        }
        return projected;
    }
    if (subject.task == nullptr) {
        projected.doubtful = Error{ErrorCode::task_cancelled};
        return projected;
    }
    const Action& action = counted->action;
    if (subject.task->state_version > action.base_version && subject.task->state == action.target) {
        return projected;  // its effect is here, its outcome on the way
    }
    if (const Result<> allowed = may_act(subject, action, BeforeIt(facts)); !allowed) {
        projected.doubtful = allowed.error();
        return projected;
    }
    const Cause cause{.intent = counted->intent,
                      .user = subject.user,
                      .now = counted->at,
                      .done_at = counted->at,
                      .offline = action.offline};
    HF_TRY(const Effects effects, apply(subject, action, counted->submission, cause, facts));
    take_task(effects, subject.id, projected.task);
    projected.by_routine = has_routine(effects);
    show_target(subject, *counted, projected.task);
    return projected;
}

}  // namespace holdfast::workflow
