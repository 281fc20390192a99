#include "client/engine/queries/task_cards.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/form_cards.hpp"
#include "core/rules/form_cache.hpp"
#include "core/workflow/offers.hpp"

namespace holdfast::client::task_cards {

Result<TaskFacts> facts_for(const View& view, Id group) {
    return TaskFacts::of(
        view, {.user = view.user(), .organization = form_cards::organization(view)}, group);
}

bool is_absent(const Error& error) {
    return error.code == ErrorCode::access_forbidden;
}

Json state(const workflow::State& state) {
    return {{"code", state.code},
            {"name", state.name},
            {"kind", workflow::to_string(state.kind)},
            {"color", state.color}};
}

namespace {

/// What the person has done to a task that is not settled: what waits, else what was refused last.
const Outbox::Item* unsettled(const View& view, Id task) {
    const Outbox& outbox = view.outbox();
    if (const Intent* waiting = view.waiting_upon(task)) {
        return outbox.find(waiting->id);
    }
    const Outbox::Item* last = nullptr;
    for (const Id id : outbox.refused()) {
        const Outbox::Item* item = outbox.find(id);
        if (item->intent.lane == task && action_kind_of(item->intent)) {
            last = item;
        }
    }
    return last;
}

/// How far that has got; null: there is none.
Json waiting_json(const View& view, Id task) {
    const Outbox::Item* item = unsettled(view, task);
    if (item == nullptr) {
        return nullptr;
    }
    const Intent* waiting = &item->intent;
    const auto kind = action_kind_of(*waiting).value_or(workflow::ActionKind::routine_form);
    return {{"intent", to_string(waiting->id)},
            {"kind", workflow::rule_of(kind).name},
            {"state", cards::delivery_state(view, *item)},
            {"by_routine", view.runs_routine(waiting->id)}};
}

}  // namespace

Result<Json> card(const View& view, Id id, const workflow::Task& task) {
    Json assignee = nullptr;
    if (task.assignee) {
        HF_TRY(assignee, cards::author(view, task.assignee));
    }
    HF_TRY(const UnreadCount unread, view.unread(task.channel));
    return Json{{"id", to_string(id)},
                {"serial", task.serial},
                {"name", task.name},
                {"state", task.state},
                {"state_at", task.state_at.ms},
                {"start_date", task.start_date.ms},
                {"end_date", task.end_date.ms},
                {"assignee", std::move(assignee)},
                {"unread", unread.count},
                {"waiting", waiting_json(view, id)}};
}

Json refusal(const View& view, IntentKind kind, const std::optional<Error>& refused) {
    if (const auto by_mode = offline::refusal_of(view.status(), kind)) {
        return cards::error(by_mode->code, {});
    }
    return refused ? cards::error(refused->code, refused->params) : Json(nullptr);
}

Json form(const TaskFacts& facts, const std::string& code) {
    const auto form = facts.form_of(code);
    return form ? Json(to_string(*form)) : Json(nullptr);
}

Result<Json> form_title(const View& view, const TaskFacts& facts, const std::string& code) {
    const auto form = facts.form_of(code);
    if (!form) {
        return Json(nullptr);
    }
    const Result<Id> version = current_version(view, form_cards::organization(view), *form);
    if (!version) {
        return version.error().code == ErrorCode::intent_gone ? Result<Json>(Json(nullptr))
                                                              : std::unexpected(version.error());
    }
    const auto known = form_cards::find(view, *version);
    return known ? form_cards::title(**known) : Json(nullptr);
}

}  // namespace holdfast::client::task_cards
