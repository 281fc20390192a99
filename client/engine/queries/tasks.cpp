// The tasks of a group by state, and one task: what it is, what may be done to it now, and why not.

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/form_cards.hpp"
#include "client/engine/queries/snapshots.hpp"
#include "core/rules/task_facts.hpp"
#include "core/workflow/offers.hpp"

namespace holdfast::client::snapshots {
namespace {

/// What the rules know, for the person who looks.
Result<TaskFacts> facts_for(const View& view, Id group) {
    return TaskFacts::of(
        view, {.user = view.user(), .organization = form_cards::organization(view)}, group);
}

/// Whether it is the group's tasks that are missing, and no fault of a read.
bool is_absent(const Error& error) {
    return error.code == ErrorCode::access_forbidden;
}

/// Whether a task is the person's to see.
bool sees(const TaskFacts& facts,
          const workflow::Person& person,
          const workflow::Task& task,
          const workflow::Workflow& workflow) {
    return workflow::effective_role(task, person, facts.task_group(), workflow) !=
           workflow::Role::none;
}

Json state_json(const workflow::State& state) {
    return {{"code", state.code},
            {"name", state.name},
            {"kind", workflow::to_string(state.kind)},
            {"color", state.color}};
}

/// The action that waits upon a task, and how far it has got; null: none.
Json waiting_json(const View& view, Id task) {
    const Intent* waiting = view.waiting_upon(task);
    const Outbox::Item* item = waiting == nullptr ? nullptr : view.outbox().find(waiting->id);
    if (item == nullptr) {
        return nullptr;
    }
    const auto kind = action_kind_of(*waiting);
    return {{"intent", to_string(waiting->id)},
            {"kind", kind ? workflow::rule_of(*kind).name : std::string_view{}},
            {"state", cards::delivery_state(view, *item)},
            {"by_routine", view.runs_routine(waiting->id)}};
}

Result<Json> card(const View& view, Id id, const workflow::Task& task) {
    Json assignee = nullptr;
    if (task.assignee) {
        HF_TRY(assignee, cards::author(view, task.assignee));
    }
    return Json{{"id", to_string(id)},
                {"serial", task.serial},
                {"name", task.name},
                {"state", task.state},
                {"state_at", task.state_at.ms},
                {"assignee", std::move(assignee)},
                {"waiting", waiting_json(view, id)}};
}

/// Why an intent of this kind is not possible now; null: it is. What the mode forbids comes first.
Json refusal_json(const View& view, IntentKind kind, const std::optional<Error>& refusal) {
    if (const auto by_mode = offline::refusal_of(view.status(), kind)) {
        return cards::error(by_mode->code, {});
    }
    return refusal ? cards::error(refusal->code, refusal->params) : Json(nullptr);
}

Json form_json(const TaskFacts& facts, const std::string& code) {
    const auto form = facts.form_of(code);
    return form ? Json(to_string(*form)) : Json(nullptr);
}

Result<Json> start_json(const View& view,
                        const TaskFacts& facts,
                        Id group,
                        const workflow::Workflow& workflow) {
    const workflow::Subject subject{.workflow = &workflow, .group = group, .user = view.user()};
    HF_TRY(const auto offer, workflow::start_offer(subject, facts));
    if (!offer) {
        return Json(nullptr);
    }
    return Json{{"form", form_json(facts, offer->form)},
                {"label", offer->label},
                {"runs_routine", offer->runs_routine},
                {"refusal", refusal_json(view, IntentKind::task_create, offer->refusal)}};
}

/// Newest changes first, as many as are shown.
Result<Json> cards_of(const View& view, std::vector<const View::NamedTask*> tasks) {
    std::ranges::sort(tasks, [](const auto* a, const auto* b) {
        return std::pair(a->task.state_at, a->id) > std::pair(b->task.state_at, b->id);
    });
    tasks.resize(std::min(tasks.size(), limits::tasks_shown_max));
    Json list = Json::array();
    for (const View::NamedTask* named : tasks) {
        HF_TRY(Json one, card(view, named->id, named->task));
        list.push_back(std::move(one));
    }
    return list;
}

using ByState = std::map<std::pair<std::string, std::string>, std::vector<const View::NamedTask*>>;

Result<Json> workflow_json(const View& view,
                           const TaskFacts& facts,
                           Id group,
                           const workflow::Workflow& workflow,
                           const ByState& tasks) {
    Json states = Json::array();
    for (const workflow::State& state : workflow.states) {
        const auto found = tasks.find({workflow.code, state.code});
        const auto here =
            found == tasks.end() ? std::vector<const View::NamedTask*>{} : found->second;
        Json one = state_json(state);
        one["count"] = here.size();
        HF_TRY(one["tasks"], cards_of(view, here));
        states.push_back(std::move(one));
    }
    HF_TRY(Json start, start_json(view, facts, group, workflow));
    return Json{{"code", workflow.code},
                {"name", workflow.name},
                {"start", std::move(start)},
                {"states", std::move(states)}};
}

Json action_json(const View& view, const TaskFacts& facts, const workflow::Offer& offer) {
    return {{"kind", workflow::rule_of(offer.kind).name},
            {"label", offer.label},
            {"target", offer.target},
            {"form", form_json(facts, offer.form)},
            {"runs_routine", offer.runs_routine},
            {"refusal", refusal_json(view, IntentKind::task_change_state, offer.refusal)}};
}

Result<Json> people_json(const View& view, const workflow::Task& task) {
    Json people = Json::array();
    for (const Id user : workflow::people_of(task)) {
        HF_TRY(Json person, cards::author(view, user));
        person["role"] = workflow::to_string(workflow::role_in(task, user));
        people.push_back(std::move(person));
    }
    return people;
}

Result<Json> history_json(const View& view, Id id) {
    Json list = Json::array();
    HF_TRY(const auto history, view.history(id, limits::history_shown_max));
    for (const workflow::History& row : history) {
        HF_TRY(Json by, cards::author(view, row.by));
        list.push_back({{"event", workflow::to_string(row.event)},
                        {"by", std::move(by)},
                        {"at", row.at.ms},
                        {"from", row.from},
                        {"to", row.to},
                        {"offline", row.offline}});
    }
    return list;
}

Result<Json> details(const View& view, const TaskFacts& facts, const workflow::Subject& subject) {
    const workflow::Task& task = *subject.task;
    HF_TRY(Json snapshot, card(view, subject.id, task));
    const workflow::State* state = workflow::find_state(*subject.workflow, task.state);
    snapshot["workflow"] = subject.workflow->name;
    snapshot["state"] = state == nullptr ? Json(nullptr) : state_json(*state);
    snapshot["base_state"] = task.state;
    snapshot["base_version"] = task.state_version;
    snapshot["info"] = task.info;
    snapshot["start_date"] = task.start_date.ms;
    snapshot["end_date"] = task.end_date.ms;
    snapshot["closed_at"] = task.closed_at.ms;
    snapshot["answers"] = task.answers.size();
    HF_TRY(snapshot["created_by"], cards::author(view, task.created_by));
    HF_TRY(snapshot["people"], people_json(view, task));
    HF_TRY(snapshot["history"], history_json(view, subject.id));
    // A channel that the server has not made yet is not there to be opened.
    HF_TRY(const auto channel, view.find_channel(task.channel));
    snapshot["channel"] = channel ? Json(to_string(task.channel)) : Json(nullptr);
    snapshot["actions"] = Json::array();
    HF_TRY(const auto offers, workflow::possible_actions(subject, facts));
    for (const workflow::Offer& offer : offers) {
        snapshot["actions"].push_back(action_json(view, facts, offer));
    }
    return snapshot;
}

}  // namespace

Result<Json> tasks(View& view, Id group) {
    Json snapshot{{"workflows", Json::array()}, {"complete", false}};
    const auto facts = facts_for(view, group);
    if (!facts) {
        return is_absent(facts.error()) ? Result<Json>(snapshot) : std::unexpected(facts.error());
    }
    (void)view.outbox();  // how far what waits has got is shown
    HF_TRY(const auto person, facts->person(view.user()));
    HF_TRY(const auto all, view.tasks(group));
    ByState by_state;
    for (const View::NamedTask& named : all) {
        HF_TRY(const workflow::Workflow* workflow, facts->workflow(named.task.workflow));
        if (workflow != nullptr && person && named.task.active &&
            sees(*facts, *person, named.task, *workflow)) {
            by_state[{named.task.workflow, named.task.state}].push_back(&named);
        }
    }
    for (const auto& [code, row] : facts->workflows()) {
        HF_TRY(const workflow::Workflow* workflow, facts->workflow(code));
        if (workflow != nullptr) {
            HF_TRY(Json one, workflow_json(view, *facts, group, *workflow, by_state));
            snapshot["workflows"].push_back(std::move(one));
        }
    }
    const auto cursors = view.buckets(BucketKind::tasks);
    snapshot["complete"] = std::ranges::any_of(cursors, [&](const sync::BucketCursor* cursor) {
        return cursor->head.owner == group && cursor->exact();
    });
    return snapshot;
}

Result<Json> task(View& view, Id group, Id id) {
    Json snapshot{{"task", nullptr}};
    const auto facts = facts_for(view, group);
    if (!facts) {
        return is_absent(facts.error()) ? Result<Json>(snapshot) : std::unexpected(facts.error());
    }
    (void)view.outbox();
    HF_TRY(const auto found, facts->task(id));
    HF_TRY(const auto person, facts->person(view.user()));
    if (!found || !person) {
        return snapshot;
    }
    HF_TRY(const workflow::Workflow* workflow, facts->workflow(found->workflow));
    if (workflow == nullptr || !sees(*facts, *person, *found, *workflow)) {
        return snapshot;
    }
    const workflow::Subject subject{
        .id = id, .task = &*found, .workflow = workflow, .group = group, .user = view.user()};
    HF_TRY(snapshot["task"], details(view, *facts, subject));
    return snapshot;
}

}  // namespace holdfast::client::snapshots
