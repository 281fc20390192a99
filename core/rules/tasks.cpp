#include "core/rules/tasks.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/model/args.hpp"
#include "core/model/facts.hpp"
#include "core/model/json.hpp"
#include "core/model/text.hpp"
#include "core/rules/answers.hpp"
#include "core/rules/bots.hpp"
#include "core/rules/form_cache.hpp"
#include "core/rules/task_facts.hpp"
#include "core/rules/task_rows.hpp"
#include "core/rules/task_submission.hpp"
#include "core/workflow/conflict.hpp"
#include "core/workflow/overlay.hpp"

namespace holdfast::rules {

namespace {

/// Rows of a task's history that the conflict table looks at: more changes than that behind an
/// action are summed up by the newest.
constexpr std::size_t history_read_max = 200;

[[nodiscard]] Result<workflow::Cause> cause_of(const World& world,
                                               const Occasion& occasion,
                                               const Intent& intent,
                                               bool offline) {
    HF_TRY(const auto user, facts::writing_user(world, occasion.user));
    const bool timed = intent.elapsed_ms >= 0;
    return workflow::Cause{
        .intent = intent.id,
        .user = occasion.user,
        .name = facts::full_name(user.value),
        .now = occasion.now,
        .done_at = timed ? WallTime{occasion.now.ms - intent.elapsed_ms} : WallTime{},
        .offline = offline};
}

/// A task that is acted upon, with what the rules know of it.
struct Known {
    TaskFacts facts;
    workflow::Task task;
    const workflow::Workflow* workflow = nullptr;
};

[[nodiscard]] Result<Known> known_task(const World& world,
                                       const Occasion& occasion,
                                       Id group,
                                       Id id) {
    HF_TRY(const bool reads, facts::has_grant(world, occasion.user, group, false));
    if (!reads) {
        return fail(ErrorCode::access_forbidden, "no grant for the group");
    }
    HF_TRY(TaskFacts facts, TaskFacts::of(world, occasion, group));
    HF_TRY(auto task, facts.task(id));
    if (!task) {
        return fail(ErrorCode::task_cancelled, "task " + to_string(id));
    }
    HF_TRY(const workflow::Workflow* workflow, facts.workflow(task->workflow));
    if (workflow == nullptr) {
        return fail(ErrorCode::storage_corrupt, "workflow " + task->workflow);
    }
    return Known{std::move(facts), *std::move(task), workflow};
}

workflow::Subject subject_of(const Known& known, Id task, Id user) {
    return {.id = task,
            .task = &known.task,
            .workflow = known.workflow,
            .group = known.task.group,
            .user = user};
}

/// The task whose channel this is; nothing where it is none's.
[[nodiscard]] Result<std::optional<Known>> task_in(const World& world,
                                                   const Occasion& occasion,
                                                   Id channel) {
    HF_TRY(const auto found, facts::channel(world, channel));
    HF_TRY(const auto task,
           found ? find_task(world, found->value.group, channel)
                 : Result<std::optional<workflow::Task>>());
    if (!task) {
        return std::nullopt;
    }
    HF_TRY(Known known, known_task(world, occasion, found->value.group, channel));
    return known;
}

/// Rows that cannot be read are not the intent's fault.
[[nodiscard]] Result<std::vector<workflow::History>> history_of(const World& world, Id task) {
    HF_TRY(const BucketId timeline, facts::bucket_of(world, BucketKind::timeline, task));
    HF_TRY(const auto rows, world.newest(timeline, RowKind::history, history_read_max));
    std::vector<workflow::History> history;
    for (const Row& row : rows) {
        auto read = workflow::parse_history(row.body);
        if (!read) {
            return fail(ErrorCode::storage_corrupt, "history " + to_string(row.id));
        }
        history.push_back(*std::move(read));
    }
    std::ranges::reverse(history);
    return history;
}

/// The server's word, and what follows from it.
[[nodiscard]] Result<Effects> decide(World& world,
                                     const Occasion& occasion,
                                     const Known& known,
                                     const workflow::Arrival& arrival) {
    const workflow::Subject subject = subject_of(known, arrival.action->task, occasion.user);
    HF_TRY(const auto history, history_of(world, subject.id));
    HF_TRY(workflow::Decision decision,
           workflow::decide(
               arrival, subject, history, known.facts.task_group().conflicts, known.facts));
    HF_TRY(Effects effects, TaskRows(world, occasion, known.facts.tasks()).write(decision.effects));
    effects.status = decision.verdict.status;
    effects.code = decision.verdict.code;
    if (effects.status != OutcomeStatus::applied) {
        effects.params = std::move(decision.verdict.params);
    }
    return effects;
}

/// A device's: what is against it, or what it would do.
[[nodiscard]] Result<Effects> foresee(World& world,
                                      const Occasion& occasion,
                                      const Known& known,
                                      const workflow::Arrival& arrival) {
    const workflow::Subject subject = subject_of(known, arrival.action->task, occasion.user);
    const bool moved = known.task.state_version != arrival.action->base_version;
    if (moved && !workflow::rule_of(arrival.action->kind).commutes) {
        return fail(ErrorCode::task_stale_state);
    }
    HF_CHECK(workflow::may_act(subject, *arrival.action, known.facts));
    static const workflow::Submission nothing;
    const auto& submission = arrival.submission == nullptr ? nothing : *arrival.submission;
    HF_TRY(workflow::Effects effects,
           workflow::apply(subject, *arrival.action, submission, arrival.cause, known.facts));
    workflow::expect_routines(effects,
                              subject,
                              {.intent = arrival.cause.intent,
                               .action = *arrival.action,
                               .submission = submission,
                               .at = arrival.cause.now});
    return TaskRows(world, occasion, known.facts.tasks()).write(effects);
}

[[nodiscard]] Result<Effects> carry_out(World& world,
                                        const Occasion& occasion,
                                        const Known& known,
                                        const workflow::Arrival& arrival) {
    return world.is_final() ? decide(world, occasion, known, arrival)
                            : foresee(world, occasion, known, arrival);
}

/// An action upon a task that is an answer, before the answer is judged.
struct Answered {
    const Intent& intent;
    workflow::Action action{};
    workflow::Cause cause{};
    SentForm sent{};
    const workflow::StartForm* begins = nullptr;  ///< of the subtask's workflow
};

[[nodiscard]] Result<> is_new(const TaskFacts& facts, Id id) {
    HF_TRY(const auto existing, facts.task(id));
    return existing ? fail(ErrorCode::intent_id_conflict, "task " + to_string(id)) : Result<>();
}

[[nodiscard]] Result<Effects> answer_upon(World& world,
                                          const Occasion& occasion,
                                          const Known& known,
                                          Answered answered) {
    HF_TRY(auto form, find_form(world, occasion.organization, answered.sent.version));
    const Id form_id = form->form;
    answered.action.form = known.facts.code_of(form->form);
    answered.action.answer = answered.cause.intent;
    // The filters ask for the state that the person saw: whether the task is still in it is for the
    // conflict table to say, with the answer kept.
    workflow::Task seen = known.task;
    seen.state = answered.action.base_state;
    HF_TRY(const forms::Offer offer, known.facts.offer_for(&seen));
    HF_TRY(JudgedForm judged, judge_form(world, occasion, std::move(form), answered.sent, offer));
    HF_TRY(const auto version, settle_version(world, occasion, answered.sent, judged));
    workflow::Submission submission = submission_of(judged, known.facts, answered.cause.intent);
    submission.version = version;
    if (answered.begins != nullptr) {
        HF_CHECK(is_new(known.facts, answered.intent.id));
        submission.task_name = name_in(answers_taken(judged.answer), *answered.begins);
        HF_TRY(answered.cause.serial, next_serial(world, known.facts.tasks()));
    }
    HF_TRY(Effects effects,
           carry_out(world, occasion, known, {&answered.action, &submission, answered.cause}));
    HF_CHECK(claim_beside_answer(world, occasion, answered.cause.intent, answered.sent, effects));
    if (world.is_final() && effects.status == OutcomeStatus::applied) {
        const Id begun = answered.intent.id;
        HF_TRY(const auto place,
               answered.begins != nullptr
                   ? Result<BotPlace>({begun, known.task.group, occasion.organization, begun})
                   : place_of(world, occasion, answered.action.task));
        HF_CHECK(call_bots(world, occasion, {answered.intent, place, form_id}, effects));
    }
    return effects;
}

/// A workflow that a task can begin with.
[[nodiscard]] Result<const workflow::Workflow*> startable(const TaskFacts& facts,
                                                          const std::string& code) {
    HF_TRY(const workflow::Workflow* workflow, facts.workflow(code));
    if (workflow == nullptr || !workflow->start_form) {
        return fail(ErrorCode::intent_gone, "workflow " + code);
    }
    return workflow;
}

[[nodiscard]] Result<Effects> create_subtask(World& world,
                                             const Occasion& occasion,
                                             const Intent& intent,
                                             args::TaskCreate wanted) {
    HF_TRY(const workflow::Cause cause, cause_of(world, occasion, intent, wanted.offline));
    HF_TRY(const Known parent, known_task(world, occasion, wanted.group, wanted.parent));
    HF_TRY(const workflow::Workflow* workflow, startable(parent.facts, wanted.workflow));
    return answer_upon(world,
                       occasion,
                       parent,
                       {.intent = intent,
                        .action = {.kind = workflow::ActionKind::subtask_form,
                                   .task = wanted.parent,
                                   .workflow = wanted.workflow,
                                   .base_state = wanted.base_state,
                                   .base_version = wanted.base_version,
                                   .offline = wanted.offline},
                        .cause = cause,
                        .sent = {.version = wanted.form,
                                 .answers = std::move(wanted.answers),
                                 .offset_minutes = wanted.offset_minutes,
                                 .at = intent.claimed_at,
                                 .files = wanted.files},
                        .begins = &*workflow->start_form});
}

[[nodiscard]] Result<Effects> update_task(World& world,
                                          const Occasion& occasion,
                                          const Known& known,
                                          const workflow::Cause& cause,
                                          workflow::Action action) {
    action.kind = workflow::ActionKind::task_update;
    action.base_state = known.task.state;
    action.base_version = known.task.state_version;
    return carry_out(world, occasion, known, {&action, nullptr, cause});
}

void take_out(std::vector<Id>& people, Id user) {
    std::erase(people, user);
}

}  // namespace

Result<Effects> create_task(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(args::TaskCreate wanted, args::parse_task_create(intent.args));
    if (wanted.parent) {
        return create_subtask(world, occasion, intent, std::move(wanted));
    }
    HF_TRY(workflow::Cause cause, cause_of(world, occasion, intent, wanted.offline));
    HF_TRY(const TaskFacts facts, TaskFacts::of(world, occasion, wanted.group));
    HF_TRY(const workflow::Workflow* workflow, startable(facts, wanted.workflow));
    HF_TRY(auto form, find_form(world, occasion.organization, wanted.form));
    const workflow::Action action{.kind = workflow::ActionKind::start_form,
                                  .workflow = wanted.workflow,
                                  .form = facts.code_of(form->form),
                                  .answer = intent.id,
                                  .offline = wanted.offline};
    const workflow::Subject subject{
        .workflow = workflow, .group = wanted.group, .user = occasion.user};
    HF_CHECK(workflow::may_act(subject, action, facts));
    HF_CHECK(is_new(facts, intent.id));
    HF_TRY(const forms::Offer offer, facts.offer_for(nullptr));
    const SentForm sent{.version = wanted.form,
                        .answers = std::move(wanted.answers),
                        .offset_minutes = wanted.offset_minutes,
                        .at = intent.claimed_at,
                        .files = wanted.files};
    HF_TRY(JudgedForm judged, judge_form(world, occasion, std::move(form), sent, offer));
    HF_CHECK(ensure_taken(world, occasion, sent, judged));
    workflow::Submission submission = submission_of(judged, facts, intent.id);
    submission.task_name = name_in(answers_taken(judged.answer), *workflow->start_form);
    HF_TRY(cause.serial, next_serial(world, facts.tasks()));
    HF_TRY(workflow::Effects effects, workflow::apply(subject, action, submission, cause, facts));
    if (!world.is_final()) {
        const workflow::WaitingAction waiting{
            .intent = intent.id, .action = action, .submission = submission, .at = cause.now};
        workflow::expect_routines(effects, subject, waiting);
    }
    HF_TRY(Effects written, TaskRows(world, occasion, facts.tasks()).write(effects));
    HF_CHECK(claim_beside_answer(world, occasion, intent.id, sent, written));
    if (world.is_final()) {
        const BotPlace place{intent.id, wanted.group, occasion.organization, intent.id};
        HF_CHECK(call_bots(world, occasion, {intent, place, judged.form->form}, written));
    }
    return written;
}

Result<Effects> change_state(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(args::TaskChangeState wanted, args::parse_task_change_state(intent.args));
    HF_TRY(const workflow::Cause cause, cause_of(world, occasion, intent, wanted.offline));
    HF_TRY(const Known known, known_task(world, occasion, wanted.group, wanted.task));
    workflow::Action action{.kind = workflow::ActionKind::manual_change,
                            .task = wanted.task,
                            .target = wanted.target,
                            .base_state = wanted.base_state,
                            .base_version = wanted.base_version,
                            .offline = wanted.offline};
    if (!wanted.form) {
        return carry_out(world, occasion, known, {&action, nullptr, cause});
    }
    action.kind = wanted.target.empty() ? workflow::ActionKind::survey_trigger
                                        : workflow::ActionKind::state_form;
    return answer_upon(world,
                       occasion,
                       known,
                       {.intent = intent,
                        .action = std::move(action),
                        .cause = cause,
                        .sent = {.version = wanted.form,
                                 .channel = wanted.task,
                                 .answers = std::move(wanted.answers),
                                 .offset_minutes = wanted.offset_minutes,
                                 .at = intent.claimed_at,
                                 .files = wanted.files}});
}

Result<std::optional<Effects>> trigger_by_answer(World& world,
                                                 const Occasion& occasion,
                                                 const Intent& intent,
                                                 const args::AnswerSubmit& answer) {
    HF_TRY(const auto found, task_in(world, occasion, answer.channel));
    if (!found) {
        return std::nullopt;
    }
    const Known& known = *found;
    HF_TRY(const auto form, find_form(world, occasion.organization, answer.form));
    const std::string code = known.facts.code_of(form->form);
    const workflow::State* state = workflow::find_state(*known.workflow, known.task.state);
    const bool triggers =
        state != nullptr && !code.empty() &&
        std::ranges::any_of(state->survey_triggers,
                            [&](const workflow::SurveyTrigger& each) { return each.form == code; });
    if (!triggers) {
        return std::nullopt;
    }
    HF_TRY(const workflow::Cause cause, cause_of(world, occasion, intent, false));
    HF_TRY(Effects effects,
           answer_upon(world,
                       occasion,
                       known,
                       {.intent = intent,
                        .action = {.kind = workflow::ActionKind::survey_trigger,
                                   .task = answer.channel,
                                   .base_state = known.task.state,
                                   .base_version = known.task.state_version},
                        .cause = cause,
                        .sent = {.version = answer.form,
                                 .channel = answer.channel,
                                 .answers = answer.answers,
                                 .offset_minutes = answer.offset_minutes,
                                 .at = intent.claimed_at,
                                 .files = answer.files}}));
    return effects;
}

Result<> say_if_late(const World& world,
                     const Occasion& occasion,
                     const Intent& intent,
                     const args::AnswerSubmit& answer,
                     Effects& effects) {
    HF_TRY(const auto known,
           answer.base_state.empty() ? Result<std::optional<Known>>()
                                     : task_in(world, occasion, answer.channel));
    if (!known || known->task.state_version == answer.base_version) {
        return {};
    }
    HF_TRY(const workflow::Cause cause, cause_of(world, occasion, intent, false));
    HF_TRY(const auto form, find_form(world, occasion.organization, answer.form));
    const workflow::Action action{.kind = workflow::ActionKind::plain_form,
                                  .task = answer.channel,
                                  .base_state = answer.base_state,
                                  .base_version = answer.base_version,
                                  .form = known->facts.code_of(form->form),
                                  .answer = intent.id};
    const workflow::Submission submission{.answer = intent.id, .form = action.form};
    HF_TRY(const auto history, history_of(world, answer.channel));
    HF_TRY(workflow::Verdict verdict,
           workflow::judge({&action, &submission, cause},
                           subject_of(*known, answer.channel, occasion.user),
                           history,
                           known->facts.task_group().conflicts,
                           known->facts));
    // Whether it may stand in the channel is the channel's to say, and has been said.
    if (verdict.situation == workflow::Situation::moved_commutes) {
        effects.status = verdict.status;
        effects.code = verdict.code;
        effects.params = std::move(verdict.params);
    }
    return {};
}

Result<Effects> edit_task(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(const args::TaskEdit wanted, args::parse_task_edit(intent.args));
    HF_TRY(workflow::TaskPatch patch, workflow::parse_task_patch(wanted.patch));
    if (patch.assignee || patch.editors || patch.followers || patch.visibility) {
        return fail(ErrorCode::intent_malformed, "patch");
    }
    HF_TRY(const workflow::Cause cause, cause_of(world, occasion, intent, false));
    HF_TRY(const Known known, known_task(world, occasion, wanted.group, wanted.task));
    return update_task(
        world, occasion, known, cause, {.task = wanted.task, .patch = std::move(patch)});
}

Result<Effects> set_role(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(const args::TaskSetRole wanted, args::parse_task_set_role(intent.args));
    HF_TRY(const workflow::Cause cause, cause_of(world, occasion, intent, false));
    HF_TRY(const Known known, known_task(world, occasion, wanted.group, wanted.task));
    workflow::TaskPatch patch{.editors = known.task.editors,
                              .followers = known.task.followers,
                              .visibility = known.task.visibility};
    take_out(*patch.editors, wanted.user);
    take_out(*patch.followers, wanted.user);
    take_out(*patch.visibility, wanted.user);
    if (known.task.assignee == wanted.user) {
        patch.assignee = Id{};
    }
    if (wanted.role == "assignee") {
        patch.assignee = wanted.user;
    } else if (wanted.role == "editor") {
        patch.editors->push_back(wanted.user);
    } else if (wanted.role == "follower") {
        patch.followers->push_back(wanted.user);
    } else if (wanted.role == "visibility") {
        patch.visibility->push_back(wanted.user);
    } else if (wanted.role != "none") {
        return fail(ErrorCode::intent_malformed, "role");
    }
    if (wanted.role != "none") {
        HF_TRY(const auto user, facts::user(world, wanted.user));
        if (!user || !user->value.active) {
            return fail(ErrorCode::intent_gone, "user " + to_string(wanted.user));
        }
    }
    return update_task(
        world, occasion, known, cause, {.task = wanted.task, .patch = std::move(patch)});
}

Result<Effects> attach_answer(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(const args::TaskAttachAnswer wanted, args::parse_task_attach_answer(intent.args));
    HF_TRY(const workflow::Cause cause, cause_of(world, occasion, intent, false));
    HF_TRY(const Known known, known_task(world, occasion, wanted.group, wanted.task));
    const bool told = !wanted.base_state.empty();  // the apps before this one did not
    const workflow::Action action{
        .kind = workflow::ActionKind::late_evidence,
        .task = wanted.task,
        .base_state = told ? wanted.base_state : known.task.state,
        .base_version = told ? wanted.base_version : known.task.state_version,
        .answer = wanted.answer};
    return carry_out(world, occasion, known, {&action, nullptr, cause});
}

}  // namespace holdfast::rules
