#include "core/workflow/offers.hpp"

#include <algorithm>

#include "core/base/assert.hpp"
#include "core/model/json.hpp"

namespace holdfast::workflow {

namespace {

/// Who acts, and what that person is to the task.
struct Actor {
    Person person;
    const TaskGroup* group = nullptr;
    Role role = Role::none;
};

Result<Actor> actor_of(const Subject& subject, const Facts& facts) {
    HF_TRY(std::optional<Person> person, facts.person(subject.user));
    if (!person || !person->active || !person->reads_group) {
        return fail(ErrorCode::access_forbidden, "no such active person with a grant");
    }
    HF_TRY(const TaskGroup* group, facts.group(subject.group));
    if (group == nullptr) {
        return fail(ErrorCode::access_forbidden, "no such task group");
    }
    Actor actor{.person = *std::move(person), .group = group};
    if (subject.task != nullptr) {
        actor.role = effective_role(*subject.task, actor.person, *group, *subject.workflow);
    }
    return actor;
}

FormPlace place_of(const Subject& subject) {
    if (subject.task == nullptr) {
        return {.user = subject.user, .group = subject.group};
    }
    return {.user = subject.user,
            .group = subject.group,
            .channel = subject.task->channel,
            .state = subject.task->state};
}

[[nodiscard]] Result<> may_use_form(const Subject& subject,
                                    const std::string& form,
                                    const Facts& facts) {
    HF_TRY(const FormAccess access, facts.form(form, place_of(subject)));
    if (!access.offered) {
        return fail(ErrorCode::access_forbidden, "form " + form);
    }
    return {};
}

[[nodiscard]] Result<> holds(const Actor& actor, const Permits& wanted) {
    if (!holds_any(actor.person.permissions, wanted)) {
        return fail(ErrorCode::access_forbidden, "lacks " + wanted.front());
    }
    return {};
}

[[nodiscard]] std::unexpected<Error> no_transition(const Action& action) {
    return fail(ErrorCode::task_no_transition,
                {},
                json::Writer{}.write("target", action.target).write("form", action.form).text());
}

/// Open subtasks that the target does not allow: any if it is closed, else those that follow
/// another workflow than its subtasks would.
[[nodiscard]] Result<> subtasks_allow(const Subject& subject,
                                      const State& target,
                                      const Facts& facts) {
    HF_TRY(const std::vector<Subtask> subtasks, facts.subtasks(subject.id));
    const auto open = std::ranges::count_if(subtasks, [&](const Subtask& subtask) {
        const bool fits = target.kind != StateKind::closed && target.subtask &&
                          target.subtask->workflow == subtask.workflow;
        return subtask.open && !fits;
    });
    if (open == 0) {
        return {};
    }
    return fail(ErrorCode::task_subtasks_open,
                {},
                json::Writer{}.write("open", static_cast<std::int64_t>(open)).text());
}

/// Whether the workflow has this change of state, and this person may make it.
[[nodiscard]] Result<> may_move(const Subject& subject,
                                const Actor& actor,
                                const Action& action,
                                const Facts& facts) {
    const State* from = find_state(*subject.workflow, subject.task->state);
    const State* target = find_state(*subject.workflow, action.target);
    if (from == nullptr || target == nullptr || from == target) {
        return no_transition(action);
    }
    const Transition* transition = find_transition(*from, action.target);
    const bool by_form = action.kind == ActionKind::state_form;
    if (transition == nullptr) {
        if (by_form || actor.group->flow != Flow::free) {
            return no_transition(action);
        }
        return subtasks_allow(subject, *target, facts);
    }
    if (transition->change != (by_form ? Change::form : Change::manual) ||
        (by_form && transition->form != action.form)) {
        return no_transition(action);
    }
    HF_CHECK(holds(actor, transition->permissions));
    if (by_form) {
        HF_CHECK(may_use_form(subject, action.form, facts));
    }
    return subtasks_allow(subject, *target, facts);
}

[[nodiscard]] Result<> may_trigger(const Subject& subject,
                                   const Actor& actor,
                                   const Action& action,
                                   const Facts& facts) {
    const State* state = find_state(*subject.workflow, subject.task->state);
    if (state == nullptr) {
        return no_transition(action);
    }
    const auto found = std::ranges::find(state->survey_triggers, action.form, &SurveyTrigger::form);
    if (found == state->survey_triggers.end()) {
        return no_transition(action);
    }
    HF_CHECK(holds(actor, found->permissions));
    return may_use_form(subject, action.form, facts);
}

/// Whether `workflow` may be begun with this form by this person.
[[nodiscard]] Result<> may_begin(const Actor& actor,
                                 const Workflow* workflow,
                                 const Action& action) {
    if (workflow == nullptr || !workflow->active || workflow->code != action.workflow ||
        !workflow->start_form || workflow->start_form->form != action.form) {
        return no_transition(action);
    }
    return holds(actor, workflow->start_form->permissions);
}

[[nodiscard]] Result<> may_add_subtask(const Subject& subject,
                                       const Actor& actor,
                                       const Action& action,
                                       const Facts& facts) {
    const State* state = find_state(*subject.workflow, subject.task->state);
    if (state == nullptr || !state->subtask || state->subtask->workflow != action.workflow) {
        return no_transition(action);
    }
    HF_TRY(const Workflow* workflow, facts.workflow(action.workflow));
    HF_CHECK(may_begin(actor, workflow, action));
    return may_use_form(subject, action.form, facts);
}

/// Only an answer to a form of this task is evidence of it.
[[nodiscard]] Result<> is_about(const Subject& subject, Id answer, const Facts& facts) {
    HF_TRY(const bool has, facts.has_answer(subject.id, answer));
    if (!has) {
        return fail(ErrorCode::intent_gone, "no such answer of the task");
    }
    return {};
}

/// What the kind of action asks for, besides a person who may write.
[[nodiscard]] Result<> fits_kind(const Subject& subject,
                                 const Actor& actor,
                                 const Action& action,
                                 const Facts& facts) {
    switch (action.kind) {
        case ActionKind::start_form:
            HF_CHECK(may_begin(actor, subject.workflow, action));
            return may_use_form(subject, action.form, facts);
        case ActionKind::subtask_form:
            return may_add_subtask(subject, actor, action, facts);
        case ActionKind::manual_change:
        case ActionKind::state_form:
            return may_move(subject, actor, action, facts);
        case ActionKind::survey_trigger:
            return may_trigger(subject, actor, action, facts);
        case ActionKind::plain_form:
        case ActionKind::routine_form:
            return may_use_form(subject, action.form, facts);
        case ActionKind::late_evidence:
            return is_about(subject, action.answer, facts);
        case ActionKind::task_update:
            return {};
    }
    return no_transition(action);
}

/// Changing a task asks for an editor; writing in its channel for anybody with a part in it.
[[nodiscard]] Result<> has_part(const Subject& subject, const Actor& actor, const Action& action) {
    if (subject.task == nullptr) {
        return {};
    }
    const bool only_adds =
        action.kind == ActionKind::plain_form || action.kind == ActionKind::late_evidence;
    const bool enough =
        only_adds ? actor.role != Role::none : may_change(actor.role, actor.person, *actor.group);
    if (!enough) {
        return fail(ErrorCode::access_forbidden,
                    "a person's part in the task: " + std::string(to_string(actor.role)));
    }
    return {};
}

[[nodiscard]] Result<> nothing_waits(const Subject& subject,
                                     const Action& action,
                                     const Facts& facts) {
    if (!rule_of(action.kind).counts || !subject.id) {
        return {};
    }
    HF_TRY(const std::optional<Waiting> waiting, facts.waiting(subject.id));
    if (!waiting) {
        return {};
    }
    return fail(ErrorCode::task_action_waiting,
                {},
                json::Writer{}
                    .write("intent", waiting->intent)
                    .write("kind", std::string(rule_of(waiting->kind).name))
                    .write("target", waiting->target)
                    .write("form", waiting->form)
                    .text());
}

[[nodiscard]] Result<> works_here(const Subject& subject,
                                  const Action& action,
                                  const Facts& facts) {
    if (!facts.offline()) {
        return {};
    }
    bool works = rule_of(action.kind).offline;
    if (works && rule_of(action.kind).has_form) {
        HF_TRY(const FormAccess access, facts.form(action.form, place_of(subject)));
        works = access.works_offline;
    }
    if (!works) {
        return fail(ErrorCode::intent_needs_connection);
    }
    return {};
}

bool is_of_channel(ActionKind kind) {
    return kind == ActionKind::plain_form || kind == ActionKind::routine_form;
}

/// Makes offers of actions. A form of the channel that its own filters hide stays hidden.
class Sheet {
public:
    Sheet(const Subject& subject, const Facts& facts) : subject_(subject), facts_(facts) {}

