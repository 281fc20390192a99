#include "core/workflow/moves.hpp"

#include <algorithm>
#include <utility>

#include "core/base/assert.hpp"
#include "core/model/json.hpp"
#include "core/model/text.hpp"
#include "core/workflow/limits.hpp"

namespace holdfast::workflow {

namespace {

constexpr std::int64_t minute_ms = 60'000;

[[nodiscard]] std::unexpected<Error> too_many(std::size_t limit) {
    return fail(ErrorCode::task_too_many,
                {},
                json::Writer{}.write("limit", static_cast<std::int64_t>(limit)).text());
}

WallTime base_of(const Sla& sla, const Task& task, WallTime now) {
    switch (sla.base) {
        case SlaBase::start_date:
            return task.start_date;
        case SlaBase::end_date:
            return task.end_date;
        case SlaBase::resolution_date:
            return task.resolution_at;
        case SlaBase::entry:
            break;
    }
    return now;
}

[[nodiscard]] Result<> take_people(std::vector<Id>& out, const std::optional<std::vector<Id>>& in) {
    if (!in) {
        return {};
    }
    std::vector<Id> people;
    for (const Id id : *in) {
        if (id && std::ranges::find(people, id) == people.end()) {
            people.push_back(id);
        }
    }
    if (people.size() > limits::people_per_task_max) {
        return too_many(limits::people_per_task_max);
    }
    out = std::move(people);
    return {};
}

template <class T>
void take(T& out, const std::optional<T>& in) {
    if (in) {
        out = *in;
    }
}

void take_statuses(Task& task, const std::map<std::string, std::string>& statuses) {
    constexpr std::array<std::string_view, 5> names{
        "status1", "status2", "status3", "status4", "status5"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto found = statuses.find(std::string(names[i]));
        if (found != statuses.end()) {
            task.statuses[i] = found->second;
        }
    }
}

}  // namespace

Result<Writing> Writing::begin(const Cause& cause, std::size_t form_parts) {
    HF_TRY(const IntentIds ids, IntentIds::make(cause.intent, form_parts));
    return Writing(cause, ids);
}

void Writing::make_channel(Id group, const std::string& name) {
    effects_.steps.emplace_back(step::MakeChannel{row(), group, name});
}

void Writing::add_member(Id channel, Id user, bool admin) {
    effects_.steps.emplace_back(step::AddMember{channel, user, admin});
}

void Writing::remove_member(Id channel, Id user) {
    effects_.steps.emplace_back(step::RemoveMember{channel, user});
}

void Writing::keep_in_channel(Id channel, Id task, const Submission& submission) {
    if (!submission.parts.empty()) {
        const Id first = ids_.next_message();
        for (std::size_t i = 1; i < submission.parts.size(); ++i) {
            (void)ids_.next_message();
        }
        effects_.steps.emplace_back(
            step::PostForm{channel, first, cause_->user, submission.answer, submission.parts});
    }
    effects_.steps.emplace_back(step::StoreAnswer{.answer = submission.answer,
                                                  .channel = channel,
                                                  .task = task,
                                                  .user = cause_->user,
                                                  .form = submission.form,
                                                  .form_version = submission.form_version,
                                                  .data = submission.data,
                                                  .keep = Keep::in_channel});
}

void Writing::store(const Submission& submission, Id task, Keep keep) {
    effects_.steps.emplace_back(step::StoreAnswer{.answer = submission.answer,
                                                  .task = task,
                                                  .user = cause_->user,
                                                  .form = submission.form,
                                                  .form_version = submission.form_version,
                                                  .data = submission.data,
                                                  .keep = keep});
}

void Writing::queue(const std::vector<std::string>& routines, step::QueueRoutine run) {
    for (const std::string& routine : routines) {
        run.run = ids_.next_run();
        run.routine = routine;
        run.user = cause_->user;
        effects_.steps.emplace_back(run);
    }
}

void Writing::set_timer(step::SetTimer timer) {
    timer.user = cause_->user;
    effects_.steps.emplace_back(std::move(timer));
}

void Writing::put(Id id, const Task& task) {
    effects_.steps.emplace_back(step::PutTask{id, task});
}

void Writing::mirror(const Task& task, const Workflow& workflow) {
    if (task.channel) {
        effects_.steps.emplace_back(
            step::SetElements{task.channel, mirrored_elements(task, workflow)});
    }
}

void Writing::say(Id channel,
                  std::string key,
                  std::map<std::string, std::string> params,
                  std::string text) {
    if (!channel) {
        return;
    }
    params.emplace("by", cause_->name);
    effects_.steps.emplace_back(step::PostSystem{
        channel, ids_.next_message(), std::move(key), std::move(params), std::move(text)});
}

void Writing::remember(History row) {
    row.at = cause_->now;
    row.done_at = cause_->done_at;
    row.by = cause_->user;
    row.intent = cause_->by_routine ? Id{} : cause_->intent;
    row.offline = cause_->offline;
    effects_.steps.emplace_back(step::AddHistory{ids_.next_history(), std::move(row)});
}

void enter_state(Task& task, const Workflow& workflow, const State& state, WallTime now) {
    for (const Sla& sla : workflow.slas) {
        const auto running = std::ranges::find(task.slas, sla.code, &ActiveSla::code);
        const bool runs = running != task.slas.end();
        if (runs && includes(sla.end, state)) {
            task.slas.erase(running);
        } else if (includes(sla.start, state) && (!runs || sla.reset)) {
            const WallTime base = base_of(sla, task, now);
            const WallTime due = base.ms == 0 ? now + Millis{sla.minutes * minute_ms}
                                              : base + Millis{sla.minutes * minute_ms};
            if (runs) {
                running->due = due;
            } else {
                task.slas.push_back({sla.code, due});
            }
        }
    }
}

std::vector<step::SetTimer> timers_of(Id id,
                                      const Task& task,
                                      const Workflow& workflow,
                                      const std::vector<ActiveSla>& before) {
    std::vector<step::SetTimer> timers;
    for (const ActiveSla& active : task.slas) {
        const auto sla = std::ranges::find(workflow.slas, active.code, &Sla::code);
        const bool ran = std::ranges::find(before, active) != before.end();
        if (!ran && sla != workflow.slas.end() && !sla->routines.empty()) {
            timers.push_back({.task = id,
                              .channel = task.channel,
                              .workflow = workflow.code,
                              .sla = active.code,
                              .due = active.due});
        }
    }
    return timers;
}

void set_timers(Writing& writing,
                Id id,
                const Task& task,
                const Workflow& workflow,
                const std::vector<ActiveSla>& before) {
    for (step::SetTimer& timer : timers_of(id, task, workflow, before)) {
        writing.set_timer(std::move(timer));
    }
}

void move_task(
    Writing& writing, const Subject& subject, Task task, const State& target, Id answer) {
    const State* from = find_state(*subject.workflow, task.state);
    const std::string from_code = task.state;
    const std::string from_name = from == nullptr ? task.state : from->name;
    const WallTime now = writing.cause().now;
    task.state = target.code;
    task.state_at = now;
    task.state_by = writing.cause().user;
    ++task.state_version;
    if (target.kind != StateKind::closed) {
        task.closed_at = {};
        task.resolution_at = {};
    } else {
        task.closed_at = now;
        if (task.resolution_at.ms == 0) {
            task.resolution_at = now;
        }
    }
    const std::vector<ActiveSla> before = task.slas;
    enter_state(task, *subject.workflow, target, now);
    set_timers(writing, subject.id, task, *subject.workflow, before);
    writing.put(subject.id, task);
    writing.mirror(task, *subject.workflow);
    writing.say(task.channel,
                "task_state_changed",
                {{"from", from_name}, {"to", target.name}},
                "State was changed from " + from_name + " to " + target.name + ".");
    writing.remember({.task = subject.id,
                      .event = Event::state_changed,
                      .from = from_code,
                      .to = target.code,
                      .version = task.state_version,
                      .answer = answer});
}

Result<> patch_task(Task& task, const TaskPatch& patch) {
    if (patch.name) {
        HF_TRY(task.name, take_text(*patch.name, limits::task_name_bytes_max));
    }
    if (patch.info) {
        HF_TRY(task.info, take_optional_text(*patch.info, limits::task_info_bytes_max));
    }
    take(task.assignee, patch.assignee);
    HF_CHECK(take_people(task.editors, patch.editors));
    HF_CHECK(take_people(task.followers, patch.followers));
    HF_CHECK(take_people(task.visibility, patch.visibility));
    take(task.start_date, patch.start_date);
    take(task.end_date, patch.end_date);
    take(task.resolution_at, patch.resolution_at);
    take(task.estimated_days, patch.estimated_days);
    take(task.active, patch.active);
    take_statuses(task, patch.statuses);
    for (const auto& [field, value] : patch.fields) {
        if (value.empty()) {
            task.fields.erase(field);
        } else {
            task.fields[field] = value;
        }
    }
    return {};
}

Result<> attach(Task& task, Id answer) {
    if (!answer || std::ranges::find(task.answers, answer) != task.answers.end()) {
        return {};
    }
    if (task.answers.size() >= limits::answers_per_task_max) {
        return too_many(limits::answers_per_task_max);
    }
    task.answers.push_back(answer);
    return {};
}

}  // namespace holdfast::workflow
