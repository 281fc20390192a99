// One task: what it is, what may be done to it now, and why not.

#include <nlohmann/json.hpp>
#include <utility>

#include "client/engine/queries/action_cards.hpp"
#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/file_cards.hpp"
#include "client/engine/queries/snapshots.hpp"
#include "client/engine/queries/task_cards.hpp"
#include "core/workflow/offers.hpp"

namespace holdfast::client::snapshots {
namespace {

/// Whether a task is the person's to see.
bool sees(const TaskFacts& facts,
          const workflow::Person& person,
          const workflow::Task& task,
          const workflow::Workflow& workflow) {
    return workflow::effective_role(task, person, facts.task_group(), workflow) !=
           workflow::Role::none;
}

Result<Json> action_json(const View& view, const TaskFacts& facts, const workflow::Offer& offer) {
    Json title;  // what leads to a state is called like the state
    if (offer.target.empty()) {
        HF_TRY(title, task_cards::form_title(view, facts, offer.form));
    }
    return Json{
        {"kind", workflow::rule_of(offer.kind).name},
        {"label", offer.label},
        {"title", std::move(title)},
        {"target", offer.target},
        {"form", task_cards::form(facts, offer.form)},
        {"workflow", offer.workflow},
        {"runs_routine", offer.runs_routine},
        {"refusal", task_cards::refusal(view, IntentKind::task_change_state, offer.refusal)}};
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

/// A task that this one belongs to or has as a subtask; null where it is not here.
Result<Json> related_json(const TaskFacts& facts, Id id) {
    HF_TRY(const auto task, facts.task(id));
    if (!task) {
        return Json(nullptr);
    }
    HF_TRY(const workflow::Workflow* workflow, facts.workflow(task->workflow));
    const workflow::State* state =
        workflow == nullptr ? nullptr : workflow::find_state(*workflow, task->state);
    return Json{{"id", to_string(id)},
                {"serial", task->serial},
                {"name", task->name},
                {"state_name", state == nullptr ? task->state : state->name}};
}

Result<Json> subtasks_json(const TaskFacts& facts, const workflow::Task& task) {
    Json list = Json::array();
    for (const Id child : task.children) {
        HF_TRY(Json one, related_json(facts, child));
        if (!one.is_null()) {
            list.push_back(std::move(one));
        }
    }
    return list;
}

/// Why the person may not change the task by an intent of this kind; null: it is allowed.
Json change_refusal(const View& view,
                    IntentKind kind,
                    const TaskFacts& facts,
                    const workflow::Subject& subject) {
    const workflow::Action change{.kind = workflow::ActionKind::task_update,
                                  .task = subject.id,
                                  .base_state = subject.task->state,
                                  .base_version = subject.task->state_version};
    const auto may = workflow::may_act(subject, change, facts);
    return task_cards::refusal(view, kind, may ? std::nullopt : std::optional(may.error()));
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
    HF_TRY(Json snapshot, task_cards::card(view, subject.id, task));
    const workflow::State* state = workflow::find_state(*subject.workflow, task.state);
    snapshot["workflow"] = subject.workflow->name;
    snapshot["state"] = state == nullptr ? Json(nullptr) : task_cards::state(*state);
    snapshot["base_state"] = task.state;
    snapshot["base_version"] = task.state_version;
    snapshot["info"] = task.info;
    snapshot["closed_at"] = task.closed_at.ms;
    snapshot["answers"] = task.answers.size();
    HF_TRY(snapshot["created_by"], cards::author(view, task.created_by));
    HF_TRY(snapshot["people"], people_json(view, task));
    snapshot["people_refusal"] = change_refusal(view, IntentKind::task_set_role, facts, subject);
    snapshot["edit_refusal"] = change_refusal(view, IntentKind::task_edit, facts, subject);
    HF_TRY(snapshot["parent"], related_json(facts, task.parent));
    HF_TRY(snapshot["subtasks"], subtasks_json(facts, task));
    HF_TRY(const auto files, view.files(task.channel, limits::task_files_shown_max));
    HF_TRY(snapshot["files"], file_cards::cards(view, task.channel, files));
    HF_TRY(snapshot["history"], history_json(view, subject.id));
    // A channel that the server has not made yet is not there to be opened.
    HF_TRY(const auto channel, view.find_channel(task.channel));
    snapshot["channel"] = channel ? Json(to_string(task.channel)) : Json(nullptr);
    snapshot["actions"] = Json::array();
    HF_TRY(const auto offers, workflow::possible_actions(subject, facts));
    for (const workflow::Offer& offer : offers) {
        HF_TRY(Json action, action_json(view, facts, offer));
        snapshot["actions"].push_back(std::move(action));
    }
    return snapshot;
}

}  // namespace

Result<Json> task(View& view, Id group, Id id) {
    Json snapshot{{"task", nullptr}};
    HF_TRY(snapshot["refused"], action_cards::refused_upon(view, id));
    const auto facts = task_cards::facts_for(view, group);
    if (!facts) {
        return task_cards::is_absent(facts.error()) ? Result<Json>(snapshot)
                                                    : std::unexpected(facts.error());
    }
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