    [[nodiscard]] Result<> add(const Action& action, Offer offer) {
        if (offer.label.empty() && !action.form.empty()) {
            HF_TRY(const FormAccess access, facts_.form(action.form, place_of(subject_)));
            offer.label = access.title;
        }
        offer.kind = action.kind;
        offer.target = action.target;
        offer.form = action.form;
        offer.workflow = action.workflow;
        offer.runs_later = offer.runs_routine && facts_.offline();
        const Result<> allowed = may_act(subject_, action, facts_);
        if (!allowed) {
            const ErrorCode code = allowed.error().code;
            if (code == ErrorCode::access_forbidden && is_of_channel(action.kind)) {
                return {};
            }
            if (code == ErrorCode::storage_corrupt || code == ErrorCode::storage_failed) {
                return std::unexpected(allowed.error());
            }
            offer.refusal = allowed.error();
        }
        offers_.push_back(std::move(offer));
        return {};
    }

    std::vector<Offer> take() { return std::move(offers_); }

private:
    const Subject& subject_;
    const Facts& facts_;
    std::vector<Offer> offers_;
};

[[nodiscard]] Result<> offer_changes(Sheet& sheet,
                                     const Subject& subject,
                                     const State& state,
                                     const Facts& facts) {
    const auto offer_target = [&](const std::string& target, const Transition* by) -> Result<> {
        const State* to = find_state(*subject.workflow, target);
        const bool by_form = by != nullptr && by->change == Change::form;
        const Action action{.kind = by_form ? ActionKind::state_form : ActionKind::manual_change,
                            .task = subject.id,
                            .target = target,
                            .form = by_form ? by->form : std::string{}};
        return sheet.add(action,
                         {.label = to == nullptr ? target : to->name,
                          .runs_routine = by != nullptr && !by->routines.empty()});
    };
    for (const Transition& transition : state.next) {
        if (transition.change != Change::none) {
            HF_CHECK(offer_target(transition.target, &transition));
        }
    }
    HF_TRY(const TaskGroup* group, facts.group(subject.group));
    if (group == nullptr || group->flow != Flow::free) {
        return {};
    }
    for (const State& other : subject.workflow->states) {
        if (other.code != state.code && find_transition(state, other.code) == nullptr) {
            HF_CHECK(offer_target(other.code, nullptr));
        }
    }
    return {};
}

[[nodiscard]] Result<> offer_forms(Sheet& sheet,
                                   const Subject& subject,
                                   const State& state,
                                   const Facts& facts) {
    for (const SurveyTrigger& trigger : state.survey_triggers) {
        HF_CHECK(sheet.add(
            {.kind = ActionKind::survey_trigger, .task = subject.id, .form = trigger.form},
            {.runs_routine = !trigger.routines.empty()}));
    }
    if (state.subtask) {
        HF_TRY(const Workflow* workflow, facts.workflow(state.subtask->workflow));
        if (workflow != nullptr && workflow->start_form) {
            HF_CHECK(sheet.add({.kind = ActionKind::subtask_form,
                                .task = subject.id,
                                .workflow = workflow->code,
                                .form = workflow->start_form->form},
                               {.runs_routine = !workflow->start_form->routines.empty()}));
        }
    }
    HF_TRY(const std::vector<std::string> forms, facts.channel_forms(subject.task->channel));
    for (const std::string& form : forms) {
        HF_TRY(const FormAccess access, facts.form(form, place_of(subject)));
        const auto kind = access.has_routine ? ActionKind::routine_form : ActionKind::plain_form;
        HF_CHECK(sheet.add({.kind = kind, .task = subject.id, .form = form},
                           {.runs_routine = access.has_routine}));
    }
    return {};
}

}  // namespace

Role effective_role(const Task& task,
                    const Person& person,
                    const TaskGroup& group,
                    const Workflow& workflow) {
    if (person.permissions.contains(permission::admin)) {
        return Role::assignee;
    }
    const Role own = role_in(task, person.id);
    if (own != Role::none) {
        return own;
    }
    bool follows = holds_any(person.permissions, group.follower);
    if (holds_any(person.permissions, group.editor)) {
        return Role::editor;
    }
    const std::vector<Element> elements = mirrored_elements(task, workflow);
    for (const TaskGroup::ElementAccess& access : group.element_access) {
        if (std::ranges::find(elements, access.element) == elements.end()) {
            continue;
        }
        // Here an empty list opens nothing: the entry exists to open something else.
        if (!access.editor.empty() && holds_any(person.permissions, access.editor)) {
            return Role::editor;
        }
        follows =
            follows || (!access.follower.empty() && holds_any(person.permissions, access.follower));
    }
    return follows ? Role::follower : Role::none;
}

bool may_read_details(Role role, const Person& person, const TaskGroup& group) {
    return role >= Role::follower && holds_any(person.permissions, group.read);
}

bool may_change(Role role, const Person& person, const TaskGroup& group) {
    return role >= Role::editor && holds_any(person.permissions, group.write);
}

Result<> may_move_by_routine(const Subject& subject,
                             const std::string& target,
                             const Facts& facts) {
    HF_ASSERT(subject.task != nullptr && subject.workflow != nullptr);
    if (!subject.task->active) {
        return fail(ErrorCode::task_cancelled);
    }
    const State* from = find_state(*subject.workflow, subject.task->state);
    const State* to = find_state(*subject.workflow, target);
    HF_TRY(const TaskGroup* group, facts.group(subject.group));
    const bool is_free = group != nullptr && group->flow == Flow::free;
    if (from == nullptr || to == nullptr || from == to ||
        (find_transition(*from, target) == nullptr && !is_free)) {
        return no_transition({.target = target});
    }
    return subtasks_allow(subject, *to, facts);
}

Result<> may_act(const Subject& subject, const Action& action, const Facts& facts, Part part) {
    HF_ASSERT(subject.workflow != nullptr);
    HF_TRY(const Actor actor, actor_of(subject, facts));
    if (actor.person.read_only) {
        return fail(ErrorCode::access_read_only, "a read-only user");
    }
    if (subject.task == nullptr && action.kind != ActionKind::start_form) {
        // Begun on this device and not confirmed, or gone.
        HF_CHECK(nothing_waits(subject, action, facts));
        return fail(ErrorCode::task_cancelled);
    }
    if (part == Part::needed) {
        HF_CHECK(has_part(subject, actor, action));
    }
    if (subject.task != nullptr && !subject.task->active) {
        return fail(ErrorCode::task_cancelled);
    }
    HF_CHECK(fits_kind(subject, actor, action, facts));
    HF_CHECK(nothing_waits(subject, action, facts));
    return works_here(subject, action, facts);
}

Result<std::vector<Offer>> possible_actions(const Subject& subject, const Facts& facts) {
    HF_ASSERT(subject.task != nullptr && subject.workflow != nullptr);
    Sheet sheet(subject, facts);
    if (const State* state = find_state(*subject.workflow, subject.task->state)) {
        HF_CHECK(offer_changes(sheet, subject, *state, facts));
        HF_CHECK(offer_forms(sheet, subject, *state, facts));
    }
    return sheet.take();
}

Result<std::optional<Offer>> start_offer(const Subject& subject, const Facts& facts) {
    HF_ASSERT(subject.task == nullptr && subject.workflow != nullptr);
    if (!subject.workflow->start_form) {
        return std::nullopt;
    }
    Sheet sheet(subject, facts);
    HF_CHECK(sheet.add({.kind = ActionKind::start_form,
                        .workflow = subject.workflow->code,
                        .form = subject.workflow->start_form->form},
                       {.runs_routine = !subject.workflow->start_form->routines.empty()}));
    std::vector<Offer> offers = sheet.take();
    return offers.empty() ? std::nullopt : std::optional(std::move(offers.front()));
}

}  // namespace holdfast::workflow
