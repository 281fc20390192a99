#include "core/rules/past_tasks.hpp"

#include <utility>

#include "core/model/facts.hpp"
#include "core/rules/answers.hpp"
#include "core/rules/form_cache.hpp"
#include "core/rules/task_facts.hpp"
#include "core/rules/task_rows.hpp"
#include "core/rules/task_submission.hpp"
#include "core/rules/timers.hpp"
#include "core/workflow/effects.hpp"

namespace holdfast {

using rules::TaskRows;

namespace {

/// A workflow in which nothing follows from a step but the step.
workflow::Workflow without_consequences(const workflow::Workflow& known) {
    workflow::Workflow quiet = known;
    quiet.on_create.clear();
    for (workflow::Sla& limit : quiet.slas) {
        limit.routines.clear();
    }
    if (quiet.start_form) {
        quiet.start_form->routines.clear();
        if (!quiet.start_form->task) {
            quiet.start_form->task.emplace();
        }
    }
    for (workflow::State& state : quiet.states) {
        for (workflow::Transition& transition : state.next) {
            transition.routines.clear();
        }
    }
    return quiet;
}

struct Answered {
    const std::string& form;  ///< code
    const PastAnswer& past;
};

[[nodiscard]] Result<rules::JudgedForm> judge(const World& world,
                                              const Occasion& occasion,
                                              const TaskFacts& facts,
                                              const Answered& answered) {
    const auto id = facts.form_of(answered.form);
    if (!id) {
        return fail(ErrorCode::workflow_unknown_form, answered.form);
    }
    HF_TRY(const Id version, current_version(world, occasion.organization, *id));
    HF_TRY(auto known, find_form(world, occasion.organization, version));
    const rules::SentForm sent{.version = version,
                               .answers = answered.past.answers,
                               .offset_minutes = answered.past.offset_minutes,
                               .at = occasion.now,
                               .files = {}};
    return rules::judge_answers(world, occasion, std::move(known), sent);
}

/// One thing that was done.
class Past {
public:
    [[nodiscard]] static Result<Past> of(World& world,
                                         const Occasion& occasion,
                                         Id group,
                                         Id span) {
        HF_TRY(TaskFacts facts, TaskFacts::of(world, occasion, group));
        HF_TRY(const auto user, facts::active_user(world, occasion.user));
        workflow::Cause cause{.intent = span,
                              .user = occasion.user,
                              .name = facts::full_name(user.value),
                              .now = occasion.now,
                              .by_routine = true};
        return Past(world, occasion, std::move(facts), std::move(cause));
    }

    [[nodiscard]] Result<workflow::Workflow> workflow(const std::string& code) const {
        HF_TRY(const workflow::Workflow* known, facts_.workflow(code));
        if (known == nullptr) {
            return fail(ErrorCode::workflow_unknown_workflow, code);
        }
        return without_consequences(*known);
    }

    [[nodiscard]] Result<workflow::Submission> answered(const std::string& form,
                                                        const PastAnswer& past) const {
        HF_TRY(const rules::JudgedForm judged, judge(world_, occasion_, facts_, {form, past}));
        return rules::submission_of(judged, facts_, cause_.intent);
    }

    [[nodiscard]] Result<Effects> begin(const PastTask& past);
    [[nodiscard]] Result<Effects> move(const PastMove& past);

private:
    Past(World& world, const Occasion& occasion, TaskFacts facts, workflow::Cause cause)
        : world_(world), occasion_(occasion), facts_(std::move(facts)), cause_(std::move(cause)) {}

    [[nodiscard]] Result<Effects> write(const workflow::Effects& effects) {
        return TaskRows(world_, occasion_, facts_.tasks(), TaskRows::By::routine).write(effects);
    }

    World& world_;
    const Occasion& occasion_;
    TaskFacts facts_;
    workflow::Cause cause_;
};

Result<Effects> Past::begin(const PastTask& past) {
    HF_TRY(const workflow::Workflow workflow, this->workflow(past.workflow));
    HF_TRY(cause_.serial, rules::next_serial(world_, facts_.tasks()));
    workflow::TaskPatch patch = past.patch;
    if (!past.form) {
        const workflow::NewTask wanted{.id = past.span,
                                       .group = past.group,
                                       .channel = past.span,
                                       .serial = cause_.serial,
                                       .name = std::exchange(patch.name, {}).value_or(""),
                                       .patch = patch};
        HF_TRY(workflow::Effects effects, apply_create_task(wanted, workflow, cause_));
        effects.steps.insert(effects.steps.begin(),
                             workflow::step::MakeChannel{past.span, past.group, wanted.name});
        return write(effects);
    }
    if (!workflow.start_form) {
        return fail(ErrorCode::workflow_unknown_form, "no start form");
    }
    HF_TRY(workflow::Submission submission, answered(workflow.start_form->form, *past.form));
    submission.task_name = rules::name_in(past.form->answers, *workflow.start_form);
    if (patch.name) {
        submission.title = *patch.name;  // the channel is called like the task
    } else if (!submission.task_name.empty()) {
        submission.title = submission.task_name;
    }
    const workflow::Subject subject{
        .workflow = &workflow, .group = past.group, .user = occasion_.user};
    HF_TRY(const workflow::Effects effects,
           workflow::apply_start_form(subject, workflow, submission, cause_, patch));
    return write(effects);
}

Result<Effects> Past::move(const PastMove& past) {
    HF_TRY(const auto task, facts_.task(past.task));
    if (!task) {
        return fail(ErrorCode::intent_gone, "task " + to_string(past.task));
    }
    HF_TRY(const workflow::Workflow workflow, this->workflow(task->workflow));
    const workflow::Subject subject{.id = past.task,
                                    .task = &*task,
                                    .workflow = &workflow,
                                    .group = past.group,
                                    .user = occasion_.user};
    if (!past.form) {
        HF_TRY(const workflow::Effects effects,
               workflow::apply_change_state(subject, past.target, cause_, facts_));
        return write(effects);
    }
    HF_CHECK(workflow::may_move_by_routine(subject, past.target, facts_));
    const workflow::State* from = workflow::find_state(workflow, task->state);
    const workflow::Transition* along =
        from == nullptr ? nullptr : workflow::find_transition(*from, past.target);
    if (along == nullptr || along->form.empty()) {
        return fail(ErrorCode::workflow_unknown_form, "no form leads to " + past.target);
    }
    HF_TRY(const workflow::Submission submission, answered(along->form, *past.form));
    HF_TRY(const workflow::Effects effects,
           workflow::apply_state_start_form(subject, past.target, submission, cause_));
    return write(effects);
}

}  // namespace

Result<Effects> begin_past_task(World& world, const Occasion& occasion, const PastTask& past) {
    HF_TRY(Past done, Past::of(world, occasion, past.group, past.span));
    return done.begin(past);
}

Result<Effects> move_past_task(World& world, const Occasion& occasion, const PastMove& past) {
    HF_TRY(Past done, Past::of(world, occasion, past.group, past.span));
    return done.move(past);
}

Result<Effects> time_past_task(const World& world, const Occasion& occasion, Id group, Id id) {
    HF_TRY(const TaskFacts facts, TaskFacts::of(world, occasion, group));
    HF_TRY(const auto task, facts.task(id));
    HF_TRY(const workflow::Workflow* workflow,
           facts.workflow(task ? task->workflow : std::string()));
    if (!task || workflow == nullptr) {
        return fail(ErrorCode::intent_gone, "task " + to_string(id));
    }
    const workflow::State* state = workflow::find_state(*workflow, task->state);
    Effects effects;
    if (!task->active || state == nullptr || state->kind == workflow::StateKind::closed) {
        return effects;
    }
    for (workflow::step::SetTimer& timer : workflow::timers_of(id, *task, *workflow, {})) {
        timer.user = occasion.user;
        effects.runs.push_back(limit_timer(timer, group));
    }
    return effects;
}

Result<> check_past_answer(const World& world,
                           const Occasion& occasion,
                           Id group,
                           const std::string& form,
                           const PastAnswer& past) {
    HF_TRY(const TaskFacts facts, TaskFacts::of(world, occasion, group));
    HF_CHECK(judge(world, occasion, facts, {form, past}));
    return {};
}

}  // namespace holdfast
